import { type Algebra, at, type Matrix, type Vector } from "./algebra.js";
import { type Layer, layerOf, symbolOf } from "./net.js";

/** Words of a formula, or a number put in. */
export type Piece = string | { readonly value: number };

/** One equation of the network for one unit, with its numbers. */
export interface Formula {
  readonly side: "forward" | "backward";
  /** Of the equation that it is an instance of. */
  readonly equation: string;
  readonly left: string;
  readonly symbols: string;
  readonly pieces: readonly Piece[];
  /** What the pieces come to, in float64. */
  readonly result: number;
}

/** Sums of more terms than this are cut. */
const whole = 8;
const shownOfMore = 3;

const sub = (i: number): string => String(i + 1).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
const step = (t: number): string => `(${t + 1})`;
const number = (value: number): Piece => ({ value });
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** A sum under way: its pieces and what they come to. */
class Sum {
  readonly pieces: Piece[] = [];
  total = 0;

  add(...parts: readonly { value: number; pieces: readonly Piece[] }[]): this {
    for (const { value, pieces } of parts) {
      if (this.pieces.length > 0) this.pieces.push(" + ");
      this.pieces.push(...pieces);
      this.total += value;
    }
    return this;
  }
  value(value: number): this {
    return this.add({ value, pieces: [number(value)] });
  }
  /** Σ of products; of many, the first ones and what the others come to. */
  products(list: readonly (readonly number[])[]): this {
    const terms = list.map((factors) => ({ value: factors.reduce((a, b) => a * b, 1), pieces: factors.flatMap((factor, i): Piece[] => (i === 0 ? [number(factor)] : ["·", number(factor)])) }));
    const shown = terms.length <= whole ? terms : terms.slice(0, shownOfMore);
    this.add(...shown);
    const others = terms.slice(shown.length);
    const value = others.reduce((sum, one) => sum + one.value, 0);
    return others.length === 0 ? this : this.add({ value, pieces: [`… (${others.length}: `, number(value), ")"] });
  }
}

const inside = (name: string, { pieces }: Sum): Piece[] => [`${name}(`, ...pieces, ")"];

/** The pairs M[i][first + j], v[j]. Of a one-hot v only the one that counts. */
function pairs({ columns, data }: Matrix, i: number, v: Vector, token?: number): number[][] {
  const pair = (j: number): number[] => [at(data, i * columns + j), at(v, j)];
  return token === undefined ? Array.from({ length: v.length }, (_, j) => pair(j)) : [pair(token)];
}

/** Row i of b + W h(t-1) + U x(t). */
function affine(algebra: Algebra, layer: Layer, i: number, t: number): { sum: Sum; symbols: string } {
  const { scene } = algebra;
  const token = layer.level === 0 && !scene.net.embedded ? scene.token("x", t) : undefined;
  const sum = new Sum().value(algebra.biasOf(layer, i));
  const reads = layer.level === 0 ? (scene.net.embedded ? "e" : "x") : symbolOf(scene.net, `h_l${layer.level - 1}`);
  const before = algebra.before(layer, t);
  if (before >= 0) sum.products(pairs(algebra.W(layer), i, algebra.recurrent(layer, t)));
  sum.products(pairs(algebra.U(layer), i, algebra.input(layer.level, t), token));
  const state = algebra.jordan ? (scene.freeRunning ? "ŷ" : "y") : symbolOf(scene.net, `h_${layer.suffix}`);
  return { sum, symbols: `b + ${before >= 0 ? `Σ W ${state}${step(before)} + ` : ""}Σ U ${reads}${step(t)}` };
}

/** The equations that make a unit of a node, and those of the gradient on it. Undefined: there are none, as of an input's value. */
export function formulasOf(algebra: Algebra, node: string, t: number, unit: number): Formula[] {
  const { net } = algebra.scene;
  if (!net.plain || !algebra.scene.has(node, t)) return [];
  const layer = layerOf(net, node);
  if (layer !== undefined) return [...stateForward(algebra, layer, node, t, unit), ...stateBackward(algebra, layer, node, t, unit)];
  switch (node) {
    case "o": return [...logit(algebra, t, unit), ...logitBackward(algebra, t, unit)];
    case "p": return probability(algebra, t, unit);
    case "L": return loss(algebra, t);
    case "x": case "e": return inputBackward(algebra, node, t, unit);
    default: return [];
  }
}

