/** What every workload measures: one subject does one step of work when asked. */
export interface Subject {
  /** Shown in the table, e.g. "tfjs-wasm". */
  readonly name: string;
  /** Version and the settings that matter, e.g. "4.22.0, SIMD, 1 thread". */
  readonly detail: string;
  /** Does one step and resolves when its result exists. Returns the loss where the step has one. */
  step(): Promise<number>;
  dispose(): Promise<void>;
}

/** A workload: subjects that do the same work, and what one step of it amounts to. */
export interface Workload {
  /** e.g. "W1". */
  readonly name: string;
  readonly title: string;
  /** What is counted, e.g. "tokens". */
  readonly unit: string;
  /** How many of them one step processes. */
  readonly unitsPerStep: number;
  /** The work of one unit in FLOP, 0 where it is not stated. */
  readonly flopPerUnit: number;
  /** Opens every subject that this machine has. The first is Unfold's. */
  subjects(): Promise<Subject[]>;
  /** Ratios that are aimed at: the first subject's median over the named one's. */
  readonly targets: readonly { readonly against: string; readonly atLeast: number }[];
}

/** A char language model of the bench: an LSTM over ids, softmax at every step. */
export interface CharModel {
  readonly vocabulary: number;
  readonly hidden: number;
  readonly layers: number;
  readonly batch: number;
  readonly steps: number;
  readonly learningRate: number;
}

/** The same random tokens for every subject: ids in [0, vocabulary), batch × (steps + 1), row by row. */
export function randomTokens(model: CharModel, seed = 1): { inputs: Int32Array; targets: Int32Array } {
  const { vocabulary, batch, steps } = model;
  const inputs = new Int32Array(batch * steps);
  const targets = new Int32Array(batch * steps);
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * vocabulary);
  };
  for (let b = 0; b < batch; b++) {
    let current = next();
    for (let t = 0; t < steps; t++) {
      inputs[b * steps + t] = current;
      current = next();
      targets[b * steps + t] = current;
    }
  }
  return { inputs, targets };
}
