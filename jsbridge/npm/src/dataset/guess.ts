import type { SequenceBaselines } from "./types.js";

/** How often each class, or each label that holds, occurs. */
export function countTargets(targets: Int32Array | Float32Array, names: number, labels: boolean): number[] {
  const counts = new Array<number>(names).fill(0);
  if (names === 0) return counts;
  targets.forEach((target: number, i: number) => {
    const id = labels ? i % names : target;
    counts[id] = (counts[id] as number) + (labels ? target : 1);
  });
  return counts;
}

/** With n(c) of N training targets and C classes, P(c) = (n(c) + 1) / (N + C); the loss is the mean of -ln P. */
export function guessClasses(names: readonly string[], counts: readonly number[], measured: ArrayLike<number>): SequenceBaselines {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const most = counts.indexOf(counts.reduce((best, n) => Math.max(best, n), 0));
  let nats = 0;
  let right = 0;
  for (let i = 0; i < measured.length; i++) {
    const id = measured[i] as number;
    nats -= Math.log(((counts[id] as number) + 1) / (total + names.length));
    if (id === most) right++;
  }
  return { uniform: Math.log(names.length), prior: nats / measured.length, accuracy: right / measured.length, majority: names[most] as string };
}

/** Each label by itself as classes are, its two answers the classes. */
export function guessLabels(counts: readonly number[], total: number, measured: ArrayLike<number>): SequenceBaselines {
  let nats = 0;
  for (let i = 0; i < measured.length; i++) {
    const holds = ((counts[i % counts.length] as number) + 1) / (total + 2);
    nats -= Math.log(measured[i] === 1 ? holds : 1 - holds);
  }
  return { uniform: Math.LN2, prior: nats / measured.length, accuracy: NaN };
}

/** The training mean of each value. */
export function guessValues(width: number, training: ArrayLike<number>, measured: ArrayLike<number>): SequenceBaselines {
  const sums = new Float64Array(width);
  for (let i = 0; i < training.length; i++) sums[i % width] = (sums[i % width] as number) + (training[i] as number);
  let squares = 0;
  for (let i = 0; i < measured.length; i++) {
    const error = (measured[i] as number) - (sums[i % width] as number) / (training.length / width);
    squares += error * error;
  }
  return { uniform: NaN, prior: squares / measured.length, accuracy: NaN };
}
