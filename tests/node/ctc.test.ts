import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createModel, loadModel, sequenceDataset, type Batch, type Decoded, type Example, type Model, type ModelConfig, type SequenceDataset } from "unfold-rnn";
import { assertRefused, fingerprint, ids, withModel } from "./models.js";

const runtime = { worker: false };

/**
 * Words of 1 … 6 letters, spoken: each letter is shown for 1 … 4 steps with noise, as a vector that lies nearer to its corner
 * than to the others', and between two letters, always between two of a kind, there may be a pause.
 */
function spoken(count: number): Example[] {
  const draws = ids(count * 120, 1 << 16, 7);
  let at = 0;
  const below = (n: number): number => Math.floor(((draws[at++] as number) / (1 << 16)) * n);
  const noisy = (letter: number): number[] => Array.from({ length: 4 }, (_, k) => (k === letter ? 1 : 0) + (below(1000) - 500) / 1500);
  return Array.from({ length: count }, () => {
    const word = Array.from({ length: 1 + below(6) }, () => below(4));
    const input: number[][] = [];
    word.forEach((letter, n) => {
      if (letter === word[n - 1] || below(3) === 0) input.push(noisy(-1));
      for (let shown = 1 + below(4); shown > 0; shown--) input.push(noisy(letter));
    });
    return { input, target: word.map((letter) => "abcd"[letter]).join("") };
  });
}

/** The sources of the held-out part, [B, T, I]. */
function sources({ validation }: SequenceDataset): Batch {
  const { lengths, inputs } = validation as NonNullable<SequenceDataset["validation"]>;
  const steps = Math.max(...lengths);
  const padded = new Float32Array(lengths.length * steps * 4);
  let at = 0;
  lengths.forEach((n, b) => {
    padded.set(inputs.subarray(at * 4, (at + n) * 4) as Float32Array, b * steps * 4);
    at += n;
  });
  return { inputs: padded, shape: [lengths.length, steps], lengths };
}

/** Insertions, deletions and exchanges that make one text of the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length] as number;
}

/** Edits a label of the target. */
async function labelError(model: Model, data: SequenceDataset, examples: Example[], beam: number): Promise<number> {
  const written = await model.decode(sources(data), { beam });
  let edits = 0;
  let labels = 0;
  written.forEach(([best], n) => {
    const target = examples[data.validationIndices[n] as number]?.target as string;
    edits += distance((best as Decoded).text as string, target);
    labels += target.length;
  });
  return edits / labels;
}

/** log Σ over all paths by the labelling that they become. */
function everyLabelling(y: number[][]): Map<string, number> {
  const all = new Map<string, number>();
  const walk = (t: number, before: number, labels: string, p: number): void => {
    const row = y[t];
    if (!row) {
      all.set(labels, (all.get(labels) ?? 0) + p);
      return;
    }
    row.forEach((q, k) => walk(t + 1, k, k !== 0 && k !== before ? labels + k : labels, p * q));
  };
  walk(0, 0, "", 1);
  return all;
}

const base: ModelConfig = { input: { tokens: 5 }, layers: [{ cell: "gru", hidden: 6, bidirectional: true }], output: { classes: 3 }, loss: "ctc", seed: 2 };

describe("CTC", () => {
  test("a GRU learns to spell what it hears, and is saved with its texts", async (t) => {
    const examples = spoken(500);
    const data = await sequenceDataset(examples, { features: 4, sequence: { unit: "char", end: false }, validation: 0.2 });
    assert.deepEqual([data.output, data.perStep, data.targetVocabulary], [{ classes: 5 }, false, ["", "a", "b", "c", "d"]]);
    const model = await createModel({ input: data.input, layers: [{ cell: "gru", hidden: 24 }], output: data.output, loss: "ctc", seed: 4 }, runtime);
    const began = performance.now();
    let first: number | undefined;
    let held: number | undefined;
    for await (const { loss, validationLoss } of model.train(data, { batch: 20, iterations: 240, optimizer: { name: "adam", learningRate: 0.01, clipNorm: 5 }, validation: { every: 80 } })) {
      first ??= loss;
      held = validationLoss ?? held;
    }
    const seconds = (performance.now() - began) / 1000;
    const greedy = await labelError(model, data, examples, 1);
    const beam = await labelError(model, data, examples, 8);
    t.diagnostic(`loss ${first?.toFixed(2)} → held-out ${held?.toFixed(4)}, label error ${(100 * greedy).toFixed(2)} % greedy, ${(100 * beam).toFixed(2)} % by a beam of 8, ${seconds.toFixed(1)} s`);
    assert.ok(greedy < 0.03, `${greedy}`);
    assert.ok(beam < 0.03, `${beam}`);

    const copy = await loadModel(await model.save({ optimizer: true }), runtime);
    assert.equal(await fingerprint(copy), await fingerprint(model));
    assert.deepEqual(copy.config, model.config);
    assert.equal(copy.config.loss, "ctc");
    const batch = sources(data);
    for (const width of [1, 4]) assert.deepEqual(await copy.decode(batch, { beam: width }), await model.decode(batch, { beam: width }), "texts included");
    await copy.dispose();
    await model.dispose();
  });

  test("the loss of a labelling is that of all its paths; a wide beam finds every labelling, the likeliest first", async () => {
    await withModel(base, runtime, async (model) => {
      const batch: Batch = { inputs: [1, 2, 3, 4, 0, 2, 0, 0, 0, 0], shape: [2, 5], lengths: [5, 2] };
      const { outputs, loss } = await model.forward(batch);
      assert.deepEqual([outputs.shape, loss], [[2, 5, 3], undefined]);
      const found = await model.decode(batch, { beam: 1024 });
      for (const [b, steps] of [5, 2].entries()) {
        const y = Array.from({ length: steps }, (_, s) => Array.from(outputs.data.slice((b * 5 + s) * 3, (b * 5 + s + 1) * 3)));
        const all = everyLabelling(y);
        assert.equal(found[b]?.length, all.size);
        for (const [n, { tokens, logProbability, text }] of (found[b] ?? []).entries()) {
          assert.equal(text, undefined, "no vocabulary is known");
          const want = Math.log(all.get(tokens.join("")) as number);
          assert.ok(Math.abs(logProbability - want) <= 1e-5 * (1 + Math.abs(want)), `${tokens}: ${logProbability}, want ${want}`);
          assert.ok(n === 0 || logProbability <= (found[b]?.[n - 1]?.logProbability as number));
        }
      }
      const targets = Int32Array.of(1, 1, 2, 2, 0, 0);
      const judged = await model.forward({ ...batch, targets, targetLengths: [3, 1] });
      const logs = [[1, 1, 2], [2]].map((labels, b) => found[b]?.find(({ tokens }) => tokens.join() === labels.join())?.logProbability as number);
      const want = -((logs[0] as number) / 3 + (logs[1] as number)) / 2;
      assert.ok(Math.abs((judged.loss as number) - want) <= 1e-5, `${judged.loss}, want ${want}`);
      assert.equal((await model.gradients({ ...batch, targets, targetLengths: [3, 1] })).loss, judged.loss);
      const [greedy] = await model.decode(batch);
      assert.equal(greedy?.length, 1);
    });
  });
});

