import assert from "node:assert/strict";
import { test } from "node:test";
import { sequenceDataset } from "../src/dataset/sequence.js";
import { seriesDataset } from "../src/dataset/series.js";
import { copyTask } from "../src/dataset/tasks/index.js";
import { textDataset } from "../src/dataset/text.js";
import { readDataset } from "../src/dataset/token.js";

const own = { kind: "sequences", input: { tokens: 3 }, output: { classes: 2 }, perStep: false, train: { lengths: [2, 1], inputs: [0, 1, 2], targets: [1, 0] } };

test("sequences cross with the fields of the contract and no others, as copies", async () => {
  const data = await sequenceDataset([{ input: "ab", target: "x" }, { input: "c", target: "y" }], { unit: "char", validation: 0.5, seed: 1 });
  const { data: crossing, vocabulary } = readDataset(data, "train");
  const sent = structuredClone(crossing) as unknown as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.keys(sent).sort(), ["input", "kind", "output", "perStep", "train", ...(data.validation ? ["validation"] : [])]);
  assert.deepEqual({ ...sent.train }, { ...data.train });
  assert.deepEqual([sent.kind, sent.input, sent.output, sent.perStep], ["sequences", { tokens: 3 }, { classes: 2 }, false]);
  assert.equal(vocabulary?.decode([2, 0], "x"), "ca");
  (sent.train?.lengths as Int32Array)[0] = 99;
  (crossing as unknown as typeof data).train.lengths[0] = 99;
  assert.notEqual(data.train.lengths[0], 99);
});

test("series and tasks cross; the vocabulary of words stays here with its unknown token", async () => {
  const series = await seriesDataset(Array.from({ length: 20 }, (_, i) => i), { columns: ["x"], window: 4 });
  const crossed = readDataset(series, "train").data as unknown as typeof series;
  assert.deepEqual([crossed.input, crossed.output, crossed.perStep, crossed.validation?.lengths.length], [{ features: 1 }, { values: 1 }, false, 2]);
  assert.ok(crossed.train.inputs instanceof Float32Array);
  const copy = readDataset(await copyTask({ lag: 2, sequences: 4 }), "train");
  assert.equal(copy.data.tokens, 10);
  assert.equal(copy.vocabulary, undefined);
  const words = await textDataset("a b a c", { unit: "word", vocabulary: { size: 3 }, validation: 0 });
  const { data, vocabulary } = readDataset(words, "train");
  assert.equal(data.tokens, 3);
  assert.deepEqual([...(vocabulary?.encode("a zebra", "x") ?? [])], [...words.encode("a zebra")]);
  assert.equal(vocabulary?.stream().push(0), "<unk>");
});

test("a plain object of plain arrays will do", () => {
  const { data } = readDataset(own, "train");
  assert.deepEqual({ ...(data as unknown as typeof own).train }, { lengths: Int32Array.of(2, 1), inputs: Int32Array.of(0, 1, 2), targets: Int32Array.of(1, 0) });
  const floats = readDataset({ ...own, input: { features: 2 }, output: { labels: 1 }, perStep: true, train: { lengths: Float64Array.of(1), inputs: Float64Array.of(1, 2), targets: [1] } }, "train");
  assert.deepEqual({ ...(floats.data as unknown as typeof own).train }, { lengths: Int32Array.of(1), inputs: Float32Array.of(1, 2), targets: Float32Array.of(1) });
  // A list of tens of thousands of words.
  const vocabulary = Array.from({ length: 250_000 }, (_, i) => `w${i}`);
  assert.equal(readDataset({ tokens: 250_000, ids: [0, 1], unit: "word", vocabulary }, "train").vocabulary?.symbols.length, 250_000);
});

test("what is refused, by field", () => {
  const no = (change: object, code: string, message: RegExp): void =>
    assert.throws(() => readDataset({ ...own, ...change }, "train"), { name: "UnfoldError", code, message });
  const part = (change: object): object => ({ train: { ...own.train, ...change } });
  no({ kind: "sequence" }, "CONFIG", /kind "sequence" is not one; did you mean "sequences"/);
  no({ kind: 1 }, "CONFIG", /kind is the number 1/);
  no({ input: { token: 3 } }, "CONFIG", /input\.token is not one; did you mean "tokens"/);
  no({ input: { tokens: 3, features: 1 } }, "CONFIG", /2 properties/);
  no({ output: { classes: 0 } }, "RANGE", /output\.classes is 0/);
  no({ output: undefined }, "CONFIG", /output is nothing/);
  no({ perStep: 1 }, "CONFIG", /perStep is the number 1/);
  no({ train: undefined }, "CONFIG", /train is nothing/);
  no({ validation: [] }, "CONFIG", /validation\.lengths is nothing/);
  no(part({ lengths: [] }), "RANGE", /lengths is empty/);
  no(part({ lengths: [3, 0] }), "RANGE", /lengths\[1\] is 0/);
  no(part({ lengths: [1.5, 1.5] }), "RANGE", /lengths\[0\] is 1\.5/);
  no(part({ lengths: [2, 2] }), "SHAPE", /inputs holds 3 numbers; 4 steps of 1 want 4/);
  no(part({ targets: [1] }), "SHAPE", /targets holds 1 numbers; 2 sequences of 1 want 2/);
  no({ perStep: true }, "SHAPE", /targets holds 2 numbers; 3 steps of 1 want 3/);
  no(part({ inputs: "abc" }), "CONFIG", /inputs is a string/);
  no(part({ inputs: [0, NaN, 2] }), "RANGE", /inputs\[1\] is NaN/);
  no({ vocabulary: ["a", "b"], unit: "char" }, "SHAPE", /vocabulary holds 2, dataset\.tokens is 3/);
  no({ vocabulary: ["a", "b", "c"], unit: "line" }, "CONFIG", /unit is a string/);
  no({ vocabulary: ["a", "b", 3], unit: "char" }, "CONFIG", /an array of strings/);
  no({ vocabulary: ["a", "b", "c"], unit: "char", unknown: 3 }, "RANGE", /unknown is 3/);
  assert.throws(() => readDataset({ ...own, get train() { return own.train; } }, "train"), { code: "CONFIG", message: /getter/ });
});
