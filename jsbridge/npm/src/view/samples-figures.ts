import { leastTelling } from "../lab/checkpoints.js";

/** A token as it is read, or several that make one character of several bytes. */
export interface Written {
  readonly text: string;
  readonly tokens: readonly number[];
  /** Of all its tokens together, at temperature 1: how sure the network was. In (0, 1]. */
  readonly probability: number;
}

/** What a network wrote, and when. */
export interface Sample {
  readonly step: number;
  /** Nats per token; NaN before the first step. */
  readonly loss: number;
  readonly temperature: number;
  /** What it was given to go on from, as it is shown. */
  readonly prompt: string;
  readonly written: readonly Written[];
}

/** Lower bounds of the bands that probabilities are coloured by, the surest first. */
export const bands = [0.9, 0.5, 0.2, 0.05, 0] as const;

/** 0 for the surest. */
export function bandOf(probability: number): number {
  const band = bands.findIndex((least) => probability >= least);
  return band < 0 ? bands.length - 1 : band;
}

/** Adds a token: to the last piece, as long as that is a character of bytes that are not all there. */
export function extend(written: readonly Written[], token: number, text: string, probability: number): Written[] {
  const last = written.at(-1);
  if (last === undefined || last.text !== "") return [...written, { text, tokens: [token], probability }];
  return [...written.slice(0, -1), { text, tokens: [...last.tokens, token], probability: last.probability * probability }];
}

export const textOf = (written: readonly Written[]): string => written.map(({ text }) => text).join("");

/** Milliseconds to wait before the next sample, this long into a run: often at first, then every few seconds. */
export function interval(elapsed: number): number {
  return Math.min(5000, 400 + elapsed / 8);
}

/** A prompt without the characters that the vocabulary lacks, and those characters, each once; by code point. */
export function knownPart(prompt: string, vocabulary: ReadonlySet<string>): { known: string; unknown: string[] } {
  const unknown = new Set<string>();
  let known = "";
  for (const character of prompt) {
    if (vocabulary.has(character)) known += character;
    else unknown.add(character);
  }
  return { known, unknown: [...unknown] };
}

/** What writing starts from where nobody gave a prompt: a paragraph's beginning, or a line's, where the text has such. */
export function openingOf(text: string, vocabulary: ReadonlySet<string>): string {
  if (!vocabulary.has("\n")) return "";
  return text.slice(0, 20_000).includes("\n\n") ? "\n\n" : "\n";
}

/**
 * Keeps at most `limit` samples, oldest first: the first and the latest always, and of the others those that tell the story best, spread
 * evenly over the logarithm of the step. What was written behind the step of the new one is of a run that was given up.
 */
export function remember<S extends { readonly step: number }>(samples: readonly S[], next: S, limit: number): S[] {
  const kept = [...samples.filter(({ step }) => step < next.step), next];
  while (kept.length > limit) kept.splice(leastTelling(kept), 1);
  return kept;
}

/** A token by a name that can be seen: spaces and line breaks have signs. */
export function visible(text: string): string {
  return text.replace(/\r\n|\n/g, "↵").replace(/\t/g, "⇥").replace(/ /g, "␣");
}
