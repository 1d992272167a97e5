import assert from "node:assert/strict";

/** What program/train.js gives back. */
export interface Outcome {
  losses: number[];
  text: string;
  /** Variance along the two widest directions of the hidden states. */
  spread: number[];
  mode: "worker" | "main";
}

/** Twenty steps were made and taught it something, it writes, and the analysis program came. */
export function assertLearnt(outcome: Outcome, mode: Outcome["mode"] = "worker"): void {
  const { losses } = outcome;
  assert.equal(losses.length, 20);
  assert.ok((losses.at(-1) as number) < 0.8 * (losses[0] as number), `the loss went from ${losses[0]} to ${losses.at(-1)}`);
  assert.equal([...outcome.text].length, 30);
  const [first, second] = outcome.spread as [number, number];
  assert.ok(first >= second && second > 0, `the states spread by ${outcome.spread.join(" and ")}`);
  assert.equal(outcome.mode, mode);
}
