import assert from "node:assert/strict";
import { test } from "node:test";
import type { Columns } from "../src/lab/history.js";
import { contrast, join, judged, linearRange } from "../src/view/compare-figures.js";

test("compare: the other side has the other cell, and all else alike", () => {
  const a = { cell: "lstm", hidden: 24, learningRate: 0.01, clipNorm: 5 } as const;
  assert.deepEqual(contrast(a), { ...a, cell: "rnn" });
  assert.equal(contrast({ ...a, cell: "rnn" }).cell, "lstm");
  assert.equal(contrast({ ...a, cell: "gru" }).cell, "rnn");
});

const a: Columns = [[1, 2, 3, 5], [9, 8, 7, 5], [null, 8.5, null, 5.5], [1, 1, 1, 1]];
const b: Columns = [[2, 4], [6, 4], [null, null], [1, 1]];

test("compare: two runs over the steps of either, lines drawn through where one has no point", () => {
  assert.deepEqual(join(a, b), { steps: [1, 2, 3, 4, 5], losses: [[9, 8, 7, 6, 5], [null, 8.5, 7.5, 6.5, 5.5], [null, 6, 5, 4, null], [null, null, null, null, null]] });
  assert.deepEqual(join(undefined, b).losses[0], [null, null]);
  assert.deepEqual(join(undefined, undefined).steps, []);
});

test("compare: the latest held-out loss", () => {
  assert.deepEqual(judged(a), { step: 5, loss: 5.5 });
  assert.equal(judged(b), undefined);
});

test("compare: an axis has a little room, and none below zero that is not needed", () => {
  const [low, high] = linearRange([2, null, 3]);
  assert.ok(Math.abs(low - 1.94) < 1e-12 && Math.abs(high - 3.06) < 1e-12);
  assert.equal(linearRange([0.01, 1])[0], 0);
  assert.deepEqual(linearRange([null, NaN]), [0, 1]);
});
