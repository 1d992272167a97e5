import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "../src/types.js";
import { hold, readAgain } from "../src/view/heatmap-clamp.js";
import { levelOf, levels, pixels, scaleOf, statesOf, unitOf } from "../src/view/heatmap-figures.js";
import { activeIn, agreement, similarSpans } from "../src/view/heatmap-match.js";
import { batchOf, endToEnd, type Piece, stretchOf } from "../src/view/heatmap-passage.js";

const tensor = (shape: number[], data: number[]): Tensor => ({ shape, data: Float32Array.from(data) });
const piece = (ids: number[], warm = 0, before: string[] = []): Piece => ({ ids: Int32Array.from(ids), marks: ids.map(String), before, warm });

test("states are those of layers, lowest first, h before c", () => {
  const names = ["logits", "c_l10", "h_l10", "c_l0", "embedding", "h_l0_reverse", "h_l0", "y_l0", "h_l2"];
  assert.deepEqual(statesOf(Object.fromEntries(names.map((name) => [name, 0]))), ["h_l0", "c_l0", "h_l0_reverse", "h_l2", "h_l10", "c_l10"]);
});

test("levels are even on both sides, and take what is out of range or no number", () => {
  assert.deepEqual([1, 0.5, 0.01, 0, -0.01, -0.5, -1, -9, NaN].map((value) => levelOf(value, 1)), [levels, levels / 2, 0, 0, 0, -levels / 2, -levels, -levels, 0]);
  assert.equal(levelOf(3, 6), levels / 2);
  assert.equal(scaleOf(Float32Array.of(0.1, -0.2), true), 1);
  assert.ok(Math.abs(scaleOf(Float32Array.of(0.1, -3), false) - 3) < 1e-6);
  assert.equal(scaleOf(Float32Array.of(0), false), 1);
});

test("pixels: a row a unit, the sign's colour at full value, the surface at zero", () => {
  const colours = { pos: [0, 0, 200], neg: [200, 0, 0], surface: [100, 100, 100] } as const;
  const image = pixels(Float32Array.of(1, -1, 0, -0.5), 2, 1, colours);
  const at = (unit: number, token: number): number[] => [...image.slice((unit * 2 + token) * 4, (unit * 2 + token) * 4 + 4)];
  assert.deepEqual([at(0, 0), at(0, 1), at(1, 0), at(1, 1)], [[0, 0, 200, 255], [100, 100, 100, 255], [200, 0, 0, 255], [150, 50, 50, 255]]);
  assert.deepEqual([...unitOf(Float32Array.of(1, -1, 0, -0.5), 2, 1)], [-1, -0.5]);
});

test("pieces are padded side by side, and read back end to end without what only warms up", () => {
  const pieces = [piece([5, 6, 7], 1, ["a"]), piece([8])];
  const batch = batchOf(pieces);
  assert.deepEqual([[...(batch.inputs as Int32Array)], batch.shape, [...(batch.lengths as Int32Array)]], [[5, 6, 7, 8, 0, 0], [2, 3], [3, 1]]);
  const values = endToEnd(tensor([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]), pieces);
  assert.deepEqual([...values], [3, 4, 5, 6, 7, 8]);
  assert.deepEqual(stretchOf(pieces[0] as Piece), { before: ["a", "5"], marks: ["6", "7"] });
});

// Units over 12 tokens in two stretches of 6: unit 0 is on at 1-3 and 7-9, unit 1 off (negative) at 1-3 and 7-8, unit 2 at 1 alone.
const on = (...spans: [number, number][]) => (t: number): number => (spans.some(([from, to]) => t >= from && t < to) ? 0.9 : 0.1);
const units = [on([1, 4], [7, 10]), (t: number) => -on([1, 4], [7, 9])(t), on([1, 2])];
const values = Float32Array.from({ length: 36 }, (_, i) => (units[i % 3] as (t: number) => number)(Math.floor(i / 3)));

