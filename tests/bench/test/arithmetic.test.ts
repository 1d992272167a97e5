/** The bench's own arithmetic: medians, FLOP, shapes, ratios, verdicts, settings. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkFirstLoss, meanNats, oneHot, tokenBatch } from "../examples.js";
import { functions } from "../peers/functions.js";
import { missingFromPlot, plot } from "../plot.js";
import { short, table } from "../report.js";
import { interleave, median, medianRatio, type Timing } from "../rounds.js";
import { entriesOf } from "../sections/field.js";
import { judgeFunctions } from "../sections/functions.js";
import { judgeProducts } from "../sections/products.js";
import { beyondLimit, isJudged, judge, type Row } from "../sections/workload.js";
import { peers, readSettings } from "../settings.js";
import { nameOf, trainingShapes } from "../shapes.js";
import type { Runner } from "../subject.js";
import { target } from "../targets.js";
import { ulpsOff, worstUlps } from "../ulps.js";
import { scaled, type Workload, workloadNamed, workloads } from "../workloads.js";

test("median of odd and even counts, of none", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test("a ratio is taken round by round", () => {
  // The machine halves its speed in the last two rounds; the ratio of medians would be 1.5.
  assert.equal(medianRatio([2, 2, 4], [1, 1, 2]), 2);
  assert.equal(medianRatio([3, 8, 30], [1, 4, 10]), 3);
  assert.throws(() => medianRatio([1, 2], [1]), /2 rounds to 1/);
});

test("turns: a slow subject needs no warm-up; one that nothing judges has a single round, the first, or only its opening", async () => {
  const turns: string[] = [];
  const runner = (name: string, opening: number): Runner => ({
    name, host: "node", detail: "", firstLoss: NaN, opening, close: async () => {},
    run: async () => (turns.push(name), { steps: 2, seconds: turns.length, loss: 0 }),
  });
  const runners = [runner("fast", 2), runner("slow", 2.1), runner("slow, not judged", 20), runner("not judged", 0.1), runner("slowest, not judged", 21)];
  const timings = await interleave(runners, 2, 1, () => turns.push("|"), ({ name }) => !name.endsWith("not judged"));
  assert.equal(turns.join(" "), "fast not judged | fast slow slow, not judged not judged | fast slow not judged |");
  assert.deepEqual(timings.map(({ rounds }) => rounds), [[2, 4.5], [2.5, 5], [3], [3.5, 5.5], [21]]);
});

test("judged are our rows, the peaks and the rivals of the targets", () => {
  const w1 = workloadNamed("W1");
  for (const name of ["unfold", "unfold trainStep", "mul+add", "relaxed multiply-add", "tfjs-wasm", "PyTorch", "PyTorch AVX2"]) assert.ok(isJudged(w1, name), name);
  for (const name of ["tfjs-cpu", "brain.js", "onnxruntime-web"]) assert.ok(!isJudged(w1, name), name);
  assert.ok(isJudged(workloadNamed("W3"), "brain.js") && isJudged(workloadNamed("W3"), "plain C"));
});

describe("FLOP", () => {
  const perUnit = (name: string) => {
    const { flopPerStep, unitsPerStep } = workloadNamed(name);
    return flopPerStep / unitsPerStep;
  };
  test("are those that the workloads are known to have", () => {
    assert.equal(perUnit("W1"), 443_136);
    assert.equal(perUnit("W2"), 4_818_432);
    assert.equal(perUnit("W3"), 2_475_000);
    assert.equal(perUnit("W4"), 2 * 2 * (3 * 3 * 64 * 64 + 2 * 3 * 64 * 16) + (3 * 2 * 128 * 5) / 50);
    assert.equal(perUnit("W5"), 557_568);
    assert.equal(perUnit("W6"), 147_712);
  });

  test("are the sum over the products of the shapes, of which each is met once a step, or once in each direction", () => {
    for (const workload of workloads.filter(({ task }) => task === "train")) {
      const { network, flopPerStep } = workload;
      const directions = network.bidirectional ? 2 : 1;
      let sum = 0;
      for (const { m, k, n, uses } of trainingShapes([workload])) {
        for (const use of uses) {
          const times = /head/.test(use) ? 1 : /upper/.test(use) ? directions : directions * (/input/.test(use) ? 1 : network.layers);
          sum += times * 2 * m * k * n * (/recurrence/.test(use) ? network.steps : 1);
        }
      }
      assert.equal(sum, flopPerStep, workload.name);
    }
  });

  test("grow with batch and steps; a layer adds its product with the one below", () => {
    const one = scaled("batch", 1).flopPerStep;
    assert.equal(scaled("batch", 16).flopPerStep, 16 * one);
    assert.equal(scaled("steps", 4).flopPerStep, 4 * one);
    const layer = 3 * 2 * 128 * (4 * 128 * 128 + 4 * 128 * 128);
    assert.equal(scaled("layers", 3).flopPerStep - one, 2 * layer);
    assert.equal(workloadNamed("layers × 3").flopPerStep, scaled("layers", 3).flopPerStep);
    assert.throws(() => workloadNamed("W9"), /W9/);
  });
});

test("shapes: each once, with its uses; one has a target of its own", () => {
  const shapes = trainingShapes();
  assert.equal(new Set(shapes.map(nameOf)).size, shapes.length);
  const own = shapes.filter(({ atLeast }) => atLeast !== 0.7);
  assert.deepEqual(own.map((shape) => [nameOf(shape), shape.atLeast, ...shape.uses]), [["[32 256]·[256 1024]", 0.85, "W2 recurrence"]]);
  assert.ok(shapes.some((shape) => nameOf(shape) === "[1 100]·[100 100]" && shape.uses.length === 2));
});

test("products are judged by the lowest share, and by the shape that has a target", () => {
  const rows = trainingShapes().map((shape, i) => ({ host: "node" as const, kernels: "simd" as const, shape, gflops: 1, share: i === 3 ? 0.6 : 0.84 }));
  const verdicts = judgeProducts(rows).map(({ measured, verdict }) => [measured, verdict]);
  assert.deepEqual(verdicts, [[0.84, "MISSED"], [0.6, "MISSED"]]);
});

describe("a workload's verdicts", () => {
  const timing = (name: string, host: Timing["host"], detail: string, rounds: number[]): Timing => ({ name, host, detail, rounds, firstLoss: NaN, lastLoss: NaN, median: median(rounds) });
  const w2 = workloadNamed("W2");
  const second = w2.flopPerStep; // FLOP of a peak that would do a W2 step in a second
  const timings = [
    timing("mul+add", "node", String(second), [1, 1, 1]),
    timing("relaxed multiply-add", "node", String(second), [0.5, 0.5, 0.5]),
    timing("unfold", "node", "relaxed-simd kernels", [1, 1, 1]),
    timing("unfold deterministic", "node", "simd kernels", [1.25, 1.25, 1.25]),
    timing("tfjs-wasm", "node", "", [30, 26, 20]),
    timing("PyTorch", "native", "", [0.5, 0.5, 0.5]),
    timing("PyTorch AVX2", "native", "", [1, 1, 1]),
  ];
  const { rows, targets } = judge(w2, timings, { hosts: new Set(["node"] as const) });
  const found = (what: string) => targets.find((one) => one.what === what);

  test("shares are of the peak of the row's own instructions", () => {
    const share = (name: string) => rows.find((row) => row.name === name)?.share;
    assert.equal(share("unfold"), 0.5);
    assert.equal(share("unfold deterministic"), 0.8);
    assert.equal(share("PyTorch"), 2);
  });

  test("ratios, verdicts and what the limit would give", () => {
    assert.deepEqual([found("W2 ÷ tfjs-wasm")?.measured, found("W2 ÷ tfjs-wasm")?.verdict], [26, "HOLDS"]);
    assert.deepEqual([found("W2 share of peak")?.measured, found("W2 share of peak")?.verdict], [0.5, "MISSED"]);
    assert.deepEqual([found("W2 deterministic ÷ PyTorch AVX2")?.measured, found("W2 deterministic ÷ PyTorch AVX2")?.verdict], [0.8, "HOLDS"]);
    assert.deepEqual([found("W2 relaxed ÷ PyTorch")?.measured, found("W2 relaxed ÷ PyTorch")?.limit], [0.5, 1]);
  });

  test("what is faster than the limit is told of", () => {
    assert.deepEqual(rows.filter(beyondLimit), []);
    const doubled = judge(w2, timings.map((one) => (one.name === "unfold deterministic" ? { ...one, rounds: [0.9, 0.9, 0.9] } : one)), { hosts: new Set(["node"] as const) });
    assert.deepEqual(doubled.rows.filter(beyondLimit).map(({ name }) => name), ["unfold deterministic"]);
  });

  test("a row of one round is held against the peak of that round", () => {
    const timings = [timing("mul+add", "node", String(second), [2, 1, 1]), timing("tfjs-cpu", "node", "", [8])];
    assert.equal(judge(w2, timings, { hosts: new Set(["node"] as const) }).rows[0]?.share, 0.25);
  });

  test("what is absent is not measured", () => {
    const { targets: alone } = judge(w2, timings.slice(0, 4), { hosts: new Set(["node"] as const) });
    const absent = alone.filter(({ what }) => what.includes("÷"));
    assert.ok(absent.length >= 5 && absent.every(({ verdict, measured }) => verdict === "not measured" && measured === undefined));
  });
});

test("a target holds at its bound; NaN is not measured", () => {
  const verdict = (measured: number | undefined, atMost = false) => target({ what: "", host: "node", measured, wanted: 2, atMost }).verdict;
  assert.deepEqual([verdict(2), verdict(1.99), verdict(2.01)], ["HOLDS", "MISSED", "HOLDS"]);
  assert.deepEqual([verdict(2, true), verdict(1.99, true), verdict(2.01, true)], ["HOLDS", "HOLDS", "MISSED"]);
  assert.deepEqual([verdict(NaN), verdict(undefined)], ["not measured", "not measured"]);
});

test("the loss of a network that has learnt nothing is ln V; what is far from it is refused", () => {
  const w1 = workloadNamed("W1") as Workload;
  const { inputs, targets } = tokenBatch(w1.network);
  assert.deepEqual(targets.subarray(0, 63), inputs.subarray(1, 64));
  assert.ok(inputs.every((id) => id >= 0 && id < 65) && new Set(inputs).size === 65);
  const loss = meanNats(new Float32Array(targets.length * 65).fill(1 / 65), targets, 65);
  assert.ok(Math.abs(loss - Math.log(65)) <= 1e-6);
  checkFirstLoss("it", w1, loss);
  for (const wrong of [0, 3.9, 4.5, NaN]) assert.throws(() => checkFirstLoss("it", w1, wrong), /4\.174/);
  assert.deepEqual([...oneHot(Int32Array.of(2, 0), 3)], [0, 0, 1, 1, 0, 0]);
});

test("settings are read, and strangers refused", () => {
  const settings = readSettings({ ONLY: "W1,product", ROUNDS: "7", SECONDS: "0.1", NODE_ONLY: "1", PEERS: "none" });
  assert.deepEqual([[...settings.only], settings.rounds, settings.seconds, [...settings.hosts], [...settings.peers]], [["W1", "product"], 7, 0.1, ["node"], []]);
  assert.equal(readSettings({}).only.size, 12);
  assert.throws(() => readSettings({ ONLY: "W8" }), /W8/);
  assert.throws(() => readSettings({ ROUNDS: "2.5" }), /whole/);
  assert.throws(() => readSettings({ SECONDS: "-1" }), /above 0/);
  assert.throws(() => readSettings({ NODE_ONLY: "1", CHROMIUM_ONLY: "1" }), /exclude/);
});

test("figures and tables are written alike", () => {
  assert.deepEqual([1.004, 43.21, 9999, 12_345, 4_818_432, NaN, 0.25].map(short), ["1.00", "43.2", "9999", "12.3 k", "4.82 M", "–", "0.250"]);
  assert.equal(table([["a", "b"], ["long", "1"]], ["left", "right"]), "  a     b\n  long  1");
});

test("the plot has a bar for each of its rows, escaped", () => {
  const w3 = workloadNamed("W3");
  const row = (name: string, host: Timing["host"], perSecond: number) => ({ name, host, detail: "", rounds: name === "tfjs-wasm" ? [1] : [1, 1], firstLoss: NaN, lastLoss: NaN, median: 1, share: 1, gflops: 1, unitsPerSecond: perSecond });
  const svg = plot({
    date: "2020-01-01T00:00:00Z", chromium: undefined, notes: {}, rounds: 5, secondsPerRound: 1,
    machine: { cpu: "A & B", cores: 1, memoryGB: 1, system: "", node: "20", v8: "", go: "", unfold: "", commit: "", packages: {} },
    workloads: [{ workload: w3, peaks: [], targets: [], rows: [row("unfold", "node", 100), row("tfjs-wasm", "node", 50), row("tfjs-cpu", "node", 1), row("plain C", "native", 200)] }],
  });
  assert.deepEqual([...svg.matchAll(/<rect class="(\w+)"[^>]* width="([\d.]+)"/g)].map(([, kind, width]) => [kind, width]), [["own", "190.0"], ["browser", "95.0"], ["native", "380.0"]]);
  assert.match(svg, /A &amp; B/);
  assert.deepEqual([...svg.matchAll(/>(\S+) steps\/s, measured once</g)].map(([, figure]) => figure), ["50.0"]);
});

test("ulps: units of the last place of float32, denormals, overflow and NaN included", () => {
  assert.deepEqual([ulpsOff(1 + 2 ** -23, 1), ulpsOff(1 - 2 ** -24, 1), ulpsOff(2 ** -149, 0), ulpsOff(-4, -4 + 3 * 2 ** -22)], [1, 0.5, 1, 3]);
  assert.deepEqual([ulpsOff(Infinity, 2 ** 128 - 2 ** 103), ulpsOff(Infinity, Infinity), ulpsOff(NaN, NaN)], [0.5, 0, 0]);
  assert.deepEqual([ulpsOff(NaN, 1), ulpsOff(1, NaN), ulpsOff(-Infinity, Infinity), ulpsOff(3e38, Infinity)], [Infinity, Infinity, Infinity, Infinity]);
  const twice = (x: Float32Array) => x.map((value) => 2 * value);
  assert.equal(worstUlps(twice, (x) => 2 * x, 1000, 65_537), 0);
  assert.ok(worstUlps((x) => x.map((value) => value * (1 + 2 ** -22)), (x) => x, 1000, 65_537) > 1);
  assert.equal(worstUlps(() => new Float32Array(1000), (x) => 2 * x, 1000, 65_537), Infinity);
});

test("functions: as many values as W1 has; judged one by one, their shares together", () => {
  const { network } = workloadNamed("W1");
  const values = Object.values(functions).map((one) => one.calls(network)).map(({ calls, n }) => calls * n);
  assert.deepEqual(values, [2048 * 65, 2 * 2048 * 128, 3 * 2048 * 128]);
  const rows = [0.02, 0.05, 0.09].map((share, i) => ({ host: "node" as const, kernels: "simd" as const, name: "f", ulps: 3 + i, seconds: 1, share }));
  assert.deepEqual(judgeFunctions(rows).map(({ verdict }) => verdict), ["HOLDS", "HOLDS", "MISSED", "MISSED"]);
  assert.deepEqual(judgeFunctions([]), []);
});

test("the figure is drawn of whole runs only", () => {
  const settings = { hosts: new Set(["chromium"] as const), peers: new Set(peers) };
  const whole = workloads.map((workload) => {
    const rows = entriesOf(workload, settings).map(({ host, subject }) => ({ host, name: subject, median: 1 }) as Row);
    return { workload, peaks: [], targets: [], rows };
  });
  assert.deepEqual(missingFromPlot({ workloads: whole, rounds: 5 }), []);
  const without = (name: string) => whole.map((result) => ({ ...result, rows: result.rows.filter((row) => row.name !== name) }));
  assert.deepEqual(missingFromPlot({ workloads: without("PyTorch"), rounds: 5 }), workloads.map(({ name }) => `${name} PyTorch (native)`));
  assert.deepEqual(missingFromPlot({ workloads: without("plain C"), rounds: 5 }), ["W3 plain C (native)", "W5 plain C (native)"]);
  assert.deepEqual(missingFromPlot({ workloads: without("tfjs-cpu"), rounds: 4 }), ["five rounds (4)"]);
  assert.equal(missingFromPlot({ workloads: whole.slice(1), rounds: 5 })[0], "W1 unfold (chromium)");
});
