/** What a call of a kernel amounts to, from its arguments by name: FLOP of products, bytes read and written of the rest. */

type Arguments = Readonly<Record<string, number>>;
type Count = (a: Arguments) => number;

const get = (a: Arguments, name: string): number => {
  const value = a[name];
  if (value === undefined) throw new Error(`profile: no argument ${name} in ${Object.keys(a)}`);
  return value;
};
const times = (...names: string[]): Count => (a) => names.reduce((product, name) => product * get(a, name), 1);
const scale = (by: number, count: Count): Count => (a) => by * count(a);

/** A multiply and an add are two. Scans take every sequence to be whole. */
const flop: Record<string, Count> = {
  product: scale(2, times("m", "n", "k")),
  product_rows: scale(2, times("m", "n", "k")),
};
for (const [cell, gates] of [["elman", 1], ["gru", 3], ["lstm", 4]] as const) {
  flop[`${cell}_scan`] = flop[`${cell}_scan_backward`] = scale(2 * gates, times("steps", "batch", "hidden", "hidden"));
}

/** Floats read and written for each element, and the elements. */
const n = times("n");
const cells = times("batch", "hidden");
const rows = times("rows", "n");
const moved: Record<string, readonly [floats: number, elements: Count]> = {
  pack_rows: [2, times("k", "n")], pack_columns: [2, times("n", "k")], pack_left: [2, times("m", "k")], pack_left_transposed: [2, times("k", "m")],
  transpose: [2, times("rows", "cols")], gather_rows: [2, times("count", "width")], scatter_add_rows: [3, times("count", "width")],
  add_row: [2, times("rows", "cols")], column_sums: [1, times("rows", "cols")],
  exp: [2, n], tanh: [2, n], sigmoid: [2, n], relu: [2, n], tanh_backward: [3, n], sigmoid_backward: [3, n], relu_backward: [3, n],
  add: [3, n], multiply: [3, n], add_product: [4, n], scale: [2, n], clamp_values: [2, n],
  lstm_forward: [12, cells], lstm_backward: [13, cells], gru_forward: [12, cells], gru_backward: [12, cells],
  gru_gates: [6, cells], gru_output: [4, cells], gru_output_backward: [7, cells], gru_gates_backward: [8, cells],
  softmax: [2, rows], softmax_cross_entropy: [2, rows], squared_error: [3, rows], binary_cross_entropy: [3, rows],
  layer_norm: [2, rows], layer_norm_backward: [3, rows],
  sum_squares: [1, n], sgd: [3, n], sgd_momentum: [5, n], sgd_nesterov: [5, n], rmsprop: [5, n], rmsprop_momentum: [7, n], adam: [7, n], adagrad: [5, n],
};

/** Kernels in which exponentials are computed, apart from scans, which hold products too. */
export const transcendental = new Set([
  "exp", "tanh", "sigmoid", "lstm_forward", "gru_forward", "gru_gates", "gru_output", "softmax", "softmax_cross_entropy", "binary_cross_entropy",
]);

/** NaN for a kernel that is not described here. */
export function workOf(name: string, args: Arguments): { flop: number; bytes: number } {
  const [floats, elements] = moved[name] ?? [];
  return { flop: flop[name]?.(args) ?? NaN, bytes: floats !== undefined && elements ? 4 * floats * elements(args) : NaN };
}
