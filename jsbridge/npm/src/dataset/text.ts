import { UnfoldError } from "../errors.js";
import { checkNames, kindOf, nearest } from "../options.js";
import { sanitiseBag } from "../sanitise.js";
import type { Baselines, TextDataset, TextDatasetOptions } from "../types.js";
import { Vocabulary, byteNames, codePointAt } from "../vocabulary.js";
import { measureBaselines } from "./baselines.js";
import { Pause, bytePieces, textPieces } from "./pieces.js";

const UNITS = ["char", "byte", "word"] as const;

interface Tokens {
  all: Int32Array;
  symbols: string[];
}

/**
 * Makes a dataset of a text. `char`: tokens are code points, sorted; a surrogate without its other half is U+FFFD, and so is
 * what is not UTF-8 in bytes. `byte`: the 256 values of UTF-8. The end of the text is held out.
 */
export async function textDataset(text: string | Uint8Array, options: TextDatasetOptions): Promise<TextDataset> {
  const bag = sanitiseBag(options, "textDataset: options");
  checkNames("textDataset", bag, ["unit", "validation"]);
  const unit = checkUnit(bag.unit);
  const share = bag.validation ?? 0.1;
  if (typeof share !== "number") throw new UnfoldError("CONFIG", `textDataset: validation is ${kindOf(share)}; a share in [0, 0.9] is wanted`);
  if (!(share >= 0 && share <= 0.9)) throw new UnfoldError("RANGE", `textDataset: validation is ${share}; a share in [0, 0.9] is wanted`);
  if (typeof text !== "string" && !(text instanceof Uint8Array)) {
    throw new UnfoldError("CONFIG", `textDataset: the text is ${kindOf(text)}; a string or a Uint8Array of UTF-8 is wanted`);
  }
  const pause = new Pause();
  const { all, symbols } = unit === "char" ? await codePoints(text, pause) : await bytes(text, pause);
  if (all.length < 2) {
    const came = all.length === 0 ? "an empty text" : `1 token (${JSON.stringify(symbols[all[0] as number])})`;
    throw new UnfoldError("RANGE", `textDataset: ${came} came; at least 2 tokens are wanted, one to read and one to predict`);
  }
  return new TokenisedText(unit, symbols, all, heldOut(all.length, share));
}

function checkUnit(unit: unknown): "char" | "byte" {
  if (unit === "char" || unit === "byte") return unit;
  if (unit === "word") throw new UnfoldError("UNSUPPORTED", `textDataset: unit "word" is not in this version; "char" and "byte" are`);
  if (typeof unit === "string") {
    throw new UnfoldError("CONFIG", `textDataset: unit ${JSON.stringify(unit.slice(0, 64))} is not one; did you mean "${nearest(unit, UNITS)}"?`);
  }
  throw new UnfoldError("CONFIG", `textDataset: unit is ${kindOf(unit)}; "char" or "byte" is wanted`);
}

/** Tokens to hold out: the share, as long as both parts keep 2. */
function heldOut(length: number, share: number): number {
  const count = Math.min(Math.floor(length * share), length - 2);
  return count < 2 ? 0 : count;
}

async function codePoints(text: string | Uint8Array, pause: Pause): Promise<Tokens> {
  // First pass: which code points, how many; so that one array of the right size is enough.
  const seen = new Uint8Array(0x110000);
  let length = 0;
  for (const piece of textPieces(text)) {
    for (let i = 0; i < piece.length; i++) {
      const code = codePointAt(piece, i);
      seen[code] = 1;
      length++;
      if (code > 0xffff) i++;
    }
    await pause.breathe();
  }
  const symbols: string[] = [];
  const idOf = new Int32Array(0x110000);
  for (let code = 0; code < seen.length; code++) {
    if (!seen[code]) continue;
    idOf[code] = symbols.length;
    symbols.push(String.fromCodePoint(code));
  }
  const all = allocate(length);
  let n = 0;
  for (const piece of textPieces(text)) {
    for (let i = 0; i < piece.length; i++) {
      const code = codePointAt(piece, i);
      all[n++] = idOf[code] as number;
      if (code > 0xffff) i++;
    }
    await pause.breathe();
  }
  return { all, symbols };
}

async function bytes(text: string | Uint8Array, pause: Pause): Promise<Tokens> {
  let length = 0;
  for (const piece of bytePieces(text)) {
    length += piece.length;
    await pause.breathe();
  }
  const all = allocate(length);
  let n = 0;
  for (const piece of bytePieces(text)) {
    all.set(piece, n);
    n += piece.length;
    await pause.breathe();
  }
  return { all, symbols: byteNames() };
}

function allocate(length: number): Int32Array {
  try {
    return new Int32Array(length);
  } catch (cause) {
    throw new UnfoldError("MEMORY", `textDataset: ${length} tokens need ${length * 4} bytes, more than can be had here`, { cause });
  }
}

class TokenisedText implements TextDataset {
  readonly unit: "char" | "byte";
  readonly vocabulary: string[];
  readonly tokens: number;
  readonly length: number;
  readonly ids: Int32Array;
  readonly validationIds: Int32Array;
  readonly #coder: Vocabulary;
  #baselines: Promise<Baselines> | undefined;

  constructor(unit: "char" | "byte", symbols: string[], all: Int32Array, heldOutTokens: number) {
    this.unit = unit;
    this.vocabulary = symbols;
    this.tokens = symbols.length;
    this.length = all.length;
    this.ids = all.subarray(0, all.length - heldOutTokens);
    this.validationIds = all.subarray(all.length - heldOutTokens);
    this.#coder = new Vocabulary(unit, symbols);
  }

  encode(text: string): Int32Array {
    if (typeof text !== "string") throw new UnfoldError("CONFIG", `encode: the text is ${kindOf(text)}; a string is wanted`);
    return this.#coder.encode(text, "encode");
  }

  decode(ids: ArrayLike<number>): string {
    return this.#coder.decode(ids, "decode");
  }

  baselines(): Promise<Baselines> {
    this.#baselines ??= measureBaselines(this.tokens, this.ids, this.validationIds.length > 0 ? this.validationIds : this.ids);
    return this.#baselines;
  }
}
