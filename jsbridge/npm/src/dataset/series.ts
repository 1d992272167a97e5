import { UnfoldError } from "../errors.js";
import { kindOf, nearest } from "../options.js";
import { measureForecasts } from "./forecast.js";
import type { Filled } from "./missing.js";
import { dropMissing, interpolateMissing, trainingRows } from "./missing.js";
import { PIECE, Pause } from "./pieces.js";
import { allocate } from "./room.js";
import { Settings } from "./settings.js";
import type { Table } from "./table.js";
import { readTable } from "./table.js";
import type { Sequences, SeriesBaselines, SeriesDataset, SeriesOptions, SeriesSource } from "./types.js";

const WHERE = "seriesDataset";
const OPTIONS = ["columns", "target", "window", "horizon", "normalize", "missing", "validation", "stride", "perStep", "separator"];

/** SeriesOptions, checked; `targets` are places in `columns`. */
interface Plan {
  columns: string[];
  targets: number[];
  window: number;
  horizon: number;
  normalize: "standard" | "minmax" | false;
  missing: "refuse" | "interpolate" | "drop";
  share: number;
  stride: number;
  perStep: boolean;
  separator: string;
}

/**
 * Makes a dataset of a series: windows of rows, each with the rows that follow it as its target. The end of the series is held
 * out; a held-out window may read training rows, but none of its targets is one.
 */
export async function seriesDataset(source: SeriesSource, options: SeriesOptions): Promise<SeriesDataset> {
  const plan = readPlan(options);
  const pause = new Pause();
  const table = await readTable(source, plan.columns, plan.separator, plan.missing !== "refuse", WHERE, pause);
  const filled = fillMissing(table, plan);
  const span = plan.window + plan.horizon;
  if (filled.rows < span) {
    throw new UnfoldError("RANGE", `${WHERE}: ${filled.rows} rows came; window ${plan.window} and horizon ${plan.horizon} want ${span} or more`);
  }
  const trainRows = trainingRows(filled.rows, plan.share);
  const { mean, scale } = await measureScale(filled.values, plan, trainRows, pause);
  const normalised = await normaliseAll(filled, plan, mean, scale, pause);
  const starts = windowStarts(filled, plan, trainRows);
  if (starts.train.length === 0) {
    throw new UnfoldError("RANGE", `${WHERE}: no ${span} of the ${trainRows} training rows follow each other without a gap; window ${plan.window} and horizon ${plan.horizon} want that`);
  }
  const train = await cut(normalised, plan, starts.train, pause);
  const validation = starts.validation.length > 0 ? await cut(normalised, plan, starts.validation, pause) : undefined;
  return new WindowedSeries(plan, filled, { mean, scale, normalised, trainRows, starts }, train, validation);
}

function readPlan(options: unknown): Plan {
  const settings: Settings = new Settings(WHERE, options, OPTIONS);
  const columns = settings.names("columns");
  const { MAX_SAFE_INTEGER } = Number;
  const separator = settings.raw("separator") ?? ",";
  if (typeof separator !== "string") settings.refuse("CONFIG", "separator", "one character");
  if (separator.length !== 1 || '"\r\n'.includes(separator)) settings.refuse("RANGE", "separator", "one character, no quote and no line break,");
  return {
    columns,
    targets: readTargets(settings, columns),
    window: settings.integer("window", 1, MAX_SAFE_INTEGER),
    horizon: settings.integer("horizon", 1, MAX_SAFE_INTEGER, 1),
    normalize: settings.raw("normalize") === false ? false : settings.choice("normalize", ["standard", "minmax"] as const, "standard"),
    missing: settings.choice("missing", ["refuse", "interpolate", "drop"] as const, "refuse"),
    share: settings.share("validation"),
    stride: settings.integer("stride", 1, MAX_SAFE_INTEGER, 1),
    perStep: settings.boolean("perStep"),
    separator,
  };
}

function readTargets(settings: Settings, columns: readonly string[]): number[] {
  const target = settings.raw("target");
  if (target === undefined) return columns.map((_, k) => k);
  const names = typeof target === "string" ? [target] : settings.names("target");
  return names.map((name) => place(name, columns, `${WHERE}: target`));
}

