/**
 * The equations in float64, written for reading: Elman and LSTM stacks over token ids, a linear head, softmax
 * cross-entropy at every step, and backpropagation through time. One sequence at a time, one scalar after another; it
 * shares nothing with the engine that it judges.
 *
 *   Elman  a = b_ih + b_hh + U x(t) + W h(t-1)      h(t) = tanh a
 *   LSTM   i, f, o = σ(a_i), σ(a_f), σ(a_o)   g = tanh a_g   c(t) = f c(t-1) + i g   h(t) = o tanh c(t)
 *   head   o(t) = c + V h(t)    ŷ(t) = softmax o(t)    L = mean over (b, t) of -log ŷ(t)[y(t)]
 *
 * B batch, T steps, H hidden, V vocabulary, G gates. Gates are packed i, f, g, o.
 */

export interface Network {
  readonly vocabulary: number;
  readonly cells: readonly ("rnn" | "lstm")[];
  readonly hidden: number;
}

/** Values by PyTorch name, row-major. */
export type Values = Record<string, Float64Array>;

export interface Batch {
  readonly inputs: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly shape: readonly [batch: number, steps: number];
  /** "h_l0" [B,H], "c_l0" [B,H], … ; absent: zeros. */
  readonly state?: Values;
}

export interface Result {
  readonly loss: number;
  /** [B,T,V] probabilities. */
  readonly outputs: Float64Array;
  readonly state: Values;
  readonly gradients: Values;
  readonly initialState: Values;
}

export const gates = (cell: "rnn" | "lstm") => (cell === "lstm" ? 4 : 1);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const at = (values: Float64Array, index: number) => values[index] as number;

/** Names and shapes of every weight, in PyTorch's words. */
export function shapes(net: Network): Record<string, number[]> {
  const { vocabulary, cells, hidden } = net;
  const list: Record<string, number[]> = {};
  for (const [k, cell] of cells.entries()) {
    const rows = gates(cell) * hidden;
    list[`rnn.weight_ih_l${k}`] = [rows, k === 0 ? vocabulary : hidden];
    list[`rnn.weight_hh_l${k}`] = [rows, hidden];
    list[`rnn.bias_ih_l${k}`] = [rows];
    list[`rnn.bias_hh_l${k}`] = [rows];
  }
  list["head.weight"] = [vocabulary, hidden];
  list["head.bias"] = [vocabulary];
  return list;
}

export const stateNames = (net: Network) =>
  net.cells.flatMap((cell, k) => (cell === "lstm" ? [`h_l${k}`, `c_l${k}`] : [`h_l${k}`]));

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Order-revealing values by a closed formula, so that swapped gates, rows or layers show. */
export function formulaWeights(net: Network): Values {
  const weights: Values = {};
  for (const [tensor, [name, shape]] of Object.entries(shapes(net)).entries()) {
    weights[name] = Float64Array.from({ length: size(shape) }, (_, i) => Math.fround(0.45 * Math.sin(1 + 0.7 * i + 1.3 * tensor + 0.01 * i * tensor)));
  }
  return weights;
}

export function formulaState(net: Network, batch: number): Values {
  const state: Values = {};
  for (const [tensor, name] of stateNames(net).entries()) {
    state[name] = Float64Array.from({ length: batch * net.hidden }, (_, i) => Math.fround(0.6 * Math.cos(0.9 * i + tensor)));
  }
  return state;
}

/** What one cell remembers of one step for the way back. */
interface Trace {
  readonly x: Float64Array | number; // values from below, or a token
  readonly hBefore: Float64Array;
  readonly cBefore: Float64Array;
  readonly activations: Float64Array; // [G·H] after their nonlinearities
  readonly h: Float64Array;
  readonly c: Float64Array;
}

/** Everything that a walk needs of one layer. */
interface Layer {
  readonly cell: "rnn" | "lstm";
  readonly inputs: number;
  readonly U: Float64Array; // [G·H, I]
  readonly W: Float64Array; // [G·H, H]
  readonly bU: Float64Array;
  readonly bW: Float64Array;
}

function layersOf(net: Network, values: Values): Layer[] {
  return net.cells.map((cell, k) => ({
    cell,
    inputs: k === 0 ? net.vocabulary : net.hidden,
    U: values[`rnn.weight_ih_l${k}`] as Float64Array,
    W: values[`rnn.weight_hh_l${k}`] as Float64Array,
    bU: values[`rnn.bias_ih_l${k}`] as Float64Array,
    bW: values[`rnn.bias_hh_l${k}`] as Float64Array,
  }));
}

