import type { Progress } from "../types.js";
import type { Point } from "./traits.js";

/** Rows that are kept at most: what one message can well carry. */
export const POINTS = 1000;

/**
 * The course of the loss. All steps as long as there are no more than POINTS; then every second one, every fourth, and so on.
 * Steps with a held-out loss stay longer, thinned in the same way among themselves.
 */
export class Curve {
  #points: Point[];
  #stride: number;

  /** Goes on from the rows of a tab that is gone. */
  constructor(rows: readonly Point[] = []) {
    this.#points = rows.slice();
    this.#stride = 2 ** Math.max(0, Math.ceil(Math.log2((rows.at(-1)?.[0] ?? 1) / POINTS)));
  }

  add({ step, loss, validationLoss }: Progress): void {
    const validated = validationLoss !== undefined;
    if (!validated && step % this.#stride !== 0) return;
    this.#points.push([step, loss, validationLoss ?? null]);
    if (this.#points.length > POINTS) this.#thin();
  }

  /** A copy. */
  rows(): Point[] {
    return this.#points.slice();
  }

  clear(): void {
    this.#points = [];
    this.#stride = 1;
  }

  #thin(): void {
    this.#stride *= 2;
    let validated = 0;
    const total = this.#points.filter(([, , validation]) => validation !== null).length;
    const sparse = total <= POINTS / 2;
    this.#points = this.#points.filter(([step, , validation]) => (validation === null ? step % this.#stride === 0 : sparse || validated++ % 2 === 1));
  }
}