/** Where a column stands among those read. */
function place(name: unknown, columns: readonly string[], where: string): number {
  if (typeof name !== "string") throw new UnfoldError("CONFIG", `${where} is ${kindOf(name)}; the name of a column is wanted`);
  const at = columns.indexOf(name);
  if (at !== -1) return at;
  throw new UnfoldError("CONFIG", `${where} ${JSON.stringify(name)} is not one of columns; did you mean ${JSON.stringify(nearest(name, columns))}?`);
}

function fillMissing(table: Table, plan: Plan): Filled {
  const columns = plan.columns.length;
  if (plan.missing === "drop") return dropMissing(table, columns);
  if (plan.missing === "interpolate") {
    const empty = interpolateMissing(table, columns, trainingRows(table.rows, plan.share));
    if (empty !== -1) throw new UnfoldError("RANGE", `${WHERE}: column ${JSON.stringify(plan.columns[empty])} holds no number among the training rows; there is nothing to interpolate from`);
  }
  return { ...table, stretch: new Int32Array(table.rows), dropped: 0 };
}

/** Mean and population deviation, or minimum and range, of each column over the first `rows` rows. */
async function measureScale(values: Float64Array, { columns, normalize }: Plan, rows: number, pause: Pause): Promise<{ mean: Float64Array; scale: Float64Array }> {
  const mean = new Float64Array(columns.length);
  const scale = new Float64Array(columns.length).fill(1);
  if (normalize === false) return { mean, scale };
  for (let k = 0; k < columns.length; k++) {
    let low = Infinity;
    let high = -Infinity;
    let average = 0;
    let squares = 0; // of the distances from the average so far (Welford 1962)
    for (let r = 0; r < rows; r++) {
      const value = values[r * columns.length + k] as number;
      low = Math.min(low, value);
      high = Math.max(high, value);
      const distance = value - average;
      average += distance / (r + 1);
      squares += distance * (value - average);
      if (r % PIECE === 0) await pause.breathe();
    }
    const range = normalize === "standard" ? Math.sqrt(squares / rows) : high - low;
    if (!Number.isFinite(range)) throw new UnfoldError("RANGE", `${WHERE}: column ${JSON.stringify(columns[k])} runs from ${low} to ${high}; that is too wide to be normalised`);
    mean[k] = normalize === "standard" ? average : low;
    // Of equal values only rounding is left: that is no scale.
    if (high > low) scale[k] = range;
    else mean[k] = low;
  }
  return { mean, scale };
}

/** All rows as the network sees them, [rows, I]. */
async function normaliseAll(filled: Filled, { columns }: Plan, mean: Float64Array, scale: Float64Array, pause: Pause): Promise<Float32Array> {
  const { values } = filled;
  const out = allocate(Float32Array, values.length, WHERE, `${filled.rows} rows of ${columns.length} columns`);
  for (let i = 0; i < values.length; i++) {
    const k = i % columns.length;
    const value = ((values[i] as number) - (mean[k] as number)) / (scale[k] as number);
    out[i] = value;
    if (!Number.isFinite(out[i])) {
      throw new UnfoldError("RANGE", `${WHERE}: column ${JSON.stringify(columns[k])} holds ${values[i]}, as the network would read it ${value}; that is no 32-bit float`);
    }
    if (i % PIECE === 0) await pause.breathe();
  }
  return out;
}

/** First rows of the windows of each part. */
function windowStarts({ rows, stretch }: Filled, { window, horizon, stride, perStep }: Plan, trainRows: number): { train: number[]; validation: number[] } {
  const train: number[] = [];
  const validation: number[] = [];
  const span = window + horizon;
  for (let start = 0; start + span <= rows; start += stride) {
    if ((stretch[start + span - 1] as number) > start) continue;
    const firstTarget = perStep ? start + 1 : start + window;
    if (start + span <= trainRows) train.push(start);
    else if (firstTarget >= trainRows) validation.push(start);
  }
  return { train, validation };
}

