import type { Lab } from "../lab/lab.js";
import type { Tensor } from "../types.js";
import { smallBatch } from "./batches.js";
import { compare, type Verdict } from "./check-figures.js";

/** A check that was made, and of what. */
export interface Checked {
  readonly verdict: Verdict;
  /** The two losses. */
  readonly engine: number;
  readonly equations: number;
  readonly step: number;
  readonly sequences: number;
  readonly steps: number;
  readonly milliseconds: number;
}

// Enough to have every gate and both directions at work; the equations take about a millisecond a step.
const sequences = 3;
const steps = 12;

/**
 * Puts a small batch of the lab's data through the engine and the equations, both with the weights as they are now: a copy is looked
 * at, so that training may go on. Undefined: there is too little data.
 */
export async function checkGradients({ engine, runtime, shown, network }: Pick<Lab, "engine" | "runtime" | "shown" | "network">): Promise<Checked | undefined> {
  if (shown === undefined || network === undefined) return undefined;
  const batch = smallBatch(network.subject.data, sequences, steps);
  if (batch === undefined) return undefined;
  const began = performance.now();
  const copy = await engine.loadModel(await shown.model.save(), runtime);
  try {
    const mine: { loss: number; gradients: Record<string, Tensor> } = await copy.gradients(batch);
    const { equations } = await copy.inspect(batch, "equations");
    if (equations === undefined) return undefined;
    return {
      verdict: compare(mine, equations), engine: mine.loss, equations: equations.loss, step: shown.step,
      sequences: batch.shape[0], steps: batch.shape[1], milliseconds: performance.now() - began,
    };
  } finally {
    void copy.dispose().catch(() => {});
  }
}
