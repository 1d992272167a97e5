import type { Progress } from "../types.js";

interface Bucket {
  step: number;
  training: number;
  heldOut: number | null;
  gradNorm: number;
}

/** What a chart draws, column by column: steps, smoothed training loss, held-out loss (null where none was measured), largest gradient norm. */
export type Columns = [steps: number[], training: number[], heldOut: (number | null)[], gradNorm: number[]];

/** Something that happened at a step. */
export interface Mark {
  readonly step: number;
  readonly what: "learningRate" | "clipNorm" | "clipped" | "numeric";
  /** The new value; of `clipped` the norm before. */
  readonly value: number;
}

// The running mean's memory, in steps. Shorter at the beginning, when the loss falls fast.
const memory = 20;
const marked = 200;

/**
 * The losses of a run of any length in at most `limit` points: when they are full, neighbours become one, and each new
 * point stands for twice as many steps.
 */
export class History {
  #buckets: Bucket[] = [];
  #marks: Mark[] = [];
  #stride = 1;
  #inLast = 0;
  #count = 0;
  #rate = NaN;
  /** Running mean of the training loss; NaN before the first step. */
  smoothed = NaN;
  /** Latest held-out loss; NaN before the first. */
  heldOut = NaN;
  latest: Progress | undefined;

  constructor(private readonly limit = 600) {}

  /** `clipNorm`: what gradients of this step were held to; 0: nothing. */
  add(progress: Progress, clipNorm: number): void {
    const { step, loss, validationLoss, gradNorm, learningRate } = progress;
    // After numbers that blew up, training goes on from earlier weights: what came after them is undone.
    this.cut(step - 1);
    this.latest = progress;
    this.#count++;
    const weight = Math.max(1 / memory, 1 / Math.ceil(Math.sqrt(this.#count)));
    this.smoothed = Number.isNaN(this.smoothed) ? loss : this.smoothed + weight * (loss - this.smoothed);
    if (validationLoss !== undefined) this.heldOut = validationLoss;
    if (!Number.isNaN(this.#rate) && this.#rate !== learningRate) this.mark({ step, what: "learningRate", value: learningRate });
    this.#rate = learningRate;
    if (clipNorm > 0 && gradNorm > clipNorm && this.#count > memory) this.mark({ step, what: "clipped", value: gradNorm });
    const last = this.#buckets.at(-1);
    if (last !== undefined && this.#inLast < this.#stride) {
      Object.assign(last, { step, training: this.smoothed, heldOut: validationLoss ?? last.heldOut, gradNorm: Math.max(last.gradNorm, gradNorm) });
      this.#inLast++;
      return;
    }
    this.#buckets.push({ step, training: this.smoothed, heldOut: validationLoss ?? null, gradNorm });
    this.#inLast = 1;
    if (this.#buckets.length > this.limit) this.#halve();
  }

  mark(mark: Mark): void {
    this.#marks.push(mark);
    // Too many to tell apart: every other one of the commonest kind goes.
    if (this.#marks.length > marked) this.#marks = this.#marks.filter(({ what }, i) => what !== "clipped" || i % 2 === 1).slice(-marked);
  }

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** Forgets what came behind a step: training goes on from there. */
  cut(step: number): void {
    const last = this.#buckets.at(-1);
    if (last === undefined || last.step <= step) return;
    while ((this.#buckets.at(-1)?.step ?? -1) > step) this.#buckets.pop();
    this.#inLast = this.#stride;
    this.#marks = this.#marks.filter((mark) => mark.step <= step);
    this.smoothed = this.#buckets.at(-1)?.training ?? NaN;
    this.heldOut = this.#buckets.filter(({ heldOut }) => heldOut !== null).at(-1)?.heldOut ?? NaN;
  }

  #halve(): void {
    const halved: Bucket[] = [];
    for (let i = 0; i < this.#buckets.length; i += 2) {
      const first = this.#buckets[i] as Bucket;
      const second = this.#buckets[i + 1];
      halved.push(second === undefined ? first : { ...second, heldOut: second.heldOut ?? first.heldOut, gradNorm: Math.max(first.gradNorm, second.gradNorm) });
    }
    this.#inLast = this.#buckets.length % 2 === 0 ? this.#stride + this.#inLast : this.#inLast;
    this.#buckets = halved;
    this.#stride *= 2;
  }

  columns(): Columns {
    return [
      this.#buckets.map(({ step }) => step),
      this.#buckets.map(({ training }) => training),
      this.#buckets.map(({ heldOut }) => heldOut),
      this.#buckets.map(({ gradNorm }) => gradNorm),
    ];
  }
}
