import assert from "node:assert/strict";
import { test } from "node:test";
import { remember } from "../src/history.js";
import { interval, knownPart } from "../src/sampler.js";
import { stageOf } from "../src/figures.js";

test("history is bounded, keeps the first and the latest, and ascends", () => {
  let kept: { step: number }[] = [];
  for (let step = 1; step <= 3000; step += 7) kept = remember(kept, { step }, 10);
  assert.equal(kept.length, 10);
  assert.equal(kept[0]?.step, 1);
  assert.equal(kept.at(-1)?.step, 2997);
  for (let i = 1; i < kept.length; i++) assert.ok((kept[i] as { step: number }).step > (kept[i - 1] as { step: number }).step);
  assert.ok(kept.filter(({ step }) => step < 300).length >= 3, "the early ones tell most");
});

test("a prompt loses what the text does not have, and each lost character is named once", () => {
  const vocabulary = new Set([..."It is白🙂"]);
  assert.deepEqual(knownPart("It xis 漢漢🙂🙃", vocabulary), { known: "It is 🙂", unknown: ["x", "漢", "🙃"] });
  assert.deepEqual(knownPart("", vocabulary), { known: "", unknown: [] });
});

test("samples come often at first, then every five seconds", () => {
  assert.equal(interval(0), 400);
  assert.ok(interval(4000) < 1000);
  assert.equal(interval(600_000), 5000);
});

test("the stage is the strictest baseline that is beaten", () => {
  const baselines = { uniform: 4, unigram: 3, bigram: 2 };
  assert.deepEqual(
    [5, 4, 3.5, 2.5, 1.5, NaN].map((loss) => stageOf(loss, baselines)),
    ["stage.noise", "stage.noise", "stage.uniform", "stage.unigram", "stage.bigram", "stage.none"],
  );
  assert.equal(stageOf(1, undefined), "stage.none");
});