function stepForward(layer: Layer, H: number, x: Float64Array | number, hBefore: Float64Array, cBefore: Float64Array): Trace {
  const rows = gates(layer.cell) * H;
  const a = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = at(layer.bU, r) + at(layer.bW, r);
    if (typeof x === "number") sum += at(layer.U, r * layer.inputs + x);
    else for (let i = 0; i < layer.inputs; i++) sum += at(layer.U, r * layer.inputs + i) * at(x, i);
    for (let i = 0; i < H; i++) sum += at(layer.W, r * H + i) * at(hBefore, i);
    a[r] = sum;
  }
  if (layer.cell === "rnn") {
    const h = a.map(Math.tanh);
    return { x, hBefore, cBefore, activations: h, h, c: cBefore };
  }
  const activations = a.map((value, r) => (Math.floor(r / H) === 2 ? Math.tanh(value) : sigmoid(value)));
  const c = cBefore.map((before, i) => at(activations, H + i) * before + at(activations, i) * at(activations, 2 * H + i));
  const h = c.map((value, i) => at(activations, 3 * H + i) * Math.tanh(value));
  return { x, hBefore, cBefore, activations, h, c };
}

/** From dL/dh(t) and dL/dc(t) to da(t) [G·H] and dL/dc(t-1). */
function gateGradients(layer: Layer, H: number, trace: Trace, dh: Float64Array, dc: Float64Array): { da: Float64Array; dcBefore: Float64Array } {
  const s = trace.activations;
  if (layer.cell === "rnn") return { da: dh.map((d, i) => d * (1 - at(s, i) ** 2)), dcBefore: dc };
  const da = new Float64Array(4 * H);
  const dcBefore = new Float64Array(H);
  for (let n = 0; n < H; n++) {
    const [i, f, g, o] = [at(s, n), at(s, H + n), at(s, 2 * H + n), at(s, 3 * H + n)];
    const tanhC = Math.tanh(at(trace.c, n));
    const dcTotal = at(dc, n) + at(dh, n) * o * (1 - tanhC ** 2);
    da[n] = dcTotal * g * i * (1 - i);
    da[H + n] = dcTotal * at(trace.cBefore, n) * f * (1 - f);
    da[2 * H + n] = dcTotal * i * (1 - g ** 2);
    da[3 * H + n] = at(dh, n) * tanhC * o * (1 - o);
    dcBefore[n] = dcTotal * f;
  }
  return { da, dcBefore };
}

/** Adds one step's share to the layer's gradients and returns dL/dx(t) and dL/dh(t-1). */
function stepBackward(layer: Layer, grad: Layer, H: number, trace: Trace, da: Float64Array): { dx: Float64Array; dhBefore: Float64Array } {
  const dx = new Float64Array(typeof trace.x === "number" ? 0 : layer.inputs);
  const dhBefore = new Float64Array(H);
  for (const [r, d] of da.entries()) {
    grad.bU[r]! += d;
    grad.bW[r]! += d;
    if (typeof trace.x === "number") {
      grad.U[r * layer.inputs + trace.x]! += d;
    } else {
      for (let i = 0; i < layer.inputs; i++) {
        grad.U[r * layer.inputs + i]! += d * at(trace.x, i);
        dx[i]! += d * at(layer.U, r * layer.inputs + i);
      }
    }
    for (let i = 0; i < H; i++) {
      grad.W[r * H + i]! += d * at(trace.hBefore, i);
      dhBefore[i]! += d * at(layer.W, r * H + i);
    }
  }
  return { dx, dhBefore };
}

function softmax(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}

/** Forward and backward over one batch. */
export function run(net: Network, weights: Values, batch: Batch): Result {
  const { hidden: H, vocabulary: V } = net;
  const [B, T] = batch.shape;
  const gradients: Values = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, new Float64Array(w.length)]));
  const layers = layersOf(net, weights);
  const grads = layersOf(net, gradients);
  const blank = () => Object.fromEntries(stateNames(net).map((name) => [name, new Float64Array(B * H)])) as Values;
  const result = { loss: 0, outputs: new Float64Array(B * T * V), state: blank(), gradients, initialState: blank() };
  const rowOf = (values: Values | undefined, name: string, b: number) =>
    values?.[name]?.slice(b * H, (b + 1) * H) ?? new Float64Array(H);

  for (let b = 0; b < B; b++) {
    const traces: Trace[][] = layers.map(() => []);
    const dTop: Float64Array[] = [];
    const h: Float64Array[] = layers.map((_, k) => rowOf(batch.state, `h_l${k}`, b));
    const c: Float64Array[] = layers.map((_, k) => rowOf(batch.state, `c_l${k}`, b));
    for (let t = 0; t < T; t++) {
      let x: Float64Array | number = batch.inputs[b * T + t] as number;
      for (const [k, layer] of layers.entries()) {
        const trace = stepForward(layer, H, x, h[k] as Float64Array, c[k] as Float64Array);
        traces[k]?.push(trace);
        [h[k], c[k], x] = [trace.h, trace.c, trace.h];
      }
      dTop.push(headStep(net, weights, gradients, result, b, t, T, h[layers.length - 1] as Float64Array, batch.targets[b * T + t] as number, B * T));
    }
    let dAbove = dTop;
    for (let k = layers.length - 1; k >= 0; k--) {
      const [layer, grad] = [layers[k] as Layer, grads[k] as Layer];
      let dh: Float64Array = new Float64Array(H);
      let dc: Float64Array = new Float64Array(H);
      const dBelow: Float64Array[] = [];
      for (let t = T - 1; t >= 0; t--) {
        const trace = traces[k]?.[t] as Trace;
        const total = dh.map((d, i) => d + at(dAbove[t] as Float64Array, i));
        const { da, dcBefore } = gateGradients(layer, H, trace, total, dc);
        const back = stepBackward(layer, grad, H, trace, da);
        [dh, dc] = [back.dhBefore, dcBefore];
        dBelow[t] = back.dx;
      }
      dAbove = dBelow;
      store(result, k, b, H, layer, h[k] as Float64Array, c[k] as Float64Array, dh, dc);
    }
  }
  return result;
}

