import type { History } from "../lab/history.js";
import type { Network } from "../lab/network.js";
import type { TextDataset } from "../types.js";
import { knownPart, openingOf } from "./samples-figures.js";

/** What of a network's data is one long text; undefined: it learns something else. */
export function textOfNetwork(network: Network | undefined): { readonly data: TextDataset; readonly text: string } | undefined {
  return network?.subject.kind === "text" ? { data: network.subject.data, text: network.subject.source.text } : undefined;
}

/** What a sample goes on from. */
export interface Beginning {
  /** As it is shown: of the prompt what the network can read, else what stands for it. */
  readonly prompt: string;
  readonly ids: Int32Array;
  /** Characters that were left out. */
  readonly unknown: readonly string[];
}

/** Throws what the data say of a prompt that they cannot read. */
export function beginningOf(prompt: string, { data, text }: { readonly data: Pick<TextDataset, "unit" | "vocabulary" | "ids" | "encode" | "decode">; readonly text: string }): Beginning {
  const vocabulary = new Set(data.unit === "char" ? data.vocabulary : []);
  const { known, unknown } = data.unit === "char" ? knownPart(prompt, vocabulary) : { known: prompt, unknown: [] };
  if (known !== "") return { prompt: known, ids: data.encode(known), unknown };
  const opening = openingOf(text, vocabulary);
  if (opening !== "") return { prompt: "", ids: data.encode(opening), unknown };
  // Without a beginning the engine would draw a first token that nobody sees.
  const ids = data.ids.slice(0, 1);
  return { prompt: data.decode(ids), ids, unknown };
}

/** Gives the text of token after token; of bytes, a character comes with its last one. `before`: what was read already. */
export function reader({ unit, vocabulary }: Pick<TextDataset, "unit" | "vocabulary">, before: Iterable<number>): (token: number) => string {
  if (unit !== "byte") return (token) => vocabulary[token] as string;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const read = (token: number): string => decoder.decode(Uint8Array.of(token), { stream: true });
  for (const token of before) read(token);
  return read;
}

/** The loss of a step that a run has passed: held-out where it was measured, else training; NaN before the first step. */
export function lossAt(history: History, step: number): number {
  const [steps, training, heldOut] = history.columns();
  const passed = steps.filter((one) => one <= step).length;
  return heldOut.slice(0, passed).filter((one) => one !== null).at(-1) ?? training[passed - 1] ?? NaN;
}