function stateForward(algebra: Algebra, layer: Layer, node: string, t: number, j: number): Formula[] {
  const { scene } = algebra;
  const { hidden: H, cell, suffix } = layer;
  const name = symbolOf(scene.net, node) + sub(j) + step(t);
  const line = (equation: string, left: string, symbols: string, pieces: readonly Piece[], result: number): Formula => ({ side: "forward", equation, left, symbols, pieces, result });
  if (cell === "rnn") {
    const { sum, symbols } = affine(algebra, layer, j, t);
    const f = layer.relu ? "relu" : "tanh";
    const a = (layer.reverse ? "a′" : "a") + sub(j) + step(t);
    return [
      line("a", a, symbols, sum.pieces, sum.total),
      line("h", name, `${f} ${a}`, [`${f}(`, number(sum.total), ")"], layer.relu ? Math.max(0, sum.total) : Math.tanh(sum.total)),
    ];
  }
  const gate = (letter: string, place: number): { formula: Formula; value: number } => {
    const { sum, symbols } = affine(algebra, layer, place * H + j, t);
    const squash = letter === "g" ? "tanh" : "σ";
    const value = squash === "tanh" ? Math.tanh(sum.total) : sigmoid(sum.total);
    return { formula: line(letter, letter + sub(j) + step(t), `${squash}(${symbols})`, inside(squash, sum), value), value };
  };
  if (cell === "lstm") {
    if (node.startsWith("h_")) {
      const c = at(scene.values(`c_${suffix}`, t), j);
      const q = gate("q", 3);
      return [q.formula, line("h", name, `q${step(t)} tanh c${step(t)}`, [number(q.value), "·tanh(", number(c), ")"], q.value * Math.tanh(c))];
    }
    const [i, f, g] = [gate("i", 0), gate("f", 1), gate("g", 2)];
    const before = at(algebra.previous(layer, t, "c"), j);
    const sum = new Sum().products([[f.value, before], [i.value, g.value]]);
    return [i.formula, f.formula, g.formula, line("c", name, `f c${step(algebra.before(layer, t))} + i g`, sum.pieces, sum.total)];
  }
  const [r, z] = [gate("r", 0), gate("z", 1)];
  const [before, b] = [algebra.previous(layer, t), at(algebra.bias(`rnn.bias_hh_${suffix}`), 2 * H + j)];
  const inner = new Sum().products(pairs(algebra.W(layer), 2 * H + j, before)).value(b);
  const token = layer.level === 0 && !scene.net.embedded ? scene.token("x", t) : undefined;
  const outer = new Sum().value(algebra.biasOf(layer, 2 * H + j)).products(pairs(algebra.U(layer), 2 * H + j, algebra.input(layer.level, t), token));
  outer.add({ value: r.value * inner.total, pieces: [number(r.value), "·(", ...inner.pieces, ")"] });
  const n = Math.tanh(outer.total);
  const sum = new Sum().add({ value: (1 - z.value) * n, pieces: ["(1 − ", number(z.value), ")·", number(n)] }).products([[z.value, at(before, j)]]);
  return [
    r.formula, z.formula, line("n", `n${sub(j)}${step(t)}`, "tanh(b + Σ U x + r (Σ W h + b′))", inside("tanh", outer), n),
    line("h", name, `(1 − z) n + z h${step(algebra.before(layer, t))}`, sum.pieces, sum.total),
  ];
}

