import assert from "node:assert/strict";
import { test } from "node:test";
import { textDataset } from "../src/dataset/text.js";
import { nearest } from "../src/options.js";
import type { TextDatasetOptions } from "../src/types.js";

const char = { unit: "char" } as const;

test("char: tokens are code points, sorted; a lone surrogate is U+FFFD", async () => {
  const data = await textDataset("b𝄞a\ud800b飛", { unit: "char", validation: 0 });
  assert.deepEqual(data.vocabulary, ["a", "b", "飛", "\ufffd", "𝄞"]);
  assert.equal(data.tokens, 5);
  assert.equal(data.length, 6);
  assert.deepEqual([...data.ids], [1, 4, 0, 3, 1, 2]);
  assert.equal(data.validationIds.length, 0);
  assert.equal(data.decode(data.ids), "b𝄞a\ufffdb飛");
  assert.deepEqual([...data.encode("飛𝄞")], [2, 4]);
  assert.throws(() => data.encode("ab€"), { code: "RANGE", message: /"€" \(U\+20AC\) at character 2/ });
  assert.throws(() => data.decode([0, 5]), { code: "RANGE", message: /id 5 at 1/ });
});

test("char: pieces are cut between the halves of no surrogate pair, bytes between no sequence", async () => {
  const text = "x" + "𝄞".repeat(70_000);
  for (const source of [text, new TextEncoder().encode(text)]) {
    const data = await textDataset(source, char);
    assert.deepEqual(data.vocabulary, ["x", "𝄞"]);
    assert.equal(data.length, 70_001);
  }
});

test("char: invalid UTF-8 becomes U+FFFD", async () => {
  const data = await textDataset(Uint8Array.of(0x61, 0xff, 0x62, 0xe9), char);
  assert.deepEqual(data.vocabulary, ["a", "b", "\ufffd"]);
  assert.equal(data.length, 4);
});

test("byte: 256 tokens; bytes come as they are", async () => {
  const data = await textDataset("aé", { unit: "byte", validation: 0 });
  assert.equal(data.tokens, 256);
  assert.equal(data.vocabulary.length, 256);
  assert.deepEqual([...data.ids], [0x61, 0xc3, 0xa9]);
  assert.equal(data.decode(data.ids), "aé");
  assert.deepEqual([...(await textDataset(Uint8Array.of(255, 0, 128), { unit: "byte", validation: 0 })).ids], [255, 0, 128]);
});

test("the text's end is held out; fewer than 2 tokens are none, and 2 stay to train on", async () => {
  const of = async (length: number, validation?: number): Promise<number[]> => {
    const data = await textDataset("ab".repeat(length / 2) + (length % 2 ? "a" : ""), { unit: "char", ...(validation === undefined ? {} : { validation }) });
    assert.equal(data.ids.length + data.validationIds.length, length);
    return [data.ids.length, data.validationIds.length];
  };
  assert.deepEqual(await of(100), [90, 10]);
  assert.deepEqual(await of(19), [19, 0]);
  assert.deepEqual(await of(20), [18, 2]);
  assert.deepEqual(await of(3, 0.9), [3, 0]);
  assert.deepEqual(await of(10, 0.9), [2, 8]);
});

test("what is refused, by name", async () => {
  const no = (text: unknown, options: unknown, code: string, message: RegExp): Promise<void> =>
    assert.rejects(() => textDataset(text as string, options as TextDatasetOptions), { name: "UnfoldError", code, message });
  await no("", char, "RANGE", /empty text came; at least 2/);
  await no("x", char, "RANGE", /1 token \("x"\) came/);
  await no(new Uint8Array(0), { unit: "byte" }, "RANGE", /empty/);
  await no("some text", { unit: "char", vocabulary: { size: 1 } }, "RANGE", /vocabulary\.size is 1; a whole number, 2 or more/);
  await no("some text", { unit: "char", vocabulary: { sise: 9 } }, "CONFIG", /"vocabulary.sise" is not an option; did you mean "size"/);
  await no("some text", { unit: "word", vocabulary: { unknown: "" } }, "CONFIG", /vocabulary\.unknown is a string; a text of 1 … 64/);
  await no("some text", { unit: "word", vocabulary: 100 }, "CONFIG", /vocabulary is the number 100; an object/);
  await no("some text", { unit: "byte", vocabulary: { size: 100 } }, "CONFIG", /unit "byte" always has 256 tokens/);
  await no("some text", { unit: "chars" }, "CONFIG", /did you mean "char"/);
  await no("some text", undefined, "CONFIG", /options is nothing/);
  await no("some text", { unit: "char", validaton: 0.1 }, "CONFIG", /"validaton" is not an option; did you mean "validation"/);
  await no("some text", { unit: "char", validation: 0.95 }, "RANGE", /0\.95/);
  await no("some text", { unit: "char", validation: NaN }, "RANGE", /NaN/);
  await no("some text", { unit: "char", validation: "0.1" }, "CONFIG", /a string/);
  await no(12, char, "CONFIG", /the number 12/);
});

