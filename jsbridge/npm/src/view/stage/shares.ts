import { type Algebra, at, type Vector } from "./algebra.js";
import type { Kind } from "./drawing.js";
import type { Layer } from "./net.js";

/** The parameters whose gradients are gathered over time, in the notes' order. */
export const gathered: readonly Kind[] = ["c", "V", "b", "W", "U"];

/**
 * Which step paid how much of a parameter's gradient: ⟨dW(t), dW⟩ / ‖dW‖² of dW = Σ dW(t), which sum to 1. Each dW(t) is an outer product
 * a(t) b(t)ᵀ, so no matrix is made: ⟨dW(t), dW(s)⟩ = (a(t)·a(s)) (b(t)·b(s)). Zeros where the gradient is.
 */
export function sharesOf(algebra: Algebra, kind: Kind, layer: Layer): Float64Array {
  const { scene } = algebra;
  const T = scene.steps;
  const factors = Array.from({ length: T }, (_, t) => outer(algebra, kind, layer, t));
  const shares = new Float64Array(T);
  let whole = 0;
  for (let t = 0; t < T; t++) {
    for (let s = 0; s <= t; s++) {
      const product = inner(factors[t] as Outer, factors[s] as Outer);
      shares[t] = (shares[t] as number) + product;
      if (s < t) shares[s] = (shares[s] as number) + product;
    }
  }
  for (const share of shares) whole += share;
  return whole > 0 ? shares.map((share) => share / whole) : new Float64Array(T);
}

/** dW(t) = a bᵀ; without b, a itself. A one-hot b is its token. */
interface Outer {
  readonly a: Vector;
  readonly b?: Vector | number;
}

function outer(algebra: Algebra, kind: Kind, layer: Layer, t: number): Outer {
  const { scene } = algebra;
  if (kind === "c" || kind === "V") {
    const a = scene.answers(t) ? (scene.gradient("o", t) ?? []) : [];
    return kind === "c" ? { a } : { a, b: algebra.input(scene.net.levels.length, t) };
  }
  const { input, recurrent } = algebra.preactivation(layer, t);
  if (kind === "b") return { a: input };
  if (kind === "W") return { a: recurrent, b: algebra.recurrent(layer, t) };
  const token = layer.level === 0 && !scene.net.embedded ? scene.token("x", t) : undefined;
  return { a: input, b: token ?? algebra.input(layer.level, t) };
}

function inner(one: Outer, other: Outer): number {
  const [b, c] = [one.b, other.b];
  if (typeof b === "number" || typeof c === "number") return b === c ? dot(one.a, other.a) : 0;
  return dot(one.a, other.a) * (b === undefined || c === undefined ? 1 : dot(b, c));
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = Math.min(a.length, b.length) - 1; i >= 0; i--) sum += at(a, i) * at(b, i);
  return sum;
}
