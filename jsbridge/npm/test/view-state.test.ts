import assert from "node:assert/strict";
import { test } from "node:test";
import { sequenceDataset } from "../src/dataset/sequence.js";
import { seriesDataset } from "../src/dataset/series.js";
import type { Network } from "../src/lab/network.js";
import type { Shown } from "../src/lab/looks.js";
import type { Batch, Forwarded, Model } from "../src/types.js";
import { ConfusionState } from "../src/view/confusion-state.js";
import { ForecastState } from "../src/view/forecast-state.js";

/** A network that repeats the last row of each window, and counts how many windows it was asked for. */
function repeating(asked: number[] = []): Shown["model"] {
  const forward = async ({ inputs, shape: [B, T] }: Batch): Promise<Forwarded> => {
    asked.push(B);
    return { outputs: { shape: [B, 1], data: Float32Array.from({ length: B }, (_, b) => inputs[(b + 1) * T - 1] as number) }, state: {} };
  };
  return { forward } as Partial<Model> as Model;
}

const ramp = Array.from({ length: 500 }, (_, t) => t);
const series = async (window: number): Promise<Network> =>
  ({ subject: { kind: "series", data: await seriesDataset(ramp, { columns: ["x"], window }) }, settings: { pattern: "last" } }) as unknown as Network;

test("forecast: at rest all rows are forecast; errors are those of the last row said again", async () => {
  const state = ForecastState.of(await series(20));
  assert.ok(state);
  assert.deepEqual([state.origin, state.from, state.looked], [450, 300, false]);
  await state.look({ model: repeating(), step: 1, live: false });
  const { rows, truth, oneStep, free, flat } = state.lines();
  assert.deepEqual([rows[0], rows.length], [300, 200]);
  assert.ok(rows.every((row, i) => Math.abs((truth[i] as number) - row) < 1e-3 && Math.abs((oneStep[i] as number) - (row - 1)) < 1e-3));
  const at = (values: (number | null)[], row: number): number | null => values[row - 300] as number | null;
  assert.equal(at(free, 448), null);
  assert.ok(Math.abs((at(free, 449) as number) - 449) < 1e-3, "the free run leaves the truth at the last row that was read");
  assert.ok([450, 497].every((row) => Math.abs((at(free, row) as number) - 449) < 1e-3 && at(flat, row) === at(flat, 449)));
  assert.deepEqual([at(free, 498), at(flat, 498)], [null, null]);
  const errors = state.errors();
  assert.deepEqual(errors.judged, [450, 499]);
  for (const [got, want] of [[errors.oneStep, 1], [errors.still, 1], [errors.free, errors.flat]] as const) assert.ok(Math.abs(got - want) < 1e-3, `${got}, want ${want}`);
  assert.ok(Math.abs(errors.flat - Math.sqrt(Array.from({ length: 48 }, (_, i) => (i + 1) ** 2).reduce((a, b) => a + b) / 48)) < 1e-3);
});

test("forecast: while training runs, looks are small, take turns, and come to all rows", async () => {
  const state = ForecastState.of(await series(100));
  assert.ok(state);
  const looks: number[][] = [];
  for (let i = 0; i < 26; i++) {
    const asked: number[] = [];
    await state.look({ model: repeating(asked), step: i, live: true });
    looks.push(asked);
  }
  assert.deepEqual(looks.slice(0, 4).map((asked) => [asked.length, asked[0]]), [[48, 1], [1, 20], [48, 1], [1, 20]]);
  assert.ok(state.lines().oneStep.every((value) => value !== null));
  assert.equal(state.move(1e9), true);
  assert.equal(state.origin, 500);
  assert.equal(state.move(1e9), false);
  assert.ok(state.lines().free.every((value) => value === null), "a free run from elsewhere is not shown");
  await state.look({ model: repeating(), step: 30, live: true });
  assert.equal(state.lines().rows.at(-1), 547, "the future");
});

test("forecast: of a series that is all gaps, and of no series, there is none", async () => {
  const csv = `x\n${ramp.map((t) => (t < 30 ? t : t % 5 ? t : "-")).join("\n")}`;
  const data = await seriesDataset(csv, { columns: ["x"], window: 10, missing: "drop", validation: 0 });
  assert.equal(ForecastState.of({ subject: { kind: "series", data }, settings: {} } as unknown as Network), undefined);
  assert.equal(ForecastState.of({ subject: { kind: "text" }, settings: {} } as unknown as Network), undefined);
});

/** Says the class of the last letter's place in the alphabet. */
const byLastLetter = {
  async forward({ inputs, shape: [B, T], lengths }: Batch): Promise<Forwarded> {
    const data = new Float32Array(2 * B);
    for (let b = 0; b < B; b++) data[2 * b + ((inputs[b * T + (lengths as Int32Array)[b]! - 1] as number) % 2)] = 1;
    return { outputs: { shape: [B, 2], data }, state: {} };
  },
} as Partial<Model> as Model;

test("confusion: looks while training runs come to every held-out sequence, as one at rest does", async () => {
  const words = Array.from({ length: 3000 }, (_, i) => ({ input: "xyz".slice(i % 3) + "ab"[(i >> 1) % 2], target: i % 5 ? "ab"[(i >> 1) % 2]! : "a" }));
  const data = await sequenceDataset(words, { unit: "char", validation: 0.9, seed: 3 });
  const network = { subject: { kind: "classes", output: data.output, data } } as unknown as Network;
  const [rest, busy] = [ConfusionState.of(network), ConfusionState.of(network)];
  assert.ok(rest && busy);
  const tableOf = (state: ConfusionState) => state.table;
  assert.equal(tableOf(rest), undefined);
  await rest.look({ model: byLastLetter, step: 7, live: false });
  const held = data.validation?.lengths.length as number;
  assert.deepEqual([rest.step, rest.heldOut, tableOf(rest)?.total, rest.names], [7, true, held, ["a", "b"]]);
  const totals: number[] = [];
  for (let i = 0; i < 6; i++) {
    await busy.look({ model: byLastLetter, step: i, live: true });
    totals.push(busy.table?.total as number);
  }
  assert.ok((totals[0] as number) < held && totals.at(-1) === held, String(totals));
  assert.deepEqual(tableOf(busy), tableOf(rest));
  const wrong = rest.answers.find(({ truth, said }) => truth !== said);
  assert.ok(wrong);
  const piece = rest.piece(wrong.sequence);
  assert.deepEqual("tokens" in piece && piece.tokens.join(""), words[rest.numberOf(wrong.sequence) - 1]?.input, "an example is found again by its number");
});
