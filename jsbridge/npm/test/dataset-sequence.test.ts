import assert from "node:assert/strict";
import { test } from "node:test";
import { sequenceDataset } from "../src/dataset/sequence.js";
import { drawSplit } from "../src/dataset/split.js";
import type { Example, SequenceDataset, SequenceOptions, Sequences } from "../src/types.js";

const all = { validation: 0 } as const;

/** The sequences of one part one by one, as arrays. */
function apart(data: SequenceDataset, part: Sequences | undefined): { inputs: number[]; targets: number[] }[] {
  if (!part) return [];
  const width = "features" in data.input ? data.input.features : 1;
  const targetWidth = "classes" in data.output ? 1 : "values" in data.output ? data.output.values : data.output.labels;
  let at = 0;
  return Array.from(part.lengths, (length, n) => {
    const from = at;
    at += length;
    const targets = data.perStep ? part.targets.slice(from * targetWidth, at * targetWidth) : part.targets.slice(n * targetWidth, (n + 1) * targetWidth);
    return { inputs: [...part.inputs.slice(from * width, at * width)], targets: [...targets] };
  });
}

test("texts of unlike length with a class each", async () => {
  const names: Example[] = [
    { input: "Rossi", target: "it" },
    { input: "Li", target: "zh" },
    { input: "Ng", target: "zh" },
    { input: "É", target: "fr" },
  ];
  const data = await sequenceDataset(names, { unit: "char", ...all });
  assert.deepEqual(data.classes, ["fr", "it", "zh"]);
  assert.deepEqual(data.vocabulary, [..."LNRgios", "É"]);
  assert.deepEqual([data.input, data.output, data.perStep, data.tokens, data.features], [{ tokens: 8 }, { classes: 3 }, false, 8, undefined]);
  assert.deepEqual([...data.train.lengths], [5, 2, 2, 1]);
  assert.ok(data.train.inputs instanceof Int32Array && data.train.targets instanceof Int32Array);
  assert.deepEqual(apart(data, data.train).map(({ inputs }) => data.decode(inputs)), names.map(({ input }) => input));
  assert.deepEqual([...data.train.targets], [1, 2, 2, 0]);
  assert.deepEqual(data.counts, { train: [1, 1, 2], validation: [0, 0, 0] });
  assert.equal(data.validation, undefined);
  assert.deepEqual([...data.encode("Éi")], [7, 4]);
  assert.throws(() => data.encode("x"), { code: "RANGE", message: /"x" \(U\+0078\)/ });
});

test("words, ready-made words, bytes, an unknown token", async () => {
  const tagged = [
    { input: ["the", "cat", "New York"], target: ["DET", "N", "N"] },
    { input: ["the"], target: ["DET"] },
  ];
  const tags = await sequenceDataset(tagged, { unit: "word", perStep: true, ...all });
  assert.deepEqual(tags.vocabulary, ["the", "cat", "New York"]);
  assert.deepEqual(apart(tags, tags.train), [{ inputs: [0, 1, 2], targets: [0, 1, 1] }, { inputs: [0], targets: [0] }]);
  assert.deepEqual(tags.counts.train, [2, 2]);
  const texts = [{ input: "it's so so", target: 1 }, { input: "so", target: 0 }];
  const capped = await sequenceDataset(texts, { unit: "word", vocabulary: { size: 3 }, ...all });
  assert.deepEqual(capped.vocabulary, ["<unk>", "so", " "]);
  assert.equal(capped.unknown, 0);
  assert.deepEqual(apart(capped, capped.train), [{ inputs: [0, 2, 1, 2, 1], targets: [1] }, { inputs: [1], targets: [0] }]);
  assert.deepEqual(capped.classes, ["0", "1"]);
  const bytes = await sequenceDataset([{ input: "é", target: "a" }, { input: "e", target: "b" }], { unit: "byte", ...all });
  assert.deepEqual([bytes.tokens, ...bytes.train.inputs], [256, 0xc3, 0xa9, 0x65]);
});

