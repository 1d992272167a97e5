import type { Tensor } from "../../types.js";
import type { Layer } from "./net.js";
import { norm, type Scene } from "./scene.js";

export type Vector = ArrayLike<number>;
export const at = (values: Vector, i: number): number => values[i] ?? 0;

/** Rows of a weight matrix. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/**
 * What the engine does not hand out of one sequence, from its values and weights in float64: the terms of a(t), and the gradients on its
 * way back. Letters: G gates, H hidden, I inputs.
 */
export class Algebra {
  constructor(readonly scene: Scene, private readonly weights: Readonly<Record<string, Tensor>>) {}

  matrix(name: string): Matrix {
    const { shape = [0, 0], data } = this.weights[name] ?? {};
    return { rows: shape[0] ?? 0, columns: shape[1] ?? 1, data: (data ?? new Float32Array()) as Float32Array };
  }
  bias(name: string): Vector {
    return this.weights[name]?.data ?? [];
  }

  U = ({ suffix }: Layer): Matrix => this.matrix(`rnn.weight_ih_${suffix}`);
  /** What the state before goes through; of a Jordan network, the output before. */
  W = ({ suffix }: Layer): Matrix => this.matrix(this.jordan ? `rnn.weight_oh_${suffix}` : `rnn.weight_hh_${suffix}`);
  get V(): Matrix {
    return this.matrix("head.weight");
  }
  get jordan(): boolean {
    return this.scene.net.pattern === "output";
  }

  /** The step from which a layer's state comes at step t: the one before it, from the right where it runs from the future. -1: none. */
  before({ reverse }: Layer, t: number): number {
    return reverse ? (t + 1 < this.scene.steps ? t + 1 : -1) : t - 1;
  }
  /** The step to which it goes. -1: none. */
  after({ reverse }: Layer, t: number): number {
    return reverse ? t - 1 : t + 1 < this.scene.steps ? t + 1 : -1;
  }

  /** h(t-1) or c(t-1); what the sequence starts from where there is none before. */
  previous(layer: Layer, t: number, what: "h" | "c" = "h"): Vector {
    const before = this.before(layer, t);
    if (before >= 0) return this.scene.values(`${what}_${layer.suffix}`, before);
    return this.weights[`rnn.${what}0_${layer.suffix}`]?.data ?? new Float32Array(layer.hidden);
  }
  /** What is multiplied by W at step t. */
  recurrent(layer: Layer, t: number): Vector {
    return this.jordan ? this.scene.fedBack(t) : this.previous(layer, t);
  }

  /** The nodes that a layer, or with its number of levels the head, reads. */
  below(level: number): string[] {
    const { net } = this.scene;
    return level === 0 ? [net.embedded ? "e" : "x"] : (net.levels[level - 1] ?? []).map(({ suffix }) => `h_${suffix}`);
  }
  /** What a layer reads at step t, [I]: both directions of the layer below side by side. The head of a network that answers once reads last states. */
  input(level: number, t: number): Vector {
    const { net, steps } = this.scene;
    const once = net.pattern === "last" && level === net.levels.length;
    const parts = this.below(level).map((node) => this.scene.values(node, once ? (node.endsWith("_reverse") ? 0 : steps - 1) : t));
    return parts.length === 1 ? (parts[0] as Vector) : parts.flatMap((part) => Array.from(part));
  }

  /** The biases of a row of a(t) together; of a GRU's n, b_ih alone: b_hh stands behind the reset. */
  biasOf(layer: Layer, row: number): number {
    const apart = layer.cell === "gru" && row >= 2 * layer.hidden;
    return at(this.bias(`rnn.bias_ih_${layer.suffix}`), row) + (apart ? 0 : at(this.bias(`rnn.bias_hh_${layer.suffix}`), row));
  }

  /**
   * The gradient on a(t), [GH], and on the recurrent product, which differs where a GRU's reset stands between them:
   *
   *   rnn   da = D(t) dh, D = diag(1 - h²)
   *   lstm  di = dc ⊙ g ⊙ i(1-i)   df = dc ⊙ c(t-1) ⊙ f(1-f)   dg = dc ⊙ i ⊙ (1-g²)   do = dh ⊙ tanh c ⊙ o(1-o)
   *   gru   dn = dh ⊙ (1-z) ⊙ (1-n²)   dz = dh ⊙ (h(t-1) - n) ⊙ z(1-z)   dr = dn ⊙ (W_n h(t-1) + b_hn) ⊙ r(1-r)
   */
  preactivation(layer: Layer, t: number): { input: Float64Array; recurrent: Float64Array } {
    const { cell, hidden: H, suffix, relu } = layer;
    const { scene } = this;
    const h = scene.values(`h_${suffix}`, t);
    const dh = scene.gradient(`h_${suffix}`, t) ?? [];
    if (cell === "rnn") {
      const da = Float64Array.from({ length: H }, (_, j) => at(dh, j) * (relu ? (at(h, j) > 0 ? 1 : 0) : 1 - at(h, j) ** 2));
      return { input: da, recurrent: da };
    }
    const gate = (name: string): Vector => scene.gate(`${name}_${suffix}`, t);
    if (cell === "lstm") {
      const [i, f, g, o] = ["i", "f", "g", "o"].map(gate) as [Vector, Vector, Vector, Vector];
      const [c, dc, before] = [scene.values(`c_${suffix}`, t), scene.gradient(`c_${suffix}`, t) ?? [], this.previous(layer, t, "c")];
      const da = new Float64Array(4 * H);
      for (let j = 0; j < H; j++) {
        da[j] = at(dc, j) * at(g, j) * at(i, j) * (1 - at(i, j));
        da[H + j] = at(dc, j) * at(before, j) * at(f, j) * (1 - at(f, j));
        da[2 * H + j] = at(dc, j) * at(i, j) * (1 - at(g, j) ** 2);
        da[3 * H + j] = at(dh, j) * Math.tanh(at(c, j)) * at(o, j) * (1 - at(o, j));
      }
      return { input: da, recurrent: da };
    }
    const [r, z, n] = ["r", "z", "n"].map(gate) as [Vector, Vector, Vector];
    const before = this.previous(layer, t);
    const [W, b] = [this.W(layer), this.bias(`rnn.bias_hh_${suffix}`)];
    const input = new Float64Array(3 * H);
    const recurrent = new Float64Array(3 * H);
    for (let j = 0; j < H; j++) {
      const dn = at(dh, j) * (1 - at(z, j)) * (1 - at(n, j) ** 2);
      const inner = at(b, 2 * H + j) + row(W, 2 * H + j, before);
      recurrent[j] = input[j] = dn * inner * at(r, j) * (1 - at(r, j));
      recurrent[H + j] = input[H + j] = at(dh, j) * (at(before, j) - at(n, j)) * at(z, j) * (1 - at(z, j));
      input[2 * H + j] = dn;
      recurrent[2 * H + j] = dn * at(r, j);
    }
    return { input, recurrent };
  }

