import type { Model, SeriesDataset } from "../types.js";

/** Who forecasts. */
export type Forecaster = Pick<Model, "forward">;

/** What of a series dataset a forecast is made from. Letters: R rows, T window, I columns, K target columns. */
export type Series = Pick<SeriesDataset, "columns" | "target" | "window" | "horizon" | "perStep" | "rows" | "normalized" | "stretch">;

/** Windows that one call of the network reads. */
const together = 128;

/** Whether T rows without a gap stand before this row and lead to it: only such a row can be forecast. The one behind the last can. */
export function canForecast({ rows, window, stretch }: Series, row: number): boolean {
  if (row < window || row > rows) return false;
  return (stretch[Math.min(row, rows - 1)] as number) <= row - window;
}

/**
 * Forecasts of rows `from` … `to - 1`, each from the T true rows before it, [to - from, K] as the network writes them: the first of the
 * horizon. NaN where a row cannot be forecast.
 */
export async function oneStep(model: Forecaster, series: Series, feedback: boolean, from: number, to: number): Promise<Float32Array> {
  const { normalized, columns, window } = series;
  const [I, K] = [columns.length, series.target.length];
  const said = new Float32Array((to - from) * K).fill(NaN);
  const asked = Array.from({ length: to - from }, (_, i) => from + i).filter((row) => canForecast(series, row));
  for (let at = 0; at < asked.length; at += together) {
    const chunk = asked.slice(at, at + together);
    const windows = new Float32Array(chunk.length * window * I);
    chunk.forEach((row, n) => windows.set(normalized.subarray((row - window) * I, row * I), n * window * I));
    const blocks = await forecast(model, series, feedback, windows);
    chunk.forEach((row, n) => said.set(blocks.subarray(n * series.horizon * K, (n * series.horizon + 1) * K), (row - from) * K));
  }
  return said;
}

/**
 * Forecasts of `length` rows from row `origin` on, [length, K]: the network reads T true rows, then what it said itself, `horizon` rows at
 * a time. Columns that it does not forecast stay true as long as they are known, then as they were last.
 */
export async function freeRun(model: Forecaster, series: Series, feedback: boolean, origin: number, length: number): Promise<Float32Array> {
  const { normalized, columns, target, window, horizon, rows } = series;
  const [I, K] = [columns.length, target.length];
  const places = target.map((name) => columns.indexOf(name));
  const read = new Float32Array((window + length + horizon) * I);
  read.set(normalized.subarray((origin - window) * I, origin * I));
  for (let done = 0; done < length; done += horizon) {
    const block = await forecast(model, series, feedback, read.slice(done * I, (done + window) * I));
    for (let ahead = 0; ahead < horizon; ahead++) {
      const at = (window + done + ahead) * I;
      const row = origin + done + ahead;
      read.set(row < rows ? normalized.subarray(row * I, (row + 1) * I) : read.slice(at - I, at), at);
      places.forEach((place, k) => (read[at + place] = block[ahead * K + k] as number));
    }
  }
  const said = new Float32Array(length * K);
  for (let i = 0; i < length; i++) places.forEach((place, k) => (said[i * K + k] = read[(window + i) * I + place] as number));
  return said;
}

/** What the network says behind each of N windows [N, T, I]: [N, horizon, K]. `feedback`: it reads its output of the step before. */
async function forecast(model: Forecaster, series: Series, feedback: boolean, windows: Float32Array): Promise<Float32Array> {
  const { columns, target, window, horizon, perStep } = series;
  const [I, O] = [columns.length, horizon * target.length];
  const n = windows.length / (window * I);
  // Of a horizon of 1, the output of a step is the next row of its window, which is known: it reads that, as in training.
  const known = feedback && horizon === 1 ? { targets: nextRows(series, windows) } : {};
  const { outputs } = await model.forward({ inputs: windows, shape: [n, window], ...known });
  const data = outputs.data as Float32Array;
  if (!perStep) return data;
  const last = new Float32Array(n * O);
  for (let i = 0; i < n; i++) last.set(data.subarray(((i + 1) * window - 1) * O, (i + 1) * window * O), i * O);
  return last;
}

/** Of each row of the windows [N, T, I], the target columns of the row behind it; zeros behind the last, which nothing reads. */
function nextRows({ columns, target, window }: Series, windows: Float32Array): Float32Array {
  const [I, K] = [columns.length, target.length];
  const places = target.map((name) => columns.indexOf(name));
  const rows = windows.length / I;
  const next = new Float32Array(rows * K);
  for (let row = 0; row < rows; row++) {
    if (row % window === window - 1) continue;
    places.forEach((place, k) => (next[row * K + k] = windows[(row + 1) * I + place] as number));
  }
  return next;
}

/** One column of [n, width]. */
export const column = (values: ArrayLike<number>, width: number, place: number): number[] =>
  Array.from({ length: values.length / width }, (_, i) => values[i * width + place] as number);

/** Forecasts without learning of rows `from` … : each as the row before it was (`ahead` false), or all as the last row before `from` was. */
export function persistence(truth: readonly number[], from: number, to: number, ahead: boolean): number[] {
  return Array.from({ length: to - from }, (_, i) => truth[ahead ? from - 1 : from + i - 1] ?? NaN);
}

/** Root of the mean squared error over the places where both are known; NaN where there is none. */
export function rootMeanSquare(truth: readonly number[], said: readonly number[]): number {
  let [squares, count] = [0, 0];
  truth.forEach((value, i) => {
    const error = (said[i] ?? NaN) - value;
    if (!Number.isFinite(error)) return;
    squares += error * error;
    count++;
  });
  return Math.sqrt(squares / count);
}

/** Most rows that are shown at once. */
const mostRows = 600;

/** The first row to show: the held-out ones and as many before them, two windows at least, all that there are of a short series. */
export function firstShown({ rows, trainRows, window }: Pick<SeriesDataset, "rows" | "trainRows" | "window">): number {
  const heldOut = rows - trainRows;
  return Math.max(0, rows - Math.min(mostRows, Math.max(200, 2 * heldOut, heldOut + 2 * window)));
}

/** The row nearest to the wanted one, of `least` and those behind it, that can be forecast; undefined: there is none. */
export function nearestOrigin(series: Series, wanted: number, least: number): number | undefined {
  let best: number | undefined;
  for (let row = least; row <= series.rows; row++) {
    if (canForecast(series, row) && (best === undefined || Math.abs(row - wanted) < Math.abs(best - wanted))) best = row;
  }
  return best;
}
