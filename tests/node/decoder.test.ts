import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createModel, loadModel, sequenceDataset, type Batch, type Example, type Model, type ModelConfig, type SequenceDataset } from "unfold-rnn";
import { assertRefused, fingerprint, ids, withModel } from "./models.js";

const runtime = { worker: false };

/** Strings of 2 … 5 letters, each once, with their reversals. */
function strings(count: number): Example[] {
  const drawn = ids(count * 8, 5, 3);
  const seen = new Set<string>();
  for (let i = 0; i < count; i++) {
    const length = 2 + ((drawn[i * 8] as number) % 4);
    seen.add(Array.from(drawn.subarray(i * 8 + 1, i * 8 + 1 + length), (id) => "abcde"[id]).join(""));
  }
  return [...seen].map((input) => ({ input, target: [...input].reverse().join("") }));
}

const configFor = (data: SequenceDataset): ModelConfig => ({
  input: data.input,
  embedding: 12,
  layers: [{ cell: "gru", hidden: 16, bidirectional: true }],
  output: data.output,
  decoder: { layers: [{ cell: "gru", hidden: 32 }], embedding: 12, attention: "additive", units: 24 },
  seed: 5,
});

/** The sources of one part, [B, T]. */
function sources(data: SequenceDataset): Batch {
  const { lengths, inputs } = data.validation ?? data.train;
  const steps = Math.max(...lengths);
  const padded = new Int32Array(lengths.length * steps);
  let at = 0;
  lengths.forEach((n, b) => {
    padded.set(inputs.subarray(at, at + n) as Int32Array, b * steps);
    at += n;
  });
  return { inputs: padded, shape: [lengths.length, steps], lengths };
}

async function exactly(model: Model, data: SequenceDataset, examples: Example[]): Promise<number> {
  const written = await model.decode(sources(data), { beam: 3 });
  const right = written.filter((list, n) => list[0]?.text === examples[data.validationIndices[n] as number]?.target);
  return right.length / written.length;
}

describe("an encoder and a decoder", () => {
  test("learn to reverse strings that they have not seen, and are saved bit for bit", async (t) => {
    const examples = strings(1500);
    const data = await sequenceDataset(examples, { unit: "char", sequence: { unit: "char" }, validation: 0.2 });
    assert.deepEqual([data.output, data.perStep, data.targetVocabulary], [{ classes: 6 }, false, ["", "a", "b", "c", "d", "e"]]);
    const model = await createModel(configFor(data), runtime);
    assert.ok((await exactly(model, data, examples)) < 0.1, "by chance");
    const began = performance.now();
    const { validationLoss } = await model.train(data, { batch: 32, iterations: 500, optimizer: { name: "adam", learningRate: 0.01, clipNorm: 1 }, validation: { every: 100 } });
    const seconds = (performance.now() - began) / 1000;
    const share = await exactly(model, data, examples);
    t.diagnostic(`${data.validationIndices.length} held-out strings, ${(100 * share).toFixed(1)} % reversed exactly, held-out loss ${validationLoss?.toFixed(4)}, ${seconds.toFixed(1)} s`);
    assert.ok(share > 0.9, `${share}`);

    const copy = await loadModel(await model.save({ optimizer: true }), runtime);
    assert.equal(await fingerprint(copy), await fingerprint(model));
    assert.deepEqual(copy.config, model.config);
    const batch = sources(data);
    assert.deepEqual(await copy.decode(batch, { beam: 4 }), await model.decode(batch, { beam: 4 }), "texts included");
    await copy.dispose();
    await model.dispose();
  });

  test("a beam gives so many targets, best first, and a penalty of length ranks them anew", async () => {
    const config: ModelConfig = {
      input: { features: 3 }, layers: [{ cell: "lstm", hidden: 6 }], output: { classes: 4 },
      decoder: { layers: [{ cell: "lstm", hidden: 6 }], attention: "multiplicative", begin: 3, end: 1 }, seed: 2,
    };
    await withModel(config, runtime, async (model) => {
      const batch: Batch = { inputs: Float32Array.from({ length: 2 * 4 * 3 }, (_, i) => Math.sin(i)), shape: [2, 4], lengths: [4, 0] };
      const greedy = await model.decode(batch);
      assert.deepEqual(greedy.map((list) => list.length), [1, 1]);
      const wide = await model.decode(batch, { beam: 5, length: 6 });
      for (const list of wide) {
        assert.equal(list.length, 5);
        list.forEach(({ tokens, logProbability, text }, n) => {
          assert.equal(text, undefined, "no vocabulary is known");
          assert.ok(tokens instanceof Int32Array && tokens.length <= 6 && !tokens.includes(1));
          assert.ok(logProbability < 0 && (n === 0 || logProbability <= (list[n - 1]?.logProbability as number)));
        });
      }
      const long = await model.decode(batch, { beam: 5, length: 6, lengthPenalty: 2 });
      const score = ({ tokens, logProbability }: { tokens: Int32Array; logProbability: number }): number => logProbability / ((5 + tokens.length) / 6) ** 2;
      for (const list of long) list.forEach((one, n) => assert.ok(n === 0 || score(one) <= score(list[n - 1] as typeof one)));
    });
  });

  test("forward gives attention, and its loss is that of the written target", async () => {
    const config: ModelConfig = {
      input: { tokens: 5 }, layers: [{ cell: "gru", hidden: 6 }], output: { classes: 4 },
      decoder: { layers: [{ cell: "gru", hidden: 6 }], attention: "additive" },
    };
    await withModel(config, runtime, async (model) => {
      const source: Batch = { inputs: [1, 2, 3, 4, 0, 0], shape: [2, 3], lengths: [3, 1] };
      const { outputs, attention, loss } = await model.forward({ ...source, targets: [1, 2, 0, 3, 0, 0], targetLengths: [3, 2] });
      assert.deepEqual([outputs.shape, attention?.shape], [[2, 3, 4], [2, 3, 3]]);
      assert.deepEqual([...(attention?.data.slice(9, 12) ?? [])], [1, 0, 0], "a source of one step");
      assert.ok((loss as number) > 0);
      const [[written]] = (await model.decode({ inputs: [1, 2, 3], shape: [1, 3] }, { length: 3 })) as [[{ tokens: Int32Array; logProbability: number }]];
      const targets = written.tokens.length < 3 ? [...written.tokens, 0] : [...written.tokens];
      const forced = await model.forward({ inputs: [1, 2, 3], shape: [1, 3], targets });
      assert.ok(Math.abs((forced.loss as number) * targets.length + written.logProbability) < 1e-5);
    });
  });
});