/** The baselines again, from their definition, with no cleverness. */
function byDefinition(tokens: number, training: number[], measured: number[]): { unigram: number; bigram: number } {
  const count = (test: (i: number) => boolean): number => training.filter((_, i) => test(i)).length;
  const p1 = (w: number): number => (count((i) => training[i] === w) + 1) / (training.length + tokens);
  const p2 = (h: number, w: number): number => {
    const followers = training.slice(1).filter((_, i) => training[i] === h);
    if (followers.length === 0) return p1(w);
    const different = new Set(followers).size;
    return (followers.filter((f) => f === w).length + different * p1(w)) / (followers.length + different);
  };
  let unigram = 0;
  let bigram = 0;
  for (let i = 1; i < measured.length; i++) {
    unigram -= Math.log(p1(measured[i] as number));
    bigram -= Math.log(p2(measured[i - 1] as number, measured[i] as number));
  }
  return { unigram: unigram / (measured.length - 1), bigram: bigram / (measured.length - 1) };
}

test("baselines equal their definition, with and without a held-out part", async () => {
  const text = "how much wood would a woodchuck chuck if a woodchuck could chuck wood? as much as ∞";
  for (const validation of [0.3, 0]) {
    const data = await textDataset(text, { unit: "char", validation });
    const measured = validation === 0 ? data.ids : data.validationIds;
    const wanted = byDefinition(data.tokens, [...data.ids], [...measured]);
    const got = await data.baselines();
    assert.ok(Math.abs(got.uniform - Math.log(data.tokens)) <= 1e-12);
    assert.ok(Math.abs(got.unigram - wanted.unigram) <= 1e-9, `${got.unigram} ${wanted.unigram}`);
    assert.ok(Math.abs(got.bigram - wanted.bigram) <= 1e-9, `${got.bigram} ${wanted.bigram}`);
  }
});

test("baselines: a bigram model normalises and a large vocabulary is counted right", async () => {
  // 20,000 different pairs, so that the table of pairs grows.
  const codes = Array.from({ length: 40_000 }, (_, i) => 0x4e00 + ((i * i * 7 + (i % 5) * 311) % 3000));
  const data = await textDataset(String.fromCodePoint(...codes.slice(0, 20_000)) + String.fromCodePoint(...codes.slice(20_000)), { unit: "char", validation: 0.001 });
  const got = await data.baselines();
  const wanted = byDefinition(data.tokens, [...data.ids], [...data.validationIds]);
  assert.ok(Math.abs(got.unigram - wanted.unigram) <= 1e-9);
  assert.ok(Math.abs(got.bigram - wanted.bigram) <= 1e-9);
});

test("long texts leave the event loop alive", async () => {
  const text = "It was the best of times, it was the worst of times. ".repeat(100_000);
  let longest = 0;
  let last = performance.now();
  const ticker = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const data = await textDataset(text, char);
  await data.baselines();
  clearInterval(ticker);
  assert.equal(data.length, text.length);
  assert.ok(longest <= 250, `the event loop stood still for ${longest.toFixed(0)} ms`);
});

test("nearest names", () => {
  assert.equal(nearest("hiddenSize", ["cell", "hidden", "activation"]), "hidden");
  assert.equal(nearest("wroker", ["worker", "workerURL", "deterministic"]), "worker");
});
