import type { HostName, Runner } from "./subject.js";

export interface Timing {
  readonly name: string;
  readonly host: HostName;
  readonly detail: string;
  /** Of the step when the subject was opened, in nats; NaN where there is none. */
  readonly firstLoss: number;
  /** Of the last step, to show that work was done. */
  readonly lastLoss: number;
  /** Seconds per step, one figure a round from the first on, and their median. */
  readonly rounds: number[];
  readonly median: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** A ratio of two subjects: the median over the rounds, in which both saw the same machine. */
export function medianRatio(over: readonly number[], under: readonly number[]): number {
  if (over.length !== under.length) throw new Error(`bench: ratio of ${over.length} rounds to ${under.length}`);
  return median(over.map((value, round) => value / (under[round] as number)));
}

/** Who took longer to open, in seconds, is slow: its opening step has warmed it up. */
const slow = 2;
/** Of whom no target judges and who took even longer, the opening is all that is timed. */
const slowest = 20;

/** The rounds that a subject takes part in; 0 is the one that only warms up. A slow one that no target judges has a single round. */
function takesPart({ opening }: Runner, isJudged: boolean, round: number): boolean {
  if (!(opening > slow)) return true;
  return isJudged ? round >= 1 : round === 1 && !(opening > slowest);
}

/**
 * Times the subjects in turns, so that a machine that wanders wanders for all of them. In a round each works for `seconds`, or
 * for one step where that takes longer; one round before only warms up. Slow subjects sit out where they may.
 */
export async function interleave(
  runners: readonly Runner[], rounds: number, seconds: number, tick: () => void = () => {}, isJudged: (runner: Runner) => boolean = () => true,
): Promise<Timing[]> {
  const figures = runners.map((runner) => (runner.opening > slowest && !isJudged(runner) ? [runner.opening] : []));
  const losses = runners.map(({ firstLoss }) => firstLoss);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, runner] of runners.entries()) {
      if (!takesPart(runner, isJudged(runner), round)) continue;
      const burst = await runner.run(seconds);
      losses[index] = burst.loss;
      if (round > 0) figures[index]?.push(burst.seconds / burst.steps);
    }
    tick();
  }
  return runners.map(({ name, host, detail, firstLoss }, index) => {
    const rounds = figures[index] ?? [];
    return { name, host, detail, firstLoss, lastLoss: losses[index] ?? NaN, rounds, median: median(rounds) };
  });
}
