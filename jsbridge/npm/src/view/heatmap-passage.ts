import type { Network } from "../lab/network.js";
import { isStream } from "../lab/source.js";
import type { Batch, Sequences, Tensor } from "../types.js";
import { offsets } from "./batches.js";
import { knownPart } from "./samples-figures.js";

/** A stretch of tokens that the network reads from a fresh state. */
export interface Piece {
  readonly ids: Int32Array;
  /** How each token is written. */
  readonly marks: readonly string[];
  /** What stood before it in the text. */
  readonly before: readonly string[];
  /** So many tokens at its beginning only bring the state about. */
  readonly warm: number;
}

const shownTokens = 480;
const fewestShown = 160;
// inspect() gives logits and probabilities too, V of each a token.
const copied = 1 << 21;
const surveyed = { pieces: 8, warm: 16, before: 400 } as const;
// Multiplications that a survey may cost: some tens of milliseconds.
const affordable = 1 << 28;
const sentences = 12;

/** How each token of the network's inputs is written; undefined: it does not read tokens. */
export function markings(network: Network): readonly string[] | undefined {
  const { subject } = network;
  if (!("tokens" in subject.input)) return undefined;
  const named = subject.kind === "task" ? subject.data.symbols : subject.kind === "series" ? undefined : subject.data.vocabulary;
  return named && named.length === subject.input.tokens ? named : Array.from({ length: subject.input.tokens }, (_, id) => String(id));
}

const pieceOf = (ids: Int32Array, names: readonly string[], before: Int32Array = new Int32Array(0), warm = 0): Piece => {
  const written = (from: Int32Array): string[] => Array.from(from, (id) => names[id] as string);
  return { ids: ids.slice(), marks: written(ids), before: written(before), warm };
};

const vocabularyOf = ({ subject }: Network): number => ("tokens" in subject.input ? subject.input.tokens : 1);

/** Multiplications of one token: of what a token selects a row of, nothing is multiplied. */
function perToken(network: Network): number {
  const { settings, weights } = network;
  const gates = { rnn: 1, gru: 3, lstm: 4 }[settings.cell];
  return Math.max(1, weights - vocabularyOf(network) * (settings.embedding > 0 ? settings.embedding : gates * settings.hidden));
}

/** Tokens that are shown at first: fewer of heavy networks, which read them again and again, and of ideographs, which say more. */
const shownOf = (network: Network): number =>
  Math.max(fewestShown, Math.min(vocabularyOf(network) > 1000 ? shownTokens / 2 : shownTokens, Math.floor(affordable / 4 / perToken(network))));

/** Tokens that a survey reads: about 2,000, fewer of heavy networks and large vocabularies. */
const surveyTokens = (network: Network): number =>
  Math.max(256, Math.min(2048, Math.floor(affordable / perToken(network)), Math.floor(copied / vocabularyOf(network))));

/** What is read where nobody gave a text: the beginning of what is held out, or of the rest where nothing is. */
export function firstPieces(network: Network): Piece[] {
  const names = markings(network);
  const { data } = network.subject;
  if (names === undefined) return [];
  if (isStream(data)) return [pieceOf(corpusOf(data).subarray(0, shownOf(network)), names)];
  const part = data.validation ?? data.train;
  const pieces = sequencesOf(part, names, shownTokens);
  return pieces.slice(0, Math.max(1, Math.min(sentences, pieces.length)));
}

/** What correlations are measured on and matches looked for in: tokens that are not shown. */
export function surveyPieces(network: Network): Piece[] {
  const names = markings(network);
  const { data } = network.subject;
  if (names === undefined) return [];
  const tokens = surveyTokens(network);
  if (!isStream(data)) return sequencesOf(data.validation ?? data.train, names, tokens);
  const corpus = corpusOf(data);
  const rest = corpus.length >= shownTokens + 1024 ? corpus.subarray(shownTokens) : data.ids;
  const length = Math.min(rest.length, Math.ceil(tokens / surveyed.pieces) + surveyed.warm);
  const count = Math.max(1, Math.min(surveyed.pieces, Math.floor(rest.length / length)));
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor((i * (rest.length - length)) / Math.max(1, count - 1));
    return pieceOf(rest.subarray(at, at + length), names, rest.subarray(Math.max(0, at - surveyed.before), at), Math.min(surveyed.warm, length - 1));
  });
}

const corpusOf = ({ ids, validationIds }: { readonly ids: Int32Array; readonly validationIds?: Int32Array }): Int32Array =>
  validationIds && validationIds.length >= 64 ? validationIds : ids;

/** Whole sequences from the first one on, until there are so many tokens. */
function sequencesOf({ lengths, inputs, ...part }: Sequences, names: readonly string[], tokens: number): Piece[] {
  const starts = offsets({ ...part, lengths, inputs });
  const found: Piece[] = [];
  let sum = 0;
  for (const [n, start] of starts.entries()) {
    const ids = (inputs as Int32Array).subarray(start, start + Math.min(tokens, lengths[n] as number));
    if (found.length > 0 && sum + ids.length > tokens) break;
    found.push(pieceOf(ids, names));
    sum += ids.length;
  }
  return found;
}

/** A person's own text as the network reads it, and what of it was left out; throws what the data say of a text that they cannot read. */
export function ownPieces(network: Network, text: string): { pieces: Piece[]; unknown: string[] } {
  const { data } = network.subject;
  const names = markings(network);
  if (names === undefined || !("encode" in data)) return { pieces: [], unknown: [] };
  const { known, unknown } = data.unit === "char" ? knownPart(text, new Set(names)) : { known: text, unknown: [] };
  const ids = known === "" ? new Int32Array(0) : data.encode(known).subarray(0, 4 * shownTokens);
  return { pieces: ids.length > 0 ? [pieceOf(ids, names)] : [], unknown };
}

/** All pieces side by side, padded at their ends. */
export function batchOf(pieces: readonly Piece[]): Batch {
  const steps = Math.max(...pieces.map(({ ids }) => ids.length));
  const inputs = new Int32Array(pieces.length * steps);
  pieces.forEach(({ ids }, b) => inputs.set(ids, b * steps));
  return { inputs, shape: [pieces.length, steps], lengths: Int32Array.from(pieces, ({ ids }) => ids.length) };
}

/** Of a tensor [B, T, H] the steps of each piece behind its warm ones, end to end: [N, H]. */
export function endToEnd({ shape, data }: Tensor, pieces: readonly Piece[]): Float32Array {
  const [, steps, width] = shape as [number, number, number];
  const values = new Float32Array(pieces.reduce((sum, { ids, warm }) => sum + ids.length - warm, 0) * width);
  let at = 0;
  pieces.forEach(({ ids, warm }, b) => {
    const part = (data as Float32Array).subarray((b * steps + warm) * width, (b * steps + ids.length) * width);
    values.set(part, at);
    at += part.length;
  });
  return values;
}

/** What detectors look at: the tokens of endToEnd(). */
export const stretchOf = ({ marks, before, warm }: Piece): { before: string[]; marks: string[] } => ({ before: [...before, ...marks.slice(0, warm)], marks: marks.slice(warm) });
