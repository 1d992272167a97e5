import assert from "node:assert/strict";
import { test } from "node:test";
import { Lexicon } from "../src/dataset/lexicon.js";
import { textDataset } from "../src/dataset/text.js";
import { scanWords } from "../src/dataset/words.js";

const all = { validation: 0 } as const;

function words(text: string): string[] {
  const out: string[] = [];
  assert.equal(scanWords(text, true, (token) => out.push(token)), text.length);
  return out;
}

const cut: [text: string, tokens: string[]][] = [
  ["It is.", ["It", " ", "is", "."]],
  ["don't ’tis rock’n’roll", ["don't", " ", "’", "tis", " ", "rock’n’roll"]],
  ["dogs' it''s '", ["dogs", "'", " ", "it", "'", "'", "s", " ", "'"]],
  ["a-b_c", ["a", "-", "b", "_", "c"]],
  ["3.14 e10", ["3", ".", "14", " ", "e10"]],
  ["\r\n\t\u00a0", ["\r", "\n", "\t", "\u00a0"]],
  ["Ça e\u0301te\u0301 naïve", ["Ça", " ", "e\u0301te\u0301", " ", "naïve"]],
  ["हिन्दी में", ["हिन्दी", " ", "में"]],
  ["床前明月光。", ["床", "前", "明", "月", "光", "。"]],
  ["カタカナとabc漢字", ["カ", "タ", "カ", "ナ", "と", "abc", "漢", "字"]],
  ["한국어 말", ["한국어", " ", "말"]],
  ["𐐷𐐲 👩‍🚀!", ["𐐷𐐲", " ", "👩", "\u200d", "🚀", "!"]],
  ["\u0301x", ["\u0301", "x"]],
  ["x".repeat(150), ["x".repeat(64), "x".repeat(64), "x".repeat(22)]],
];

test("word: the rule, by cases", () => {
  for (const [text, tokens] of cut) {
    assert.deepEqual(words(text), tokens);
    assert.equal(words(text).join(""), text);
  }
  assert.deepEqual(words("a\ud800b"), ["a", "\ufffd", "b"]);
});

test("word: the same tokens wherever the text is cut into pieces", () => {
  const text = "He said: “don't!” — rock’n’roll, 𐐷𐐲é 漢字. " + "y".repeat(70) + " ''a'b'";
  const whole = words(text);
  for (let at = 0; at <= text.length; at++) {
    const half = text.charCodeAt(at - 1);
    if (half >= 0xd800 && half <= 0xdbff) continue;
    const out: string[] = [];
    const first = text.slice(0, at);
    const end = scanWords(first, false, (token) => out.push(token));
    scanWords(first.slice(end) + text.slice(at), true, (token) => out.push(token));
    assert.deepEqual(out, whole, `cut at ${at}`);
  }
});

test("word: decode undoes encode; the most frequent first, the earlier of equals", async () => {
  const text = "the cat and the dog and the bird. It's the end!";
  const data = await textDataset(text, { unit: "word", ...all });
  assert.deepEqual(data.vocabulary.slice(0, 4), [" ", "the", "and", "cat"]);
  assert.equal(data.unknown, undefined);
  assert.ok(!("unknown" in data));
  assert.equal(data.decode(data.ids), text);
  assert.deepEqual([...data.encode(text)], [...data.ids]);
  assert.equal(data.decode(data.encode("the bird and It's")), "the bird and It's");
  assert.throws(() => data.encode("the end is"), { code: "RANGE", message: /encode: "is" at token 4 is not in the vocabulary of 10, which has no unknown token/ });
  assert.ok((await data.baselines()).bigram > 0);
});

test("word: a text of many pieces, as a string and as UTF-8", async () => {
  const text = "Don't panic, naïve 漢字! ".repeat(9000);
  for (const source of [text, new TextEncoder().encode(text)]) {
    const data = await textDataset(source, { unit: "word", ...all });
    assert.deepEqual([...data.vocabulary].sort(), [..."!, 字漢", "Don't", "naïve", "panic"].sort());
    assert.equal(data.length, 9000 * 11);
    assert.equal(data.decode(data.ids), text);
  }
});

test("word: a cap keeps the most frequent, the rest is the unknown token with id 0", async () => {
  const data = await textDataset("a b a c a b d", { unit: "word", ...all, vocabulary: { size: 4 } });
  assert.deepEqual(data.vocabulary, ["<unk>", " ", "a", "b"]);
  assert.equal(data.tokens, 4);
  assert.equal(data.unknown, 0);
  assert.equal(data.decode(data.ids), "a b a <unk> a b <unk>");
  assert.deepEqual([...data.encode("b zebra a")], [3, 1, 0, 1, 2]);
  const roomy = await textDataset("a b", { unit: "word", ...all, vocabulary: { size: 100, unknown: "?" } });
  assert.deepEqual(roomy.vocabulary, ["?", "a", " ", "b"]);
});

test("char: a cap and an unknown token", async () => {
  const capped = await textDataset("aabbbcd", { unit: "char", ...all, vocabulary: { size: 3, unknown: "<unk>" } });
  assert.deepEqual(capped.vocabulary, ["<unk>", "a", "b"]);
  assert.deepEqual([...capped.ids], [1, 1, 2, 2, 2, 0, 0]);
  // "<" is not the first letter of the unknown token.
  assert.deepEqual([...capped.encode("<a€")], [0, 1, 0]);
  // Kept by frequency, of equals the earlier, and then sorted.
  const ties = await textDataset("zyxzyx", { unit: "char", ...all, vocabulary: { size: 3 } });
  assert.deepEqual(ties.vocabulary, ["\ufffd", "y", "z"]);
  // An unknown token that the text has itself is one token.
  const shared = await textDataset("a?b?", { unit: "char", ...all, vocabulary: { unknown: "?" } });
  assert.deepEqual(shared.vocabulary, ["?", "a", "b"]);
  assert.equal(shared.decode(shared.encode("a?bc")), "a?b?");
  const lone = await textDataset("a\ud800b", { unit: "char", ...all, vocabulary: {} });
  assert.deepEqual(lone.vocabulary, ["\ufffd", "a", "b"]);
  assert.deepEqual([...lone.ids], [1, 0, 2]);
});

test("a vocabulary of words streams what it decodes", () => {
  const lexicon = new Lexicon("word", ["<unk>", "the", " "], 0);
  const stream = lexicon.stream();
  const ids = lexicon.encode("the cat", "x");
  assert.equal([...ids].map((id) => stream.push(id)).join(""), lexicon.decode(ids, "x"));
  assert.throws(() => lexicon.decode([3], "decode"), { code: "RANGE", message: /id 3 at 0/ });
});

test("long texts of words leave the event loop alive", async () => {
  const text = Array.from({ length: 400_000 }, (_, i) => `word${(i * 7919) % 50_000}`).join(" ");
  let longest = 0;
  let last = performance.now();
  const ticker = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const data = await textDataset(text, { unit: "word", vocabulary: { size: 10_000 } });
  clearInterval(ticker);
  assert.equal(data.length, 799_999);
  assert.equal(data.tokens, 10_000);
  assert.ok(longest <= 250, `the event loop stood still for ${longest.toFixed(0)} ms`);
});
