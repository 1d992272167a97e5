/** Bits in a nat. */
export const bitsPerNat = 1 / Math.LN2;

interface Bucket {
  step: number;
  training: number;
  heldOut: number | null;
}

/** What a chart draws: steps, training loss, held-out loss (null where none was measured), both in bits. */
export type Columns = [steps: number[], training: (number | null)[], heldOut: (number | null)[]];

// The running mean's memory, in steps. Shorter at the beginning, when the loss falls fast.
const memory = 20;

/**
 * The loss over a run of any length in at most `limit` points: when they are full, neighbours become one, and each new
 * point stands for twice as many steps. Losses come in nats.
 */
export class LossTrack {
  #buckets: Bucket[] = [];
  #stride = 1;
  #inLast = 0;
  #count = 0;
  /** Running mean of the training loss, nats; NaN before the first step. */
  smoothed = NaN;
  /** Latest held-out loss, nats; NaN before the first. */
  heldOut = NaN;

  constructor(private readonly limit = 600) {}

  add(step: number, loss: number, heldOut?: number): void {
    // After numbers that blew up, training goes on from earlier weights: what came after them is undone.
    while ((this.#buckets.at(-1)?.step ?? 0) >= step) {
      this.#buckets.pop();
      this.#inLast = this.#stride;
    }
    this.#count++;
    const weight = Math.max(1 / memory, 1 / Math.ceil(Math.sqrt(this.#count)));
    this.smoothed = Number.isNaN(this.smoothed) ? loss : this.smoothed + weight * (loss - this.smoothed);
    if (heldOut !== undefined) this.heldOut = heldOut;
    const held = heldOut === undefined ? null : heldOut * bitsPerNat;
    const last = this.#buckets.at(-1);
    if (last !== undefined && this.#inLast < this.#stride) {
      last.step = step;
      last.training = this.smoothed * bitsPerNat;
      last.heldOut = held ?? last.heldOut;
      this.#inLast++;
      return;
    }
    this.#buckets.push({ step, training: this.smoothed * bitsPerNat, heldOut: held });
    this.#inLast = 1;
    if (this.#buckets.length > this.limit) this.#halve();
  }

  #halve(): void {
    const halved: Bucket[] = [];
    for (let i = 0; i < this.#buckets.length; i += 2) {
      const first = this.#buckets[i] as Bucket;
      const second = this.#buckets[i + 1];
      halved.push(second === undefined ? first : { ...second, heldOut: second.heldOut ?? first.heldOut });
    }
    this.#inLast = this.#buckets.length % 2 === 0 ? this.#stride + this.#inLast : this.#inLast;
    this.#buckets = halved;
    this.#stride *= 2;
  }

  columns(): Columns {
    return [
      this.#buckets.map((bucket) => bucket.step),
      this.#buckets.map((bucket) => bucket.training),
      this.#buckets.map((bucket) => bucket.heldOut),
    ];
  }
}
