import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesDataset } from "../src/dataset/series.js";
import type { Batch, Float64Tensor, Forwarded, Sequences, Tensor } from "../src/types.js";
import { sequenceBatch, smallBatch } from "../src/view/batches.js";
import { compare } from "../src/view/check-figures.js";
import { answersIn, answersOf, confuse } from "../src/view/confusion-figures.js";
import { canForecast, freeRun, oneStep, persistence, rootMeanSquare } from "../src/view/forecast-figures.js";

const float64 = (data: number[]): Float64Tensor => ({ shape: [data.length], data: Float64Array.from(data) });
const float32 = (data: number[]): Tensor => ({ shape: [data.length], data: Float32Array.from(data) });

test("check: the largest difference as a share of the tensor's largest value", () => {
  const equations = { loss: 2, gradients: { a: float64([1, -4]), b: float64([0, 0]) } };
  const near = compare({ loss: 2.0001, gradients: { a: float32([1.0001220703125, -4]), b: float32([0, 0]) } }, equations);
  assert.deepEqual(near.tensors.map(({ name, largest, relative }) => [name, largest, relative]), [["a", 4, 0.0001220703125 / 4], ["b", 0, 0]]);
  assert.ok(near.agrees && Math.abs(near.worst - 5e-5) < 1e-9);
  const disagrees = (gradients: Record<string, Tensor>, loss = 2): void => assert.equal(compare({ loss, gradients }, equations).agrees, false);
  disagrees({ a: float32([1.001, -4]), b: float32([0, 0]) });
  disagrees({ a: float32([0, 0]), b: float32([0, 0]) }); // a zeroed gradient
  disagrees({ a: float32([1, -4]), b: float32([0, 1e-9]) });
  disagrees({ a: float32([1, NaN]), b: float32([0, 0]) });
  disagrees({ a: float32([1, -4]), b: float32([0]) });
  disagrees({ a: float32([1, -4]) });
  disagrees({ a: float32([1, -4]), b: float32([0, 0]) }, 2.001);
  disagrees({ a: float32([1, -4]), b: float32([0, 0]) }, NaN);
  assert.ok(Number.isNaN(compare({ loss: 2, gradients: { a: float32([NaN, -4]), b: float32([9, 9]) } }, equations).worst));
});

const perStep = { input: { tokens: 9 }, output: { classes: 5 }, perStep: true } as const;
const words: Sequences = { lengths: Int32Array.of(3, 1, 2), inputs: Int32Array.of(1, 2, 3, 4, 5, 6), targets: Int32Array.of(0, 1, 2, 3, 4, 0) };

test("batches: sequences are padded, and cut where that is asked", () => {
  const whole = sequenceBatch(perStep, words, [2, 0]);
  assert.deepEqual([[...whole.inputs], [...whole.targets], whole.shape, [...(whole.lengths as Int32Array)]], [[5, 6, 0, 1, 2, 3], [4, 0, 0, 0, 1, 2], [2, 3], [2, 3]]);
  const cut = sequenceBatch(perStep, words, [0, 1], 2);
  assert.deepEqual([[...cut.inputs], [...cut.targets], cut.shape, [...(cut.lengths as Int32Array)]], [[1, 2, 4, 0], [0, 1, 3, 0], [2, 2], [2, 1]]);
  const vectors: Sequences = { lengths: Int32Array.of(1, 2), inputs: Float32Array.of(1, 2, 3, 4, 5, 6), targets: Float32Array.of(7, 8) };
  const last = sequenceBatch({ input: { features: 2 }, output: { values: 1 }, perStep: false }, vectors, [0, 1]);
  assert.deepEqual([[...last.inputs], [...last.targets], last.shape], [[1, 2, 0, 0, 3, 4, 5, 6], [7, 8], [2, 2]]);
});

test("batches: small ones are spread over the data; of too little there is none", () => {
  const ids = Int32Array.from({ length: 10 }, (_, i) => i);
  assert.deepEqual(smallBatch({ tokens: 10, ids }, 2, 3), { inputs: Int32Array.of(0, 1, 2, 6, 7, 8), targets: Int32Array.of(1, 2, 3, 7, 8, 9), shape: [2, 3] });
  assert.deepEqual(smallBatch({ tokens: 10, ids: ids.slice(0, 3) }, 2, 9)?.shape, [2, 2]);
  assert.equal(smallBatch({ tokens: 10, ids: ids.slice(0, 1) }, 2, 3), undefined);
  const few = smallBatch({ kind: "sequences", ...perStep, train: words }, 2, 2);
  assert.deepEqual([[...(few?.inputs ?? [])], few?.shape], [[1, 2, 5, 6], [2, 2]]);
  assert.equal(smallBatch({ kind: "sequences", ...perStep, train: { ...words, targetLengths: Int32Array.of(1, 1, 1) } }, 2, 2), undefined);
});