function stateBackward(algebra: Algebra, layer: Layer, node: string, t: number, j: number): Formula[] {
  const { scene } = algebra;
  const { suffix, hidden: H } = layer;
  const next = algebra.after(layer, t);
  const name = `dL/d${symbolOf(scene.net, node)}${sub(j)}${step(t)}`;
  const sum = new Sum();
  if (node.startsWith("c_")) {
    const [c, dh, q] = [scene.values(node, t), scene.gradient(`h_${suffix}`, t) ?? [], scene.gate(`o_${suffix}`, t)];
    const tanh = Math.tanh(at(c, j));
    sum.add({ value: at(dh, j) * at(q, j) * (1 - tanh ** 2), pieces: [number(at(dh, j)), "·", number(at(q, j)), "·(1 − ", number(tanh), "²)"] });
    if (next >= 0) sum.products([[at(scene.gate(`f_${suffix}`, next), j), at(scene.gradient(node, next) ?? [], j)]]);
    return [{ side: "backward", equation: "dcell", left: name, symbols: `dh q (1 − tanh² c)${next >= 0 ? ` + f${step(next)} dc${step(next)}` : ""}`, pieces: sum.pieces, result: sum.total }];
  }
  const symbols: string[] = [];
  if (next >= 0 && !algebra.jordan) {
    const W = algebra.W(layer);
    const da = algebra.preactivation(layer, next).recurrent;
    symbols.push(layer.cell === "gru" ? `z${step(next)} dh${step(next)} + Σ W da${step(next)}` : `Σ W da${step(next)}`);
    if (layer.cell === "gru") sum.products([[at(scene.gate(`z_${suffix}`, next), j), at(scene.gradient(`h_${suffix}`, next) ?? [], j)]]);
    sum.products(Array.from(da, (d, i) => [at(W.data, i * W.columns + j), d]));
  }
  const above = layer.level === scene.net.levels.length - 1;
  const offset = layer.reverse ? H : 0;
  if (above && (scene.net.pattern !== "last" || t === (layer.reverse ? 0 : scene.steps - 1))) {
    const { V } = algebra;
    const end = scene.net.pattern === "last" ? scene.steps - 1 : t;
    sum.products(Array.from(scene.gradient("o", end) ?? [], (d, k) => [at(V.data, k * V.columns + offset + j), d]));
    symbols.push(`Σ V do${step(end)}`);
  } else if (!above) {
    sum.value(at(algebra.fromAbove(layer, t), j));
    symbols.push("Σ U da");
  }
  if (sum.pieces.length === 0) sum.value(0);
  const line: Formula = { side: "backward", equation: next < 0 || algebra.jordan ? "dhT" : "dh", left: name, symbols: symbols.join(" + ") || "0", pieces: sum.pieces, result: sum.total };
  if (layer.cell !== "rnn") return [line];
  const h = at(scene.values(node, t), j);
  const through = layer.relu ? number(h > 0 ? 1 : 0) : number(h);
  return [line, {
    side: "backward", equation: "da", left: `da${sub(j)}${step(t)}`, symbols: layer.relu ? "[a > 0] dL/dh" : "(1 − h²) dL/dh",
    pieces: layer.relu ? [through, "·", number(sum.total)] : ["(1 − ", through, "²)·", number(sum.total)], result: (layer.relu ? (h > 0 ? 1 : 0) : 1 - h * h) * sum.total,
  }];
}

function logit(algebra: Algebra, t: number, k: number): Formula[] {
  const { net } = algebra.scene;
  const h = algebra.input(net.levels.length, t);
  const bias = at(algebra.bias("head.bias"), k);
  const sum = new Sum().value(bias).products(pairs(algebra.V, k, h));
  const reads = algebra.below(net.levels.length).map((node) => symbolOf(net, node)).join(", ");
  return [{ side: "forward", equation: "o", left: `o${sub(k)}${step(t)}`, symbols: `c + Σ V ${reads}${step(t)}`, pieces: sum.pieces, result: sum.total }];
}

function probability(algebra: Algebra, t: number, k: number): Formula[] {
  const { scene } = algebra;
  const o = scene.values("o", t);
  const left = `ŷ${sub(k)}${step(t)}`;
  if (scene.net.loss === "labels") return [{ side: "forward", equation: "p", left, symbols: "σ(o)", pieces: ["σ(", number(at(o, k)), ")"], result: sigmoid(at(o, k)) }];
  // The largest is taken out, as the engine does: nothing overflows.
  const most = Math.max(...Array.from(o));
  const powers = Array.from(o, (value) => Math.exp(value - most));
  const total = powers.reduce((a, b) => a + b, 0);
  const [shown, more] = o.length <= whole ? [Array.from(o), false] : [Array.from(o).slice(0, shownOfMore), true];
  const terms = shown.flatMap((value, i): Piece[] => [i === 0 ? "exp " : " + exp ", number(value)]);
  return [{
    side: "forward", equation: "p", left, symbols: "exp o / Σ exp o", pieces: ["exp ", number(at(o, k)), " / (", ...terms, ...(more ? [` + … (${o.length - shown.length})`] : []), ")"],
    result: (powers[k] as number) / total,
  }];
}

