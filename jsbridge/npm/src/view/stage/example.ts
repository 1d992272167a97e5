import type { SequenceData } from "../../types.js";
import type { Subject } from "../../lab/source.js";
import { sequenceBatch, type TypedBatch } from "../batches.js";

/** The one sequence that the stage shows, and how what is in it is written. */
export interface Example {
  readonly batch: TypedBatch;
  /** T of the sequence. */
  readonly steps: number;
  /** Of tokens: their texts. Of numbers: names of the columns, where they have any. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

/** Which sequence is wanted. */
export interface Choice {
  /** Of a text: the passage; empty: one of the data. */
  readonly text: string;
  /** Which example, counted from 0; it wraps around. */
  readonly index: number;
  /** Of a text: at most so many steps. */
  readonly steps: number;
}

/** Longer sequences with an output at every step are cut: what happens in them repeats. */
const longest = 64;

/** The sequence of this choice. Undefined: the data have none, or targets of their own length. Throws what encode() throws. */
export function exampleOf(subject: Subject, { text, index, steps }: Choice): Example | undefined {
  if (subject.kind === "text") {
    const { vocabulary, ids } = subject.data;
    const passage = text ? subject.data.encode(text) : passageOf(ids, index, steps);
    const T = Math.min(steps, passage.length - 1);
    if (T < 1) return undefined;
    const batch: TypedBatch = { inputs: passage.slice(0, T), targets: passage.slice(1, T + 1), shape: [1, T], lengths: Int32Array.of(T) };
    return { batch, steps: T, inputNames: vocabulary, outputNames: vocabulary };
  }
  const data: SequenceData = subject.data;
  const part = data.validation?.lengths.length ? data.validation : data.train;
  const count = part.lengths.length;
  if (count === 0 || part.targetLengths) return undefined;
  const batch = sequenceBatch(data, part, [((index % count) + count) % count], data.perStep ? longest : Infinity);
  return { batch, steps: batch.shape[1], ...namesOf(subject) };
}

/** Passages of a long text, one behind the other. */
function passageOf(ids: Int32Array, index: number, steps: number): Int32Array {
  const places = Math.max(1, Math.floor((ids.length - 1) / steps));
  const from = (((index % places) + places) % places) * steps;
  return ids.slice(from, from + steps + 1);
}

function namesOf(subject: Exclude<Subject, { kind: "text" }>): Pick<Example, "inputNames" | "outputNames"> {
  switch (subject.kind) {
    case "series": {
      const { columns, target, horizon } = subject.data;
      const ahead = Array.from({ length: horizon }, (_, i) => target.map((name) => (horizon > 1 ? `${name} +${i + 1}` : name)));
      return { inputNames: columns, outputNames: ahead.flat() };
    }
    case "classes": return { inputNames: subject.data.vocabulary ?? [], outputNames: subject.data.classes };
    case "task": return { inputNames: subject.data.symbols, outputNames: subject.data.classes };
  }
}

/** Characters that cannot be seen, as they are written elsewhere too. */
export function visible(token: string): string {
  return token.replace(/ /g, "␣").replace(/\n/g, "⏎").replace(/\t/g, "⇥") || "∅";
}