  /** What reaches dL/dh(t) from the next step, [H]. */
  fromNext(layer: Layer, t: number): Float64Array {
    const next = this.after(layer, t);
    if (next < 0 || this.jordan) return new Float64Array(layer.hidden);
    const through = transposed(this.W(layer), this.preactivation(layer, next).recurrent, 0, layer.hidden);
    if (layer.cell === "gru") {
      const [z, dh] = [this.scene.gate(`z_${layer.suffix}`, next), this.scene.gradient(`h_${layer.suffix}`, next) ?? []];
      for (let j = 0; j < layer.hidden; j++) through[j] = at(through, j) + at(z, j) * at(dh, j);
    }
    return through;
  }

  /** What reaches dL/dh(t) from above in the same column, [H]: the head, or the layers that read this one. */
  fromAbove(layer: Layer, t: number): Float64Array {
    const { net, steps } = this.scene;
    const first = layer.reverse ? layer.hidden : 0; // both directions stand side by side
    if (layer.level === net.levels.length - 1) {
      const end = layer.reverse ? 0 : steps - 1;
      if (net.pattern === "last" && t !== end) return new Float64Array(layer.hidden);
      return transposed(this.V, this.scene.gradient("o", net.pattern === "last" ? steps - 1 : t) ?? [], first, layer.hidden);
    }
    const sum = new Float64Array(layer.hidden);
    for (const above of net.levels[layer.level + 1] ?? []) {
      transposed(this.U(above), this.preactivation(above, t).input, first, layer.hidden).forEach((d, j) => (sum[j] = at(sum, j) + d));
    }
    return sum;
  }

  /** ‖·‖ of what goes along each kind of edge, forward and backward; `node` is where the forward arrow ends. */
  flow(kind: "U" | "W" | "V", layer: Layer, t: number): { forward: number; backward: number } {
    switch (kind) {
      case "U": {
        const token = layer.level === 0 && !this.scene.net.embedded ? this.scene.token("x", t) : undefined;
        const forward = token === undefined ? length(this.U(layer), this.input(layer.level, t)) : columnLength(this.U(layer), token);
        return { forward, backward: norm(this.preactivation(layer, t).input) };
      }
      case "W": {
        const before = this.before(layer, t);
        if (this.jordan) return { forward: length(this.W(layer), this.recurrent(layer, t)), backward: this.scene.freeRunning ? norm(this.preactivation(layer, t).input) : 0 };
        return { forward: length(this.W(layer), this.recurrent(layer, t)), backward: before < 0 ? 0 : norm(this.fromNext(layer, before)) };
      }
      case "V": {
        const first = layer.reverse ? layer.hidden : 0;
        return { forward: length(this.V, this.scene.values(`h_${layer.suffix}`, t), first), backward: norm(this.fromAbove(layer, t)) };
      }
    }
  }
}

/** Σ_j M[i][first + j] v[j]. */
export function row({ columns, data }: Matrix, i: number, v: Vector, first = 0): number {
  const start = i * columns + first;
  let sum = 0;
  for (let j = 0; j < v.length; j++) sum += (data[start + j] as number) * (v[j] as number);
  return sum;
}

/** Columns first … first + count - 1 of Mᵀ v. */
export function transposed({ rows, columns, data }: Matrix, v: Vector, first: number, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < rows; i++) {
    const value = at(v, i);
    if (value === 0) continue;
    const start = i * columns + first;
    for (let j = 0; j < count; j++) out[j] = (out[j] as number) + (data[start + j] as number) * value;
  }
  return out;
}

function length(matrix: Matrix, v: Vector, first = 0): number {
  const typed = Float64Array.from(v); // one kind of array in the loop inside
  let sum = 0;
  for (let i = 0; i < matrix.rows; i++) sum += row(matrix, i, typed, first) ** 2;
  return Math.sqrt(sum);
}

function columnLength({ rows, columns, data }: Matrix, j: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += at(data, i * columns + j) ** 2;
  return Math.sqrt(sum);
}
