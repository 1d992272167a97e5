/** inspect(…, "equations"): the float64 equations beside the engine. They are judged by other equations, and judge the engine's family. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Aspect, Batch, LayerConfig, Model, ModelConfig, OutputConfig, PassOptions, State } from "unfold-rnn";
import { createModel as createExternal } from "unfold-rnn/external";
import { assertClose, assertRefused, configOf, fingerprint, ids, modes, stateTensors, tensors, withModel } from "./models.js";
import { formulaState, formulaWeights, type Network, run } from "./reference.js";

const direct = { worker: false } as const;

async function equationsOf(model: Model, batch: Batch, options?: PassOptions) {
  const { equations } = await model.inspect(batch, "equations", options);
  assert.ok(equations);
  return equations;
}

for (const cells of [["rnn"], ["lstm"], ["lstm", "rnn"]] as const) {
  test(`${cells.join("+")}: the same numbers as equations that were written apart from them, to double precision`, () => {
    const net: Network = { vocabulary: 7, cells, hidden: 5 };
    const [weights, state] = [formulaWeights(net), formulaState(net, 3)];
    const batch = { inputs: ids(3 * 6, 7, 1), targets: ids(3 * 6, 7, 2), shape: [3, 6] as const };
    return withModel(configOf(net), direct, async (model) => {
      await model.setWeights(tensors(net, weights));
      const want = run(net, weights, { ...batch, state });
      const got = await equationsOf(model, { ...batch, state: stateTensors(state, 5) });
      assertClose("loss", [got.loss], [want.loss], 1e-12);
      assert.deepEqual(Object.keys(got.gradients), Object.keys(want.gradients));
      for (const [name, { data }] of Object.entries(got.gradients)) assertClose(name, data, want.gradients[name] as Float64Array, 1e-12);
    });
  });
}

const stacks: Record<string, LayerConfig[]> = {
  "rnn tanh": [{ cell: "rnn", hidden: 5 }],
  "rnn relu normalised": [{ cell: "rnn", hidden: 5, activation: "relu", layerNorm: true }, { cell: "rnn", hidden: 4 }],
  "lstm normalised, dropped": [{ cell: "lstm", hidden: 5, layerNorm: true, dropout: 0.5 }, { cell: "lstm", hidden: 3 }],
  "gru": [{ cell: "gru", hidden: 5 }, { cell: "gru", hidden: 4, layerNorm: true }],
  "gru reset before": [{ cell: "gru", hidden: 5, resetAfter: false }],
  "lstm both ways": [{ cell: "lstm", hidden: 4, bidirectional: true }, { cell: "lstm", hidden: 3, bidirectional: true, merge: "sum" }],
  "unlike layers": [{ cell: "gru", hidden: 4, bidirectional: true, merge: "multiply" }, { cell: "rnn", hidden: 6, bidirectional: true, merge: "average" }, { cell: "lstm", hidden: 3 }],
  "jordan": [{ cell: "rnn", hidden: 5, recurrence: "output" }],
  "jordan relu": [{ cell: "rnn", hidden: 5, recurrence: "output", activation: "relu" }],
};
const inputs = [{ input: { features: 3 } }, { input: { tokens: 6 } }, { input: { tokens: 6 }, embedding: 4 }] as const;
const outputs = [{ classes: 4 }, { values: 2 }, { labels: 3 }] as const satisfies readonly OutputConfig[];

const floats = (n: number, seed: number): Float32Array => Float32Array.from({ length: n }, (_, i) => 0.7 * Math.sin(1 + 3 * i + seed));

/** Sequences of unlike length, one of none, under a mask, from a given state unless one is learned. */
async function batchFor(model: Model, config: ModelConfig): Promise<Batch> {
  const [B, T] = [4, 5];
  const width = Object.values(config.output)[0] as number;
  const answers = B * (config.readout === "last" ? 1 : T);
  const batch: Batch = {
    inputs: "tokens" in config.input ? ids(B * T, 6, 3) : floats(B * T * 3, 2),
    targets: "classes" in config.output ? ids(answers, width, 4) : floats(answers * width, 7).map(Math.abs),
    shape: [B, T], lengths: Int32Array.of(3, 5, 0, 1), mask: Float32Array.from({ length: B * T }, (_, i) => [1, 0.5, 2, 0][i % 4] as number),
  };
  if (config.initialState === "learned") return batch;
  const { state } = await model.forward({ inputs: batch.inputs, shape: batch.shape }); // for its names and shapes
  const given: State = Object.fromEntries(Object.entries(state).map(([name, { shape, data }], k) => [name, { shape, data: floats(data.length, k) }]));
  return { ...batch, state: given };
}