/** A network that carries lines on: 2 x(t) - x(t-1) of each column, and the row behind that. */
function straight(horizon: number, everyStep: boolean, seen: Batch[] = []) {
  return {
    async forward(batch: Batch): Promise<Forwarded> {
      seen.push(batch);
      const [B, T] = batch.shape;
      const I = batch.inputs.length / (B * T);
      const rows = everyStep ? T : 1;
      const data = new Float32Array(B * rows * horizon * I);
      for (let b = 0; b < B; b++) {
        for (let k = 0; k < I; k++) {
          const x = (t: number): number => batch.inputs[(b * T + t) * I + k] as number;
          for (let h = 0; h < horizon; h++) data[((b * rows + rows - 1) * horizon + h) * I + k] = x(T - 1) + (h + 1) * (x(T - 1) - x(T - 2));
        }
      }
      return { outputs: { shape: [], data }, state: {} };
    },
  };
}

const corner = Array.from({ length: 20 }, (_, t) => (t < 12 ? t : 24 - t)); // up, then down

test("forecast: one step from true rows; free, from the origin, on what it said itself", async () => {
  for (const everyStep of [false, true]) {
    const data = await seriesDataset(corner, { columns: ["x"], window: 3, normalize: false, perStep: everyStep });
    const said = await oneStep(straight(1, everyStep), data, false, 0, 20);
    assert.ok([0, 1, 2].every((row) => Number.isNaN(said[row])));
    assert.deepEqual([...said.subarray(3)], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 10, 9, 8, 7, 6, 5]);
    assert.deepEqual([...(await freeRun(straight(1, everyStep), data, false, 10, 6))], [10, 11, 12, 13, 14, 15]);
    assert.deepEqual([...(await freeRun(straight(1, everyStep), data, false, 20, 3))], [4, 3, 2], "beyond the last row");
  }
  const far = await seriesDataset(corner, { columns: ["x"], window: 3, horizon: 4, normalize: false });
  const seen: Batch[] = [];
  assert.deepEqual([...(await freeRun(straight(4, false, seen), far, false, 10, 6))], [10, 11, 12, 13, 14, 15]);
  assert.deepEqual(seen.map(({ inputs }) => [...inputs]), [[7, 8, 9], [11, 12, 13]], "a horizon at a time");
  assert.deepEqual([...(await oneStep(straight(4, false), far, false, 5, 7))], [5, 6]);
});

test("forecast: a column that is not forecast stays true, then as it was last", async () => {
  const csv = `x,y\n${corner.map((x, t) => `${x},${100 + t}`).join("\n")}`;
  const data = await seriesDataset(csv, { columns: ["y", "x"], target: "x", window: 3, normalize: false });
  const seen: Batch[] = [];
  const model = straight(1, false, seen);
  const forX = { forward: async (batch: Batch) => ({ ...(await model.forward(batch)), outputs: { shape: [], data: (await model.forward(batch)).outputs.data.slice(1) } }) };
  assert.deepEqual([...(await freeRun(forX, data, false, 18, 4))], [6, 5, 4, 3]);
  assert.deepEqual([...(seen.at(-1)?.inputs ?? [])], [118, 6, 119, 5, 119, 4]);
});

test("forecast: fed back, a network is given the rows that it knows, and no other", async () => {
  const data = await seriesDataset(corner, { columns: ["x"], window: 4, normalize: false, perStep: true });
  const seen: Batch[] = [];
  await oneStep(straight(1, true, seen), data, true, 8, 9);
  assert.deepEqual([...(seen[0]?.inputs ?? [])], [4, 5, 6, 7]);
  assert.deepEqual([...(seen[0]?.targets ?? [])], [5, 6, 7, 0]);
  const far = await seriesDataset(corner, { columns: ["x"], window: 4, horizon: 2, normalize: false, perStep: true });
  await oneStep(straight(2, true, seen), far, true, 8, 9);
  assert.equal(seen[1]?.targets, undefined, "the rows ahead of a longer horizon would be the answer");
});

