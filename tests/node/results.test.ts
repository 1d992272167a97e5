/** The arithmetic of `make results`: what a figure is made of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { batches, draws, held, largest, shuffled } from "../results/data.js";
import { agreement, holds, recalls, rootMeanSquare, shown } from "../results/figures.js";
import { page, printed } from "../results/page.js";

test("draws are even, and the same for a seed", () => {
  const [a, b, other] = [draws(1), draws(1), draws(2)];
  const list = Array.from({ length: 4000 }, a);
  assert.deepEqual(Array.from({ length: 4000 }, b), list);
  assert.notEqual(other(), list[0]);
  assert.ok(list.every((x) => x >= 0 && x < 1));
  const mean = list.reduce((sum, x) => sum + x, 0) / 4000;
  assert.ok(Math.abs(mean - 0.5) < 0.02, `mean ${mean}`);
});

test("a test part shares nothing with the rest, and nothing is lost", () => {
  const all = Array.from({ length: 50 }, (_, i) => i);
  const { test: part, rest } = held(all, 12, 3);
  assert.equal(part.length, 12);
  assert.deepEqual([...part, ...rest].sort((a, b) => a - b), all);
  assert.notDeepEqual(shuffled(all, 3), all);
});

test("batches pad at the end, in order", () => {
  const found = [...batches({ lengths: Int32Array.of(1, 3, 2), inputs: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), targets: new Float32Array(3) }, { input: { features: 2 } }, 2)];
  assert.deepEqual(found.map(({ shape }) => shape), [[2, 3], [1, 2]]);
  assert.deepEqual([...(found[0]?.inputs as Float32Array)], [1, 2, 0, 0, 0, 0, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual([...(found[1]?.inputs as Float32Array)], [9, 10, 11, 12]);
});

test("figures", () => {
  assert.equal(agreement([1, 2, 3, 4], Int32Array.of(1, 0, 3, 0)), 0.5);
  assert.throws(() => agreement([1], [1, 2]));
  assert.equal(rootMeanSquare([3, -4, 0, 0]), 2.5);
  assert.deepEqual(recalls(["a", "a", "b"], ["a", "b", "b"], ["a", "b", "c"]), [0.5, 1, NaN]);
  assert.equal(largest([0.1, 0.7, 0.2]), 1);
  const figure = { what: "accuracy", unit: "%" as const };
  assert.ok(holds({ ...figure, value: 96, atLeast: 96 }) && !holds({ ...figure, value: 95.9, atLeast: 96 }));
  assert.ok(!holds({ ...figure, value: NaN, atLeast: 0 }) && !holds({ ...figure, value: NaN, atMost: 9 }));
  assert.equal(shown(1.2345, "nats"), "1.234 nats");
});

test("the page and the terminal say what was wanted and what came", () => {
  const result = {
    task: "Digits", how: "an LSTM", on: "ten of them", seconds: 61,
    figures: [{ what: "accuracy", value: 90, unit: "%" as const, atLeast: 96 }, { what: "chance", value: 10, unit: "%" as const }],
    details: [["class", "recall"], ["seven", "80.0 %"]],
  };
  assert.match(printed(result), /accuracy +90\.0 % +≥ 96\.0 % +MISSED\n +chance +10\.0 %\n/);
  const here = { cpu: "X", cores: 2, memoryGB: 1, system: "Linux", node: "20", v8: "1", go: "go1.26", unfold: "0.1.0", commit: "c", packages: {} };
  const text = page([result], here);
  assert.match(text, /\| accuracy \| 90\.0 % \| ≥ 96\.0 %, missed \|/);
  assert.match(text, /\| seven \| 80\.0 % \|/);
  assert.match(text, /took 1 minutes\non X, 2 cores/);
});