for (const [name, layers] of Object.entries(stacks)) {
  const feedback = layers[0]?.recurrence === "output";
  for (const readout of feedback ? (["every"] as const) : (["every", "last"] as const)) {
    for (const [k, output] of outputs.entries()) {
      const config: ModelConfig = { ...(inputs[(k + name.length) % 3] as (typeof inputs)[number]), layers, readout, output, initialState: k === 1 ? "learned" : "zeros", seed: 5 };
      for (const options of feedback ? [{}, { teacherForcing: 0 }, { teacherForcing: 1 }] : [{}]) {
        test(`${name}, ${readout}, ${JSON.stringify(output)} ${JSON.stringify(options)}: the engine's gradients are those of the equations`, () =>
          withModel(config, direct, async (model) => {
            const weights = await model.weights();
            await model.setWeights(Object.fromEntries(Object.entries(weights).map(([name, { shape, data }], k) => [name, { shape, data: floats(data.length, k) }])));
            const batch = await batchFor(model, config);
            const engine = await model.gradients(batch, options);
            const { loss, gradients } = await equationsOf(model, batch, options);
            assertClose("loss", [engine.loss], [loss], 1e-5);
            assert.deepEqual(Object.keys(gradients), Object.keys(weights));
            for (const [name, { shape, data }] of Object.entries(gradients)) {
              assert.deepEqual(shape, weights[name]?.shape, name);
              assert.ok(data instanceof Float64Array);
              assert.ok(data.some((d) => d !== 0), `${name}: nothing to compare with`);
              assertClose(name, engine.gradients[name]?.data ?? [], data, 1e-4);
            }
          }));
      }
    }
  }
}

const plain: ModelConfig = { input: { tokens: 6 }, layers: [{ cell: "gru", hidden: 5 }], output: { classes: 6 }, seed: 5 };
const batch: Batch = { inputs: ids(2 * 5, 6, 1), targets: ids(2 * 5, 6, 2), shape: [2, 5] };

for (const { mode, runtime } of modes) {
  describe(`equations, ${mode}`, () => {
    test("beside other aspects, and alone nothing else; plain arrays are taken, the caller's stay whole; the model is left as it was", () =>
      withModel(plain, runtime, async (model) => {
        const before = await fingerprint(model);
        const listed = { ...batch, inputs: Array.from(batch.inputs), targets: Array.from(batch.targets ?? []), lengths: [5, 4] };
        const seen = await model.inspect(listed, ["equations", "gates", "spectralRadius"]);
        assert.deepEqual(Object.keys(seen).sort(), ["equations", "gates", "loss", "spectralRadius"]);
        const typed = { ...batch, lengths: Int32Array.of(5, 4) };
        const alone = await model.inspect(typed, "equations");
        assert.deepEqual(Object.keys(alone).sort(), ["equations", "loss"]);
        assert.deepEqual(alone.equations, seen.equations);
        assert.equal(typed.inputs.length, 10);
        assert.equal(await fingerprint(model), before);
      }));

    test("where nothing counts, all of it is zero", () =>
      withModel(plain, runtime, async (model) => {
        const { loss, gradients } = await equationsOf(model, { ...batch, mask: new Float32Array(10) });
        assert.equal(loss, 0);
        for (const { data } of Object.values(gradients)) assert.ok(data.every((d) => d === 0));
      }));

    test("a question that comes later does not wait for all sequences", () =>
      withModel(plain, runtime, async (model) => {
        const order: string[] = [];
        await equationsOf(model, batch); // both programs are there
        const many: Batch = { inputs: ids(64 * 20, 6, 1), targets: ids(64 * 20, 6, 2), shape: [64, 20] };
        const long = equationsOf(model, many).then(() => order.push("equations"));
        await model.inspect(batch, "spectralRadius").then(() => order.push("spectral radius"));
        await long;
        assert.deepEqual(order, ["spectral radius", "equations"]);
      }));

    test("what they have no answer for is refused by name", async () => {
      const ask = (model: Model, came: Batch = batch, options?: PassOptions) => () => model.inspect(came, "equations", options);
      await withModel(plain, runtime, async (model) => {
        await assertRefused(ask(model, { inputs: batch.inputs, shape: batch.shape }), "CONFIG", /targets are missing/);
        await assertRefused(ask(model, { ...batch, shape: [2, 4] }), "SHAPE", /inspect/);
        await assertRefused(ask(model, batch, { recompute: 2 }), "CONFIG", /recompute/);
        await assertRefused(() => model.inspect(batch, "equation" as Aspect), "CONFIG", /did you mean "equations"/);
      });
      await withModel({ ...plain, layers: [{ cell: "rnn", hidden: 5, recurrence: "output" }] }, runtime, async (model) => {
        await assertRefused(ask(model, batch, { teacherForcing: 0.5 }), "UNSUPPORTED", /teacherForcing is 0\.5.*"equations" want 0 or 1/);
        await assertRefused(ask(model, batch, { teacherForcing: 2 }), "RANGE", /teacherForcing/);
        assert.ok((await equationsOf(model, batch)).loss > 0, "and both programs go on");
      });
      await withModel({ ...plain, decoder: { layers: [{ cell: "gru", hidden: 5 }] } }, runtime, async (model) => {
        await assertRefused(ask(model), "UNSUPPORTED", /decoder/);
      });
      await withModel({ ...plain, loss: "ctc" }, runtime, async (model) => {
        await assertRefused(ask(model, { ...batch, targetLengths: Int32Array.of(1, 1) }), "UNSUPPORTED", /ctc/);
      });
    });
  });
}

test("the build with its wasm beside it has them too", async () => {
  const model = await createExternal(plain);
  try {
    assertClose("loss", [(await model.forward(batch)).loss as number], [(await equationsOf(model, batch)).loss], 1e-6);
  } finally {
    await model.dispose();
  }
});
