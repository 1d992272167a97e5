import type { Settings } from "./settings.js";

/** How much of the data a training step takes. */
export interface Plan {
  /** B. */
  readonly batch: number;
  /** T. */
  readonly steps: number;
  /** Training steps between two evaluations of the held-out part, and how many tokens of it are read; false without such a part. */
  readonly validation: false | { readonly every: number; readonly tokens: number };
  /** Why it differs from what was asked for, if it does. */
  readonly reason: "asked" | "short" | "heavy";
}

/** What a network's size follows from; `width` is V of tokens, or I of features, and `outputs` is O. */
export interface Sizes extends Pick<Settings, "cell" | "hidden" | "layers" | "embedding" | "bidirectional"> {
  readonly tokens: boolean;
  readonly width: number;
  readonly outputs: number;
}

// A step does about 3·B·T times the multiplications of one step forward: this bound keeps it under a tenth of a second or so where
// SIMD works, so that a page gets its answers soon. A very large network takes longer, at the fewest rows that are worth a step.
const multiplicationsPerStep = 1 << 28;
const fewestRows = 128;
const rowsForLongWindows = 512;
const shortWindow = 32;
// Fewer held-out tokens would be cheaper and wrong: of the Tang quatrains the first 1,000 characters are 0.7 nats harder than all.
const judged = 12_288;
const oftenest = 25;
// Judging a token costs a third of training on it; of all time it may take a tenth.
const judgingShare = 0.1;

/**
 * The plan for a stream of `length` tokens. Heavy networks and large vocabularies get fewer rows B·T a step. Short texts get fewer
 * windows first, then shorter ones, since B·T + 1 tokens are needed.
 */
export function planStream(length: number, heldOut: number, network: Sizes, asked: { batch: number; steps: number }): Plan {
  let { batch, steps } = asked;
  let reason: Plan["reason"] = "asked";
  const rows = Math.max(fewestRows, Math.floor(multiplicationsPerStep / multiplications(network)));
  if (rows < batch * steps) {
    steps = Math.min(steps, rows < rowsForLongWindows ? shortWindow : steps, rows);
    batch = Math.max(1, Math.min(batch, Math.floor(rows / steps / 4) * 4));
    reason = "heavy";
  }
  const available = length - 1;
  if (batch * steps > available) {
    batch = Math.max(1, Math.min(batch, Math.floor(available / steps)));
    steps = Math.max(1, Math.min(steps, Math.floor(available / batch)));
    reason = "short";
  }
  return { batch, steps, validation: judging(batch * steps, heldOut), reason };
}

/** The plan for N whole sequences, `heldOut` steps of them held out; `mean` is their mean length. */
export function planSequences(sequences: number, mean: number, heldOut: number, asked: number): Plan {
  const batch = Math.max(1, Math.min(asked, sequences));
  return { batch, steps: Math.round(mean), validation: judging(batch * mean, heldOut), reason: batch < asked ? "short" : "asked" };
}

function judging(rows: number, heldOut: number): Plan["validation"] {
  const tokens = Math.min(judged, heldOut);
  return tokens > 0 && { every: Math.max(oftenest, Math.ceil(tokens / 3 / (judgingShare * rows))), tokens };
}

const gates = { rnn: 1, gru: 3, lstm: 4 } as const;

/** Trained numbers of a stack of L equal layers under a linear head, by parts: what reads the input, and all the rest. */
function parts({ cell, hidden, layers, embedding, bidirectional, tokens, width, outputs }: Sizes): { input: number; rest: number } {
  const [G, directions] = [gates[cell], bidirectional ? 2 : 1];
  const embedded = tokens && embedding > 0;
  const wide = G * hidden * directions;
  const input = embedded ? width * embedding : wide * width;
  const lowest = wide * (hidden + 2) + (embedded ? wide * embedding : 0);
  const upper = (layers - 1) * wide * (hidden * directions + hidden + 2);
  return { input, rest: lowest + upper + outputs * (hidden * directions + 1) };
}

export function countWeights(network: Sizes): number {
  const { input, rest } = parts(network);
  return input + rest;
}

/** Multiplications of one step forward: every weight once, but for those of which a token selects a row. */
function multiplications(network: Sizes): number {
  const { input, rest } = parts(network);
  return network.tokens ? rest : input + rest;
}
