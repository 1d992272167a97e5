import assert from "node:assert/strict";
import { test } from "node:test";
import { createModel, loadModel, sequenceDataset, tasks, textDataset, type LayerConfig, type ModelConfig, type Tensor } from "unfold-rnn";

const runtime = { worker: false };
const adam = { name: "adam", learningRate: 0.01, clipNorm: 1 } as const;

function floats(n: number, seed: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => Math.sin(1 + 3 * i + seed));
}

const layers: Record<string, LayerConfig[]> = {
  "rnn relu": [{ cell: "rnn", hidden: 5, activation: "relu" }],
  "gru": [{ cell: "gru", hidden: 5 }],
  "gru reset before": [{ cell: "gru", hidden: 5, resetAfter: false }],
  "gru reset before, normalised": [{ cell: "gru", hidden: 5, resetAfter: false, layerNorm: true }],
  "lstm both ways": [{ cell: "lstm", hidden: 4, bidirectional: true }, { cell: "lstm", hidden: 3, bidirectional: true, merge: "sum" }],
  "unlike layers": [{ cell: "gru", hidden: 4, bidirectional: true }, { cell: "rnn", hidden: 6, layerNorm: true }, { cell: "lstm", hidden: 3 }],
};
const outputs = [{ classes: 4 }, { values: 2 }, { labels: 3 }] as const;

for (const [name, stack] of Object.entries(layers)) {
  for (const readout of ["every", "last"] as const) {
    for (const output of outputs) {
      test(`${name}, ${readout}, ${JSON.stringify(output)}: padding changes nothing, gradients are those of the loss`, async () => {
        const config: ModelConfig = { input: { features: 3 }, layers: stack, readout, output, seed: 5 };
        const model = await createModel(config, runtime);
        const width = Object.values(output)[0] as number;
        const [B, T, lengths] = [3, 5, [2, 5, 0]];
        const answers = readout === "every" ? T : 1;
        const targets = "classes" in output ? Int32Array.from({ length: B * answers }, (_, i) => i % 4) : floats(B * answers * width, 7).map(Math.abs);
        const inputs = floats(B * T * 3, 2);
        const batch = { inputs, targets, shape: [B, T] as const, lengths: Int32Array.from(lengths) };
        const first = await model.forward(batch);
        assert.deepEqual(first.outputs.shape, readout === "every" ? [B, T, width] : [B, width]);

        // What stands in the padding means nothing.
        const noisy = inputs.slice();
        for (let b = 0; b < B; b++) noisy.fill(99, (b * T + (lengths[b] as number)) * 3, (b + 1) * T * 3);
        const second = await model.forward({ ...batch, inputs: noisy });
        assert.deepEqual(second, first);

        // One sequence alone gives what it gave in the batch.
        const alone = await model.forward({ inputs: inputs.slice(0, 2 * 3), shape: [1, 2] });
        const rows = readout === "every" ? 2 : 1;
        for (let i = 0; i < rows * width; i++) assert.ok(Math.abs((alone.outputs.data[i] as number) - (first.outputs.data[i] as number)) <= 1e-6);

        // Central differences of the loss along the gradient: the slope is its squared norm.
        const { loss, gradients } = await model.gradients(batch);
        assert.ok(Math.abs(loss - (first.loss as number)) <= 1e-6 * Math.abs(loss));
        const weights = await model.weights();
        let squared = 0;
        for (const { data } of Object.values(gradients)) for (const g of data) squared += g * g;
        const step = 1e-3 / Math.sqrt(squared);
        const along = async (sign: number): Promise<number> => {
          const moved: Record<string, Tensor> = {};
          for (const [key, { shape, data }] of Object.entries(weights)) {
            const g = (gradients[key] as Tensor).data;
            moved[key] = { shape, data: Float32Array.from(data, (w, i) => w + sign * step * (g[i] as number)) };
          }
          await model.setWeights(moved);
          return (await model.forward(batch)).loss as number;
        };
        const slope = ((await along(1)) - (await along(-1))) / (2 * step);
        assert.ok(Math.abs(slope - squared) <= 0.02 * squared, `slope ${slope}, squared norm ${squared}`);
        await model.dispose();
      });
    }
  }
}

