import type { Float64Tensor, Tensor } from "../types.js";

/** What both sides say of one batch. */
export interface Answered<T> {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, T>>;
}

/** How far the engine's gradient of one parameter is from that of the equations. */
export interface Compared {
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest modulus in the equations' gradient. */
  readonly largest: number;
  /** Largest |engine - equations|. */
  readonly difference: number;
  /** difference / largest; 0 where both are zero throughout. */
  readonly relative: number;
}

export interface Verdict {
  readonly tensors: readonly Compared[];
  /** Of the two losses. */
  readonly loss: number;
  /** The largest of all; NaN where a number is none, or a tensor is missing. */
  readonly worst: number;
  readonly agrees: boolean;
}

/** Gradients in float32 may be off by so much of a tensor's largest value: that of the engine's own tests. */
export const tolerance = 1e-4;

/** Compares the engine with the equations. */
export function compare(engine: Answered<Tensor>, equations: Answered<Float64Tensor>): Verdict {
  const tensors = Object.entries(equations.gradients).map(([name, { shape, data }]) => distance(name, shape, engine.gradients[name]?.data ?? [], data));
  const loss = ratio(Math.abs(engine.loss - equations.loss), Math.abs(equations.loss));
  const worst = [loss, ...tensors.map(({ relative }) => relative)].reduce((most, one) => (one > most || Number.isNaN(one) ? one : most), 0);
  return { tensors, loss, worst, agrees: worst <= tolerance };
}

function distance(name: string, shape: readonly number[], got: ArrayLike<number>, want: Float64Array): Compared {
  let [largest, difference] = [0, got.length === want.length ? 0 : NaN];
  want.forEach((value, i) => {
    // Math.max keeps NaN.
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs((got[i] as number) - value));
  });
  return { name, shape, largest, difference, relative: ratio(difference, largest) };
}

const ratio = (difference: number, largest: number): number => (difference === 0 ? 0 : difference / largest);
