import type { LayerConfig, ModelConfig, OptimizerOptions, TrainOptions } from "../types.js";
import type { Subject } from "./source.js";

/** The three patterns of the founding notes: an output a step, the output fed back, one output at the end. */
export type Pattern = "every" | "output" | "last";

/** What a person may set about a network and its training. */
export interface Settings {
  pattern: Pattern;
  cell: "rnn" | "gru" | "lstm";
  /** Of an `rnn`. */
  activation: "tanh" | "relu";
  bidirectional: boolean;
  /** H. */
  hidden: number;
  layers: number;
  /** E, for tokens; 0: none. */
  embedding: number;
  /** B. */
  batch: number;
  /** T, the window of truncated backpropagation through time; for streams of tokens and for series. */
  steps: number;
  optimizer: OptimizerOptions["name"];
  learningRate: number;
  /** Largest global norm of a gradient; 0: none. */
  clipNorm: number;
  /** Spectral radius ρ(W_hh) at the start: an orthogonal matrix times ρ. 0: as the package draws it. */
  radius: number;
  /** A whole number from 0 to 2^53-1. */
  seed: number;
}

/** Settings that act on the training under way; any other makes another network. */
export const live: ReadonlySet<keyof Settings> = new Set(["learningRate", "clipNorm"]);

export const defaults: Readonly<Settings> = {
  pattern: "every", cell: "lstm", activation: "tanh", bidirectional: false, hidden: 128, layers: 1, embedding: 0, batch: 32, steps: 64,
  optimizer: "adam", learningRate: 0.01, clipNorm: 5, radius: 0, seed: 7,
};

/** Where a setting may lie. The package says the rest: these are for controls. */
export const bounds = {
  hidden: [1, 1024], layers: [1, 4], embedding: [0, 512], batch: [1, 512], steps: [1, 1024], learningRate: [1e-5, 1], clipNorm: [0, 100], radius: [0, 3],
} as const satisfies Partial<Record<keyof Settings, readonly [least: number, most: number]>>;

/** The settings as the data allow them: a stream of tokens is read forwards, with an output a step; whole sequences as they are. */
export function fitting(settings: Settings, allowed: readonly Pattern[], bidirectional: boolean): Settings {
  const pattern = allowed.includes(settings.pattern) ? settings.pattern : (allowed[0] as Pattern);
  const jordan = pattern === "output";
  return {
    ...settings,
    pattern,
    cell: jordan ? "rnn" : settings.cell,
    layers: jordan ? 1 : settings.layers,
    bidirectional: bidirectional && !jordan && settings.bidirectional,
    radius: jordan ? 0 : settings.radius,
  };
}

/** The network that the settings describe, for data of these inputs and outputs. */
export function networkFor({ input, output }: Pick<Subject, "input" | "output">, settings: Settings): ModelConfig {
  const { pattern, cell, hidden, layers, embedding, seed } = settings;
  const layer: LayerConfig = {
    cell, hidden,
    ...(cell === "rnn" && { activation: settings.activation }),
    ...(pattern === "output" && { recurrence: "output" }),
    ...(settings.bidirectional && { bidirectional: true }),
    ...(settings.radius > 0 && { init: "orthogonal" }),
  };
  return {
    input,
    ...("tokens" in input && embedding > 0 && { embedding }),
    layers: Array.from({ length: layers }, () => ({ ...layer })),
    readout: pattern === "last" ? "last" : "every",
    output,
    seed,
  };
}

/** What train() is told. Windows are drawn anew each step, so that runs can be cut anywhere and go on bit for bit. */
export function trainingFor(settings: Settings, stream: boolean, batch: number, steps: number): Omit<TrainOptions, "iterations"> {
  const { optimizer, learningRate, clipNorm, pattern } = settings;
  return {
    batch,
    ...(stream && { steps, stateful: false }),
    optimizer: { name: optimizer, learningRate, ...(clipNorm > 0 && { clipNorm }) },
    ...(pattern === "output" && { teacherForcing: 1 }),
  };
}
