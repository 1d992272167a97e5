import type { Network } from "../lab/network.js";
import type { Shown } from "../lab/looks.js";
import type { Sequences } from "../types.js";
import { offsets, type Reading } from "./batches.js";
import { type Answer, answersOf, confuse, type Confusion } from "./confusion-figures.js";

/** Steps that are read at a time while training runs, and of all that is judged. */
const [budget, ceiling] = [2048, 200_000];
/** Classes that get a row of their own. */
const mostClasses = 30;

/** A sequence as it is shown: the tokens' texts, or its values [T, I]. */
export type Piece = { readonly tokens: string[] } | { readonly values: Float32Array; readonly steps: number; readonly features: number };

/** What a network has said of the held-out sequences so far. Bring it up to date with look(). */
export class ConfusionState {
  /** Names of the classes. */
  readonly names: readonly string[];
  readonly heldOut: boolean;
  /** The latest step that was looked at. */
  step = 0;
  readonly #network: Network;
  readonly #reading: Reading;
  readonly #part: Sequences;
  readonly #starts: number[];
  /** How many sequences are judged. */
  readonly #count: number;
  readonly #answers: Answer[][];
  #next = 0;
  #table: Confusion | undefined;

  private constructor(network: Network, reading: Reading, names: readonly string[], part: Sequences, heldOut: boolean) {
    this.#network = network;
    this.#reading = reading;
    this.names = names;
    this.#part = part;
    this.heldOut = heldOut;
    this.#starts = offsets(part);
    this.#count = this.#starts.filter((start) => start < ceiling).length;
    this.#answers = Array.from({ length: this.#count }, () => []);
  }

  /** Undefined: the network does not choose among classes. */
  static of(network: Network): ConfusionState | undefined {
    const { subject } = network;
    if ((subject.kind !== "classes" && subject.kind !== "task") || !("classes" in subject.output)) return undefined;
    const { data } = subject;
    const part = data.validation ?? data.train;
    if (part.targetLengths) return undefined;
    const names = Array.from({ length: subject.output.classes }, (_, k) => data.classes[k] ?? String(k));
    return new ConfusionState(network, { input: data.input, output: data.output, perStep: data.perStep }, names, part, data.validation !== undefined);
  }

  /** Asks anew: some sequences while training runs, else all. */
  async look({ model, step, live }: Shown): Promise<void> {
    const from = live ? this.#next % this.#count : 0;
    let to = live ? from + 1 : this.#count;
    const read = (until: number): number => (this.#starts[until - 1] as number) + (this.#part.lengths[until - 1] as number) - (this.#starts[from] as number);
    while (live && to < this.#count && read(to + 1) <= budget) to++;
    const answers = await answersOf(model, this.#reading, this.#part, from, to);
    answers.forEach((list, i) => (this.#answers[from + i] = list));
    this.#next = to;
    this.step = step;
    this.#table = confuse(this.#answers.flat(), this.names.length, mostClasses);
  }

  /** Undefined before the first look. */
  get table(): Confusion | undefined {
    return this.#table;
  }

  get answers(): readonly Answer[] {
    return this.#answers.flat();
  }

  /** Its number among the examples as they came, from 1. */
  numberOf(sequence: number): number {
    const { subject } = this.#network;
    const indices = subject.kind === "classes" ? (this.heldOut ? subject.data.validationIndices : subject.data.trainIndices) : undefined;
    return (indices?.[sequence] ?? sequence) + 1;
  }

  get perStep(): boolean {
    return this.#reading.perStep;
  }

  piece(sequence: number): Piece {
    const { subject } = this.#network;
    const [start, steps] = [this.#starts[sequence] as number, this.#part.lengths[sequence] as number];
    const { input } = this.#reading;
    if ("features" in input) {
      const { features } = input;
      return { values: Float32Array.from(this.#part.inputs.subarray(start * features, (start + steps) * features)), steps, features };
    }
    const texts = subject.kind === "task" ? subject.data.symbols : subject.kind === "classes" ? subject.data.vocabulary : undefined;
    // Symbols of a task are names, not pieces of a text.
    const apart = texts === undefined || (subject.kind === "task" && texts.some((text) => text.length > 1)) ? " " : "";
    return { tokens: Array.from(this.#part.inputs.subarray(start, start + steps), (id) => (texts?.[id] ?? String(id)) + apart) };
  }
}
