import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Aspect, Batch, Model, ModelConfig, State, Tensor } from "unfold-rnn";
import { createModel as createExternal } from "unfold-rnn/external";
import { assertRefused, ids, modes, withModel } from "./models.js";

const config: ModelConfig = {
  input: { tokens: 6 }, layers: [{ cell: "lstm", hidden: 5 }, { cell: "rnn", hidden: 4, bidirectional: true }], output: { classes: 6 }, seed: 5,
};
const batch: Batch = { inputs: ids(3 * 7, 6, 1), targets: ids(3 * 7, 6, 2), shape: [3, 7], lengths: [7, 4, 1] };
const plain: ModelConfig = { input: { tokens: 6 }, layers: [{ cell: "rnn", hidden: 5 }], output: { classes: 6 }, seed: 5 };

const at = ({ shape, data }: Tensor, ...index: number[]): number => data[index.reduce((sum, i, d) => sum * (shape[d] as number) + i, 0)] as number;
const get = (tensors: Record<string, Tensor> | undefined, name: string): Tensor => {
  const tensor = tensors?.[name];
  assert.ok(tensor, `no ${name} among ${Object.keys(tensors ?? {})}`);
  return tensor;
};

/** Loss of the steps from `from` on, from a given state before them. */
async function lossFrom(model: Model, from: number, steps: number, state: State): Promise<number> {
  const part = (x: ArrayLike<number>): Int32Array => Int32Array.from(Array.from(x).slice(from, steps));
  const { loss } = await model.forward({ inputs: part(batch.inputs), targets: part(batch.targets as Int32Array), shape: [1, steps - from], state });
  return (loss as number) * (steps - from);
}

