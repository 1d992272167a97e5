import type { Subject } from "./subject.js";

export interface Timing {
  readonly name: string;
  readonly detail: string;
  /** Seconds per step, one figure a round. */
  readonly rounds: number[];
  /** Of rounds. */
  readonly median: number;
  /** Loss after the last step, to show that work was done; NaN where a step has none. */
  readonly loss: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * Times the subjects in turns, so that a machine that wanders wanders for all of them. A round runs each subject for at
 * least `seconds`; the first round only warms up.
 */
export async function interleave(subjects: readonly Subject[], rounds: number, seconds: number): Promise<Timing[]> {
  const perSubject: number[][] = subjects.map(() => []);
  const losses: number[] = subjects.map(() => NaN);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const start = performance.now();
      let [steps, elapsed] = [0, 0];
      do {
        losses[index] = await subject.step();
        steps++;
        elapsed = (performance.now() - start) / 1000;
      } while (elapsed < seconds);
      if (round > 0) perSubject[index]?.push(elapsed / steps);
    }
  }
  return subjects.map((subject, index) => {
    const figures = perSubject[index] ?? [];
    return { name: subject.name, detail: subject.detail, rounds: figures, median: median(figures), loss: losses[index] ?? NaN };
  });
}
