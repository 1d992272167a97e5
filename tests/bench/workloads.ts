/** The workloads W1 to W6: what every subject computes, what that amounts to, and which ratios are aimed at. */

/** G gates: 1 for a plain RNN, 3 for a GRU, 4 for an LSTM. */
const gates = { rnn: 1, gru: 3, lstm: 4 } as const;

/** What is computed: the same sizes for every subject. */
export interface Network {
  readonly cell: keyof typeof gates;
  /** H. */
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  /** V: ids in [0, tokens) come in; or float vectors of that many features. */
  readonly input: { readonly tokens: number } | { readonly features: number };
  readonly classes: number;
  /** Softmax at every step, or once at the end. */
  readonly readout: "every" | "last";
  readonly batch: number;
  readonly steps: number;
}

/** train: a full optimiser step. forward: outputs of a batch. step: one token, the state carried. */
export type Task = "train" | "forward" | "step";

/** Which of Unfold's rows a ratio is of: the fastest, or those of one kind of kernels. */
export type Own = "fastest" | "deterministic" | "relaxed";

export interface Ratio {
  readonly own: Own;
  /** A subject, or "peak" for the share of the machine's limit for the row's own instructions. */
  readonly against: string;
  readonly atLeast: number;
}

export interface Workload {
  /** "W1" … "W6". */
  readonly name: string;
  readonly title: string;
  readonly network: Network;
  readonly task: Task;
  readonly optimizer: "adam" | "adagrad" | undefined;
  readonly learningRate: number;
  /** What is counted, and how many of them one step processes. */
  readonly unit: "tokens" | "steps";
  readonly unitsPerStep: number;
  /** FLOP of one step, a multiply and an add being two. */
  readonly flopPerStep: number;
  /** How that was derived. */
  readonly formula: string;
  readonly ratios: readonly Ratio[];
}

/**
 * FLOP of one step of the whole batch. A product forward costs 2·m·k·n, and as much again for each of its two gradients;
 * an input of the network has none. A token input is a gathered row and costs nothing; pointwise work is not counted.
 */
export function flopOf(network: Network, task: Task): number {
  const { cell, hidden, layers, bidirectional, input, classes, readout, batch, steps } = network;
  const [G, directions] = [gates[cell], bidirectional ? 2 : 1];
  const passes = task === "train" ? 3 : 1;
  const features = "features" in input ? input.features : 0;
  const recurrent = passes * layers * directions * G * hidden * hidden;
  const lowest = (passes === 3 ? 2 : 1) * directions * G * hidden * features;
  const upper = passes * (layers - 1) * directions * G * hidden * directions * hidden;
  const head = passes * directions * hidden * classes;
  const tokens = batch * steps;
  return 2 * (tokens * (recurrent + lowest + upper) + (readout === "every" ? tokens : batch) * head);
}

const against = (own: Own, rivals: Record<string, number>): Ratio[] => Object.entries(rivals).map(([against, atLeast]) => ({ own, against, atLeast }));

type Described = Omit<Workload, "flopPerStep" | "unitsPerStep">;

function define(workload: Described): Workload {
  const { network, task, unit } = workload;
  return { ...workload, flopPerStep: flopOf(network, task), unitsPerStep: unit === "tokens" ? network.batch * network.steps : 1 };
}

const chars = { layers: 1, bidirectional: false, input: { tokens: 65 }, classes: 65, readout: "every", batch: 32, steps: 64 } as const;

