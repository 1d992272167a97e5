import { UnfoldError } from "../errors.js";
import { kindOf } from "../options.js";
import { copyView, readOwn, sanitise } from "../sanitise.js";
import { Vocabulary } from "../vocabulary.js";

/** A dataset as it crosses to the engine, and the vocabulary that stays here. */
export interface Crossing {
  data: { tokens: number; ids: unknown; validationIds?: unknown };
  vocabulary: Vocabulary | undefined;
}

/** Reads the fields of a dataset, ours or a plain object's, and copies its tokens. */
export function readDataset(dataset: unknown, where: string): Crossing {
  if (typeof dataset !== "object" || dataset === null) {
    throw new UnfoldError("CONFIG", `${where}: the dataset is ${kindOf(dataset)}; what textDataset() gives, or { tokens, ids }, is wanted`);
  }
  const taken = readOwn(dataset, ["tokens", "ids", "validationIds", "unit", "vocabulary"], `${where}: dataset`);
  const { tokens, unit } = taken;
  if (typeof tokens !== "number") throw new UnfoldError("CONFIG", `${where}: dataset.tokens is ${kindOf(tokens)}; the size of the vocabulary is wanted`);
  const data: Crossing["data"] = { tokens, ids: copyIds(taken.ids, `${where}: dataset.ids`) };
  if (taken.validationIds !== undefined) data.validationIds = copyIds(taken.validationIds, `${where}: dataset.validationIds`);
  return { data, vocabulary: readVocabulary(taken.vocabulary, unit, tokens, where) };
}

function copyIds(ids: unknown, where: string): unknown {
  if (ArrayBuffer.isView(ids)) return copyView(ids, where);
  if (Array.isArray(ids)) return sanitise(ids, where, true);
  throw new UnfoldError("CONFIG", `${where} is ${kindOf(ids)}; an Int32Array is wanted`);
}

function readVocabulary(symbols: unknown, unit: unknown, tokens: number, where: string): Vocabulary | undefined {
  if (symbols === undefined) return undefined;
  if (unit !== "char" && unit !== "byte") {
    throw new UnfoldError("CONFIG", `${where}: dataset.unit is ${kindOf(unit)}; with a vocabulary "char" or "byte" is wanted`);
  }
  const copy = sanitise(symbols, `${where}: dataset.vocabulary`);
  if (!Array.isArray(copy) || !copy.every((symbol) => typeof symbol === "string")) {
    throw new UnfoldError("CONFIG", `${where}: dataset.vocabulary is ${kindOf(symbols)}; an array of strings is wanted`);
  }
  if (copy.length !== tokens) {
    throw new UnfoldError("SHAPE", `${where}: dataset.vocabulary holds ${copy.length}, dataset.tokens is ${tokens}`);
  }
  return new Vocabulary(unit, copy);
}