test("ids and features; classes, labels, values; per step or not", async () => {
  const ids = await sequenceDataset([{ input: [0, 4], target: 2 }, { input: Int32Array.of(3), target: 0 }], { tokens: 5, classes: 4, ...all });
  assert.deepEqual(apart(ids, ids.train), [{ inputs: [0, 4], targets: [2] }, { inputs: [3], targets: [0] }]);
  assert.deepEqual([ids.output, ids.classes], [{ classes: 4 }, ["0", "1", "2", "3"]]);

  const ordered = await sequenceDataset([{ input: [[1, 2], [3, 4]], target: "no" }, { input: Float32Array.of(5, 6), target: "yes" }], { features: 2, classes: ["yes", "no"], ...all });
  assert.deepEqual(apart(ordered, ordered.train), [{ inputs: [1, 2, 3, 4], targets: [1] }, { inputs: [5, 6], targets: [0] }]);
  assert.ok(ordered.train.inputs instanceof Float32Array);
  assert.equal(ordered.features, 2);

  const labels = await sequenceDataset([{ input: [1], target: ["b", "c"] }, { input: [2, 3], target: [] }], { features: 1, labels: ["a", "b", "c"], ...all });
  assert.deepEqual(apart(labels, labels.train), [{ inputs: [1], targets: [0, 1, 1] }, { inputs: [2, 3], targets: [0, 0, 0] }]);
  assert.ok(labels.train.targets instanceof Float32Array);
  assert.deepEqual(labels.counts.train, [0, 1, 1]);
  const steps = await sequenceDataset([{ input: [1, 2], target: [["a"], []] }, { input: [3], target: [["a", "b"]] }], { features: 1, labels: ["a", "b"], perStep: true, ...all });
  assert.deepEqual(apart(steps, steps.train), [{ inputs: [1, 2], targets: [1, 0, 0, 0] }, { inputs: [3], targets: [1, 1] }]);

  const values = await sequenceDataset([{ input: [1], target: [0.5, 2] }, { input: [2], target: [1, 3] }], { features: 1, values: 2, ...all });
  assert.deepEqual([...values.train.targets], [0.5, 2, 1, 3]);
  assert.deepEqual([values.output, values.classes, values.counts.train], [{ values: 2 }, [], []]);
  const filter = await sequenceDataset([{ input: [1, 2], target: [3, 4] }, { input: [5], target: [[6]] }], { features: 1, values: 1, perStep: true, ...all });
  assert.deepEqual([...filter.train.targets], [3, 4, 6]);
});

function labelled(sizes: Record<string, number>): Example[] {
  return Object.entries(sizes).flatMap(([target, n]) => Array.from({ length: n }, (_, i) => ({ input: [i % 7], target })));
}

test("the split is stratified, seeded, and loses nothing", async () => {
  const examples = labelled({ a: 50, b: 25, c: 12, d: 1 });
  const data = await sequenceDataset(examples, { tokens: 7, validation: 0.2, seed: 3 });
  // ⌊88 · 0.2⌋ = 17: floors 10, 5, 2, 0 are all of them.
  assert.deepEqual(data.counts, { train: [40, 20, 10, 1], validation: [10, 5, 2, 0] });
  const both = [...data.trainIndices, ...data.validationIndices].sort((x, y) => x - y);
  assert.deepEqual(both, examples.map((_, i) => i));
  const back = (part: Sequences | undefined, indices: Int32Array): void =>
    apart(data, part).forEach(({ inputs, targets }, n) => {
      const { input, target } = examples[indices[n] as number] as Example;
      assert.deepEqual([inputs, data.classes[targets[0] as number]], [input, target]);
    });
  back(data.train, data.trainIndices);
  back(data.validation, data.validationIndices);
  assert.deepEqual([...data.trainIndices], [...data.trainIndices].sort((x, y) => x - y));

  const again = await sequenceDataset(examples, { tokens: 7, validation: 0.2, seed: 3 });
  assert.deepEqual(again.validationIndices, data.validationIndices);
  const other = await sequenceDataset(examples, { tokens: 7, validation: 0.2, seed: 4 });
  assert.notDeepEqual(other.validationIndices, data.validationIndices);
});

test("remainders fill the number up; no class gives its last", () => {
  const classes = Int32Array.from([...Array(5).fill(0), ...Array(7).fill(1), ...Array(8).fill(2), 3]);
  const held = (share: number): number[] => {
    const { train, validation } = drawSplit(classes.length, share, 1, classes);
    assert.equal(train.length + validation.length, classes.length);
    return [0, 1, 2, 3].map((id) => validation.filter((i) => classes[i] === id).length);
  };
  assert.deepEqual(held(0.1), [0, 1, 1, 0]); // 2 of 21: remainders .5 .7 .8 (.1)
  assert.deepEqual(held(0.25), [1, 2, 2, 0]); // 5 of 21: 1.25, 1.75, 2, .25
  assert.deepEqual(held(0.9), [4, 6, 7, 0]); // 18 of 21, of which the class of one has none to give
  assert.deepEqual(held(0), [0, 0, 0, 0]);
  const { train, validation } = drawSplit(10, 0.35, 1);
  assert.deepEqual([train.length, validation.length], [7, 3]);
});

test("baselines from their definition", async () => {
  const data = await sequenceDataset(labelled({ a: 30, b: 60, c: 10 }), { tokens: 7, validation: 0.5, seed: 1 });
  assert.deepEqual(data.counts.validation, [15, 30, 5]);
  const got = await data.baselines();
  const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-12, `${a} ${b}`);
  assert.equal(got.majority, "b");
  near(got.accuracy, 0.6);
  near(got.uniform, Math.log(3));
  near(got.prior, -(15 * Math.log(16 / 53) + 30 * Math.log(31 / 53) + 5 * Math.log(6 / 53)) / 50);

  const labels = await sequenceDataset([{ input: [1], target: ["x"] }, { input: [1], target: ["x", "y"] }], { features: 1, labels: ["x", "y"], ...all });
  const { uniform, prior } = await labels.baselines();
  near(uniform, Math.log(2));
  near(prior, -(2 * Math.log(3 / 4) + Math.log(1 / 2) + Math.log(1 / 2)) / 4);

  const values = await sequenceDataset([{ input: [1], target: [1, 10] }, { input: [1], target: [3, 30] }], { features: 1, values: 2, ...all });
  near((await values.baselines()).prior, (1 + 1 + 100 + 100) / 4);
});

