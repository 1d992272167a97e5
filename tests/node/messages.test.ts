/** What crosses between threads and out of the engine is no bigger than what was asked for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { serialize } from "node:v8";
import { MessagePort, Worker } from "node:worker_threads";
import { type Tensor, textDataset } from "unfold-rnn";
import { configOf, ids, modes, verse, withModel } from "./models.js";

const net = { vocabulary: 9, cells: ["lstm"], hidden: 6 } as const;

/** Sizes of what this thread posts, as structured clones. */
const posted: number[] = [];
for (const prototype of [Worker.prototype, MessagePort.prototype] as { postMessage: (...args: unknown[]) => void }[]) {
  const original = prototype.postMessage;
  prototype.postMessage = function (this: unknown, ...args: unknown[]) {
    try {
      posted.push(serialize(args[0]).length);
    } catch {
      // A compiled module cannot be measured; those are posted once, at boot.
    }
    return original.apply(this, args);
  };
}

function assertOwn(where: string, tensor: Tensor | undefined): void {
  assert.ok(tensor, where);
  assert.equal(tensor.data.buffer.byteLength, tensor.data.byteLength, `${where}: a view on a bigger buffer`);
}

for (const { mode, runtime } of modes) {
  describe(`messages, ${mode}`, () => {
    test("results own their buffers, and views on big buffers are cut before they are posted", () =>
      withModel(configOf(net), runtime, async (model) => {
        const big = new Int32Array(4 << 20);
        big.set(ids(12, 9), 1000);
        const view = big.subarray(1000, 1012);
        posted.length = 0;
        const batch = { inputs: view, targets: view, shape: [2, 6] as [number, number] };
        const forward = await model.forward(batch);
        const { gradients, initialState } = await model.gradients(batch);
        await model.trainStep(batch, { name: "adam", learningRate: 0.01 });
        const stepped = await model.step(1, undefined);
        const largest = Math.max(0, ...posted);
        assert.ok(largest <= 2 * view.byteLength + 4096, `a message of ${largest} bytes`);
        if (mode === "worker") assert.ok(posted.length >= 4, "nothing was seen being posted");
        assertOwn("outputs", forward.outputs);
        assert.equal(stepped.output.buffer.byteLength, stepped.output.byteLength);
        for (const [name, tensor] of Object.entries({ ...forward.state, ...initialState, ...gradients, ...(await model.weights()), ...stepped.state })) assertOwn(name, tensor);
      }));

    test("the caller's arrays stay his: not detached, not changed", () =>
      withModel(configOf(net), runtime, async (model) => {
        const inputs = ids(12, 9);
        const kept = Array.from(inputs);
        const weights = await model.weights();
        await model.forward({ inputs, shape: [2, 6] });
        await model.setWeights(weights);
        assert.deepEqual(Array.from(inputs), kept);
        assert.ok(weights["head.bias"]?.data.length === 9, "the weights were detached");
        const data = await textDataset(verse, { unit: "char" });
        const config = { ...configOf(net), input: { tokens: data.tokens }, output: { classes: data.tokens } };
        await withModel(config, runtime, async (trainee) => {
          const length = data.ids.length;
          await trainee.train(data, { batch: 2, steps: 8, iterations: 2, optimizer: { name: "adam", learningRate: 0.01 } });
          await trainee.train(data, { batch: 2, steps: 8, iterations: 2, optimizer: { name: "adam", learningRate: 0.01 } });
          assert.equal(data.ids.length, length, "the dataset was detached");
        });
      }));
  });
}
