import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createModel, loadModel, type Model, sequenceDataset, seriesDataset, textDataset } from "unfold-rnn";
import { assertRefused, configOf, fingerprint, ids, modes, verse, withModel } from "./models.js";
import type { Network } from "./reference.js";

const net: Network = { vocabulary: 9, cells: ["lstm"], hidden: 6 };
const good = configOf(net);
const batch = { inputs: ids(6, 9, 1), targets: ids(6, 9, 2), shape: [2, 3] as [number, number] };
const adam = { name: "adam", learningRate: 0.01 } as const;

type Refusal = [name: string, value: unknown, code: string, words?: RegExp];

const configs: Refusal[] = [
  ["nothing", undefined, "CONFIG"],
  ["a string", "lstm", "CONFIG"],
  ["an unknown option", { ...good, layers: [{ cell: "lstm", hiddenSize: 6 }] }, "CONFIG", /hiddenSize".*"hidden"/],
  ["an unknown option at the top", { ...good, layer: [] }, "CONFIG", /layer".*"layers"/],
  ["an unknown cell", { ...good, layers: [{ cell: "lstn", hidden: 6 }] }, "CONFIG", /lstn.*lstm/],
  ["no layers", { ...good, layers: [] }, "CONFIG"],
  ["layers that are no array", { ...good, layers: { cell: "lstm", hidden: 6 } }, "CONFIG"],
  ["hidden 0", { ...good, layers: [{ cell: "lstm", hidden: 0 }] }, "RANGE"],
  ["hidden 1.5", { ...good, layers: [{ cell: "lstm", hidden: 1.5 }] }, "RANGE|CONFIG"],
  ["hidden NaN", { ...good, layers: [{ cell: "lstm", hidden: NaN }] }, "RANGE|CONFIG"],
  ["hidden as text", { ...good, layers: [{ cell: "lstm", hidden: "6" }] }, "CONFIG", /hidden/],
  ["tokens -1", { ...good, input: { tokens: -1 } }, "RANGE"],
  ["tokens and features", { ...good, input: { tokens: 9, features: 2 } }, "CONFIG|UNSUPPORTED"],
  ["hidden beyond memory", { ...good, layers: [{ cell: "lstm", hidden: 200_000 }] }, "MEMORY|RANGE"],
  ["hidden beyond int64", { ...good, layers: [{ cell: "lstm", hidden: 2 ** 53 }] }, "MEMORY|RANGE"],
  ["seed -1", { ...good, seed: -1 }, "RANGE|CONFIG"],
  ["resetAfter of an lstm", { ...good, layers: [{ cell: "lstm", hidden: 6, resetAfter: true }] }, "CONFIG", /resetAfter.*"gru"/],
  ["relu in an lstm", { ...good, layers: [{ cell: "lstm", hidden: 6, activation: "relu" }] }, "CONFIG", /activation.*"rnn"/],
  ["a merge of one direction", { ...good, layers: [{ cell: "lstm", hidden: 6, merge: "sum" }] }, "CONFIG", /merge/],
  ["an embedding of features", { ...good, input: { features: 3 }, embedding: 4 }, "CONFIG", /embedding/],
  ["two outputs", { ...good, output: { values: 3, labels: 2 } }, "CONFIG", /output/],
  ["the first step only", { ...good, readout: "first" }, "CONFIG", /readout.*"first".*"every".*"last"/],
  ["an initial state of ones", { ...good, initialState: "ones" }, "CONFIG", /initialState.*"ones".*"zeros".*"learned"/],
  ["the output fed back in two layers", { ...good, layers: [{ cell: "rnn", hidden: 6, recurrence: "output" }, { cell: "rnn", hidden: 6 }] }, "CONFIG", /only layer/],
  ["a dropout of 1", { ...good, layers: [{ cell: "lstm", hidden: 6, dropout: 1 }] }, "RANGE", /dropout/],
  ["unknown initial weights", { ...good, layers: [{ cell: "lstm", hidden: 6, init: "xavier" }] }, "CONFIG", /init.*"xavier"/],
];

const batches: Refusal[] = [
  ["nothing", undefined, "CONFIG|SHAPE"],
  ["an unknown option", { ...batch, input: batch.inputs }, "CONFIG", /input".*"inputs"/],
  ["too few inputs", { ...batch, inputs: ids(5, 9) }, "SHAPE", /5.*6|6.*5/],
  ["too many targets", { ...batch, targets: ids(7, 9) }, "SHAPE"],
  ["shape [0, 3]", { ...batch, inputs: new Int32Array(0), targets: new Int32Array(0), shape: [0, 3] }, "SHAPE|RANGE"],
  ["shape [2]", { ...batch, shape: [2] }, "SHAPE|CONFIG"],
  ["shape [-2, -3]", { ...batch, shape: [-2, -3] }, "SHAPE|RANGE|CONFIG"],
  ["a shape that wraps", { ...batch, shape: [2 ** 32, 2 ** 32] }, "SHAPE|RANGE|MEMORY|CONFIG"],
  ["an id of V", { ...batch, inputs: Int32Array.of(0, 1, 2, 3, 4, 9) }, "RANGE", /9/],
  ["an id of -1", { ...batch, inputs: Int32Array.of(0, -1, 2, 3, 4, 5) }, "RANGE", /-1/],
  ["a target of V", { ...batch, targets: Int32Array.of(0, 1, 2, 3, 4, 9) }, "RANGE"],
  ["ids with fractions", { ...batch, inputs: Float32Array.of(0, 1.5, 2, 3, 4, 5) }, "RANGE|CONFIG|SHAPE"],
  ["ids with NaN", { ...batch, inputs: [0, NaN, 2, 3, 4, 5] }, "RANGE|CONFIG|SHAPE"],
  ["ids as texts", { ...batch, inputs: ["a", "b", "c", "d", "e", "f"] }, "CONFIG"],
  ["a length beyond the steps", { ...batch, lengths: Int32Array.of(3, 4) }, "RANGE", /lengths\[1\] is 4/],
  ["three lengths", { ...batch, lengths: Int32Array.of(3, 2, 1) }, "SHAPE", /lengths/],
  ["a mask below zero", { ...batch, mask: new Float32Array(6).fill(-1) }, "RANGE", /mask\[0\]\[0\] is -1/],
  ["a state of another width", { ...batch, state: { h_l0: { shape: [2, 5], data: new Float32Array(10) }, c_l0: { shape: [2, 6], data: new Float32Array(12) } } }, "SHAPE", /h_l0/],
  ["half a state", { ...batch, state: { h_l0: { shape: [2, 6], data: new Float32Array(12) } } }, "STATE|CONFIG|SHAPE", /c_l0/],
  ["a state of NaN", { ...batch, state: { h_l0: { shape: [2, 6], data: new Float32Array(12).fill(NaN) }, c_l0: { shape: [2, 6], data: new Float32Array(12) } } }, "NUMERIC|RANGE"],
];

const optimizers: Refusal[] = [
  ["an unknown name", { name: "adan", learningRate: 0.01 }, "CONFIG", /adan.*adam/],
  ["no name", { learningRate: 0.01 }, "CONFIG", /name/],
  ["an unknown option", { ...adam, lr: 0.1 }, "CONFIG", /lr"/],
  ["a learning rate of -1", { ...adam, learningRate: -1 }, "RANGE"],
  ["a learning rate of NaN", { ...adam, learningRate: NaN }, "RANGE|CONFIG"],
  ["a learning rate as text", { ...adam, learningRate: "0.01" }, "CONFIG", /learningRate/],
  ["a clip of -1", { ...adam, clipNorm: -1 }, "RANGE"],
  ["beta1 of 1", { ...adam, beta1: 1 }, "RANGE"],
  ["beta1 of sgd", { name: "sgd", learningRate: 0.1, beta1: 0.9 }, "CONFIG", /beta1.*"sgd"/],
  ["an unknown schedule", { ...adam, schedule: { name: "sine" } }, "CONFIG", /schedule.name.*"sine"/],
  ["a schedule of no steps", { ...adam, schedule: { name: "cosine", steps: 0 } }, "RANGE", /schedule.steps/],
];

const trainings: Refusal[] = [
  ["nothing", undefined, "CONFIG"],
  ["an unknown option", { batch: 2, steps: 4, iteration: 3, optimizer: adam }, "CONFIG", /iteration".*"iterations"/],
  ["a batch of 0", { batch: 0, steps: 4, iterations: 3, optimizer: adam }, "RANGE"],
  ["no steps", { batch: 2, iterations: 3, optimizer: adam }, "CONFIG|RANGE", /steps/],
  ["no optimizer", { batch: 2, steps: 4, iterations: 3 }, "CONFIG", /optimizer/],
  ["half an epoch", { batch: 2, steps: 4, epochs: 0.5, optimizer: adam }, "CONFIG|RANGE"],
  ["sliceMs of 0", { batch: 2, steps: 4, iterations: 3, optimizer: adam, sliceMs: 0 }, "RANGE|CONFIG"],
  ["a signal that is none", { batch: 2, steps: 4, iterations: 3, optimizer: adam, signal: {} }, "CONFIG"],
  ["windows longer than the text", { batch: 64, steps: 4000, iterations: 3, optimizer: adam }, "RANGE|SHAPE|CONFIG"],
  ["early stopping", { batch: 2, steps: 4, iterations: 3, optimizer: adam, earlyStopping: { patience: 0 } }, "RANGE"],
];

/** Runs the refusals against a model that must be the same before and after, and still work. */
function table(title: string, refusals: Refusal[], runtime: object, call: (model: Model, value: never) => unknown): void {
  test(title, () =>
    withModel(good, runtime, async (model) => {
      const before = await fingerprint(model);
      const faults: string[] = [];
      for (const [name, value, codes, words] of refusals) {
        await assertRefused(() => call(model, value as never), codes, words).catch((error: Error) => faults.push(`${name}: ${error.message}`));
      }
      assert.deepEqual(faults, []);
      assert.equal(await fingerprint(model), before);
      assert.equal((await model.trainStep(batch, adam)).step, 1, "no refused call made a step");
    }));
}

for (const { mode, runtime } of modes) {
  describe(`refusals, ${mode}`, () => {
    test("configs", async () => {
      const faults: string[] = [];
      for (const [name, value, codes, words] of configs) {
        await assertRefused(() => createModel(value as never, runtime), codes, words).catch((error: Error) => faults.push(`${name}: ${error.message}`));
      }
      assert.deepEqual(faults, []);
    });

    table("batches of forward", batches, runtime, (model, value) => model.forward(value));
    table("batches of gradients", [...batches, ["no targets", { inputs: batch.inputs, shape: [2, 3] }, "CONFIG|SHAPE", /targets/]], runtime, (model, value) => model.gradients(value));
    table("batches of trainStep", batches, runtime, (model, value) => model.trainStep(value, adam));
    table("optimizers", optimizers, runtime, (model, value) => model.trainStep(batch, value));
    table("inputs of step", [["9", 9, "RANGE"], ["-1", -1, "RANGE"], ["1.5", 1.5, "RANGE|CONFIG"], ["NaN", NaN, "RANGE|CONFIG"], ["text", "a", "CONFIG"], ["a vector", [1, 2], "CONFIG|SHAPE|UNSUPPORTED"]], runtime, (model, value) => model.step(value));
    table("weights", [
      ["nothing", undefined, "CONFIG"],
      ["an unknown tensor", { "rnn.weight_ih_l7": { shape: [24, 9], data: new Float32Array(216) } }, "CONFIG|SHAPE|RANGE", /rnn\.weight_ih_l7/],
      ["another shape", { "head.bias": { shape: [8], data: new Float32Array(8) } }, "SHAPE", /head\.bias/],
      ["a shape that lies", { "head.bias": { shape: [9], data: new Float32Array(8) } }, "SHAPE", /head\.bias/],
      ["NaN", { "head.bias": { shape: [9], data: new Float32Array(9).fill(NaN) } }, "NUMERIC|RANGE", /head\.bias/],
      ["integers", { "head.bias": { shape: [9], data: new Int32Array(9) } }, "CONFIG|SHAPE", /head\.bias/],
    ], runtime, (model, value) => model.setWeights(value));
    table("generations", [
      ["nothing", undefined, "CONFIG"],
      ["length -1", { length: -1 }, "RANGE"],
      ["a temperature of -1", { length: 2, temperature: -1 }, "RANGE"],
      ["a temperature of NaN", { length: 2, temperature: NaN }, "RANGE|CONFIG"],
      ["an unknown option", { length: 2, temprature: 1 }, "CONFIG", /temprature".*"temperature"/],
      ["a prompt out of range", { length: 2, prompt: [9] }, "RANGE"],
      ["topK 0", { length: 2, topK: 0 }, "RANGE"],
      ["topP 1.5", { length: 2, topP: 1.5 }, "RANGE"],
      ["minP 1", { length: 2, minP: 1 }, "RANGE"],
      ["a repetition penalty of 0.5", { length: 2, repetitionPenalty: 0.5 }, "RANGE"],
      ["a stop out of range", { length: 2, stop: [9] }, "RANGE"],
    ], runtime, async (model, value) => {
      for await (const _ of model.generate(value));
    });

    test("options of train", async () => {
      const data = await textDataset(verse, { unit: "char" });
      const config = { ...good, input: { tokens: data.tokens }, output: { classes: data.tokens } };
      await withModel(config, runtime, async (model) => {
        const before = await fingerprint(model);
        const faults: string[] = [];
        for (const [name, value, codes, words] of trainings) {
          await assertRefused(() => model.train(data, value as never), codes, words).catch((error: Error) => faults.push(`${name}: ${error.message}`));
        }
        assert.deepEqual(faults, []);
        assert.equal(await fingerprint(model), before);
        assert.equal((await model.train(data, { batch: 2, steps: 4, iterations: 1, optimizer: adam })).step, 1);
      });
      await withModel(good, runtime, (model) =>
        assertRefused(() => model.train(data, { batch: 2, steps: 4, iterations: 1, optimizer: adam }), "CONFIG|SHAPE|RANGE"),
      );
    });

    test("evil values: getters, proxies, symbols, bigints, cycles, functions, instances", () =>
      withModel(good, runtime, async (model) => {
        const before = await fingerprint(model);
        const cycle: Record<string, unknown> = { ...batch };
        cycle["state"] = cycle;
        const thrower = () => {
          throw new Error("trap");
        };
        const trap = new Proxy({}, { get: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower, getPrototypeOf: thrower });
        const evil: [string, unknown][] = [
          ["getter", Object.defineProperty({ ...batch }, "inputs", { get: thrower, enumerable: true })],
          ["proxy", trap],
          ["proxy inside", { ...batch, state: trap }],
          ["symbol", { ...batch, inputs: Symbol("x") }],
          ["bigint", { ...batch, shape: [2n, 3n] }],
          ["cycle", cycle],
          ["function", { ...batch, state: () => 1 }],
          ["instance", { ...batch, state: new Map() }],
          ["__proto__", JSON.parse('{"__proto__":{"inputs":[1]},"shape":[2,3]}')],
          ["bigints", { ...batch, inputs: new BigInt64Array(6) }],
          ["array with a getter", { ...batch, shape: Object.defineProperty([2, 3], 0, { get: thrower, enumerable: true }) }],
          ["deep", Array.from({ length: 5000 }).reduce((inner) => ({ state: inner }), {})],
        ];
        const faults: string[] = [];
        for (const [name, value] of evil) {
          for (const call of ["forward", "gradients", "trainStep"] as const) {
            await assertRefused(() => model[call](value as never), "CONFIG").catch((error: Error) => faults.push(`${name} to ${call}: ${error.message}`));
          }
          await assertRefused(() => createModel(value as never, runtime), "CONFIG").catch((error: Error) => faults.push(`${name} to createModel: ${error.message}`));
          await assertRefused(() => model.setWeights({ "head.bias": value } as never), "CONFIG|SHAPE").catch((error: Error) => faults.push(`${name} to setWeights: ${error.message}`));
        }
        assert.deepEqual(faults, []);
        assert.equal(await fingerprint(model), before);
      }));
  });
}

describe("texts", () => {
  for (const [name, text] of Object.entries({ empty: "", "one character": "a", "one emoji": "🌕" })) {
    test(`${name}: RANGE`, async () => void (await assertRefused(() => textDataset(text, { unit: "char" }), "RANGE")));
  }
  test("options", async () => {
    await assertRefused(() => textDataset("abc", { unit: "chars" } as never), "CONFIG", /chars.*char/);
    await assertRefused(() => textDataset("abc", { unit: "char", valdation: 0.1 } as never), "CONFIG", /valdation".*"validation"/);
    await assertRefused(() => textDataset("abc", { unit: "char", validation: 1 }), "RANGE");
    await assertRefused(() => textDataset("abc", { unit: "letter" as never }), "CONFIG");
    await assertRefused(() => textDataset(7 as never, { unit: "char" }), "CONFIG");
  });
  test("tokens are code points", async () => {
    const data = await textDataset("🌕a床🌕b", { unit: "char", validation: 0 });
    assert.deepEqual(data.vocabulary, ["a", "b", "床", "🌕"]);
    assert.equal(data.length, 5);
    assert.deepEqual(Array.from(data.ids), [3, 0, 2, 3, 1]);
    assert.equal(data.decode(data.ids), "🌕a床🌕b");
  });
  test("invalid UTF-8 and lone surrogates become U+FFFD", async () => {
    const bytes = await textDataset(Uint8Array.of(97, 0xff, 98, 97), { unit: "char", validation: 0 });
    assert.deepEqual(bytes.vocabulary, ["a", "b", "\ufffd"]);
    const lone = await textDataset("a\ud800b", { unit: "char", validation: 0 });
    assert.deepEqual(lone.vocabulary, ["a", "b", "\ufffd"]);
  });
  test("baselines fall from uniform over unigram to bigram", async () => {
    const { uniform, unigram, bigram } = await (await textDataset(verse, { unit: "char" })).baselines();
    assert.ok(uniform > unigram && unigram > bigram && bigram > 0, `${uniform} ${unigram} ${bigram}`);
  });
});

test("what is still to come is refused, not ignored", async () => {
  await assertRefused(() => loadModel(new Uint8Array(8), { worker: false }), "FORMAT");
  await assertRefused(() => loadModel("model.safetensors" as never), "CONFIG");
  await assertRefused(() => (seriesDataset as (...args: unknown[]) => unknown)([[1]], {}), "CONFIG|RANGE");
  await assertRefused(() => (sequenceDataset as (...args: unknown[]) => unknown)([], {}), "CONFIG|RANGE");
  await withModel(good, { worker: false }, async (model) => {
    await assertRefused(() => model.save({ format: "onnx" }), "UNSUPPORTED");
    await assertRefused(() => model.save({ format: "keras" as never }), "CONFIG");
  });
});

test("runtime options", async () => {
  const refusals: Refusal[] = [
    ["unknown", { workers: false }, "CONFIG", /workers".*"worker"/],
    ["ill-typed", { worker: "no" }, "CONFIG", /worker/],
    ["bytes that are no wasm", { worker: false, wasmBytes: new Uint8Array(100) }, "BOOT"],
    ["HTML in place of wasm", { worker: false, wasmBytes: new TextEncoder().encode("<!doctype html><title>404</title>") }, "BOOT", /HTML/i],
    ["two sources at once", { wasmBytes: new Uint8Array(8), wasmURL: "http://127.0.0.1:9/unfold.wasm" }, "CONFIG"],
    ["an address that does not answer", { worker: false, wasmURL: "http://127.0.0.1:9/unfold.wasm" }, "BOOT", /127\.0\.0\.1:9/],
  ];
  for (const [name, value, code, words] of refusals) {
    await assertRefused(() => createModel(good, value as never), code, words).catch((error: Error) => assert.fail(`${name}: ${error.message}`));
  }
  await withModel(good, { worker: false }, async (model) => assert.ok(await model.weights(), "a failed boot is not kept"));
});
