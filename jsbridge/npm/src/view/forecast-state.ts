import type { Network } from "../lab/network.js";
import type { Shown } from "../lab/looks.js";
import type { SeriesDataset } from "../types.js";
import { column, firstShown, freeRun, nearestOrigin, oneStep, persistence, rootMeanSquare } from "./forecast-figures.js";
import type { Lines } from "./forecast-chart.js";

/** Steps of windows that are read at a time while training runs. */
const budget = 2048;

/** Errors in the column's own unit. */
export interface Errors {
  readonly oneStep: number;
  /** Persistence, one step ahead, over the same rows. */
  readonly still: number;
  readonly free: number;
  /** Persistence from the origin, over the same rows. */
  readonly flat: number;
  /** The rows of the first two: held-out ones, where there are any. */
  readonly judged: readonly [from: number, to: number];
}

/** What has been forecast of one series so far, and what is to be forecast next. Bring it up to date with look(). */
export class ForecastState {
  /** First row that is shown. */
  readonly from: number;
  origin: number;
  length: number;
  column = 0;
  readonly data: SeriesDataset;
  readonly #feedback: boolean;
  #truth: number[][];
  /** [rows - from, K] */
  #oneStep: Float32Array;
  #next = 0;
  #freeLast = false;
  #free: { origin: number; said: Float32Array } | undefined;

  private constructor(network: Network, data: SeriesDataset, origin: number) {
    this.data = data;
    this.origin = origin;
    this.from = firstShown(data);
    this.length = Math.max(1, Math.min(48, data.rows >> 1));
    this.#feedback = network.settings.pattern === "output";
    this.#truth = data.target.map((name) => Array.from(data.denormalize(column(data.normalized, data.features, data.columns.indexOf(name)), name)));
    this.#oneStep = new Float32Array((data.rows - this.from) * data.target.length).fill(NaN);
  }

  /** Undefined: the network learns from no series, or nothing of it can be forecast. */
  static of(network: Network): ForecastState | undefined {
    const { subject } = network;
    if (subject.kind !== "series") return undefined;
    const origin = nearestOrigin(subject.data, subject.data.trainRows, firstShown(subject.data));
    return origin === undefined ? undefined : new ForecastState(network, subject.data, origin);
  }

  /** The rows that can be the origin lie in here. */
  get origins(): readonly [least: number, most: number] {
    return [Math.max(this.from, this.data.window), this.data.rows];
  }

  /** Takes the origin to the nearest row that can be it; says whether that is another. */
  move(wanted: number): boolean {
    const origin = nearestOrigin(this.data, wanted, this.from) ?? this.origin;
    if (origin === this.origin) return false;
    this.origin = origin;
    return true;
  }

  /** Forecasts anew: freely from the origin, and one step ahead. While training runs in turns, and of the latter some rows at a time. */
  async look({ model, live }: Shown): Promise<void> {
    const { data, from, origin } = this;
    const free = !live || !this.#freeLast || this.#free?.origin !== origin || this.#free.said.length !== this.length * data.target.length;
    this.#freeLast = free;
    if (free) this.#free = { origin, said: await freeRun(model, data, this.#feedback, origin, this.length) };
    if (free && live) return;
    const count = data.rows - from;
    const most = live ? Math.max(1, Math.floor(budget / data.window)) : count;
    const start = live ? this.#next % count : 0;
    const end = Math.min(count, start + most);
    this.#oneStep.set(await oneStep(model, data, this.#feedback, from + start, from + end), start * data.target.length);
    this.#next = end;
  }

  get looked(): boolean {
    return this.#free !== undefined;
  }

  /** The free run that was made, where it still begins at the origin. */
  #freely(): number[] {
    const free = this.#free;
    return free?.origin === this.origin ? this.#own(free.said) : [];
  }

  /** The chosen column, in its own unit. */
  #own(said: Float32Array): number[] {
    const { data } = this;
    return Array.from(data.denormalize(column(said, data.target.length, this.column), data.target[this.column] as string));
  }

  lines(): Lines {
    const { data, from, origin } = this;
    const truth = this.#truth[this.column] as number[];
    const free = this.#freely();
    const end = Math.max(data.rows, origin + free.length);
    const one = this.#own(this.#oneStep);
    const known = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);
    const at = (row: number, values: readonly number[], first: number): number | null => (row < first ? null : known(values[row - first]));
    const rows = Array.from({ length: end - from }, (_, i) => from + i);
    const flat = persistence(truth, origin, origin + free.length, true);
    // The free lines leave the truth at the last row that was read.
    const leave = (row: number, values: readonly number[]): number | null => (row === origin - 1 && values.length > 0 ? known(truth[row]) : at(row, values, origin));
    return {
      rows, origin, heldOut: data.trainRows, truth: rows.map((row) => at(row, truth, 0)), oneStep: rows.map((row) => at(row, one, from)),
      free: rows.map((row) => leave(row, free)), flat: rows.map((row) => leave(row, flat)),
    };
  }

  errors(): Errors {
    const { data, from, origin } = this;
    const truth = this.#truth[this.column] as number[];
    const first = Math.max(this.origins[0], data.trainRows < data.rows ? data.trainRows : 0);
    const free = this.#freely();
    const own = this.#own(this.#oneStep).slice(first - from);
    const still = persistence(truth, first, data.rows, false).map((value, i) => (Number.isFinite(own[i]) ? value : NaN));
    return {
      oneStep: rootMeanSquare(truth.slice(first), own), still: rootMeanSquare(truth.slice(first), still),
      free: rootMeanSquare(truth.slice(origin, origin + free.length), free),
      flat: rootMeanSquare(truth.slice(origin, origin + free.length), persistence(truth, origin, origin + free.length, true)),
      judged: [first, data.rows - 1],
    };
  }
}
