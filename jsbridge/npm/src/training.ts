import { PROGRESS_FIELDS } from "./engine/bridge.js";
import type { EndReason, Order } from "./engine/protocol.js";
import { UnfoldError } from "./errors.js";
import { AHEAD, Flow } from "./flow.js";
import { kindOf } from "./options.js";
import type { Sink } from "./runtime/runtime.js";
import { aborted, onAbort } from "./signal.js";
import type { Progress, Training, TrainingSummary } from "./types.js";

/** What a run needs of its model. */
export interface TrainingSource {
  /** Asks the host to train; gives what to command the run with. Throws when the options cannot be sent. */
  open(sink: Sink): (order: Order) => void;
  /** Somebody waits for an answer, or no longer. */
  hold(): void;
  drop(): void;
  signal: AbortSignal | undefined;
  optimizer: { learningRate: number | undefined; clipNorm: number | undefined };
  /** Optimiser steps of the model before this run. */
  stepsBefore: number;
  /** Told with each batch of rows. */
  reached(step: number): void;
}

const WIDTH = PROGRESS_FIELDS.length;

function toProgress(rows: Float64Array, at: number): Progress {
  const value = (column: number): number => rows[at + column] as number;
  const progress: Progress = { step: value(0), epoch: value(1), loss: value(2), gradNorm: value(4), learningRate: value(5), tokensPerSecond: value(6) };
  if (!Number.isNaN(value(3))) progress.validationLoss = value(3);
  return progress;
}

/** A positive finite number, or `RANGE`: a setter has no promise to reject, and Go would hear of it too late. */
function checkPositive(name: string, value: unknown): number {
  if (typeof value !== "number") throw new UnfoldError("CONFIG", `training.${name} is ${kindOf(value)}; a number is wanted`);
  if (!(value > 0 && value < Infinity)) throw new UnfoldError("RANGE", `training.${name} is ${value}; a finite number above 0 is wanted`);
  return value;
}

export class TrainingRun implements Training {
  readonly [Symbol.toStringTag] = "Training";
  private readonly flow: Flow<Float64Array>;
  private readonly summary: Promise<TrainingSummary>;
  private settle: { resolve(summary: TrainingSummary): void; reject(error: unknown): void } | undefined;
  private command: (order: Order) => void = () => {};
  private offAbort: () => void = () => {};
  private row = 0;
  private over = false;
  private iterating = false;
  private free = false;
  private awaited = false;
  private isPaused = false;
  private readonly last: { step: number; epoch: number; loss: number; learningRate: number | undefined; validationLoss: number | undefined };
  private clip: number | undefined;
  private asked: number | undefined;

  constructor(private readonly source: TrainingSource) {
    this.last = { step: source.stepsBefore, epoch: 0, loss: NaN, learningRate: source.optimizer.learningRate, validationLoss: undefined };
    this.clip = source.optimizer.clipNorm;
    this.flow = new Flow(() => this.command({ op: "credit", count: 1 }));
    this.summary = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // Who only iterates sees the error there; this promise alone must not make an unhandled rejection.
    this.summary.catch(() => {});
    this.begin();
  }

  get paused(): boolean {
    return this.isPaused;
  }

  get learningRate(): number {
    return this.asked ?? this.last.learningRate ?? NaN;
  }

  set learningRate(value: number) {
    this.asked = checkPositive("learningRate", value);
    this.command({ op: "set", values: { learningRate: value } });
  }

  get clipNorm(): number | undefined {
    return this.clip;
  }

  set clipNorm(value: number) {
    this.clip = checkPositive("clipNorm", value);
    this.command({ op: "set", values: { clipNorm: value } });
  }

  pause(): void {
    if (this.over) return;
    this.isPaused = true;
    this.command({ op: "pause" });
  }

  resume(): void {
    if (this.over) return;
    this.isPaused = false;
    this.command({ op: "resume" });
  }

  stop(): Promise<TrainingSummary> {
    this.command({ op: "stop" });
    return this.waitForSummary();
  }