for (const { mode, runtime } of modes) {
  describe(`inspect, ${mode}`, () => {
    test("shapes and names", () =>
      withModel(config, runtime, async (model) => {
        const seen = await model.inspect(batch, ["activations", "gates", "gradients", "lag", "shares", "jacobian", "spectralRadius", "components"]);
        const shapes = (tensors: Record<string, Tensor> | undefined): Record<string, number[]> => Object.fromEntries(Object.entries(tensors ?? {}).map(([k, t]) => [k, t.shape]));
        assert.deepEqual(shapes(seen.activations), {
          h_l0: [3, 7, 5], c_l0: [3, 7, 5], h_l1: [3, 7, 4], h_l1_reverse: [3, 7, 4], logits: [3, 7, 6], outputs: [3, 7, 6],
        });
        assert.deepEqual(Object.keys(seen.gates ?? {}).sort(), ["a_l1", "a_l1_reverse", "f_l0", "g_l0", "i_l0", "o_l0"]);
        assert.deepEqual(shapes(seen.gradients), { h_l1: [3, 7, 4], h_l1_reverse: [3, 7, 4], h_l0: [3, 7, 5], x: [3, 7, 6], c_l0: [3, 7, 5], logits: [3, 7, 6] });
        const lags = ["h_l1", "h_l1_ahead", "h_l1_reverse", "h_l1_reverse_behind", "h_l0", "h_l0_ahead", "c_l0", "c_l0_ahead", "x", "x_ahead"];
        assert.deepEqual(shapes(seen.lag), Object.fromEntries(lags.map((name) => [name, [3, 1, 7]])));
        assert.deepEqual(shapes(seen.jacobian), { s_l0: [3, 7, 10, 10], s_l1: [3, 7, 4, 4], s_l1_reverse: [3, 7, 4, 4] });
        assert.deepEqual(shapes(seen.spectralRadius), { s_l0: [3, 7], s_l1: [3, 7], s_l1_reverse: [3, 7] });
        assert.deepEqual(Object.keys(seen.shares ?? {}), Object.keys(await model.weights()));
        assert.deepEqual(Object.keys(seen.components ?? {}).sort(), ["h_l0", "h_l1", "h_l1_reverse"]);
        assert.deepEqual(seen.components?.h_l0?.projected.shape, [3, 7, 2]);
        const { outputs, loss } = await model.forward(batch);
        assert.deepEqual(get(seen.activations, "outputs"), outputs);
        assert.equal(seen.loss, loss);
        for (const tensor of Object.values(seen.gradients ?? {})) assert.equal(at(tensor, 1, 5, 0), 0, "zero past the sequence's end");
      }));

    test("dL/dh(t) is the difference quotient of the loss of what comes after", () =>
      withModel(plain, runtime, async (model) => {
        const steps = 7;
        const one: Batch = { inputs: (batch.inputs as Int32Array).slice(0, steps), targets: (batch.targets as Int32Array).slice(0, steps), shape: [1, steps] };
        const { gradients, activations } = await model.inspect(one, ["gradients", "activations"]);
        const dh = get(gradients, "h_l0");
        const h = get(activations, "h_l0");
        const delta = 1 / 128;
        for (const t of [0, 3, 5]) {
          for (let j = 0; j < 5; j++) {
            const moved = async (by: number): Promise<number> => {
              const data = h.data.slice(t * 5, t * 5 + 5) as Float32Array;
              data[j] = (data[j] as number) + by;
              return lossFrom(model, t + 1, steps, { h_l0: { shape: [1, 5], data } });
            };
            // The loss of step t itself reaches h(t) through the readout: do(t) V, taken from the outputs.
            const weights = await model.weights();
            let through = 0;
            for (let o = 0; o < 6; o++) {
              const y = at(get(activations, "outputs"), 0, t, o) - (o === (one.targets as Int32Array)[t] ? 1 : 0);
              through += y * at(get(weights, "head.weight"), o, j);
            }
            const want = (((await moved(delta)) - (await moved(-delta))) / (2 * delta) + through) / steps;
            assert.ok(Math.abs(at(dh, 0, t, j) - want) < 2e-5, `step ${t}, unit ${j}: ${at(dh, 0, t, j)}, want ${want}`);
          }
        }
      }));

    test("the spectral radius of a network of one unit is |w (1 - h²)|; its principal component is the line that its states lie on", () =>
      withModel({ ...plain, layers: [{ cell: "rnn", hidden: 1 }] }, runtime, async (model) => {
        const { activations, spectralRadius, components } = await model.inspect(batch, ["activations", "spectralRadius", "components"], { components: 1 });
        const w = at(get(await model.weights(), "rnn.weight_hh_l0"), 0, 0);
        let sum = 0;
        for (let t = 0; t < 7; t++) {
          const h = at(get(activations, "h_l0"), 0, t, 0);
          assert.ok(Math.abs(at(get(spectralRadius, "s_l0"), 0, t) - Math.abs(w * (1 - h * h))) < 1e-6);
        }
        const lengths = [7, 4, 1];
        lengths.forEach((n, b) => { for (let t = 0; t < n; t++) sum += at(get(activations, "h_l0"), b, t, 0); });
        const c = components?.h_l0;
        assert.ok(c && Math.abs(at(c.mean, 0) - sum / 12) < 1e-6);
        assert.equal(at(c.directions, 0, 0), 1);
        assert.ok(Math.abs(at(c.projected, 1, 2, 0) - (at(get(activations, "h_l0"), 1, 2, 0) - sum / 12)) < 1e-6);
      }));

    test("looking does not disturb training", async () => {
      const ends: Record<string, Tensor>[] = [];
      for (const looking of [false, true]) {
        await withModel({ ...plain, layers: [{ cell: "gru", hidden: 6, dropout: 0.2 }] }, { ...runtime, deterministic: true }, async (model) => {
          for (let k = 0; k < 12; k++) {
            await model.trainStep(batch, { name: "adam", learningRate: 0.01 });
            if (looking) await model.inspect(batch, ["gradients", "lag", "jacobian", "shares"]);
          }
          const run = model.train({ tokens: 6, ids: ids(300, 6, 4) }, { batch: 3, steps: 5, iterations: 25, optimizer: { name: "adam", learningRate: 0.01 }, sliceMs: 1 });
          for await (const _ of run) if (looking) await model.inspect(batch, "gates");
          ends.push(await model.weights());
        });
      }
      assert.deepEqual(ends[0], ends[1]);
    });

    test("what is wrong is named", () =>
      withModel(config, runtime, async (model) => {
        const untargeted: Batch = { inputs: batch.inputs, shape: batch.shape };
        await assertRefused(() => model.inspect(batch, "gate" as Aspect), "CONFIG", /"gate" is not an aspect; did you mean "gates"/);
        await assertRefused(() => model.inspect(batch, "lag", { at: [] }), "CONFIG", /at is empty/);
        await assertRefused(() => model.inspect(batch, []), "CONFIG", /what is empty/);
        await assertRefused(() => model.inspect(batch, [7 as unknown as Aspect]), "CONFIG", /the number 7/);
        await assertRefused(() => model.inspect(untargeted, "lag"), "CONFIG", /targets are missing/);
        await assertRefused(() => model.inspect(batch, "lag", { at: [7] }), "RANGE", /at\[0\] is 7, want 0 … 6/);
        await assertRefused(() => model.inspect(batch, "gates", { at: [0] }), "CONFIG", /at goes with "lag"/);
        await assertRefused(() => model.inspect(batch, "gates", { components: 2 }), "CONFIG", /components goes with/);
        await assertRefused(() => model.inspect(batch, "components", { components: 1.5 }), "RANGE", /1\.5/);
        await assertRefused(() => model.inspect(batch, "components", { components: 6 }), "SHAPE", /more directions/);
        await assertRefused(() => model.inspect(batch, "gates", { component: 2 } as never), "CONFIG", /"component" is not an option/);
        await assertRefused(() => model.inspect({ ...untargeted, shape: [3, 6] }, "gates"), "SHAPE", /inspect/);
        assert.ok((await model.inspect(untargeted, "gates")).gates, "and the model goes on");
      }));
  });
}

test("the build with its wasm beside it finds the analysis beside it too", async () => {
  const model = await createExternal(plain);
  try {
    const { spectralRadius } = await model.inspect(batch, "spectralRadius");
    assert.equal(get(spectralRadius, "s_l0").data.length, 21);
  } finally {
    await model.dispose();
  }
});
