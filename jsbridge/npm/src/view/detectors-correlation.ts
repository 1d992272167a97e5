import type { Detector } from "./detectors.js";

/** A unit, the detector that it goes with best, and Pearson's r between them. */
export interface Find {
  readonly unit: number;
  /** Index among the detectors. */
  readonly detector: number;
  /** In [-1, 1]. */
  readonly r: number;
}

/** (x - mean) / ‖x - mean‖, so that the product of two is their correlation; undefined where all values are the same. */
function standardise(values: Float64Array): Float64Array | undefined {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let square = 0;
  for (const value of values) square += (value - mean) ** 2;
  // What rounding leaves of a constant is none.
  if (!(square > 1e-12 * Math.max(1, mean * mean) * values.length)) return undefined;
  const norm = Math.sqrt(square);
  return values.map((value) => (value - mean) / norm);
}

/** Pearson's r of every unit with every detector, [D, H], a few units at a time: `activations` is [N, H], detectors are [N]. */
export class Correlator {
  readonly #detectors: (Float64Array | undefined)[];
  readonly #r: Float32Array;
  readonly #tokens: number;
  #unit = 0;

  constructor(private readonly activations: Float32Array, private readonly width: number, detectors: readonly Detector[]) {
    this.#detectors = detectors.map(({ values }) => standardise(Float64Array.from(values)));
    this.#r = new Float32Array(detectors.length * width);
    this.#tokens = activations.length / width;
  }

  /** Takes the next units; true: there are more. A unit or a detector that never changes has r = 0 with everything. */
  advance(units: number): boolean {
    const until = Math.min(this.width, this.#unit + units);
    const column = new Float64Array(this.#tokens);
    for (; this.#unit < until; this.#unit++) {
      for (let n = 0; n < column.length; n++) column[n] = this.activations[n * this.width + this.#unit] as number;
      const unit = standardise(column);
      if (unit === undefined) continue;
      this.#detectors.forEach((detector, d) => {
        if (detector === undefined) return;
        let r = 0;
        for (let n = 0; n < unit.length; n++) r += (unit[n] as number) * (detector[n] as number);
        this.#r[d * this.width + this.#unit] = r;
      });
    }
    return this.#unit < this.width;
  }

  /** [D, H]. */
  get r(): Float32Array {
    return this.#r;
  }
}

/** Of every unit the detector that it goes with best, by |r|; those that stand out most first. `r` is [D, H]. */
export function bestOfUnits(r: Float32Array, width: number): Find[] {
  const detectors = r.length / width;
  const finds: Find[] = [];
  for (let unit = 0; unit < width; unit++) {
    let best: Find = { unit, detector: 0, r: 0 };
    for (let detector = 0; detector < detectors; detector++) {
      const one = r[detector * width + unit] as number;
      if (Math.abs(one) > Math.abs(best.r)) best = { unit, detector, r: one };
    }
    if (best.r !== 0) finds.push(best);
  }
  return finds.sort(stronger);
}

/** Of every detector the unit that goes with it best. */
export function bestOfDetectors(r: Float32Array, width: number): Find[] {
  const finds: Find[] = [];
  for (let detector = 0; detector < r.length / width; detector++) {
    let best: Find = { unit: 0, detector, r: 0 };
    for (let unit = 0; unit < width; unit++) {
      const one = r[detector * width + unit] as number;
      if (Math.abs(one) > Math.abs(best.r)) best = { unit, detector, r: one };
    }
    if (best.r !== 0) finds.push(best);
  }
  return finds.sort(stronger);
}

const stronger = (a: Find, b: Find): number => Math.abs(b.r) - Math.abs(a.r) || a.unit - b.unit;