test("match: units beyond the threshold all through the selection, on their side", () => {
  assert.deepEqual(activeIn(values, 3, { from: 1, to: 4 }, 0.5), [{ unit: 0, sign: 1 }, { unit: 1, sign: -1 }]);
  assert.deepEqual(activeIn(values, 3, { from: 1, to: 2 }, 0.5).length, 3);
  assert.deepEqual(activeIn(values, 3, { from: 0, to: 2 }, 0.5), []);
  assert.deepEqual(activeIn(values, 3, { from: 2, to: 2 }, 0), []);
});

test("match: spans where they are active together, best first, none across stretches", () => {
  const active = activeIn(values, 3, { from: 1, to: 4 }, 0.5);
  const shares = agreement(values, 3, active, 0.5);
  assert.deepEqual([...shares], [0, 1, 1, 1, 0, 0, 0, 1, 1, 0.5, 0, 0]);
  assert.deepEqual(similarSpans(shares, [6, 6], 3, 1), [{ from: 1, to: 4, score: 1 }, { from: 7, to: 9, score: 1 }]);
  assert.deepEqual(similarSpans(shares, [6, 6], 3, 0.5)[1], { from: 7, to: 10, score: 2.5 / 3 });
  assert.deepEqual(similarSpans(shares, [8, 4], 2, 1), [{ from: 1, to: 4, score: 1 }, { from: 7, to: 8, score: 1 }, { from: 8, to: 9, score: 1 }]);
  assert.deepEqual(similarSpans(shares, [6, 6], 6, 1), [{ from: 1, to: 4, score: 1 }]);
  assert.deepEqual(similarSpans(agreement(values, 3, [], 0.5), [6, 6], 1, 0), []);
});

test("holding: one row's entry is overwritten; a held cell gives out what its gate lets through", () => {
  const h = tensor([2, 2], [0.1, 0.2, 0.3, 0.4]);
  assert.deepEqual(hold({ h_l0: h }, { state: "h_l0", unit: 1, value: -1 }, 1), { was: Math.fround(0.4), is: -1 });
  assert.deepEqual([...h.data], [0.1, 0.2, 0.3, -1].map(Math.fround));
  const c = tensor([1, 2], [0.5, -2]);
  const gate = 0.7;
  const out = tensor([1, 2], [gate * Math.tanh(0.5), 0.1]);
  const { is } = hold({ h_l3: out, c_l3: c }, { state: "c_l3", unit: 0, value: -1.5 }, 0);
  assert.equal(c.data[0], -1.5);
  assert.ok(Math.abs(is - gate * Math.tanh(-1.5)) < 1e-6);
  assert.equal(out.data[0], Math.fround(is));
  const empty = { h_l0: tensor([1, 1], [0]), c_l0: tensor([1, 1], [0]) };
  assert.deepEqual(hold(empty, { state: "c_l0", unit: 0, value: 2 }, 0), { was: 0, is: 0 });
  assert.equal(empty.c_l0.data[0], 2);
});

test("holding: the head reads a changed h as softmax(V h' + b) does", () => {
  const [V, b, h] = [[[1, -2], [0.5, 0.3], [-1, 1]], [0.1, 0, -0.2], [0.4, -0.6]] as const;
  const softmax = (state: readonly number[]): number[] => {
    const weights = V.map((row, o) => Math.exp(row.reduce((sum, v, k) => sum + v * (state[k] as number), b[o] as number)));
    const sum = weights.reduce((x, y) => x + y, 0);
    return weights.map((weight) => weight / sum);
  };
  const got = readAgain(Float32Array.from(softmax(h)), tensor([3, 2], V.flat()), 1, { was: -0.6, is: 0.9 });
  softmax([0.4, 0.9]).forEach((want, o) => assert.ok(Math.abs((got[o] as number) - want) < 1e-6, `${got[o]} ${want}`));
});
