import type { Batch, Dataset, InputConfig, OutputConfig, Sequences } from "../types.js";

/** What of a dataset of sequences says how its arrays are read. */
export interface Reading {
  readonly input: InputConfig;
  readonly output: OutputConfig;
  readonly perStep: boolean;
}

/** A batch whose arrays are typed, for who reads them back. */
export interface TypedBatch extends Batch {
  inputs: Int32Array | Float32Array;
  targets: Int32Array | Float32Array;
  shape: [batch: number, steps: number];
}

const inputWidth = (input: InputConfig): number => ("features" in input ? input.features : 1);
const targetWidth = (output: OutputConfig): number => ("classes" in output ? 1 : "values" in output ? output.values : output.labels);

/** Where each sequence begins among all steps. */
export function offsets({ lengths }: Sequences): number[] {
  let at = 0;
  return Array.from(lengths, (length) => (at += length) - length);
}

/** Some sequences as one batch, padded at the end; of longer ones the first `most` steps. */
export function sequenceBatch(reading: Reading, part: Sequences, chosen: readonly number[], most = Infinity): TypedBatch {
  const [I, O] = [inputWidth(reading.input), targetWidth(reading.output)];
  const starts = offsets(part);
  const lengths = chosen.map((n) => Math.min(most, part.lengths[n] as number));
  const steps = Math.max(1, ...lengths);
  const answers = reading.perStep ? steps : 1;
  const array = (like: Int32Array | Float32Array, length: number): Int32Array | Float32Array => (like instanceof Int32Array ? new Int32Array(length) : new Float32Array(length));
  const inputs = array(part.inputs, chosen.length * steps * I);
  const targets = array(part.targets, chosen.length * answers * O);
  chosen.forEach((n, b) => {
    const [start, length] = [starts[n] as number, lengths[b] as number];
    inputs.set(part.inputs.subarray(start * I, (start + length) * I), b * steps * I);
    const [from, count] = reading.perStep ? [start, length] : [n, 1];
    targets.set(part.targets.subarray(from * O, (from + count) * O), b * answers * O);
  });
  return { inputs, targets, shape: [chosen.length, steps], lengths: Int32Array.from(lengths) };
}

/** A few short pieces of what a network learns from, spread over it. Undefined: there is too little. */
export function smallBatch(data: Dataset, sequences: number, steps: number): TypedBatch | undefined {
  const spread = (count: number, last: number): number[] => Array.from({ length: count }, (_, i) => Math.round((i * last) / Math.max(1, count - 1)));
  if (data.kind === "sequences") {
    const most = data.train.lengths.length;
    if (most === 0 || data.train.targetLengths) return undefined;
    return sequenceBatch(data, data.train, spread(Math.min(sequences, most), most - 1), steps);
  }
  const length = Math.min(steps, data.ids.length - 1);
  if (length < 1) return undefined;
  const starts = spread(sequences, data.ids.length - 1 - length);
  const pieces = (from: number): Int32Array => Int32Array.from(starts.flatMap((start) => Array.from(data.ids.subarray(start + from, start + from + length))));
  return { inputs: pieces(0), targets: pieces(1), shape: [sequences, length] };
}
