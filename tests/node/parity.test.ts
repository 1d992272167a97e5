import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Model, Tensor } from "unfold-rnn";
import { assertClose, configOf, ids, modes, stateTensors, tensors, withModel } from "./models.js";
import { formulaState, formulaWeights, type Network, Optimizer, type Result, run, shapes } from "./reference.js";

const tolerance = 1e-5;

const networks: { name: string; net: Network }[] = [
  { name: "rnn", net: { vocabulary: 7, cells: ["rnn"], hidden: 5 } },
  { name: "lstm", net: { vocabulary: 7, cells: ["lstm"], hidden: 5 } },
  { name: "rnn, 2 layers", net: { vocabulary: 11, cells: ["rnn", "rnn"], hidden: 9 } },
  { name: "lstm, 2 layers", net: { vocabulary: 11, cells: ["lstm", "lstm"], hidden: 9 } },
  { name: "lstm below rnn", net: { vocabulary: 6, cells: ["lstm", "rnn"], hidden: 4 } },
];

function assertTensors(where: string, got: Record<string, Tensor>, want: Record<string, Float64Array>): void {
  assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort(), where);
  for (const [name, values] of Object.entries(want)) {
    assertClose(`${where} ${name}`, (got[name] as Tensor).data, values, tolerance);
  }
}

async function assertAgrees(model: Model, net: Network, B: number, T: number): Promise<void> {
  const state = formulaState(net, B);
  const inputs = ids(B * T, net.vocabulary, 3);
  const targets = ids(B * T, net.vocabulary, 4);
  const want: Result = run(net, formulaWeights(net), { inputs, targets, shape: [B, T], state });
  const batch = { inputs, targets, shape: [B, T] as [number, number], state: stateTensors(state, net.hidden) };

  const forward = await model.forward(batch);
  assert.deepEqual(forward.outputs.shape, [B, T, net.vocabulary]);
  assertClose("outputs", forward.outputs.data, want.outputs, tolerance);
  assertClose("loss", [forward.loss ?? NaN], [want.loss], tolerance);
  assertTensors("state", forward.state as Record<string, Tensor>, want.state);

  const { loss, gradients, initialState } = await model.gradients(batch);
  assertClose("loss", [loss], [want.loss], tolerance);
  for (const [name, shape] of Object.entries(shapes(net))) assert.deepEqual(gradients[name]?.shape, shape, name);
  assertTensors("gradient", gradients, want.gradients);
  assertTensors("initial state", initialState as Record<string, Tensor>, want.initialState);
}

for (const { mode, runtime } of modes) {
  describe(`against the float64 reference, ${mode}`, () => {
    for (const { name, net } of networks) {
      test(`${name}: outputs, loss, state and every gradient`, () =>
        withModel(configOf(net), { ...runtime, deterministic: true }, async (model) => {
          await model.setWeights(tensors(net, formulaWeights(net)));
          await assertAgrees(model, net, 3, 6);
          await assertAgrees(model, net, 1, 1);
          await assertAgrees(model, net, 5, 2);
        }));
    }

    for (const name of ["adam", "adagrad"] as const) {
      test(`ten steps of ${name}, clipped, end at the reference's weights`, () => {
        const net: Network = { vocabulary: 7, cells: ["lstm", "lstm"], hidden: 5 };
        const [B, T, learningRate, clipNorm] = [3, 5, 0.02, 0.25];
        return withModel(configOf(net), { ...runtime, deterministic: true }, async (model) => {
          const weights = formulaWeights(net);
          await model.setWeights(tensors(net, weights));
          const optimizer = new Optimizer(name, learningRate, clipNorm);
          let clipped = 0;
          for (let step = 1; step <= 10; step++) {
            const [inputs, targets] = [ids(B * T, net.vocabulary, step), ids(B * T, net.vocabulary, step + 50)];
            const want = run(net, weights, { inputs, targets, shape: [B, T] });
            const gradNorm = optimizer.step(weights, want.gradients);
            if (gradNorm > clipNorm) clipped++;
            const got = await model.trainStep({ inputs, targets, shape: [B, T] }, { name, learningRate, clipNorm });
            assert.equal(got.step, step);
            assert.equal(got.learningRate, learningRate);
            assertClose(`loss of step ${step}`, [got.loss], [want.loss], 1e-4);
            assertClose(`gradNorm of step ${step}`, [got.gradNorm], [gradNorm], 1e-4);
          }
          assert.ok(clipped > 0 && clipped <= 10, `the clip must act in this test; it did ${clipped} times`);
          const got = await model.weights();
          for (const [tensor, values] of Object.entries(weights)) assertClose(tensor, (got[tensor] as Tensor).data, values, 2e-4);
        });
      });
    }
  });
}
