import type { Model, Sequences } from "../types.js";
import { type Reading, sequenceBatch } from "./batches.js";

/** What the network said of one target. */
export interface Answer {
  /** Which sequence of the part. */
  readonly sequence: number;
  /** Which step of it; the last, where it answers once. */
  readonly step: number;
  /** Classes. */
  readonly truth: number;
  readonly said: number;
  /** Probability of what it said. */
  readonly probability: number;
}

/** Sequences that one call of the network reads. */
const together = 32;

/** The network's answers to sequences `from` … `to - 1` of a part, a list for each. */
export async function answersOf(model: Pick<Model, "forward">, reading: Reading, part: Sequences, from: number, to: number): Promise<Answer[][]> {
  const classes = "classes" in reading.output ? reading.output.classes : 0;
  const answers: Answer[][] = [];
  for (let at = from; at < to; at += together) {
    const chosen = Array.from({ length: Math.min(together, to - at) }, (_, i) => at + i);
    const { inputs, targets, shape, lengths } = sequenceBatch(reading, part, chosen);
    const { outputs } = await model.forward({ inputs, shape, lengths: lengths as Int32Array });
    const rows = reading.perStep ? shape[1] : 1;
    chosen.forEach((sequence, b) => {
      const length = part.lengths[sequence] as number;
      answers.push(Array.from({ length: reading.perStep ? length : 1 }, (_, t) => {
        const row = b * rows + t;
        return { sequence, step: reading.perStep ? t : length - 1, truth: targets[row] as number, ...likeliest(outputs.data, row * classes, classes) };
      }));
    });
  }
  return answers;
}

function likeliest(data: ArrayLike<number>, from: number, count: number): { said: number; probability: number } {
  let said = 0;
  for (let k = 1; k < count; k++) if ((data[from + k] as number) > (data[from + said] as number)) said = k;
  return { said, probability: data[from + said] as number };
}

/** How often class `truth` was said to be class `said`, with what follows from it. */
export interface Confusion {
  /** The classes that stand for rows and columns; -1, if it is there, for all others together. */
  readonly shown: readonly number[];
  /** counts[row][column]: true class by class said. */
  readonly counts: readonly (readonly number[])[];
  readonly total: number;
  /** Share of all answers that are right. */
  readonly accuracy: number;
  /** Of each row, the share that was found: right / times it was true. NaN for a class that does not occur. */
  readonly recall: readonly number[];
  /** Of each column, the share that was right: right / times it was said. NaN for a class that was never said. */
  readonly precision: readonly number[];
}

/** The classes that get a row of their own: all, or the `most` that occur most often, in their own order. */
function chosen(answers: readonly Answer[], classes: number, most: number): number[] {
  const all = Array.from({ length: classes }, (_, k) => k);
  if (classes <= most) return all;
  const often = new Array<number>(classes).fill(0);
  for (const { truth } of answers) often[truth] = (often[truth] as number) + 1;
  return all.sort((a, b) => (often[b] as number) - (often[a] as number) || a - b).slice(0, most - 1).sort((a, b) => a - b);
}

/** Counts answers, in a table of at most `most` rows. "All others" are right where the very class is. */
export function confuse(answers: readonly Answer[], classes: number, most: number): Confusion {
  const own = chosen(answers, classes, most);
  const shown = own.length < classes ? [...own, -1] : own;
  const place = new Map(own.map((k, i) => [k, i]));
  const placeOf = (k: number): number => place.get(k) ?? own.length;
  const counts = shown.map(() => shown.map(() => 0));
  const right = shown.map(() => 0);
  for (const { truth, said } of answers) {
    const row = placeOf(truth);
    const cells = counts[row] as number[];
    cells[placeOf(said)] = (cells[placeOf(said)] as number) + 1;
    if (truth === said) right[row] = (right[row] as number) + 1;
  }
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return {
    shown, counts, total: answers.length, accuracy: sum(right) / answers.length,
    recall: shown.map((_, k) => (right[k] as number) / sum(counts[k] as number[])),
    precision: shown.map((_, k) => (right[k] as number) / sum(counts.map((row) => row[k] as number))),
  };
}

/** The answers that a cell of the table counts, the surest first. */
export function answersIn(answers: readonly Answer[], { shown }: Confusion, row: number, column: number): Answer[] {
  const own = new Set(shown);
  const is = (k: number, place: number): boolean => (shown[place] === -1 ? !own.has(k) : shown[place] === k);
  return answers.filter(({ truth, said }) => is(truth, row) && is(said, column)).sort((a, b) => b.probability - a.probability);
}