export const workloads: readonly Workload[] = [
  define({
    name: "W1", title: "LSTM 128, vocabulary 65, softmax every step, batch 32 × 64 steps, Adam",
    network: { ...chars, cell: "lstm", hidden: 128 }, task: "train", optimizer: "adam", learningRate: 1e-3, unit: "tokens",
    formula: "a token: 3 passes · 2 · (4H² + H·V)",
    ratios: [...against("fastest", { "tfjs-wasm": 30 }), ...against("deterministic", { PyTorch: 1.4 }), ...against("relaxed", { PyTorch: 1.7 })],
  }),
  define({
    name: "W2", title: "LSTM 256 × 2 layers, vocabulary 65, softmax every step, batch 32 × 64 steps, Adam",
    network: { ...chars, cell: "lstm", hidden: 256, layers: 2 }, task: "train", optimizer: "adam", learningRate: 1e-3, unit: "tokens",
    formula: "a token: 3 passes · 2 · (4H² + 4H·2H + H·V)",
    ratios: [
      ...against("fastest", { "tfjs-wasm": 25, peak: 0.7 }), ...against("deterministic", { PyTorch: 0.7 }), ...against("relaxed", { PyTorch: 0.95 }),
    ],
  }),
  define({
    name: "W3", title: "RNN tanh 100, vocabulary 65, softmax every step, batch 1 × 25 steps, Adagrad",
    network: { ...chars, cell: "rnn", hidden: 100, batch: 1, steps: 25 }, task: "train", optimizer: "adagrad", learningRate: 1e-2, unit: "steps",
    formula: "a step: 25 tokens · 3 passes · 2 · (H² + H·V)",
    ratios: [
      ...against("fastest", { "tfjs-wasm": 55, "plain C": 0.5, "brain.js": 25 }), ...against("deterministic", { PyTorch: 8 }), ...against("relaxed", { PyTorch: 8 }),
    ],
  }),
  define({
    name: "W4", title: "bidirectional GRU 64, 16 features, last step, 5 classes, batch 32 × 50 steps, Adam",
    network: {
      cell: "gru", hidden: 64, layers: 1, bidirectional: true, input: { features: 16 }, classes: 5, readout: "last", batch: 32, steps: 50,
    },
    task: "train", optimizer: "adam", learningRate: 1e-3, unit: "tokens",
    formula: "a token: 2 directions · 2 · (3 passes · 3H² + 2 passes · 3H·I); a sequence: 3 passes · 2 · 2H·5",
    ratios: [...against("fastest", { "tfjs-wasm": 20 }), ...against("deterministic", { PyTorch: 1.5 }), ...against("relaxed", { PyTorch: 1.8 })],
  }),
  define({
    name: "W5", title: "LSTM 256, vocabulary 65, one token at a time, state carried",
    network: { ...chars, cell: "lstm", hidden: 256, batch: 1, steps: 1 }, task: "step", optimizer: undefined, learningRate: 0, unit: "steps",
    formula: "a step: 2 · (4H² + H·V)",
    ratios: [
      ...against("fastest", { "tfjs-wasm": 12, "onnxruntime-web": 2, "brain.js": 20 }),
      ...against("deterministic", { PyTorch: 5 }), ...against("relaxed", { PyTorch: 5 }),
    ],
  }),
  define({
    name: "W6", title: "LSTM 128 forward, vocabulary 65, softmax every step, batch 32 × 64 steps",
    network: { ...chars, cell: "lstm", hidden: 128 }, task: "forward", optimizer: undefined, learningRate: 0, unit: "tokens",
    formula: "a token: 2 · (4H² + H·V)",
    ratios: [
      ...against("fastest", { "tfjs-wasm": 5, "onnxruntime-web": 2 }), ...against("deterministic", { PyTorch: 0.9 }), ...against("relaxed", { PyTorch: 1.2 }),
    ],
  }),
];

/** What the scaling section multiplies. */
export const dimensions = ["batch", "steps", "layers"] as const;
export type Dimension = (typeof dimensions)[number];

/** A small W1, one dimension of it multiplied; its name is e.g. "batch × 4". */
export function scaled(dimension: Dimension, factor: number): Workload {
  const small: Network = { ...chars, cell: "lstm", hidden: 128, batch: 8, steps: 16 };
  const network = { ...small, [dimension]: small[dimension] * factor };
  const name = `${dimension} × ${factor}`;
  return define({ name, title: name, network, task: "train", optimizer: "adam", learningRate: 1e-3, unit: "steps", formula: "", ratios: [] });
}

export function workloadNamed(name: string): Workload {
  const [dimension, factor] = name.split(" × ");
  const isScaled = dimensions.find((one) => one === dimension);
  const found = isScaled ? scaled(isScaled, Number(factor)) : workloads.find((workload) => workload.name === name);
  if (!found) throw new Error(`bench: no workload is called ${name}`);
  return found;
}
