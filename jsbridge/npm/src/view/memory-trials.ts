import { type Engine, type Problem, problemOf } from "../lab/engine.js";
import { scaleRecurrence, type Network } from "../lab/network.js";
import { networkFor, type Settings, trainingFor } from "../lab/settings.js";
import { isStream } from "../lab/source.js";
import type { Batch, Inspection, Model, RuntimeOptions, Training } from "../types.js";
import { smallBatch, type TypedBatch } from "./batches.js";
import { type Curve, curveOf, growth, lagRows, openness, spectralRadius } from "./memory-figures.js";

export type Cell = Settings["cell"];
export const cells = ["rnn", "gru", "lstm"] as const satisfies readonly Cell[];

/** Which way a change is followed: ‖∂L(t)/∂h(t-k)‖, or ‖∂s(t+k)/∂s(t)‖. */
export type Direction = "backward" | "forward";

/** What was measured of a network. */
export interface Measured {
  /** Of h(t-k); or of s(t+k). */
  readonly hidden: Curve;
  /** Of c(t-k), of an LSTM. */
  readonly memory?: Curve;
  /** Global norm of the gradient of the batch. */
  readonly gradNorm: number;
  /** Of an `rnn`. */
  readonly theory?: Theory;
}

/** What the factor of an Elman network should be about. */
export interface Theory {
  /** ρ(W_hh). */
  readonly radius: number;
  /** Mean of 1 - h²; of tanh. */
  readonly openness: number;
}

// Small enough that a slider moves all three at once, long enough for the eye to see a slope.
export const largest = 32;
export const lags = 48;
// A look at a large network must not keep its training waiting.
const sequences = (units: number): number => (units > 64 ? 4 : 8);
const starts = [0, 6, 12, 18, 24];
const forwardLags = 24;

/** Pieces of the data, all the targets at whose ends are looked at together. */
export const piecesOf = ({ subject, settings: { hidden, layers } }: Network): TypedBatch | undefined => smallBatch(subject.data, sequences(hidden * layers), lags);

/** The inputs of one sequence of them. */
function firstOf({ inputs, shape: [B, T], lengths }: TypedBatch, steps = T): Batch {
  const kept = Math.min(steps, lengths?.[0] ?? T);
  return { inputs: inputs.slice(0, (inputs.length / B / T) * kept), shape: [1, kept] };
}

/** The curve of the topmost layer's state; what lies under it is reached by more ways than one. */
export function lagCurves(network: Network["settings"], { lag = {} }: Inspection, batch: TypedBatch): Pick<Measured, "hidden" | "memory"> | undefined {
  const top = `l${network.layers - 1}`;
  const [h, c] = [lag[`h_${top}`], lag[`c_${top}`]];
  return h && { hidden: curveOf(lagRows(h, batch.lengths)), ...(c && { memory: curveOf(lagRows(c, batch.lengths)) }) };
}

/** One of the three networks that are compared. */
export class Trial {
  /** Training steps made. */
  steps = 0;
  measured: Measured | undefined;
  failed: Problem | undefined;
  #training: Training | undefined;

  private constructor(
    readonly cell: Cell,
    readonly settings: Settings,
    readonly model: Model,
  ) {}

  /** A network like that of the lab, but small, of one layer, and with an orthogonal W times ρ. */
  static async make(cell: Cell, engine: Engine, runtime: RuntimeOptions | undefined, { subject, settings }: Network, radius: number): Promise<Trial> {
    const pattern = isStream(subject.data) || subject.data.perStep ? "every" : "last";
    const asked: Settings = { ...settings, cell, pattern, activation: "tanh", bidirectional: false, hidden: Math.min(largest, settings.hidden), layers: 1, embedding: 0, radius };
    const model = await engine.createModel(networkFor(subject, asked), runtime);
    const trial = new Trial(cell, asked, model);
    try {
      await scaleRecurrence(model, radius);
      return trial;
    } catch (thrown) {
      trial.dispose();
      throw thrown;
    }
  }

  async measure(batch: TypedBatch, direction: Direction): Promise<void> {
    const curves = direction === "backward" ? lagCurves(this.settings, await this.model.inspect(batch, "lag"), batch) : await this.#growth(batch);
    if (curves === undefined) throw new Error(`no gradient norms of h_l0 came for ${this.cell}`);
    const { gradients } = await this.model.gradients(batch);
    let squares = 0;
    for (const { data } of Object.values(gradients)) for (const value of data) squares += value * value;
    this.measured = { ...curves, gradNorm: Math.sqrt(squares), ...(this.cell === "rnn" && { theory: await this.#theory(batch) }) };
  }

  async #growth(batch: TypedBatch): Promise<Pick<Measured, "hidden">> {
    const one = firstOf(batch);
    const { jacobian } = await this.model.inspect(one, "jacobian");
    const { shape: [, T = 0, S = 0] = [], data } = jacobian?.["s_l0"] ?? { data: new Float32Array() };
    return { hidden: curveOf(growth(data, T, S, starts.filter((start) => start < T - 1), forwardLags)) };
  }

  async #theory(batch: TypedBatch): Promise<Theory> {
    const [{ activations }, weights] = await Promise.all([this.model.inspect(firstOf(batch), "activations"), this.model.weights()]);
    const h = activations?.["h_l0"] ?? { shape: [], data: new Float32Array() };
    return { radius: spectralRadius(weights["rnn.weight_hh_l0"]?.data ?? [], this.settings.hidden), openness: openness(h) };
  }

  /** Trains with the lab's optimiser on the lab's data; `clipNorm` 0: gradients are left as they are. Numbers that blow up are kept as `failed`. */
  async train({ subject }: Network, steps: number, clipNorm: number, told: () => void): Promise<void> {
    const options = trainingFor({ ...this.settings, clipNorm }, isStream(subject.data), Math.min(16, this.settings.batch), lags);
    try {
      this.#training = this.model.train(subject.data, { ...options, iterations: steps });
      for await (const { step } of this.#training) {
        this.steps = step;
        told();
      }
    } catch (thrown) {
      this.failed = problemOf(thrown);
    } finally {
      this.#training = undefined;
    }
  }

  stop(): void {
    void this.#training?.stop().catch(() => {});
  }

  dispose(): void {
    void this.model.dispose().catch(() => {});
  }
}

/** The mean modulus of the largest eigenvalue of ∂h(t)/∂h(t-1), over a few steps; the part that computes it is loaded when it is first asked for. */
export async function jacobianRadius({ model }: Trial, batch: TypedBatch): Promise<number> {
  const { spectralRadius: found } = await model.inspect(firstOf(batch, 12), "spectralRadius");
  const list = [...(found?.["s_l0"]?.data ?? [])].slice(4); // behind the first steps, in which h still grows from zero
  return list.reduce((sum, radius) => sum + radius, 0) / list.length;
}