/** Cuts windows out of the rows: inputs [N·T, I]; targets [N (·T), horizon · target columns]. */
async function cut(rows: Float32Array, { columns, targets, window, horizon, perStep }: Plan, starts: readonly number[], pause: Pause): Promise<Sequences> {
  const I = columns.length;
  const what = `${starts.length} windows of ${window} steps`;
  const outputs = perStep ? window : 1;
  const inputs = allocate(Float32Array, starts.length * window * I, WHERE, what);
  const wanted = allocate(Float32Array, starts.length * outputs * horizon * targets.length, WHERE, what);
  let n = 0;
  for (let w = 0; w < starts.length; w++) {
    const start = starts[w] as number;
    inputs.set(rows.subarray(start * I, (start + window) * I), w * window * I);
    for (let t = window - outputs; t < window; t++) {
      for (let ahead = 1; ahead <= horizon; ahead++) {
        for (const k of targets) wanted[n++] = rows[(start + t + ahead) * I + k] as number;
      }
    }
    await pause.breathe();
  }
  return { lengths: new Int32Array(starts.length).fill(window), inputs, targets: wanted };
}

interface Measured {
  mean: Float64Array;
  scale: Float64Array;
  normalised: Float32Array;
  trainRows: number;
  starts: { train: number[]; validation: number[] };
}

class WindowedSeries implements SeriesDataset {
  readonly kind = "sequences";
  readonly input: { features: number };
  readonly output: { values: number };
  readonly perStep: boolean;
  declare readonly validation?: Sequences;
  readonly columns: string[];
  readonly target: string[];
  readonly window: number;
  readonly horizon: number;
  readonly features: number;
  readonly values: number;
  readonly rows: number;
  readonly trainRows: number;
  readonly dropped: number;
  readonly normalized: Float32Array;
  readonly stretch: Int32Array;
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  readonly #plan: Plan;
  readonly #filled: Filled;
  readonly #measured: Measured;

  constructor(plan: Plan, filled: Filled, measured: Measured, readonly train: Sequences, validation: Sequences | undefined) {
    this.columns = plan.columns;
    this.target = plan.targets.map((k) => plan.columns[k] as string);
    this.window = plan.window;
    this.horizon = plan.horizon;
    this.features = plan.columns.length;
    this.values = plan.horizon * plan.targets.length;
    this.input = { features: this.features };
    this.output = { values: this.values };
    this.perStep = plan.perStep;
    if (validation) this.validation = validation;
    this.rows = filled.rows;
    this.dropped = filled.dropped;
    this.normalized = measured.normalised;
    this.stretch = filled.stretch;
    this.trainRows = measured.trainRows;
    this.mean = measured.mean;
    this.scale = measured.scale;
    this.#plan = plan;
    this.#filled = filled;
    this.#measured = measured;
  }

  normalize(values: ArrayLike<number>, column?: string): Float64Array {
    const order = this.columns.map((_, k) => k);
    return this.#convert("normalize", values, column, order, (value, mean, scale) => (value - mean) / scale);
  }

  denormalize(values: ArrayLike<number>, column?: string): Float64Array {
    return this.#convert("denormalize", values, column, this.#plan.targets, (value, mean, scale) => value * scale + mean);
  }

  async baselines(options: { period?: number } = {}): Promise<SeriesBaselines> {
    const settings = new Settings("baselines", options, ["period"]);
    const period = settings.has("period") ? settings.integer("period", 1, this.rows - 1) : undefined;
    const { starts } = this.#measured;
    const measured = starts.validation.length > 0 ? starts.validation : starts.train;
    return measureForecasts({ ...this.#filled, ...this.#plan, scale: this.scale, starts: measured }, period);
  }

  #convert(where: string, values: unknown, column: unknown, order: readonly number[], change: (value: number, mean: number, scale: number) => number): Float64Array {
    if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && !(values instanceof DataView))) {
      throw new UnfoldError("CONFIG", `${where}: the values are ${kindOf(values)}; an array of numbers is wanted`);
    }
    const list = values as ArrayLike<unknown>;
    const turn = column === undefined ? order : [place(column, this.columns, `${where}: column`)];
    if (list.length % turn.length !== 0) {
      throw new UnfoldError("SHAPE", `${where}: ${list.length} values came; a multiple of ${turn.length} is wanted, one for each of ${turn.map((k) => JSON.stringify(this.columns[k])).join(", ")}`);
    }
    return Float64Array.from(list, (value, i) => {
      if (typeof value !== "number") throw new UnfoldError("CONFIG", `${where}: value ${i} is ${kindOf(value)}; a number is wanted`);
      const k = turn[i % turn.length] as number;
      return change(value, this.mean[k] as number, this.scale[k] as number);
    });
  }
}
