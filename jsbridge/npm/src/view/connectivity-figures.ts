import type { Network } from "../lab/network.js";
import { isStream } from "../lab/source.js";
import type { Batch, SequenceData, Tensor } from "../types.js";
import { sequenceBatch } from "./batches.js";

/** One sequence that the network reads, with a label for each step. */
export interface Passage {
  /** B = 1, with targets. */
  readonly batch: Batch;
  readonly labels: readonly string[];
  /** What is to be said at each step; of text the next token's label. One alone, where the network answers at the end. */
  readonly answers: readonly string[];
  /** The answer to step t is itself the label of step t+1, as in text. */
  readonly next: boolean;
}

const named = (names: readonly string[] | undefined, id: number): string => names?.[id] ?? String(id);

/** What is read at each of the first steps: a token, one or two numbers, or of longer vectors the step alone, counted from 1. */
export function labelsOf(data: SequenceData, inputs: ArrayLike<number>, steps: number): string[] {
  const { input, vocabulary } = data;
  const symbols = vocabulary ?? (data as { symbols?: readonly string[] }).symbols;
  return Array.from({ length: steps }, (_, t) => {
    if ("tokens" in input) return named(symbols, inputs[t] as number);
    const I = input.features;
    return I > 2 ? String(t + 1) : Array.from({ length: I }, (_, i) => brief(inputs[t * I + i] as number)).join(" ");
  });
}

/** A piece of the data: of a stream `steps` tokens from a share of it on, of sequences a whole one. Undefined: there is none. */
export function passageOf({ subject: { data } }: Network, share: number, steps: number): Passage | undefined {
  if (isStream(data)) {
    const length = Math.min(steps, data.ids.length);
    const start = Math.floor(share * (data.ids.length - length));
    return length < 2 ? undefined : stream(data.ids.subarray(start, start + length), data.vocabulary);
  }
  const count = data.train.lengths.length;
  if (count === 0 || data.train.targetLengths) return undefined;
  const batch = sequenceBatch(data, data.train, [Math.min(count - 1, Math.floor(share * count))], steps);
  const [, T] = batch.shape;
  const labels = labelsOf(data, batch.inputs, T);
  const classes = "classes" in data.output ? (data as { classes?: readonly string[] }).classes : undefined;
  const width = batch.targets.length / (data.perStep ? T : 1);
  const answers = Array.from({ length: data.perStep ? T : 1 }, (_, t) => {
    const target = Array.from(batch.targets.subarray(t * width, (t + 1) * width));
    return "classes" in data.output ? named(classes, target[0] as number) : target.map(brief).join(", ");
  });
  return { batch, labels, answers, next: false };
}

/** A text of the reader's own, of tokens that the data have; throws where one is not. */
export function passageOfText({ subject: { data } }: Network, text: string, steps: number): Passage | undefined {
  if (!isStream(data)) return undefined;
  const ids = data.encode(text).subarray(0, steps);
  return ids.length < 2 ? undefined : stream(ids, data.vocabulary);
}

function stream(ids: Int32Array, vocabulary: readonly string[]): Passage {
  const labels = Array.from(ids, (id) => named(vocabulary, id));
  return { batch: { inputs: ids.slice(0, -1), targets: ids.slice(1), shape: [1, ids.length - 1] }, labels, answers: labels.slice(1), next: true };
}

const brief = (value: number): string => String(Number(value.toPrecision(2)));

/** Norms [1, 1, T] over the lag, as norms over the steps 0 … T-1: behind the target's step t and, of a network that reads both ways, ahead of it. */
export function influence(behind: Tensor, ahead: Tensor | undefined, t: number): Float64Array {
  const T = behind.shape[2] ?? 0;
  return Float64Array.from({ length: T }, (_, step) => (step <= t ? behind.data[t - step] : ahead?.data[step - t]) ?? 0);
}

/** Decades below the largest that a logarithmic scale shows. */
export const decades = 4;

/** How dark, 0 to 1: in proportion to the largest, or to its decades. */
export function shade(norm: number, largest: number, log: boolean): number {
  if (!(norm > 0 && largest > 0)) return 0;
  const share = Math.min(1, norm / largest);
  return log ? Math.max(0, 1 + Math.log10(share) / decades) : share;
}

/** The fewest steps that, counted back from t, hold this share of the sum of all norms. */
export function reach(norms: ArrayLike<number>, t: number, share: number): number {
  let [all, found] = [0, 0];
  for (let step = 0; step <= t; step++) all += norms[step] as number;
  for (let back = 0; back <= t; back++) {
    found += norms[t - back] as number;
    if (found >= share * all) return back + 1;
  }
  return t + 1;
}

const signs: Record<string, string> = { " ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍", "\u00a0": "␣", "\u3000": "␣" };

/** A token, as it is seen. */
export const seen = (label: string): string => signs[label] ?? label;
