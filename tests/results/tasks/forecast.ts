import { type ModelConfig, type SequenceData, type Sequences, type TrainOptions } from "unfold-rnn";
import { answers } from "../data.js";
import { rootMeanSquare } from "../figures.js";
import { train } from "../train.js";

/** A window that is read, what is to be forecast, and what it takes to say that in the series' own unit. */
export interface Window {
  readonly read: readonly (readonly number[])[];
  readonly target: number;
  readonly truth: number;
  value(answer: number): number;
}

export function asSequences(windows: readonly Window[]): Sequences {
  return {
    lengths: Int32Array.from(windows, ({ read }) => read.length),
    inputs: Float32Array.from(windows.flatMap(({ read }) => read.flat())),
    targets: Float32Array.from(windows, ({ target }) => target),
  };
}

export interface Forecaster {
  readonly layers: ModelConfig["layers"];
  readonly options: TrainOptions;
  /** A network for each seed; their mean is the forecast. */
  readonly seeds: readonly number[];
}

/** Trains on the first windows, stops by the next, and gives the root mean square error on the last, in the series' own unit. */
export async function forecastError(parts: { train: Window[]; validation: Window[]; test: Window[] }, { layers, options, seeds }: Forecaster, say: (line: string) => void): Promise<number> {
  const features = parts.train[0]?.read[0]?.length ?? 0;
  const data: SequenceData = {
    kind: "sequences", input: { features }, output: { values: 1 }, perStep: false,
    train: asSequences(parts.train), validation: asSequences(parts.validation),
  };
  const sums = new Float64Array(parts.test.length);
  for (const seed of seeds) {
    const { model } = await train({ input: data.input, layers, readout: "last", output: data.output, seed }, data, options, say);
    (await answers(model, asSequences(parts.test), data)).forEach(([answer], i) => (sums[i] = (sums[i] ?? 0) + (answer ?? NaN) / seeds.length));
    await model.dispose();
  }
  return rootMeanSquare(parts.test.map(({ value, truth }, i) => value(sums[i] ?? NaN) - truth));
}