test("what is refused, by index", async () => {
  const no = (examples: unknown, options: unknown, code: string, message: RegExp): Promise<void> =>
    assert.rejects(() => sequenceDataset(examples as Example[], options as SequenceOptions), { name: "UnfoldError", code, message });
  const fine = [{ input: "ab", target: "x" }, { input: "c", target: "y" }];
  const chars = { unit: "char" };
  await no(fine, undefined, "CONFIG", /options is nothing/);
  await no(fine, {}, "CONFIG", /none of unit, tokens, features/);
  await no(fine, { unit: "char", tokens: 4 }, "CONFIG", /unit and tokens of unit, tokens, features came/);
  await no(fine, { unit: "chr" }, "CONFIG", /did you mean "char"/);
  await no(fine, { ...chars, label: [] }, "CONFIG", /"label" is not an option; did you mean "labels"/);
  await no(fine, { ...chars, classes: ["x", "y"], values: 1 }, "CONFIG", /classes and values came/);
  await no(fine, { ...chars, classes: ["x"] }, "RANGE", /classes has 1 name/);
  await no(fine, { ...chars, classes: ["x", "z"] }, "RANGE", /examples\[1\]\.target is "y", which is not one of classes/);
  await no(fine, { ...chars, seed: -1 }, "RANGE", /seed is -1/);
  await no(fine, { tokens: 3, vocabulary: {} }, "CONFIG", /vocabulary goes with unit, not with tokens/);
  await no("ab", chars, "CONFIG", /examples are a string/);
  await no(fine.slice(1), chars, "RANGE", /1 examples came/);
  await no([fine[0], null], chars, "CONFIG", /examples\[1\] is null/);
  await no([fine[0], { input: "", target: "y" }], chars, "RANGE", /examples\[1\]\.input is empty/);
  await no([fine[0], { input: "c" }], chars, "CONFIG", /examples\[1\]\.target is nothing/);
  await no([fine[0], { input: "c", target: 3 }], chars, "CONFIG", /examples\[1\]\.target is 3; a string is wanted/);
  await no([fine[0], { input: ["c"], target: "y" }], chars, "CONFIG", /examples\[1\]\.input is an array; a text/);
  await no([fine[0], { input: ["c", 1], target: "y" }], { unit: "word" }, "CONFIG", /examples\[1\]\.input\[1\] is 1; a word/);
  await no([fine[0], { input: "c", target: "x" }], chars, "RANGE", /all targets are "x"/);
  await no([{ input: [1, 5], target: 0 }, fine[1]], { tokens: 5 }, "RANGE", /examples\[0\]\.input\[1\] is 5; an id of 0 … 4/);
  await no([{ input: [1, 2], target: 0.5 }, fine[1]], { tokens: 5 }, "RANGE", /examples\[0\]\.target is 0\.5; a class/);
  await no([{ input: [1, 2], target: 4 }, fine[1]], { tokens: 5, classes: 4 }, "RANGE", /target is 4; a class of 0 … 3/);
  await no([{ input: [[1, 2], [3]], target: 0 }, fine[1]], { features: 2 }, "SHAPE", /examples\[0\]\.input\[1\] holds 1 numbers; 2/);
  await no([{ input: [[1, NaN]], target: 0 }, fine[1]], { features: 2 }, "RANGE", /examples\[0\]\.input\[0\]\[1\] is NaN/);
  await no([{ input: [1, 2], target: 0 }, fine[1]], { features: 2 }, "CONFIG", /input\[0\] is the number 1; a vector of 2/);
  await no([{ input: Float32Array.of(1), target: 0 }, fine[1]], { features: 2 }, "SHAPE", /a multiple of 2/);
  await no([{ input: [1, 2], target: ["a"] }, fine[1]], { tokens: 5, perStep: true }, "SHAPE", /target holds 1 targets; its input has 2 tokens/);
  await no([{ input: [1, 2], target: "ab" }, fine[1]], { tokens: 5, perStep: true }, "CONFIG", /an array with a target for each/);
  await no([{ input: [1], target: ["a", "q"] }, fine[1]], { tokens: 5, labels: ["a", "b"] }, "RANGE", /target\[1\] is "q", which is not one of labels/);
  await no([{ input: [1], target: [1, 2] }, fine[1]], { tokens: 5, values: 3 }, "SHAPE", /target holds 2 numbers; 3/);
  await no([{ input: [1], target: Infinity }, fine[1]], { tokens: 5, values: 1 }, "RANGE", /target is Infinity/);
  await no([{ get input() { throw new Error("boo"); }, target: 1 }, fine[1]], chars, "CONFIG", /input is a getter/);
  const ids = await sequenceDataset([{ input: [0], target: 0 }, { input: [1], target: 1 }], { tokens: 2, ...all });
  assert.throws(() => ids.encode("a"), { code: "STATE", message: /ids, not text/ });
});
