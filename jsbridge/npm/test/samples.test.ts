import assert from "node:assert/strict";
import { test } from "node:test";
import { textDataset } from "../src/dataset/text.js";
import { follow } from "../src/view/samples-cursor.js";
import { draw, likeliest, reshape } from "../src/view/samples-draw.js";
import { bandOf, extend, interval, knownPart, remember, textOf, visible } from "../src/view/samples-figures.js";
import { beginningOf, reader } from "../src/view/samples-text.js";

const near = (got: ArrayLike<number>, want: readonly number[]): void => {
  assert.equal(got.length, want.length);
  want.forEach((value, i) => assert.ok(Math.abs((got[i] as number) - value) < 1e-12, `[${i}] ${got[i]}, want ${value}`));
};

test("drawing: temperature divides logits, then top-k, then top-p", () => {
  const p = [0.1, 0.4, 0.2, 0.3];
  near(reshape(p, { temperature: 1 }), p);
  const squares = p.map((x) => x * x / 0.3);
  near(reshape(p, { temperature: 0.5 }), squares);
  near(reshape(p, { temperature: 0 }), [0, 1, 0, 0]);
  near(reshape(p, { temperature: 1, topK: 2 }), [0, 4 / 7, 0, 3 / 7]);
  near(reshape(p, { temperature: 1, topP: 0.5 }), [0, 4 / 7, 0, 3 / 7]);
  near(reshape(p, { temperature: 1, topP: 0.4 }), [0, 1, 0, 0]);
  // 0.4 of 0.7 is more than a half: top-p looks at what top-k left.
  near(reshape(p, { temperature: 1, topK: 2, topP: 0.55 }), [0, 1, 0, 0]);
  near(reshape([0.5, 0, 0.5], { temperature: 2 }), [0.5, 0, 0.5]);
  near(reshape([0.25, 0.25, 0.25, 0.25], { temperature: 0 }), [1, 0, 0, 0]);
});

test("drawing: a token has the share of [0, 1) that it is likely", () => {
  const p = [0.25, 0, 0.5, 0.25];
  const count = [0, 0, 0, 0];
  for (let i = 0; i < 400; i++) count[draw(p, i / 400)] = (count[draw(p, i / 400)] as number) + 1;
  assert.deepEqual(count, [100, 0, 200, 100]);
  assert.equal(draw([0.3, 0.3, 0.3], 0.9999), 2);
  assert.deepEqual(likeliest(p, 2), [{ token: 2, probability: 0.5 }, { token: 0, probability: 0.25 }]);
});

test("bands, and pieces of bytes that are not whole", () => {
  assert.deepEqual([1, 0.9, 0.89, 0.5, 0.2, 0.05, 0.01, 0, NaN].map(bandOf), [0, 0, 1, 1, 2, 3, 4, 4, 4]);
  const written = [[0xe7, ""], [0x99, ""], [0xbd, "白"], [97, "a"]] as const;
  const pieces = written.reduce<ReturnType<typeof extend>>((all, [token, text]) => extend(all, token, text, 0.5), []);
  assert.deepEqual(pieces, [{ text: "白", tokens: [0xe7, 0x99, 0xbd], probability: 0.125 }, { text: "a", tokens: [97], probability: 0.5 }]);
  assert.equal(textOf(pieces), "白a");
  assert.equal(visible("a b\n\t"), "a␣b↵⇥");
});

test("history is bounded, keeps the first and the latest, ascends, and forgets a future that was given up", () => {
  let kept: { step: number }[] = [];
  for (let step = 1; step <= 3000; step += 7) kept = remember(kept, { step }, 10);
  assert.equal(kept.length, 10);
  assert.equal(kept[0]?.step, 1);
  assert.equal(kept.at(-1)?.step, 2997);
  for (let i = 1; i < kept.length; i++) assert.ok((kept[i] as { step: number }).step > (kept[i - 1] as { step: number }).step);
  assert.ok(kept.filter(({ step }) => step < 300).length >= 3, "the early ones tell most");
  const again = remember(kept, { step: 200 }, 10);
  assert.ok(again.length > 1 && again.every(({ step }) => step <= 200) && again.at(-1)?.step === 200);
});

test("a prompt loses what the text does not have, and each lost character is named once", () => {
  const vocabulary = new Set([..."It is白🙂"]);
  assert.deepEqual(knownPart("It xis 漢漢🙂🙃", vocabulary), { known: "It is 🙂", unknown: ["x", "漢", "🙃"] });
  assert.deepEqual(knownPart("", vocabulary), { known: "", unknown: [] });
});

test("a sample begins with the prompt, a paragraph, a line, or the text's first token; never with nothing", async () => {
  const of = async (text: string, unit: "char" | "byte" | "word" = "char") => ({ text, data: await textDataset(text, { unit }) });
  const begin = async (text: string, prompt: string, unit?: "char" | "byte" | "word") => {
    const source = await of(text, unit);
    const { prompt: shown, ids, unknown } = beginningOf(prompt, source);
    return [shown, source.data.decode(ids), unknown];
  };
  assert.deepEqual(await begin("one\ntwo\n\nthree", "toxw🙂"), ["tow", "tow", ["x", "🙂"]]);
  assert.deepEqual(await begin("one\ntwo\n\nthree", ""), ["", "\n\n", []]);
  assert.deepEqual(await begin("one\ntwo", "x"), ["", "\n", ["x"]]);
  assert.deepEqual(await begin("🙂🙃🙂🙃", ""), ["🙂", "🙂", []]);
  assert.deepEqual(await begin("one two three", "two", "word"), ["two", "two", []]);
  await assert.rejects(begin("one two three", "four", "word"), /four/);
  assert.deepEqual(await begin("one", "白", "byte"), ["白", "白", []]);
  const read = reader({ unit: "byte", vocabulary: [] }, [0xe7, 0x99]);
  assert.deepEqual([read(0xbd), read(97)], ["白", "a"]);
});

test("samples come often at first, then every five seconds", () => {
  assert.equal(interval(0), 400);
  assert.ok(interval(4000) < 1000);
  assert.equal(interval(600_000), 5000);
});

test("keys move by a character, by a line, and to the ends", () => {
  // Three lines of 4, 4 and 2 characters, 10 wide and 20 high.
  const place = (i: number): { left: number; top: number } => ({ left: (i % 4) * 10, top: Math.floor(i / 4) * 20 });
  const to = (key: string, from: number): number | undefined => follow(key, from, 10, place);
  assert.deepEqual([to("ArrowLeft", 0), to("ArrowLeft", 5), to("ArrowRight", 9), to("ArrowRight", 3)], [0, 4, 9, 4]);
  assert.deepEqual([to("ArrowDown", 1), to("ArrowDown", 7), to("ArrowDown", 9), to("ArrowUp", 9), to("ArrowUp", 2)], [5, 9, 9, 5, 2]);
  assert.deepEqual([to("Home", 5), to("End", 5), to("x", 5)], [0, 9, undefined]);
});
