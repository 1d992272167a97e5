import { UnfoldError } from "../errors.js";
import { kindOf, nearest } from "../options.js";
import { copyView, readOwn, sanitise } from "../sanitise.js";
import type { TargetVocabulary, Vocabulary } from "../vocabulary.js";
import { makeTargetVocabulary, makeVocabulary } from "./lexicon.js";
import type { SequencesCrossing } from "./crossing.js";
import { readSequences } from "./crossing.js";
import { UNITS } from "./tokenise.js";
import type { TextUnit } from "./types.js";

/** A stream of tokens as it crosses. */
export interface StreamCrossing {
  tokens: number;
  ids: unknown;
  validationIds?: unknown;
}

/** A dataset as it crosses to the engine, and the vocabulary that stays here. */
export interface Crossing {
  data: StreamCrossing | SequencesCrossing;
  vocabulary: Vocabulary | undefined;
  targets: TargetVocabulary | undefined;
}

const KINDS = ["stream", "sequences"];

/** Reads the fields of a dataset, ours or a plain object's, and copies its numbers. */
export function readDataset(dataset: unknown, where: string): Crossing {
  if (typeof dataset !== "object" || dataset === null) {
    throw new UnfoldError("CONFIG", `${where}: the dataset is ${kindOf(dataset)}; what textDataset(), seriesDataset() or sequenceDataset() gives, or { tokens, ids }, is wanted`);
  }
  const place = `${where}: dataset`;
  const { kind = "stream" } = readOwn(dataset, ["kind"], place);
  if (typeof kind !== "string") throw new UnfoldError("CONFIG", `${place}.kind is ${kindOf(kind)}; "stream" or "sequences" is wanted`);
  if (!KINDS.includes(kind)) {
    throw new UnfoldError("CONFIG", `${place}.kind ${JSON.stringify(kind.slice(0, 64))} is not one; did you mean "${nearest(kind, KINDS)}"?`);
  }
  const data = kind === "stream" ? readStream(dataset, place) : readSequences(dataset, place);
  const { unit, vocabulary, unknown } = readOwn(dataset, ["unit", "vocabulary", "unknown"], place);
  const inputs = readVocabulary([unit, vocabulary, unknown], ["unit", "vocabulary", "unknown", "tokens"], data.tokens, 0, where);
  if (kind === "stream") return { data, vocabulary: inputs && makeVocabulary(...inputs), targets: undefined };
  const names = ["targetUnit", "targetVocabulary", "targetUnknown"] as const;
  const taken = readOwn(dataset, names, place);
  const targets = readVocabulary(names.map((name) => taken[name]), [...names, "output.classes"], (data as SequencesCrossing).classes, 1, where);
  return { data, vocabulary: inputs && makeVocabulary(...inputs), targets: targets && makeTargetVocabulary(...targets) };
}

function readStream(dataset: object, place: string): StreamCrossing {
  const taken = readOwn(dataset, ["tokens", "ids", "validationIds"], place);
  const { tokens } = taken;
  if (typeof tokens !== "number") throw new UnfoldError("CONFIG", `${place}.tokens is ${kindOf(tokens)}; the size of the vocabulary is wanted`);
  const data: StreamCrossing = { tokens, ids: copyIds(taken.ids, `${place}.ids`) };
  if (taken.validationIds !== undefined) data.validationIds = copyIds(taken.validationIds, `${place}.validationIds`);
  return data;
}

function copyIds(ids: unknown, where: string): unknown {
  if (ArrayBuffer.isView(ids)) return copyView(ids, where);
  if (Array.isArray(ids)) return sanitise(ids, where, true);
  throw new UnfoldError("CONFIG", `${where} is ${kindOf(ids)}; an Int32Array is wanted`);
}

/** Unit, symbols and unknown token as they came under these `names`; the last name is that of their number. Ids of text begin at `first`. */
function readVocabulary(
  [unit, vocabulary, unknown]: unknown[], names: readonly string[], size: number, first: number, where: string,
): [unit: TextUnit, symbols: string[], unknown: number | undefined] | undefined {
  if (vocabulary === undefined) return undefined;
  const place = (index: number): string => `${where}: dataset.${names[index]}`;
  if (!UNITS.includes(unit as TextUnit)) {
    throw new UnfoldError("CONFIG", `${place(0)} is ${kindOf(unit)}; with a vocabulary "char", "byte" or "word" is wanted`);
  }
  // Tens of thousands of words are usual: copied one by one, not as plain data of any shape.
  const symbols: unknown[] = Array.isArray(vocabulary) ? Array.from(vocabulary as unknown[]) : [undefined];
  if (!symbols.every((symbol) => typeof symbol === "string")) {
    throw new UnfoldError("CONFIG", `${place(1)} is ${kindOf(vocabulary)}; an array of strings is wanted`);
  }
  if (symbols.length !== size) {
    throw new UnfoldError("SHAPE", `${place(1)} holds ${symbols.length}, dataset.${names[3]} is ${size}`);
  }
  if (unknown !== undefined && !(Number.isInteger(unknown) && (unknown as number) >= first && (unknown as number) < size)) {
    throw new UnfoldError("RANGE", `${place(2)} is ${typeof unknown === "number" ? unknown : kindOf(unknown)}; an id of ${first} … ${size - 1} is wanted`);
  }
  return [unit as TextUnit, symbols as string[], unknown as number | undefined];
}