describe("refusals of CTC", () => {
  test("by config", async () => {
    const wrong: [object, string, RegExp][] = [
      [{ loss: "mse" }, "CONFIG", /loss is "mse", want one of \["ctc"\]/],
      [{ los: "ctc" }, "CONFIG", /"los" is not an option; did you mean "loss"/],
      [{ readout: "last" }, "CONFIG", /readout is "last", but loss "ctc"/],
      [{ output: { values: 3 } }, "CONFIG", /want output\.classes of 2 or more/],
      [{ decoder: { layers: [{ cell: "gru", hidden: 12 }] } }, "CONFIG", /loss "ctc" goes without a decoder/],
      [{ layers: [{ cell: "rnn", hidden: 6, recurrence: "output" }] }, "UNSUPPORTED", /wants a target at every step/],
    ];
    for (const [changes, code, words] of wrong) await assertRefused(() => createModel({ ...base, ...changes }, runtime), code, words);
  });

  test("by call", async () => {
    await withModel(base, runtime, async (model) => {
      const batch: Batch = { inputs: [1, 2, 3], shape: [1, 3], targets: [1, 1] };
      const before = await fingerprint(model);
      const calls: [Batch, string, RegExp][] = [
        [{ ...batch, targets: [1, 0] }, "RANGE", /targets\[0\]\[1\] is 0, the blank/],
        [{ ...batch, targets: [1, 3] }, "RANGE", /targets\[0\]\[1\] is 3, want 0 … 2/],
        [{ ...batch, lengths: [2] }, "RANGE", /targets\[0\] has 2 labels, 1 of them like the one before, and so needs 3 steps; its sequence has 2/],
        [{ ...batch, targetLengths: [3] }, "RANGE", /targetLengths\[0\] is 3, want 0 … 2/],
        [{ ...batch, targetLengths: [1, 1] }, "SHAPE", /targetLengths has 2 entries, want 1/],
        [{ ...batch, mask: [1, 1, 1] }, "CONFIG", /mask weighs steps/],
      ];
      for (const [spoilt, code, words] of calls) {
        await assertRefused(() => model.forward(spoilt), code, words);
        await assertRefused(() => model.trainStep(spoilt, { name: "sgd", learningRate: 0.1 }), code, words);
      }
      await assertRefused(() => model.gradients({ inputs: [1], shape: [1, 1] }), "CONFIG", /targets are missing, want \[1 S\] ids/);
      await assertRefused(() => model.forward({ inputs: [1], shape: [1, 1], targetLengths: [0] }), "CONFIG", /targetLengths came without targets/);
      await assertRefused(() => model.step(1), "UNSUPPORTED", /forward gives the probabilities of every step/);
      await assertRefused(() => model.generate({ length: 2 }).next(), "UNSUPPORTED", /decode does that/);
      await assertRefused(() => model.decode(batch, { length: 2 }), "CONFIG", /length is 2, but goes with a decoder alone/);
      assert.equal(await fingerprint(model), before);

      const train = (data: Parameters<Model["train"]>[0], code: string, words: RegExp) =>
        assertRefused(() => model.train(data, { batch: 2, steps: 4, iterations: 1, optimizer: { name: "sgd", learningRate: 0.1 } }), code, words);
      await train({ tokens: 5, ids: ids(100, 5) }, "UNSUPPORTED", /sequences/);
      const examples = [{ input: [1, 2], target: [1] }, { input: [1, 2, 3], target: [2, 2] }];
      await train(await sequenceDataset(examples, { tokens: 5, sequence: { tokens: 3 }, validation: 0 }), "RANGE", /is 0, the blank.*sequence\.end false/);
      await train(await sequenceDataset([...examples, { input: [1], target: [1, 2] }], { tokens: 5, sequence: { tokens: 3, end: false }, validation: 0 }), "RANGE", /data\.train\.targets of sequence 2 has 2 labels/);
      await train(await sequenceDataset([{ input: [1], target: 1 }, { input: [2], target: 2 }], { tokens: 5, classes: 3, validation: 0 }), "SHAPE", /targetLengths has 0 entries, want 2/);
    });
  });
});