function loss({ scene }: Algebra, t: number): Formula[] {
  const value = scene.lossAt(t);
  const left = `L${step(t)}`;
  const target = scene.token("y", t);
  if (target !== undefined) return [{ side: "forward", equation: "L", left, symbols: `−log ŷ${sub(target)}${step(t)}`, pieces: ["−log ", number(at(scene.values("p", t), target))], result: value }];
  const [said, wanted] = [scene.values(scene.net.loss === "values" ? "o" : "p", t), scene.target(t)];
  const shown = Math.min(said.length, said.length <= whole ? whole : shownOfMore);
  const labels = scene.net.loss === "labels";
  // Of a label the probability of what is true.
  const term = (k: number): Piece[] => (labels ? ["−log ", number(at(wanted, k) > 0.5 ? at(said, k) : 1 - at(said, k))] : ["(", number(at(said, k)), " − ", number(at(wanted, k)), ")²"]);
  const terms = Array.from({ length: shown }, (_, k): Piece[] => (k === 0 ? term(k) : [" + ", ...term(k)])).flat();
  const more = said.length > shown ? [` + … (${said.length - shown})`] : [];
  return [{ side: "forward", equation: "L", left, symbols: labels ? "−y log ŷ − (1 − y) log(1 − ŷ)" : "(o − y)²", pieces: said.length > 1 ? ["(", ...terms, ...more, ") / ", number(said.length)] : terms, result: value }];
}

function logitBackward(algebra: Algebra, t: number, k: number): Formula[] {
  const { scene } = algebra;
  const [said, wanted] = [at(scene.values(scene.net.loss === "values" ? "o" : "p", t), k), at(scene.target(t), k)];
  const n = scene.terms;
  const factor = scene.net.loss === "values" ? 2 : 1;
  const difference: Piece[] = [...(factor === 2 ? ["2·"] : []), "(", number(said), " − ", number(wanted), ")", ...(n > 1 ? [" / ", number(n)] : [])];
  const sum = new Sum().add({ value: (factor * (said - wanted)) / n, pieces: difference });
  let symbols = `${factor === 2 ? "2 " : ""}(ŷ − y)${n > 1 ? " / n" : ""}`;
  const layer = scene.net.levels[0]?.[0] as Layer;
  const next = algebra.after(layer, t);
  if (scene.freeRunning && next >= 0) {
    // Through what the next step reads: dL/dŷ = Wᵀ da(t+1), then softmax, sigmoid or nothing.
    const W = algebra.W(layer);
    const da = algebra.preactivation(layer, next).input;
    const through = Array.from({ length: scene.net.outputs }, (_, i) => { let s = 0; for (let j = 0; j < W.rows; j++) s += at(W.data, j * W.columns + i) * at(da, j); return s; });
    const p = scene.values("p", t);
    const mean = through.reduce((s, d, i) => s + d * at(p, i), 0);
    const own = through[k] as number;
    sum.value(scene.net.loss === "values" ? own : scene.net.loss === "labels" ? own * at(p, k) * (1 - at(p, k)) : at(p, k) * (own - mean));
    symbols += ` + J W da${step(next)}`;
  }
  return [{ side: "backward", equation: "do", left: `dL/do${sub(k)}${step(t)}`, symbols, pieces: sum.pieces, result: sum.total }];
}

function inputBackward(algebra: Algebra, node: string, t: number, i: number): Formula[] {
  const { net } = algebra.scene;
  if (node === "x" && net.embedded) return [];
  const sum = new Sum();
  for (const layer of net.levels[0] ?? []) {
    const U = algebra.U(layer);
    sum.products(Array.from(algebra.preactivation(layer, t).input, (d, j) => [at(U.data, j * U.columns + i), d]));
  }
  return [{ side: "backward", equation: "dx", left: `dL/d${node}${sub(i)}${step(t)}`, symbols: `Σ U da${step(t)}`, pieces: sum.pieces, result: sum.total }];
}

