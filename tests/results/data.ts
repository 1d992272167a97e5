import { readFileSync } from "node:fs";
import type { Batch, Model, SequenceData, Sequences } from "unfold-rnn";

export const read = (name: string): string => readFileSync(new URL(`../../site/data/${name}`, import.meta.url), "utf8");

export const lines = (name: string): string[] => read(name).split(/\r?\n/).filter((line) => line !== "");

/** Numbers in [0, 1), the same on every machine: a linear congruential generator (D. E. Knuth, MMIX). */
export function draws(seed: number): () => number {
  let state = BigInt(seed);
  const next = (): number => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 53;
  };
  next();
  return next;
}

/** The list in another order, of the seed's choice (Fisher and Yates). */
export function shuffled<Item>(list: readonly Item[], seed: number): Item[] {
  const [all, draw] = [[...list], draws(seed)];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(draw() * (i + 1));
    [all[i], all[j]] = [all[j] as Item, all[i] as Item];
  }
  return all;
}

/** A test part of so many items, drawn by seed, and the rest. */
export function held<Item>(list: readonly Item[], count: number, seed: number): { test: Item[]; rest: Item[] } {
  const all = shuffled(list, seed);
  return { test: all.slice(0, count), rest: all.slice(count) };
}

/** Sequences as batches of at most `size`, in order, padded at the end. */
export function* batches({ lengths, inputs }: Sequences, { input }: Pick<SequenceData, "input">, size = 64): Generator<Batch & { lengths: Int32Array }> {
  const width = "features" in input ? input.features : 1;
  let from = 0;
  for (let first = 0; first < lengths.length; first += size) {
    const own = lengths.slice(first, first + size);
    const steps = Math.max(...own);
    const padded = inputs instanceof Int32Array ? new Int32Array(own.length * steps) : new Float32Array(own.length * steps * width);
    own.forEach((length, b) => {
      padded.set(inputs.subarray(from, from + length * width), b * steps * width);
      from += length * width;
    });
    yield { inputs: padded, shape: [own.length, steps], lengths: own };
  }
}

/** Outputs [O] for every sequence, of a network that answers once. */
export async function answers(model: Model, sequences: Sequences, data: Pick<SequenceData, "input">): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (const batch of batches(sequences, data)) {
    const { outputs } = await model.forward(batch);
    const width = outputs.shape[1] as number;
    for (let b = 0; b < batch.lengths.length; b++) rows.push((outputs.data as Float32Array).slice(b * width, (b + 1) * width));
  }
  return rows;
}

/** Outputs [T, O] for every sequence, of a network that answers at every step. */
export async function stepAnswers(model: Model, sequences: Sequences, data: Pick<SequenceData, "input">): Promise<Float32Array[][]> {
  const all: Float32Array[][] = [];
  for (const batch of batches(sequences, data)) {
    const { outputs } = await model.forward(batch);
    const [, steps, width] = outputs.shape as [number, number, number];
    batch.lengths.forEach((length, b) => {
      all.push(Array.from({ length }, (_, t) => (outputs.data as Float32Array).slice((b * steps + t) * width, (b * steps + t + 1) * width)));
    });
  }
  return all;
}

export const largest = (row: ArrayLike<number>): number => Array.from(row).reduce((best, v, i) => (v > (row[best] as number) ? i : best), 0);
