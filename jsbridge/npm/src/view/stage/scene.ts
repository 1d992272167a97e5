import type { Inspection, Tensor } from "../../types.js";
import type { Example } from "./example.js";
import { type Net, nodesOf } from "./net.js";

/** All numbers of one sequence, forward and backward, as the engine computed them. Steps and units count from 0. */
export class Scene {
  readonly steps: number;
  readonly nodes: readonly string[];
  /** Mean over the steps that answer. */
  readonly loss: number;

  constructor(readonly net: Net, readonly example: Example, private readonly seen: Inspection, /** Training steps behind the weights. */ readonly at: number, readonly freeRunning = false) {
    this.steps = example.steps;
    this.nodes = nodesOf(net);
    this.loss = seen.loss ?? NaN;
  }

  /** Whether the network answers at this step. */
  answers(t: number): boolean {
    return this.net.pattern !== "last" || t === this.steps - 1;
  }

  has(node: string, t: number): boolean {
    return !["o", "p", "L", "y"].includes(node) || this.answers(t);
  }

  /** Every loss and gradient is a mean over so many terms. */
  get terms(): number {
    return (this.net.pattern === "last" ? 1 : this.steps) * (this.net.loss === "classes" ? 1 : this.net.outputs);
  }

  /** The id of the token that is read or wanted; undefined where these are numbers. */
  token(node: "x" | "y", t: number): number | undefined {
    if (node === "x") return this.net.tokens ? (this.example.batch.inputs[t] as number) : undefined;
    return this.net.loss === "classes" ? (this.example.batch.targets[this.net.pattern === "last" ? 0 : t] as number) : undefined;
  }

  /** The values of a node. */
  values(node: string, t: number): ArrayLike<number> {
    switch (node) {
      case "x": return this.net.tokens ? oneHot(this.token("x", t) as number, this.net.inputs) : this.example.batch.inputs.subarray(t * this.net.inputs, (t + 1) * this.net.inputs);
      case "e": return this.#row(this.seen.activations?.embedding, t);
      case "o": return this.#answer(this.seen.activations?.logits, t);
      case "p": return this.#answer(this.seen.activations?.outputs, t);
      case "y": return this.target(t);
      case "L": return [this.lossAt(t)];
      default: return this.#row(this.seen.activations?.[node], t);
    }
  }

  /** ∂L/∂node at a step; undefined for what has none. */
  gradient(node: string, t: number): ArrayLike<number> | undefined {
    switch (node) {
      case "o": return this.#answer(this.seen.gradients?.logits, t);
      case "x": return this.net.embedded ? undefined : this.#row(this.seen.gradients?.x, t);
      case "e": return this.#row(this.seen.gradients?.x, t);
      case "p": case "L": case "y": return undefined;
      default: return this.#row(this.seen.gradients?.[node], t);
    }
  }

  /** A gate, or of an Elman layer the pre-activation: `i_l0`, `a_l0` … */
  gate(name: string, t: number): ArrayLike<number> {
    return this.#row(this.seen.gates?.[name], t);
  }

  /** y(t) as numbers: one-hot for classes. */
  target(t: number): ArrayLike<number> {
    const token = this.token("y", t);
    const { outputs, pattern } = this.net;
    if (token !== undefined) return oneHot(token, outputs);
    const at = pattern === "last" ? 0 : t;
    return this.example.batch.targets.subarray(at * outputs, (at + 1) * outputs);
  }

  /** What a Jordan network was given for y(t-1). */
  fedBack(t: number): ArrayLike<number> {
    return t === 0 ? new Float32Array(this.net.outputs) : this.#row(this.seen.activations?.y_l0, t - 1);
  }

  /** The loss of one step before the mean over steps is taken: -log ŷ[y]; a mean over elements for values and labels. */
  lossAt(t: number): number {
    const [said, wanted] = [this.values(this.net.loss === "values" ? "o" : "p", t), this.target(t)];
    if (this.net.loss === "classes") return -Math.log(said[this.token("y", t) as number] as number);
    let sum = 0;
    for (let k = 0; k < wanted.length; k++) {
      const [p, y] = [said[k] as number, wanted[k] as number];
      sum += this.net.loss === "values" ? (p - y) ** 2 : -Math.log(y > 0.5 ? p : 1 - p);
    }
    return sum / wanted.length;
  }

  #row(tensor: Tensor | undefined, t: number): ArrayLike<number> {
    const width = tensor?.shape[2] ?? 0;
    return tensor?.data.subarray(t * width, (t + 1) * width) ?? [];
  }

  #answer(tensor: Tensor | undefined, t: number): ArrayLike<number> {
    return this.net.pattern === "last" ? (tensor?.data ?? []) : this.#row(tensor, t);
  }
}

function oneHot(id: number, length: number): Float32Array {
  const vector = new Float32Array(length);
  vector[id] = 1;
  return vector;
}

/** Euclidean length. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return Math.sqrt(sum);
}