test("forecast: no window reaches across a gap", async () => {
  const csv = `x\n${corner.map((x, t) => (t === 5 ? "-" : x)).join("\n")}`;
  const data = await seriesDataset(csv, { columns: ["x"], window: 3, normalize: false, missing: "drop" });
  assert.deepEqual(Array.from({ length: 21 }, (_, row) => row).filter((row) => canForecast(data, row)), [3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  const said = await oneStep(straight(1, false), data, false, 0, 10);
  assert.deepEqual([...said].map(Number.isNaN), [true, true, true, false, false, true, true, true, false, false]);
});

test("forecast: persistence and errors by their definition", () => {
  const truth = [1, 2, 4, 8];
  assert.deepEqual(persistence(truth, 1, 4, false), [1, 2, 4]);
  assert.deepEqual(persistence(truth, 2, 5, true), [2, 2, 2]);
  assert.equal(rootMeanSquare([1, 2, 3], [1, 4, NaN]), Math.sqrt(2));
  assert.ok(Number.isNaN(rootMeanSquare([1], [])));
});

/** A network that says class (input + 1) mod 5 with probability 0.6, and of the rest the true neighbour. */
const plusOne = {
  async forward(batch: Batch): Promise<Forwarded> {
    const data = new Float32Array(batch.inputs.length * 5).fill(0.1);
    Array.from(batch.inputs as Int32Array).forEach((id, i) => (data[i * 5 + ((id + 1) % 5)] = 0.6));
    return { outputs: { shape: [...batch.shape, 5], data }, state: {} };
  },
};

test("confusion: every answer of every valid step is counted, by class", async () => {
  const answers = (await answersOf(plusOne, perStep, words, 0, 3)).flat();
  assert.deepEqual(answers.map(({ sequence, step, truth, said }) => [sequence, step, truth, said]), [[0, 0, 0, 2], [0, 1, 1, 3], [0, 2, 2, 4], [1, 0, 3, 0], [2, 0, 4, 1], [2, 1, 0, 2]]);
  assert.ok(answers.every(({ probability }) => Math.abs(probability - 0.6) < 1e-6));
  const made = confuse([...answers, { sequence: 9, step: 0, truth: 2, said: 2, probability: 1 }], 5, 40);
  assert.deepEqual(made.counts, [[0, 0, 2, 0, 0], [0, 0, 0, 1, 0], [0, 0, 1, 0, 1], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]]);
  assert.deepEqual([made.total, made.accuracy], [7, 1 / 7]);
  assert.deepEqual([made.recall[2], made.precision[2], made.recall[0]], [1 / 2, 1 / 3, 0]);
  assert.equal(confuse([], 2, 40).recall.every(Number.isNaN), true);
  const seventy = { lengths: new Int32Array(70).fill(2), inputs: Int32Array.from({ length: 140 }, (_, i) => i % 9), targets: new Int32Array(140) };
  const some = await answersOf(plusOne, perStep, seventy, 10, 70);
  assert.deepEqual(some.map((list) => list.map(({ sequence, step }) => [sequence, step])), Array.from({ length: 60 }, (_, i) => [[i + 10, 0], [i + 10, 1]]));
  assert.ok(some.flat().every(({ sequence, step, said }) => said === (((2 * sequence + step) % 9) + 1) % 5));
});

test("confusion: of many classes the rare ones share a row, where right is still right", () => {
  const answer = (truth: number, said: number, probability = 1) => ({ sequence: 0, step: 0, truth, said, probability });
  const answers = [answer(4, 4), answer(4, 1), answer(1, 1), answer(1, 0), answer(2, 2, 0.5), answer(3, 0, 0.9)];
  const made = confuse(answers, 5, 3);
  assert.deepEqual(made.shown, [1, 4, -1]);
  assert.deepEqual(made.counts, [[1, 0, 1], [1, 1, 0], [0, 0, 2]]);
  assert.deepEqual(made.recall, [1 / 2, 1 / 2, 1 / 2]);
  assert.equal(made.accuracy, 3 / 6);
  assert.deepEqual(answersIn(answers, made, 2, 2).map(({ truth }) => truth), [3, 2]);
  assert.deepEqual(answersIn(answers, made, 0, 0).map(({ truth, said }) => [truth, said]), [[1, 1]]);
});
