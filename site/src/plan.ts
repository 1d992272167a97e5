/** How much of a text a training step takes. */
export interface Plan {
  /** B: streams read side by side. */
  batch: number;
  /** T: the window of truncated backpropagation through time. */
  steps: number;
  /** Training steps between two evaluations of the held-out part, and how many tokens of it are read. */
  validation: { readonly every: number; readonly tokens: number };
  /** Why it differs from the usual plan, if it does. */
  reason: "usual" | "short" | "wide";
}

export const usual = { batch: 32, steps: 64 } as const;

// A step's cost grows with B·T·V in the output layer; this bound keeps several steps a second on a slow machine.
const widestLogits = 1 << 20;
const fewestRows = 256;
// Judging costs a third of training on as many tokens: a tenth of the time or so. Fewer tokens would be cheaper and wrong: of the
// Tang quatrains the first 1,000 held-out characters are 0.7 nats harder than all of them.
const often = { every: 25, tokens: 12_288 } as const;
const seldom = { every: 75, tokens: 10_240 } as const;
const fewestForOften = 1024;

/**
 * The plan for a training part of `length` tokens over a vocabulary of V. Large vocabularies get fewer rows B·T a step.
 * Short texts get fewer streams first, then shorter windows, since B·T + 1 tokens are needed.
 */
export function planFor(length: number, tokens: number): Plan {
  let batch: number = usual.batch;
  let steps: number = usual.steps;
  let reason: Plan["reason"] = "usual";
  const rows = Math.max(fewestRows, Math.floor(widestLogits / tokens));
  if (rows < batch * steps) {
    steps = 32;
    batch = Math.max(4, Math.min(usual.batch, Math.floor(rows / steps / 4) * 4));
    reason = "wide";
  }
  const available = length - 1;
  if (batch * steps > available) {
    batch = Math.max(1, Math.min(batch, Math.floor(available / steps)));
    steps = Math.max(1, Math.min(steps, Math.floor(available / batch)));
    reason = "short";
  }
  return { batch, steps, validation: batch * steps < fewestForOften ? seldom : often, reason };
}

/**
 * Trained numbers of a stack of L equal layers under a linear head: G·H·(in + H + 2) a layer, with in = V at the bottom and H above,
 * and V·(H + 1) for the head. G = 4 for an LSTM, 1 for an RNN.
 */
export function countWeights(cell: "lstm" | "rnn", hidden: number, layers: number, tokens: number): number {
  const gates = cell === "lstm" ? 4 : 1;
  const bottom = gates * hidden * (tokens + hidden + 2);
  const above = gates * hidden * (hidden + hidden + 2);
  return bottom + (layers - 1) * above + tokens * (hidden + 1);
}
