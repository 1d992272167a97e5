import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sizes, countWeights, planFor } from "../src/plan.js";

const network = (tokens: number, more: Partial<Sizes> = {}): Sizes => ({ cell: "lstm", hidden: 128, layers: 1, tokens, ...more });

test("a novel gets the usual plan", () => {
  const { batch, steps, reason } = planFor(616_292, 68_476, network(75));
  assert.deepEqual({ batch, steps, reason }, { batch: 32, steps: 64, reason: "usual" });
});

test("every text of at least two tokens fits: batch·steps + 1 tokens are enough", () => {
  for (let length = 2; length < 5000; length++) {
    for (const tokens of [2, 75, 3742, 500_000]) {
      const { batch, steps } = planFor(length, 0, network(tokens));
      assert.ok(batch >= 1 && steps >= 1 && batch * steps + 1 <= length, `${length} tokens: ${batch} × ${steps}`);
    }
  }
});

test("a text shorter than a window is read whole, and the plan says why", () => {
  const { batch, steps, reason } = planFor(10, 0, network(8));
  assert.deepEqual({ batch, steps, reason }, { batch: 1, steps: 9, reason: "short" });
});

test("the larger the vocabulary or the network, the fewer rows a step, never under 128", () => {
  let before = Infinity;
  for (const tokens of [75, 512, 1000, 3742, 10_000, 1_000_000]) {
    const { batch, steps } = planFor(1e8, 1e7, network(tokens));
    assert.ok(batch * steps <= before && batch * steps >= 128, `V ${tokens}: ${batch} × ${steps}`);
    before = batch * steps;
  }
  assert.equal(planFor(1e8, 1e7, network(3742)).reason, "heavy");
  const large = planFor(1e8, 1e7, network(75, { hidden: 1024, layers: 3 }));
  assert.deepEqual([large.batch, large.steps, large.reason], [4, 32, "heavy"]);
});

test("weights are counted as the API names them", () => {
  // weight_ih [4·128, 75], weight_hh [4·128, 128], two biases [4·128], head [75, 128] and [75].
  assert.equal(countWeights(network(75)), 512 * 75 + 512 * 128 + 2 * 512 + 75 * 128 + 75);
  assert.equal(countWeights(network(5, { cell: "rnn", hidden: 16, layers: 2 })), 16 * 5 + 16 * 16 + 32 + (16 * 16 + 16 * 16 + 32) + 5 * 16 + 5);
});

test("the held-out part is judged on thousands of tokens, in a tenth of the time", () => {
  for (const sizes of [network(75), network(3742), network(75, { hidden: 1024, layers: 3 })]) {
    const { batch, steps, validation } = planFor(1e6, 1e5, sizes);
    assert.ok(validation);
    assert.equal(validation.tokens, 12_288);
    const share = validation.tokens / 3 / (validation.every * batch * steps);
    assert.ok(share > 0.05 && share <= 0.1, `${batch} × ${steps}, every ${validation.every}: ${share}`);
  }
  assert.deepEqual(planFor(90, 10, network(20)).validation, { every: 25, tokens: 10 });
  assert.deepEqual(planFor(10, 0, network(8)).validation, false);
});