describe("refusals of an encoder and a decoder", () => {
  const base: ModelConfig = {
    input: { tokens: 5 }, layers: [{ cell: "gru", hidden: 6 }], output: { classes: 4 }, decoder: { layers: [{ cell: "gru", hidden: 6 }] },
  };
  const decoder = (changes: object): ModelConfig => ({ ...base, decoder: { layers: [{ cell: "gru", hidden: 6 }], ...changes } });

  test("by config", async () => {
    const wrong: [ModelConfig, string, RegExp][] = [
      [{ ...base, readout: "last" }, "CONFIG", /readout is "last", but decoder answers/],
      [{ ...base, output: { values: 4 } }, "CONFIG", /want output\.classes/],
      [decoder({ layers: [] }), "CONFIG", /decoder\.layers has 0 entries, layers has 1/],
      [decoder({ layers: [{ cell: "gru", hidden: 7 }] }), "CONFIG", /decoder\.layers\[0\]\.hidden is 7/],
      [decoder({ layers: [{ cell: "gru", hidden: 6, bidirectional: true }] }), "CONFIG", /decoder\.layers\[0\]\.bidirectional/],
      [decoder({ layers: [{ cell: "rnn", hidden: 6, recurrence: "output" }] }), "UNSUPPORTED", /recurrence "output" goes without a decoder/],
      [decoder({ attention: "dot" }), "CONFIG", /decoder\.attention/],
      [decoder({ units: 3 }), "CONFIG", /decoder\.units goes with attention "additive"/],
      [decoder({ end: 4 }), "RANGE", /decoder\.end is 4, want 0 … 3/],
      [decoder({ atention: "none" }), "CONFIG", /"decoder\.atention" is not an option; did you mean "attention"/],
    ];
    for (const [config, code, words] of wrong) await assertRefused(() => createModel(config, runtime), code, words);
  });

  test("by call", async () => {
    await withModel(base, runtime, async (model) => {
      const batch: Batch = { inputs: [1, 2, 3], shape: [1, 3], targets: [1, 0] };
      await assertRefused(() => model.step(1), "UNSUPPORTED", /decode writes a target/);
      await assertRefused(() => model.generate({ length: 2 }).next(), "UNSUPPORTED", /decode does that/);
      await assertRefused(() => model.forward({ inputs: [1, 2, 3], shape: [1, 3] }), "CONFIG", /targets are missing.*decode writes without/);
      await assertRefused(() => model.forward({ ...batch, targetLengths: [3] }), "RANGE", /targetLengths\[0\] is 3/);
      await assertRefused(() => model.trainStep(batch, { name: "sgd", learningRate: 0.1 }, { teacherForcing: 0.5 }), "UNSUPPORTED", /always given the targets/);
      await assertRefused(() => model.decode(batch, { beam: 0 }), "RANGE", /beam is 0/);
      await assertRefused(() => model.decode(batch, { beams: 2 } as object), "CONFIG", /did you mean "beam"/);
      await assertRefused(() => model.train({ tokens: 5, ids: ids(100, 5) }, { batch: 2, steps: 4, optimizer: { name: "sgd", learningRate: 0.1 } }), "UNSUPPORTED|SHAPE", /sequences/);
    });
    await withModel({ input: { tokens: 5 }, layers: [{ cell: "gru", hidden: 6 }], output: { classes: 4 } }, runtime, async (model) => {
      await assertRefused(() => model.decode({ inputs: [1], shape: [1, 1] }), "UNSUPPORTED", /want a decoder/);
      const part = { lengths: Int32Array.of(1, 1), inputs: Int32Array.of(0, 1), targets: Int32Array.of(1, 0, 0), targetLengths: Int32Array.of(2, 1) };
      const data = { kind: "sequences", input: { tokens: 5 }, output: { classes: 4 }, perStep: false, train: part } as const;
      await assertRefused(() => model.train(data, { batch: 2, iterations: 1, optimizer: { name: "sgd", learningRate: 0.1 } }), "CONFIG", /want a model with a decoder/);
      await assertRefused(() => model.forward({ inputs: [1], shape: [1, 1], targets: [1], targetLengths: [1] }), "CONFIG", /targetLengths goes with a decoder/);
    });
  });
});