function store(result: Result, k: number, b: number, H: number, layer: Layer, h: Float64Array, c: Float64Array, dh: Float64Array, dc: Float64Array): void {
  result.state[`h_l${k}`]?.set(h, b * H);
  result.initialState[`h_l${k}`]?.set(dh, b * H);
  if (layer.cell !== "lstm") return;
  result.state[`c_l${k}`]?.set(c, b * H);
  result.initialState[`c_l${k}`]?.set(dc, b * H);
}

/** Probabilities and loss of one step, the head's gradients, and what the step's loss sends down to h(t). */
function headStep(
  net: Network, weights: Values, gradients: Values, result: { loss: number; outputs: Float64Array },
  b: number, t: number, T: number, h: Float64Array, target: number, count: number,
): Float64Array {
  const { hidden: H, vocabulary: V } = net;
  const [head, bias] = [weights["head.weight"] as Float64Array, weights["head.bias"] as Float64Array];
  const logits = new Float64Array(V).map((_, v) => {
    let sum = at(bias, v);
    for (let i = 0; i < H; i++) sum += at(head, v * H + i) * at(h, i);
    return sum;
  });
  const y = softmax(logits);
  result.outputs.set(y, (b * T + t) * V);
  result.loss -= Math.log(at(y, target)) / count;
  const dh = new Float64Array(H);
  for (let v = 0; v < V; v++) {
    const d = (at(y, v) - (v === target ? 1 : 0)) / count;
    (gradients["head.bias"] as Float64Array)[v]! += d;
    for (let i = 0; i < H; i++) {
      (gradients["head.weight"] as Float64Array)[v * H + i]! += d * at(h, i);
      dh[i]! += d * at(head, v * H + i);
    }
  }
  return dh;
}

/** Global L2 norm over all gradients. */
export function norm(gradients: Values): number {
  let sum = 0;
  for (const values of Object.values(gradients)) for (const x of values) sum += x * x;
  return Math.sqrt(sum);
}

/** PyTorch's Adam and Adagrad on float64 values, with clipping by global norm before. */
export class Optimizer {
  private readonly first: Values = {};
  private readonly second: Values = {};
  private steps = 0;

  constructor(
    private readonly name: "adam" | "adagrad",
    private readonly learningRate: number,
    private readonly clipNorm = Infinity,
  ) {}

  /** Moves the weights and returns the norm before clipping. */
  step(weights: Values, gradients: Values): number {
    this.steps++;
    const before = norm(gradients);
    const scale = before > this.clipNorm ? this.clipNorm / (before + 1e-6) : 1;
    for (const [name, w] of Object.entries(weights)) {
      const m = (this.first[name] ??= new Float64Array(w.length));
      const v = (this.second[name] ??= new Float64Array(w.length));
      for (const [i, raw] of (gradients[name] as Float64Array).entries()) {
        const g = raw * scale;
        if (this.name === "adagrad") {
          v[i]! += g * g;
          w[i]! -= (this.learningRate * g) / (Math.sqrt(at(v, i)) + 1e-10);
          continue;
        }
        m[i] = 0.9 * at(m, i) + 0.1 * g;
        v[i] = 0.999 * at(v, i) + 0.001 * g * g;
        const [unbiased, spread] = [at(m, i) / (1 - 0.9 ** this.steps), at(v, i) / (1 - 0.999 ** this.steps)];
        w[i]! -= (this.learningRate * unbiased) / (Math.sqrt(spread) + 1e-8);
      }
    }
    return before;
  }
}
