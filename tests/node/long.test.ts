import assert from "node:assert/strict";
import { test } from "node:test";
import { createModel, loadModel, textDataset, type ModelConfig, type Tensor } from "unfold-rnn";
import { assertClose, assertRefused, fingerprint, ids, verse } from "./models.js";

const runtime = { worker: false };
const adam = { name: "adam", learningRate: 0.01, clipNorm: 1 } as const;
const stack: ModelConfig = {
  input: { tokens: 7 }, embedding: 5, layers: [{ cell: "lstm", hidden: 6, dropout: 0.2 }, { cell: "gru", hidden: 5, layerNorm: true }], output: { classes: 7 },
  initialState: "learned", seed: 3,
};
const batch = { inputs: ids(3 * 20, 7), targets: ids(3 * 20, 7, 5), shape: [3, 20] as const, lengths: [20, 7, 13] };

test("recompute: the same loss, gradients and weights for any length of segment", async () => {
  const whole = await createModel(stack, runtime);
  const cut = await createModel(stack, runtime);
  const want = await whole.gradients(batch);
  for (const recompute of [1, 6, 20, 1000, true, false]) {
    const got = await cut.gradients(batch, { recompute });
    assert.ok(Math.abs(got.loss - want.loss) <= 1e-6 * want.loss);
    for (const [name, { data }] of Object.entries(want.gradients)) assertClose(name, got.gradients[name]?.data ?? [], data, 1e-5);
    const forward = await cut.forward(batch, { recompute });
    assertClose("outputs", forward.outputs.data, (await whole.forward(batch)).outputs.data, 1e-5);
  }
  for (let k = 0; k < 3; k++) {
    const a = await whole.trainStep(batch, adam);
    const b = await cut.trainStep(batch, adam, { recompute: 6 });
    assert.ok(Math.abs(a.loss - b.loss) <= 1e-5 * a.loss, "dropout takes the same masks");
  }
  const both = await createModel({ ...stack, layers: [{ cell: "gru", hidden: 4, bidirectional: true }] }, runtime);
  await assertRefused(() => both.gradients(batch, { recompute: 4 }), "UNSUPPORTED", /recompute.*bidirectional/);
  await assertRefused(() => cut.gradients(batch, { recompute: 0 }), "RANGE", /recompute is 0, want 1 or more/);
  await assertRefused(() => cut.gradients(batch, { recompute: "auto" as unknown as number }), "CONFIG", /recompute/);
  for (const model of [whole, cut, both]) await model.dispose();
});

test("stride and recompute while training: the whole text is learned from, windows look back", async () => {
  const data = await textDataset(verse, { unit: "char", validation: 0.1 });
  const config: ModelConfig = { input: { tokens: data.tokens }, layers: [{ cell: "lstm", hidden: 32 }], output: { classes: data.tokens }, seed: 5 };
  const run = { batch: 4, steps: 24, stride: 8, iterations: 60, optimizer: { name: "adam", learningRate: 0.02 }, validation: { every: 30 } } as const;
  const losses: number[][] = [];
  for (const recompute of [false, 7]) {
    const model = await createModel(config, runtime);
    const seen: number[] = [];
    for await (const p of model.train(data, { ...run, recompute })) seen.push(p.loss, p.validationLoss ?? 0);
    assert.ok((seen[118] as number) < 0.6 * (seen[0] as number), `${seen[0]} to ${seen[118]}`);
    losses.push(seen);
    await assertRefused(async () => model.train(data, { ...run, stride: 25 }), "RANGE", /stride is 25, want 1 … 24/);
    await assertRefused(async () => model.train(data, { ...run, stateful: false }), "CONFIG", /stride 8.*stateful/);
    await model.dispose();
  }
  assertClose("losses", losses[1] as number[], losses[0] as number[], 1e-3);
});

test("a learned initial state is a parameter, acts on step, generate and forward, and is saved", async () => {
  const model = await createModel({ input: { tokens: 7 }, layers: [{ cell: "lstm", hidden: 4 }], output: { classes: 7 }, initialState: "learned" }, runtime);
  assert.deepEqual(Object.keys(await model.weights()).slice(4, 6), ["rnn.h0_l0", "rnn.c0_l0"]);
  const zeros = await model.step(2);
  for (let k = 0; k < 5; k++) await model.trainStep(batch, adam);
  const { "rnn.h0_l0": h0, "rnn.c0_l0": c0 } = (await model.weights()) as Record<string, Tensor>;
  assert.ok(h0 && c0);
  assert.ok(h0.data.some((v) => v !== 0) && c0.data.some((v) => v !== 0));
  const given = { h_l0: { shape: [1, 4], data: h0.data }, c_l0: { shape: [1, 4], data: c0.data } };
  assert.deepEqual((await model.step(2)).output, (await model.step(2, given)).output);
  assert.notDeepEqual((await model.step(2)).output, zeros.output);
  const loaded = await loadModel(await model.save(), runtime);
  assert.deepEqual(loaded.config.initialState, "learned");
  assert.deepEqual(await loaded.step(2), await model.step(2));
  await loaded.dispose();
  await model.dispose();
});

test("what overflows is named, and nothing changes", async () => {
  const config: ModelConfig = { input: { features: 1 }, layers: [{ cell: "rnn", hidden: 1, activation: "relu" }], output: { values: 1 } };
  const model = await createModel(config, runtime);
  const one = (shape: number[], value: number): Tensor => ({ shape, data: Float32Array.of(value) });
  await model.setWeights({
    "rnn.weight_ih_l0": one([1, 1], 0), "rnn.weight_hh_l0": one([1, 1], 1e20), "rnn.bias_ih_l0": one([1], 1), "rnn.bias_hh_l0": one([1], 0), "head.weight": one([1, 1], 0),
  });
  const before = await fingerprint(model);
  const long = { inputs: new Float32Array(8), targets: new Float32Array(8), shape: [2, 4] as const, lengths: [2, 4] };
  const state = /state h_l0 of sequence 1 at step 2 is \+Inf/;
  await assertRefused(() => model.forward(long), "NUMERIC", state);
  await assertRefused(() => model.gradients(long), "NUMERIC", state);
  await assertRefused(() => model.trainStep(long, adam), "NUMERIC", state);
  const second = await model.step([0], (await model.step([0])).state);
  await assertRefused(() => model.step([0], second.state), "NUMERIC", /step: state h_l0/);
  const far = { inputs: new Float32Array(2), targets: Float32Array.of(0, 1e30), shape: [1, 2] as const };
  await assertRefused(() => model.trainStep(far, adam), "NUMERIC", /the loss is \+Inf, that of sequence 0 at step 1/);
  const data = {
    kind: "sequences", input: { features: 1 }, output: { values: 1 }, perStep: true,
    train: { lengths: Int32Array.of(2), inputs: new Float32Array(2), targets: Float32Array.of(0, 1e30) },
  } as const;
  await assertRefused(async () => model.train(data, { batch: 1, iterations: 3, optimizer: adam }), "NUMERIC", /sequence 0 at step 1.*put back to those of step 0/);
  assert.equal(await fingerprint(model), before);
  await model.dispose();
});