test("a saved model comes back with its weights, vocabulary and optimiser, and trains on bit for bit", async () => {
  const text = "the quick brown fox jumps over the lazy dog. ".repeat(40);
  const data = await textDataset(text, { unit: "char" });
  const config: ModelConfig = { input: { tokens: data.tokens }, embedding: 6, layers: [{ cell: "gru", hidden: 8 }], output: { classes: data.tokens }, seed: 3 };
  const model = await createModel(config, { ...runtime, deterministic: true });
  await model.train(data, { batch: 4, steps: 8, iterations: 20, optimizer: adam });
  const file = await model.save({ optimizer: true });
  const loaded = await loadModel(file, { ...runtime, deterministic: true });
  assert.deepEqual(structuredClone(loaded.config), config);
  const batch = { inputs: data.ids.slice(0, 16), targets: data.ids.slice(1, 17), shape: [2, 8] as const };
  for (let i = 0; i < 3; i++) assert.deepEqual(await loaded.trainStep(batch, adam), await model.trainStep(batch, adam));
  assert.deepEqual(await loaded.weights(), await model.weights());
  let written = "";
  for await (const { text: piece } of loaded.generate({ prompt: "the ", length: 12, seed: 4, topK: 3, stop: "." })) written += piece;
  assert.ok(written.length > 0 && written.length <= 12);
  for (const spoilt of [file.slice(0, 50), file.slice(0, -4), new Uint8Array(0)]) {
    await assert.rejects(loadModel(spoilt, runtime), { code: "FORMAT" });
  }
  await assert.rejects(loadModel(new Response("<html>", { status: 404 }), runtime), { code: "FORMAT" });
  await model.dispose();
  await loaded.dispose();
});

test("labelled sequences of unlike length are learned", async () => {
  const examples = Array.from({ length: 200 }, (_, i) => {
    const letters = Array.from({ length: 2 + (i % 5) }, (__, k) => "ab"[(i * 7 + k * k + (i >> 3)) % 2]).join("");
    return { input: letters, target: letters.startsWith("a") ? "first is a" : "first is b" };
  });
  const data = await sequenceDataset(examples, { unit: "char", validation: 0.2, seed: 1 });
  const model = await createModel({ input: data.input, layers: [{ cell: "lstm", hidden: 12 }], readout: "last", output: data.output, seed: 1 }, runtime);
  const summary = await model.train(data, { batch: 16, epochs: 30, optimizer: { name: "adamw", learningRate: 0.02 }, validation: { every: 10 }, earlyStopping: { patience: 8 } });
  assert.ok((summary.validationLoss as number) < 0.1, `held-out loss ${summary.validationLoss}`);
  await model.dispose();
});

test("the adding problem trains on features", async () => {
  const data = await tasks.addingTask({ lag: 22, sequences: 200, seed: 2 });
  const model = await createModel({ input: data.input, layers: [{ cell: "gru", hidden: 12 }], readout: data.perStep ? "every" : "last", output: data.output, seed: 1 }, runtime);
  let first: number | undefined;
  let last = Infinity;
  for await (const { loss } of model.train(data, { batch: 20, epochs: 20, optimizer: { ...adam, schedule: { name: "warmup", steps: 20 } } })) {
    first ??= loss;
    last = loss;
  }
  assert.ok(last < (first as number) / 2, `${first} → ${last}`);
  await model.dispose();
});

test("pattern 2: forced and free runs differ, both are learned from", async () => {
  const model = await createModel({ input: { tokens: 5 }, layers: [{ cell: "rnn", hidden: 8, recurrence: "output" }], output: { classes: 5 }, seed: 2 }, runtime);
  assert.deepEqual((await model.weights())["rnn.weight_oh_l0"]?.shape, [8, 5]);
  const batch = { inputs: [0, 1, 2, 3, 4, 0, 1, 2], targets: [1, 2, 3, 4, 0, 1, 2, 3], shape: [2, 4] as const };
  const forced = await model.forward(batch);
  const free = await model.forward(batch, { teacherForcing: 0 });
  assert.notEqual(forced.loss, free.loss);
  assert.deepEqual((await model.forward({ inputs: batch.inputs, shape: batch.shape })).outputs, free.outputs);
  let loss = Infinity;
  for (let i = 0; i < 150; i++) loss = (await model.trainStep(batch, { name: "adam", learningRate: 0.02 }, { teacherForcing: 0.5 })).loss;
  assert.ok(loss < 0.3, `loss ${loss}`);
  await model.dispose();
});
