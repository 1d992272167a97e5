import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createModel, type Tensor } from "unfold-rnn";
import { assertClose, assertRefused, configOf, fingerprint, ids, modes, tensors, withModel } from "./models.js";
import { formulaWeights, type Network, norm, shapes } from "./reference.js";

const net: Network = { vocabulary: 13, cells: ["lstm", "rnn"], hidden: 8 };
const shape: [number, number] = [4, 10];
const batch = { inputs: ids(40, 13, 1), targets: ids(40, 13, 2), shape };

for (const { mode, runtime } of modes) {
  describe(`the contract, ${mode}`, () => {
    test("a model says where it runs and keeps its config", () =>
      withModel(configOf(net, 3), runtime, async (model) => {
        assert.equal(model.runtime.mode, mode);
        assert.ok(["simd", "relaxed-simd"].includes(model.runtime.kernels), model.runtime.kernels);
        assert.equal(model.runtime.threads, 1);
        assert.equal(JSON.stringify(model.config), JSON.stringify(configOf(net, 3)));
      }));

    test("deterministic chooses the kernels that give the same bits everywhere", () =>
      withModel(configOf(net), { ...runtime, deterministic: true }, async (model) => assert.equal(model.runtime.kernels, "simd")));

    test("weights have PyTorch's names, shapes and initial range", () =>
      withModel(configOf(net), runtime, async (model) => {
        const weights = await model.weights();
        const want = shapes(net);
        assert.deepEqual(Object.keys(weights).sort(), Object.keys(want).sort());
        const bound = 1 / Math.sqrt(net.hidden);
        for (const [name, { shape: got, data }] of Object.entries(weights)) {
          assert.deepEqual(got, want[name], name);
          const largest = Math.max(...Array.from(data, Math.abs));
          assert.ok(largest <= bound && largest > bound / 2, `${name}: largest ${largest}, want just under ${bound}`);
        }
      }));

    test("setWeights takes what weights gives, whole or in part", () =>
      withModel(configOf(net), runtime, async (model) => {
        const wanted = tensors(net, formulaWeights(net));
        await model.setWeights(wanted);
        for (const [name, { data }] of Object.entries(await model.weights())) assert.deepEqual(data, wanted[name]?.data, name);
      }));

    test("tensors are copies: writing into them does not reach the model", () =>
      withModel(configOf(net), runtime, async (model) => {
        const before = await fingerprint(model);
        const weights = await model.weights();
        for (const { data } of Object.values(weights)) data.fill(7);
        const { outputs } = await model.forward(batch);
        outputs.data.fill(7);
        assert.equal(await fingerprint(model), before);
      }));

    test("a new model's loss is about ln V nats, and is the mean over all steps", () =>
      withModel(configOf(net), runtime, async (model) => {
        const { outputs, loss } = await model.forward(batch);
        assert.ok(Math.abs((loss ?? NaN) - Math.log(13)) <= 0.3, `loss ${loss}`);
        let sum = 0;
        for (const [row, target] of batch.targets.entries()) sum -= Math.log(outputs.data[row * 13 + target] as number);
        assertClose("loss", [loss ?? NaN], [sum / 40], 1e-5);
        for (let row = 0; row < 40; row++) {
          const total = Array.from(outputs.data.subarray(row * 13, row * 13 + 13)).reduce((a, b) => a + b, 0);
          assertClose("sum of probabilities", [total], [1], 1e-5);
        }
      }));

    test("forward without targets has no loss", () =>
      withModel(configOf(net), runtime, async (model) => {
        const result = await model.forward({ inputs: batch.inputs, shape });
        assert.equal(result.loss, undefined);
        assert.deepEqual(Object.keys(result.state).sort(), ["c_l0", "h_l0", "h_l1"]);
      }));

    test("plain arrays of ids are taken like typed ones", () =>
      withModel(configOf(net), runtime, async (model) => {
        const typed = await model.forward(batch);
        const plain = await model.forward({ inputs: Array.from(batch.inputs), targets: Array.from(batch.targets), shape } as never);
        assert.deepEqual(plain.outputs.data, typed.outputs.data);
      }));

    test("step n times equals forward over the n inputs, from zeros and from a state", () =>
      withModel(configOf(net), { ...runtime, deterministic: true }, async (model) => {
        await model.setWeights(tensors(net, formulaWeights(net)));
        const inputs = ids(9, 13, 5);
        let state = undefined as Awaited<ReturnType<typeof model.step>>["state"] | undefined;
        for (const start of [0, 4]) {
          const end = start === 0 ? 4 : 9;
          const whole = await model.forward({ inputs: inputs.slice(start, end), shape: [1, end - start], ...(state ? { state } : {}) });
          for (let t = start; t < end; t++) {
            const one: Awaited<ReturnType<typeof model.step>> = await model.step(inputs[t] as number, state);
            state = one.state;
            assert.equal(one.output.length, 13);
            assertClose(`step ${t}`, one.output, whole.outputs.data.subarray((t - start) * 13, (t - start + 1) * 13), 1e-6);
          }
          for (const [name, tensor] of Object.entries(whole.state)) {
            assertClose(`state ${name}`, (state as Record<string, Tensor>)[name]?.data ?? [], (tensor as Tensor).data, 1e-6);
          }
        }
      }));

    test("gradients are un-clipped and leave weights and optimiser alone", () =>
      withModel(configOf(net), { ...runtime, deterministic: true }, async (model) => {
        await model.setWeights(tensors(net, formulaWeights(net)));
        const before = await fingerprint(model);
        const first = await model.gradients(batch);
        const second = await model.gradients(batch);
        assert.equal(await fingerprint(model), before);
        const values = Object.fromEntries(Object.entries(first.gradients).map(([name, g]) => [name, Float64Array.from(g.data)]));
        for (const [name, g] of Object.entries(first.gradients)) assert.deepEqual(second.gradients[name]?.data, g.data, name);
        const stepped = await model.trainStep(batch, { name: "adam", learningRate: 1e-3, clipNorm: 1e-3 });
        assert.equal(stepped.step, 1);
        assertClose("gradNorm before clipping", [stepped.gradNorm], [norm(values)], 1e-5);
        assert.ok(stepped.gradNorm > 1e-3);
      }));

    test("trainStep lowers the loss and counts its steps", () =>
      withModel(configOf(net), runtime, async (model) => {
        const losses: number[] = [];
        for (let step = 1; step <= 60; step++) {
          const result = await model.trainStep(batch, { name: "adam", learningRate: 0.02 });
          assert.equal(result.step, step);
          losses.push(result.loss);
        }
        assert.ok((losses.at(-1) as number) < (losses[0] as number) / 2, `from ${losses[0]} to ${losses.at(-1)}`);
      }));

    test("the same seed gives the same run, bit for bit; another seed another", async () => {
      const trail = (seed: number) =>
        withModel(configOf(net, seed), { ...runtime, deterministic: true }, async (model) => {
          const losses: number[] = [];
          for (let step = 0; step < 8; step++) losses.push((await model.trainStep(batch, { name: "adam", learningRate: 0.01 })).loss);
          return JSON.stringify(losses) + (await fingerprint(model));
        });
      const first = await trail(11);
      assert.equal(await trail(11), first);
      assert.notEqual(await trail(12), first);
    });

    test("the optimiser's state lives across calls; another optimiser starts afresh", () =>
      withModel(configOf(net), { ...runtime, deterministic: true }, async (model) => {
        const weights = tensors(net, formulaWeights(net));
        const move = async (name: "adam" | "adagrad") => {
          await model.setWeights(weights);
          await model.trainStep(batch, { name, learningRate: 0.01 });
          return fingerprint(model);
        };
        const first = await move("adam");
        assert.notEqual(await move("adam"), first, "a second step has moments behind it");
        await move("adagrad");
        assert.equal(await move("adam"), first, "after another optimiser adam begins again");
      }));

    test("after dispose every call is refused, and a second dispose is fine", async () => {
      const model = await createModel(configOf(net), runtime);
      await model.dispose();
      await model.dispose();
      const calls: Record<string, () => unknown> = {
        forward: () => model.forward(batch),
        gradients: () => model.gradients(batch),
        trainStep: () => model.trainStep(batch),
        step: () => model.step(0),
        weights: () => model.weights(),
        setWeights: () => model.setWeights({}),
        generate: async () => {
          for await (const _ of model.generate({ prompt: [1], length: 1 } as never)) assert.fail("a disposed model generates");
        },
      };
      for (const call of Object.values(calls)) await assertRefused(call, "STATE");
    });

    test("two models side by side do not touch each other", async () => {
      await withModel(configOf(net, 1), runtime, (one) =>
        withModel(configOf(net, 2), runtime, async (two) => {
          const before = await fingerprint(two);
          await Promise.all([1, 2, 3].map(() => one.trainStep(batch, { name: "adam", learningRate: 0.1 })));
          assert.equal(await fingerprint(two), before);
        }),
      );
    });

    test("two disposals and a new model: the runtime comes back", async () => {
      for (let round = 0; round < 3; round++) {
        await withModel(configOf(net), runtime, async (model) => assert.ok((await model.forward(batch)).outputs.data.length > 0));
      }
    });
  });
}

test("worker and this thread give the same bits", async () => {
  const [first, second] = await Promise.all(
    modes.map(({ runtime }) =>
      withModel(configOf(net, 5), { ...runtime, deterministic: true }, async (model) => {
        for (let step = 0; step < 4; step++) await model.trainStep(batch, { name: "adagrad", learningRate: 0.05 });
        return fingerprint(model);
      }),
    ),
  );
  assert.equal(first, second);
});
