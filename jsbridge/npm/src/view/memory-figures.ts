import type { Tensor } from "../types.js";

/** Norms over the lag k = 0, 1, …: geometric mean and one standard deviation of the logarithm to either side; null where too few sequences reach. */
export interface Curve {
  readonly middle: (number | null)[];
  readonly low: (number | null)[];
  readonly high: (number | null)[];
}

// The least number that float32 holds in full precision: a gradient under it counts as that.
const least = 2 ** -126;
// Norms under this are rounding as much as signal; no slope is fitted to them.
const telling = 1e-30;

/** One curve of several, each as long as its sequence; a lag counts where at least half of them have it. */
export function curveOf(rows: readonly ArrayLike<number>[]): Curve {
  const curve: Curve = { middle: [], low: [], high: [] };
  const longest = Math.max(0, ...rows.map(({ length }) => length));
  for (let k = 0; k < longest; k++) {
    const logs = rows.filter(({ length }) => k < length).map((row) => Math.log(Math.max(least, row[k] as number)));
    const enough = 2 * logs.length >= rows.length && logs.every(Number.isFinite);
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const spread = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
    curve.middle.push(enough ? Math.exp(mean) : null);
    curve.low.push(enough ? Math.exp(mean - spread) : null);
    curve.high.push(enough ? Math.exp(mean + spread) : null);
  }
  return curve;
}

/** Every number of a curve times a factor. */
export function scaled(curve: Curve, factor: number): Curve {
  const times = (values: readonly (number | null)[]): (number | null)[] => values.map((value) => (value === null ? null : value * factor));
  return { middle: times(curve.middle), low: times(curve.low), high: times(curve.high) };
}

/** exp of the slope of ln(value) over k = 1, 2, …, by least squares: the factor per step. NaN of fewer than three points. */
export function factorPerStep(middle: readonly (number | null)[]): number {
  const points = middle.flatMap((value, k) => (k > 0 && value !== null && value > telling && Number.isFinite(value) ? [[k, Math.log(value)] as const] : []));
  if (points.length < 3) return NaN;
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [k, log] = [mean(0), mean(1)];
  const over = points.reduce((sum, [x, y]) => sum + (x - k) * (y - log), 0);
  return Math.exp(over / points.reduce((sum, [x]) => sum + (x - k) ** 2, 0));
}

/** Steps in which a norm that changes by this factor a step has halved; negative: doubled. */
export const halving = (factor: number): number => Math.log(0.5) / Math.log(factor);

/** Of [B, 1, T], each sequence's valid lags. */
export function lagRows({ shape, data }: Tensor, lengths?: ArrayLike<number>): ArrayLike<number>[] {
  const [B = 0, A = 1, T = 0] = shape;
  return Array.from({ length: B }, (_, b) => data.subarray(b * A * T, b * A * T + (lengths?.[b] ?? T)));
}

/**
 * Largest modulus of the eigenvalues of a matrix [n, n], by Gelfand's formula: the limit of ‖Wᵐ‖^(1/m), here m = 2^12 by repeated
 * squaring. It is too large by at most a factor of (κ√n)^(1/m), κ being the condition of the eigenvectors: 1.003 where κ√n is 10^5.
 */
export function spectralRadius(matrix: ArrayLike<number>, n: number): number {
  let power: Float64Array = Float64Array.from(matrix);
  let log = 0; // of what was divided out, for the power reached
  for (let squarings = 0; ; squarings++) {
    const norm = Math.sqrt(power.reduce((sum, value) => sum + value * value, 0));
    if (!(norm > 0)) return norm; // nilpotent, or not a number
    log += Math.log(norm);
    if (squarings === 12) return Math.exp(log / 2 ** squarings);
    power = product(power.map((value) => value / norm), n);
    log *= 2;
  }
}

/** A matrix times itself. */
function product(matrix: Float64Array, n: number): Float64Array {
  const square = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = matrix[i * n + k] as number;
      for (let j = 0; j < n; j++) square[i * n + j] = (square[i * n + j] as number) + factor * (matrix[k * n + j] as number);
    }
  }
  return square;
}

const probes = 8;

/**
 * ‖∂s(t+k)/∂s(t)‖ / √S over k for each start t, from the Jacobians ∂s(t)/∂s(t-1) [T, S, S] of one sequence: the root mean square of how much
 * small changes of s(t) have grown k steps later. Frobenius norms, sounded out with vectors of random signs (M. F. Hutchinson 1990).
 */
export function growth(jacobians: ArrayLike<number>, T: number, S: number, starts: readonly number[], lags: number): Float64Array[] {
  const sign = signs();
  return starts.map((start) => {
    const row = new Float64Array(Math.min(lags, T - 1 - start) + 1);
    for (let probe = 0; probe < probes; probe++) {
      let change = Float64Array.from({ length: S }, () => sign() / Math.sqrt(S));
      for (let k = 0; k < row.length; k++) {
        if (k > 0) change = applied(jacobians, (start + k) * S * S, change);
        row[k] = (row[k] as number) + change.reduce((sum, value) => sum + value * value, 0);
      }
    }
    return row.map((squares) => Math.sqrt(squares / probes));
  });
}

function applied(matrices: ArrayLike<number>, from: number, vector: Float64Array): Float64Array<ArrayBuffer> {
  const S = vector.length;
  const result = new Float64Array(S);
  for (let i = 0; i < S; i++) {
    let sum = 0;
    for (let j = 0; j < S; j++) sum += (matrices[from + i * S + j] as number) * (vector[j] as number);
    result[i] = sum;
  }
  return result;
}

/** Always the same +1 and -1: a linear congruential generator's highest bit (D. Knuth's MMIX has the constants of 64 bits; these are of 32). */
function signs(): () => number {
  let state = 1;
  return () => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >= 2 ** 31 ? 1 : -1);
}

/** Mean of 1 - h²: how much of a gradient tanh lets through, on the average. */
export function openness({ data }: Tensor): number {
  let sum = 0;
  for (const h of data) sum += 1 - h * h;
  return sum / data.length;
}

/** The ends of a logarithmic axis, powers of ten around all the numbers, at most `decades` of them below the top. */
export function logRange(values: Iterable<number | null>, decades = 20): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !(value > 0) || value === Infinity) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [1e-3, 1];
  const top = Math.ceil(Math.log10(high) + 1e-9);
  const bottom = Math.max(top - decades, Math.min(Math.floor(Math.log10(low)), top - 1));
  return [Number(`1e${bottom}`), Number(`1e${top}`)];
}

const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 10⁻⁵ of 1e-5. */
export const powerOfTen = (exponent: number): string => `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => raised[Number(digit)]).join("")}`;

/** Two digits: 0.31, 12, and beyond 0.01 and 1000 with a power of ten. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 0.01 && size < 1000) return String(Number(value.toPrecision(2)));
  const [mantissa = "", exponent = ""] = value.toExponential(1).split("e");
  return `${mantissa}·${powerOfTen(Number(exponent))}`;
}
