import assert from "node:assert/strict";
import { test } from "node:test";
import { countWeights, planFor } from "../src/plan.js";

test("a novel gets the usual plan", () => {
  const { batch, steps, reason } = planFor(616_292, 75);
  assert.deepEqual({ batch, steps, reason }, { batch: 32, steps: 64, reason: "usual" });
});

test("every text of at least two tokens fits: batch·steps + 1 tokens are enough", () => {
  for (let length = 2; length < 5000; length++) {
    for (const tokens of [2, 75, 3742, 500_000]) {
      const { batch, steps } = planFor(length, tokens);
      assert.ok(batch >= 1 && steps >= 1 && batch * steps + 1 <= length, `${length} tokens: ${batch} × ${steps}`);
    }
  }
});

test("a text shorter than a window is read whole, and the plan says why", () => {
  const { batch, steps, reason } = planFor(10, 8);
  assert.deepEqual({ batch, steps, reason }, { batch: 1, steps: 9, reason: "short" });
});

test("the wider the vocabulary, the fewer rows a step, never under 128", () => {
  let before = Infinity;
  for (const tokens of [75, 512, 1000, 3742, 10_000, 1_000_000]) {
    const { batch, steps } = planFor(1e8, tokens);
    assert.ok(batch * steps <= before && batch * steps >= 128, `V ${tokens}: ${batch} × ${steps}`);
    before = batch * steps;
  }
  assert.equal(planFor(1e8, 3742).reason, "wide");
});

test("weights are counted as the API names them", () => {
  // weight_ih [4·128, 75], weight_hh [4·128, 128], two biases [4·128], head [75, 128] and [75].
  assert.equal(countWeights("lstm", 128, 1, 75), 512 * 75 + 512 * 128 + 2 * 512 + 75 * 128 + 75);
  assert.equal(countWeights("rnn", 16, 2, 5), 16 * 5 + 16 * 16 + 32 + (16 * 16 + 16 * 16 + 32) + 5 * 16 + 5);
});

test("the held-out part is judged on thousands of tokens, for a fraction of the time", () => {
  for (const tokens of [75, 3742]) {
    const { batch, steps, validation } = planFor(1e6, tokens);
    assert.ok(validation.tokens >= 10_000);
    const share = validation.tokens / 3 / (validation.every * batch * steps);
    assert.ok(share < 0.2, `V ${tokens}: ${share}`);
  }
});
