/** How much of a text a training step takes. */
export interface Plan {
  /** B: streams read side by side. */
  batch: number;
  /** T: the window of truncated backpropagation through time. */
  steps: number;
  /** Training steps between two evaluations of the held-out part, and how many tokens of it are read; false without such a part. */
  validation: false | { readonly every: number; readonly tokens: number };
  /** Why it differs from the usual plan, if it does. */
  reason: "usual" | "short" | "heavy";
}

/** What a network's size follows from; `tokens` is V. */
export interface Sizes {
  readonly cell: "lstm" | "rnn";
  readonly hidden: number;
  readonly layers: number;
  readonly tokens: number;
}

export const usual = { batch: 32, steps: 64 } as const;

// A step does about 3·B·T times the multiplications of one character forward: this bound keeps it under a tenth of a second or so where
// SIMD works, so that the page gets its answers soon. A very large network takes longer, at the fewest rows that are worth a step.
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
 * The plan for a training part of `length` tokens, a held-out part, and a network of these sizes. Heavy networks and large vocabularies get fewer rows
 * B·T a step. Short texts get fewer streams first, then shorter windows, since B·T + 1 tokens are needed.
 */
export function planFor(length: number, heldOut: number, network: Sizes): Plan {
  let batch: number = usual.batch;
  let steps: number = usual.steps;
  let reason: Plan["reason"] = "usual";
  const rows = Math.max(fewestRows, Math.floor(multiplicationsPerStep / multiplications(network)));
  if (rows < batch * steps) {
    steps = rows < rowsForLongWindows ? shortWindow : usual.steps;
    batch = Math.min(usual.batch, Math.floor(rows / steps / 4) * 4);
    reason = "heavy";
  }
  const available = length - 1;
  if (batch * steps > available) {
    batch = Math.max(1, Math.min(batch, Math.floor(available / steps)));
    steps = Math.max(1, Math.min(steps, Math.floor(available / batch)));
    reason = "short";
  }
  const tokens = Math.min(judged, heldOut);
  const every = Math.max(oftenest, Math.ceil(tokens / 3 / (judgingShare * batch * steps)));
  return { batch, steps, validation: tokens > 0 && { every, tokens }, reason };
}

/**
 * Trained numbers of a stack of L equal layers under a linear head: G·H·(in + H + 2) a layer, with in = V at the bottom and H above,
 * and V·(H + 1) for the head. G = 4 for an LSTM, 1 for an RNN.
 */
export function countWeights({ cell, hidden, layers, tokens }: Sizes): number {
  const gates = gatesOf(cell);
  const bottom = gates * hidden * (tokens + hidden + 2);
  const above = gates * hidden * (hidden + hidden + 2);
  return bottom + (layers - 1) * above + tokens * (hidden + 1);
}

/** Multiplications of one character forward: every weight once, but for those of the input, of which a character selects a column. */
function multiplications(network: Sizes): number {
  return countWeights(network) - gatesOf(network.cell) * network.hidden * network.tokens;
}

function gatesOf(cell: Sizes["cell"]): number {
  return cell === "lstm" ? 4 : 1;
}
