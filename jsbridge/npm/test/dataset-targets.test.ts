import assert from "node:assert/strict";
import { test } from "node:test";
import { sequenceDataset } from "../src/dataset/sequence.js";
import { readDataset } from "../src/dataset/token.js";
import type { Example, SequenceOptions, TargetSequenceOptions } from "../src/types.js";

const pairs: Example[] = [
  { input: "ab", target: "xyz" },
  { input: "b", target: "" },
  { input: "aab", target: "zz" },
];
const make = (sequence: TargetSequenceOptions, examples = pairs, more: Partial<SequenceOptions> = {}) =>
  sequenceDataset(examples, { unit: "char", validation: 0, ...more, sequence });

test("texts as targets end with the mark, which is id 0", async () => {
  const data = await make({ unit: "char" });
  assert.deepEqual([data.output, data.perStep, data.targetUnit, data.targetVocabulary], [{ classes: 4 }, false, "char", ["", "x", "y", "z"]]);
  assert.deepEqual([...data.train.targets], [1, 2, 3, 0, 0, 3, 3, 0]);
  assert.deepEqual([...(data.train.targetLengths ?? [])], [4, 1, 3]);
  assert.deepEqual([...data.train.lengths], [2, 1, 3]);
  assert.deepEqual(data.counts.train, [3, 1, 1, 3]);
  assert.deepEqual([...data.encodeTarget("zx")], [3, 1, 0]);
  assert.equal(data.decodeTarget([3, 1, 0]), "zx");
  assert.throws(() => data.encodeTarget("a"), { code: "RANGE", message: /"a"/ });
  assert.throws(() => data.decodeTarget([4]), { code: "RANGE" });
});

test("end: false leaves id 0 to the blank", async () => {
  const data = await make({ unit: "char", end: false });
  assert.deepEqual([...data.train.targets], [1, 2, 3, 3, 3]);
  assert.deepEqual([...(data.train.targetLengths ?? [])], [3, 0, 2]);
  assert.deepEqual([...data.encodeTarget("zx")], [3, 1]);
});

test("bytes, words, ready-made words and an unknown word", async () => {
  const bytes = await make({ unit: "byte" }, [{ input: "a", target: "é" }, { input: "b", target: "" }]);
  assert.deepEqual(bytes.output, { classes: 257 });
  assert.deepEqual([...bytes.train.targets], [0xc4, 0xaa, 0, 0]);
  assert.equal(bytes.decodeTarget([0xc4, 0xaa, 0]), "é");
  const words = await make({ unit: "word", vocabulary: { size: 3 } }, [{ input: "a", target: ["good", "day", "good"] }, { input: "b", target: "day day well" }]);
  assert.deepEqual(words.targetVocabulary, ["", "<unk>", "day", "good"]);
  assert.equal(words.targetUnknown, 1);
  assert.deepEqual([...words.train.targets], [3, 2, 3, 0, 2, 1, 2, 1, 1, 0]);
  assert.deepEqual([...words.encodeTarget("day off")], [2, 1, 1, 0]);
});

test("ids as targets", async () => {
  const data = await make({ tokens: 5 }, [{ input: "a", target: [1, 4] }, { input: "b", target: Int32Array.of(2) }]);
  assert.deepEqual([...data.train.targets], [1, 4, 0, 2, 0]);
  assert.deepEqual([data.output, data.targetVocabulary], [{ classes: 5 }, undefined]);
  assert.throws(() => data.encodeTarget("a"), { code: "STATE", message: /sequence: \{ unit \}/ });
  await assert.rejects(make({ tokens: 5 }, [{ input: "a", target: [1, 0] }, { input: "b", target: [2] }]), { code: "RANGE", message: /target\[1\] is 0; an id of 1 … 4.*end mark/ });
  await assert.rejects(make({ tokens: 5, end: false }, [{ input: "a", target: [5] }, { input: "b", target: [2] }]), { code: "RANGE", message: /target\[0\] is 5/ });
});

test("each part has its own targets", async () => {
  const examples = Array.from({ length: 20 }, (_, i) => ({ input: "a".repeat(1 + (i % 3)), target: "b".repeat(i % 5) }));
  const data = await make({ unit: "char" }, examples, { validation: 0.3 });
  for (const [part, places] of [[data.train, data.trainIndices], [data.validation, data.validationIndices]] as const) {
    assert.deepEqual([...(part?.targetLengths ?? [])], [...places].map((i) => (i % 5) + 1));
    assert.deepEqual([...(part?.targets ?? [])], [...places].flatMap((i) => [...new Array<number>(i % 5).fill(1), 0]));
  }
});

test("options that do not fit are refused", async () => {
  const wrong: [Partial<SequenceOptions>, RegExp][] = [
    [{ sequence: {} }, /sequence has neither of unit and tokens/],
    [{ sequence: { unit: "char", tokens: 3 } }, /sequence has both of unit and tokens/],
    [{ sequence: { unit: "char" }, classes: 3 }, /classes and sequence came/],
    [{ sequence: { unit: "char" }, perStep: true }, /perStep wants a target for each token/],
    [{ sequence: { tokens: 3, vocabulary: { size: 3 } } }, /sequence\.vocabulary goes with sequence\.unit/],
    [{ sequence: { unit: "char", ends: true } as object }, /did you mean "end"/],
    [{ sequence: { unit: "chars" } as object }, /sequence\.unit "chars" is not one; did you mean "char"/],
    [{ sequence: { unit: "char", end: 1 } as object }, /sequence\.end is the number 1; true or false/],
  ];
  for (const [options, message] of wrong) await assert.rejects(sequenceDataset(pairs, { unit: "char", ...options }), { message });
});

test("a plain object of the same shape crosses, with its target vocabulary", () => {
  const train = { lengths: [2, 1], inputs: [0, 1, 1], targets: [1, 2, 0, 0], targetLengths: [3, 1] };
  const plain = { kind: "sequences", input: { tokens: 2 }, output: { classes: 3 }, perStep: false, train, targetUnit: "char", targetVocabulary: ["", "x", "y"] };
  const { data, vocabulary, targets } = readDataset(plain, "model.train");
  assert.deepEqual([...((data as { train: { targetLengths: Int32Array } }).train.targetLengths)], [3, 1]);
  assert.equal(vocabulary, undefined);
  assert.equal(targets?.decode([2, 1, 0], "decode"), "yx");
  const spoilt = (changes: object): object => ({ ...plain, ...changes });
  const wrong: [object, RegExp][] = [
    [{ train: { ...train, targetLengths: [3] } }, /targetLengths holds 1 numbers; 2 sequences/],
    [{ train: { ...train, targetLengths: [3, 2] } }, /targets holds 4 numbers; 5 target steps/],
    [{ train: { ...train, targetLengths: [5, -1] } }, /targetLengths\[1\] is -1/],
    [{ perStep: true }, /targetLengths goes with output\.classes and perStep: false/],
    [{ targetVocabulary: ["", "x"] }, /targetVocabulary holds 2, dataset\.output\.classes is 3/],
    [{ targetUnit: "letter" }, /dataset\.targetUnit is a string/],
    [{ targetUnknown: 0 }, /dataset\.targetUnknown is 0; an id of 1 … 2/],
  ];
  for (const [changes, message] of wrong) assert.throws(() => readDataset(spoilt(changes), "model.train"), { message });
});