  then<A = TrainingSummary, R = never>(
    fulfilled?: ((summary: TrainingSummary) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => R | PromiseLike<R>) | null,
  ): Promise<A | R> {
    this.runFreely();
    return this.waitForSummary().then(fulfilled, rejected);
  }

  catch<R = never>(rejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<TrainingSummary | R> {
    return this.then(null, rejected);
  }

  finally(settled?: (() => void) | null): Promise<TrainingSummary> {
    this.runFreely();
    return this.waitForSummary().finally(settled);
  }

  [Symbol.asyncIterator](): AsyncIterator<Progress, undefined> {
    this.iterating = true;
    if (this.free) {
      this.free = false;
      this.command({ op: "flow", ahead: AHEAD });
    }
    return {
      next: () => this.next(),
      return: async () => {
        // What went wrong meanwhile is for those who await the run.
        if (!this.over) await this.stop().catch(() => {});
        this.flow.discard();
        this.row = 0;
        return { done: true, value: undefined };
      },
    };
  }

  private begin(): void {
    const { source } = this;
    if (source.signal?.aborted) {
      this.fail(aborted("model.train", source.signal), true);
      return;
    }
    try {
      this.command = source.open(this.sink());
    } catch (thrown) {
      this.fail(thrown, true);
      return;
    }
    this.offAbort = onAbort(source.signal, () => {
      this.command({ op: "stop" });
      this.fail(aborted("model.train", source.signal as AbortSignal), true);
    });
  }

  private sink(): Sink {
    return {
      started: () => {},
      batch: (reply) => {
        if (reply.type === "progress") this.receive(reply.rows);
      },
      ended: (reason) => this.end(reason),
      failed: (error) => this.fail(error, false),
    };
  }

  private async next(): Promise<IteratorResult<Progress, undefined>> {
    if (this.flow.empty) {
      this.source.hold();
      try {
        while (this.flow.empty) await this.flow.arrival();
      } finally {
        this.source.drop();
      }
    }
    const rows = this.flow.peek();
    if (!rows) return { done: true, value: undefined };
    const value = toProgress(rows, this.row);
    this.row += WIDTH;
    if (this.row >= rows.length) {
      this.row = 0;
      this.flow.taken();
    }
    return { done: false, value };
  }

  /** Awaited and not iterated: the host need not wait for a consumer. Decided after this turn, so that both can be asked for at once. */
  private runFreely(): void {
    queueMicrotask(() => {
      if (this.iterating || this.free || this.over) return;
      this.free = true;
      this.flow.discard();
      this.command({ op: "flow", ahead: Infinity });
    });
  }

  private waitForSummary(): Promise<TrainingSummary> {
    if (!this.awaited && !this.over) {
      this.awaited = true;
      this.source.hold();
    }
    return this.summary;
  }

  private receive(rows: Float64Array): void {
    const at = rows.length - WIDTH;
    if (this.over || at < 0) return;
    for (let row = at; row >= 0; row -= WIDTH) {
      const validationLoss = rows[row + 3] as number;
      if (Number.isNaN(validationLoss)) continue;
      this.last.validationLoss = validationLoss;
      break;
    }
    const { step, epoch, loss, learningRate } = toProgress(rows, at);
    Object.assign(this.last, { step, epoch, loss, learningRate });
    if (this.asked === learningRate) this.asked = undefined;
    this.source.reached(step);
    if (!this.free) this.flow.push(rows);
  }

  private end(reason: EndReason): void {
    if (this.over) return;
    this.close();
    const { step, epoch, loss, validationLoss } = this.last;
    const summary: TrainingSummary = { step, epoch, loss, reason: reason === "completed" ? "completed" : "stopped" };
    if (validationLoss !== undefined) summary.validationLoss = validationLoss;
    this.flow.end();
    this.settle?.resolve(summary);
  }

  private fail(error: unknown, now: boolean): void {
    if (this.over) return;
    this.close();
    this.flow.fail(error, now);
    this.settle?.reject(error);
  }

  private close(): void {
    this.over = true;
    this.isPaused = false;
    this.offAbort();
    if (this.awaited) this.source.drop();
  }
}
