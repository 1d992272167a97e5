import assert from "node:assert/strict";
import { test } from "node:test";
import { sequenceDataset } from "../src/dataset/sequence.js";
import { textDataset } from "../src/dataset/text.js";
import type { Network } from "../src/lab/network.js";
import type { SequenceData } from "../src/types.js";
import { influence, labelsOf, passageOf, passageOfText, reach, seen, shade } from "../src/view/connectivity-figures.js";

const network = (data: unknown): Network => ({ subject: { data } }) as Network;
const tensor = (data: number[]) => ({ shape: [1, 1, data.length], data: Float32Array.from(data) });

test("connectivity: lags become steps, behind the target and ahead of it", () => {
  assert.deepEqual([...influence(tensor([4, 3, 2, 0]), undefined, 2)], [2, 3, 4, 0]);
  assert.deepEqual([...influence(tensor([4, 3, 0, 0]), tensor([4, 7, 8, 0]), 1)], [3, 4, 7, 8]);
});

test("connectivity: shades in proportion, or by decades below the largest", () => {
  assert.deepEqual([0, 1, 2, 4].map((norm) => shade(norm, 4, false)), [0, 0.25, 0.5, 1]);
  assert.deepEqual([0, 4e-5, 4e-4, 4e-2, 4].map((norm) => Number(shade(norm, 4, true).toFixed(12))), [0, 0, 0, 0.5, 1]);
  assert.equal(shade(1, 0, true), 0);
  assert.equal(shade(NaN, 4, false), 0);
});

test("connectivity: how many steps back hold a share of the sum", () => {
  assert.equal(reach([1, 0, 3, 6, 9], 3, 0.9), 2);
  assert.equal(reach([1, 0, 3, 6, 9], 3, 0.95), 4);
  assert.equal(reach([0, 0, 5], 2, 0.9), 1);
});

test("connectivity: of text each token is the answer to the one before", async () => {
  const text = network(await textDataset("abcabcabca", { unit: "char", validation: 0 }));
  const piece = passageOf(text, 0.5, 4);
  assert.deepEqual([piece?.labels, piece?.answers, piece?.batch.shape, piece?.next], [["a", "b", "c", "a"], ["b", "c", "a"], [1, 3], true]);
  const own = passageOfText(text, "cab", 9);
  assert.deepEqual([own?.labels, [...(own?.batch.inputs ?? [])], [...(own?.batch.targets ?? [])]], [["c", "a", "b"], [2, 0], [0, 1]]);
  assert.equal(passageOfText(text, "c", 9), undefined);
  assert.throws(() => passageOfText(text, "cat", 9), { code: "RANGE" });
});

test("connectivity: a sequence with one answer at its end", async () => {
  const examples = ["abba", "abab", "aabb", "bbaa"].map((input, i) => ({ input, target: i % 2 ? "odd" : "even" }));
  const data = network(await sequenceDataset(examples, { unit: "char", validation: 0 }));
  const piece = passageOf(data, 0.3, 9);
  assert.deepEqual([piece?.labels.join(""), piece?.answers, piece?.next], ["abab", ["odd"], false]);
});

test("connectivity: steps are called by what is read: a token, a number or two, else by their place", () => {
  const of = (input: object, inputs: number[], steps: number): string[] => labelsOf({ input, vocabulary: ["x", "y"] } as unknown as SequenceData, inputs, steps);
  assert.deepEqual(of({ tokens: 3 }, [1, 0, 2], 3), ["y", "x", "2"]);
  assert.deepEqual(of({ features: 2 }, [0.5123, 1, -2, 0], 2), ["0.51 1", "-2 0"]);
  assert.deepEqual(of({ features: 3 }, [1, 2, 3, 4, 5, 6], 2), ["1", "2"]);
});

test("connectivity: spaces are seen", () => assert.deepEqual([" ", "\n", "a"].map(seen), ["␣", "↵", "a"]));
