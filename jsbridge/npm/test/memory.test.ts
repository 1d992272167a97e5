import assert from "node:assert/strict";
import { test } from "node:test";
import { brief, curveOf, factorPerStep, growth, halving, lagRows, logRange, openness, powerOfTen, scaled, spectralRadius } from "../src/view/memory-figures.js";

const near = (got: number | null | undefined, want: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs((got ?? NaN) - want) <= tolerance * Math.abs(want), `${got}, want ${want}`);

test("memory: a curve is the geometric mean, its band one standard deviation of the logarithm", () => {
  const { middle, low, high } = curveOf([[1, 1e-2, 4], [1, 1e-4], [1, 1e-4], [1, 1e-2]]);
  assert.equal(middle.length, 3);
  near(middle[1], 1e-3);
  near(low[1], 1e-4);
  near(high[1], 1e-2);
  assert.deepEqual([middle[0], low[0], high[0]], [1, 1, 1]);
  assert.deepEqual([middle[2], low[2], high[2]], [null, null, null]); // one sequence of four reaches that far
  assert.equal(curveOf([[NaN], [1]]).middle[0], null);
  near(curveOf([[0], [0]]).middle[0], 2 ** -126);
  assert.deepEqual(curveOf([]).middle, []);
});

test("memory: the slope of an exponential is its factor, whatever stands at lag 0", () => {
  for (const factor of [0.3, 0.8, 1, 1.25]) near(factorPerStep([99, ...Array.from({ length: 20 }, (_, k) => 7 * factor ** (k + 1))]), factor);
  near(factorPerStep([1, 0.5, null, 0.125, 0.0625]), 0.5);
  near(factorPerStep([1, 0.1, 0.01, 0.001, 1e-37, 1e-38]), 0.1); // what is as small as that is not fitted
  assert.ok(Number.isNaN(factorPerStep([1, 0.5, 0.25])));
  near(halving(0.5), 1);
  near(halving(0.25), 0.5);
  near(halving(2), -1);
});

test("memory: a clip scales the whole curve, so its factor stays", () => {
  const curve = curveOf([[8, 4, 2, 1, 0.5]]);
  const clipped = scaled(curve, 0.25);
  assert.deepEqual(clipped.middle.map((value) => Number(value?.toPrecision(6))), [2, 1, 0.5, 0.25, 0.125]);
  near(factorPerStep(clipped.middle), factorPerStep(curve.middle));
});

test("memory: lags of each sequence end with it", () => {
  const rows = lagRows({ shape: [2, 1, 3], data: Float32Array.of(1, 2, 3, 4, 5, 0) }, [3, 2]);
  assert.deepEqual(rows.map((row) => Array.from(row)), [[1, 2, 3], [4, 5]]);
});

/** A matrix whose eigenvalues are r·e^{±iφ}, and then those on the diagonal behind. */
function matrix(r: number, angle: number, ...rest: number[]): Float64Array {
  const n = 2 + rest.length;
  const made = new Float64Array(n * n);
  made.set([r * Math.cos(angle), -r * Math.sin(angle)]);
  made.set([r * Math.sin(angle), r * Math.cos(angle)], n);
  rest.forEach((value, i) => (made[(i + 2) * (n + 1)] = value));
  for (let i = 0; i < n; i++) for (let j = i + 2; j < n; j++) made[i * n + j] = 0.7; // above the blocks: no eigenvalue changes
  return made;
}

test("memory: the spectral radius of rotations, of triangles and of what is nilpotent", () => {
  near(spectralRadius(matrix(0.9, 0.4, 0.3, -0.5), 4), 0.9, 3e-3);
  near(spectralRadius(matrix(1.7, 2, 0.3), 3), 1.7, 3e-3);
  near(spectralRadius(matrix(0.2, 1, -1.1, 0.4), 4), 1.1, 3e-3);
  near(spectralRadius([1e-6], 1), 1e-6, 1e-9);
  assert.equal(spectralRadius([0, 1, 0, 0], 2), 0);
  assert.ok(Number.isNaN(spectralRadius([NaN], 1)));
});

test("memory: a rotation times ρ carries every change on times ρ a step", () => {
  const [T, S] = [12, 4];
  const rotation = new Float64Array(S * S);
  rotation.set(matrix(0.8, 0.3));
  const made = Float64Array.from({ length: T * S * S }, (_, i) => {
    const [row, column] = [Math.floor((i % (S * S)) / S), i % S];
    return row >> 1 === column >> 1 ? (matrix(0.8, 0.3)[(row & 1) * 2 + (column & 1)] as number) : 0;
  });
  for (const [row, length] of growth(made, T, S, [0, 7], 6).map((row, i) => [row, i === 0 ? 7 : 5] as const)) {
    assert.equal(row.length, length);
    row.forEach((value, k) => near(value, 0.8 ** k, 1e-12));
  }
});

test("memory: growth follows the steps in their order", () => {
  // ∂s(1)/∂s(0) doubles, ∂s(2)/∂s(1) is a third: what stands at step 0 has no say.
  assert.deepEqual(Array.from(growth([99, 2, 1 / 3], 3, 1, [0], 5)[0] ?? []).map((value) => Number(value.toPrecision(12))), [1, 2, 0.666666666667]);
});

test("memory: openness is the mean of 1 - h²", () => near(openness({ shape: [3], data: Float32Array.of(0, 0.5, -1) }), (1 + 0.75) / 3));

test("memory: a logarithmic axis ends at powers of ten, and goes down so far and no further", () => {
  assert.deepEqual(logRange([0.02, null, 30]), [1e-2, 1e2]);
  assert.deepEqual(logRange([1e-30, 0.5], 20), [1e-20, 1]);
  assert.deepEqual(logRange([0, NaN, Infinity, null]), [1e-3, 1]);
});

test("memory: numbers are written briefly", () => {
  assert.deepEqual([0.3141, 12.3, 0, 999, 0.00123, -45678, NaN].map(brief), ["0.31", "12", "0", "1000", "1.2·10⁻³", "-4.6·10⁴", "–"]);
  assert.equal(powerOfTen(-12), "10⁻¹²");
});
