import { UnfoldError } from "../errors.js";
import { kindOf } from "../options.js";
import type { Vocabulary } from "../vocabulary.js";
import { measureBaselines } from "./baselines.js";
import { encodeText, makeVocabulary } from "./lexicon.js";
import { Pause } from "./pieces.js";
import { Settings } from "./settings.js";
import type { Tokens } from "./tokenise.js";
import { Tokeniser, UNITS, readVocabularyPlan } from "./tokenise.js";
import type { Baselines, TextDataset, TextDatasetOptions, TextUnit } from "./types.js";

/**
 * Makes a dataset of a text. `char`: tokens are code points, sorted; a surrogate without its other half is U+FFFD, and so is
 * what is not UTF-8 in bytes. `byte`: the 256 values of UTF-8. `word`: words and what stands between them, the most frequent
 * first. The end of the text is held out.
 */
export async function textDataset(text: string | Uint8Array, options: TextDatasetOptions): Promise<TextDataset> {
  const settings = new Settings("textDataset", options, ["unit", "validation", "vocabulary"]);
  const unit = settings.choice("unit", UNITS);
  const share = settings.share("validation");
  const plan = readVocabularyPlan(settings, unit);
  if (typeof text !== "string" && !(text instanceof Uint8Array)) {
    throw new UnfoldError("CONFIG", `textDataset: the text is ${kindOf(text)}; a string or a Uint8Array of UTF-8 is wanted`);
  }
  const pause = new Pause();
  const tokeniser = new Tokeniser(unit, plan, "textDataset", unit === "word" ? Math.ceil(text.length / 2) : text.length);
  await tokeniser.text(text, pause);
  const tokens = await tokeniser.finish(pause);
  const { ids, symbols } = tokens;
  if (ids.length < 2) {
    const came = ids.length === 0 ? "an empty text" : `1 token (${JSON.stringify(symbols[ids[0] as number])})`;
    throw new UnfoldError("RANGE", `textDataset: ${came} came; at least 2 tokens are wanted, one to read and one to predict`);
  }
  return new TokenisedText(unit, tokens, heldOut(ids.length, share));
}

/** Tokens to hold out: the share, as long as both parts keep 2. */
function heldOut(length: number, share: number): number {
  const count = Math.min(Math.floor(length * share), length - 2);
  return count < 2 ? 0 : count;
}

class TokenisedText implements TextDataset {
  readonly kind = "stream";
  readonly vocabulary: string[];
  readonly tokens: number;
  readonly length: number;
  readonly ids: Int32Array;
  readonly validationIds: Int32Array;
  declare readonly unknown?: number;
  readonly #coder: Vocabulary;
  #baselines: Promise<Baselines> | undefined;

  constructor(readonly unit: TextUnit, { ids, symbols, unknown }: Tokens, heldOutTokens: number) {
    this.vocabulary = symbols;
    this.tokens = symbols.length;
    this.length = ids.length;
    this.ids = ids.subarray(0, ids.length - heldOutTokens);
    this.validationIds = ids.subarray(ids.length - heldOutTokens);
    if (unknown !== undefined) this.unknown = unknown;
    this.#coder = makeVocabulary(unit, symbols, unknown);
  }

  encode(text: string): Int32Array {
    return encodeText(this.#coder, text);
  }

  decode(ids: ArrayLike<number>): string {
    return this.#coder.decode(ids, "decode");
  }

  baselines(): Promise<Baselines> {
    this.#baselines ??= measureBaselines(this.tokens, this.ids, this.validationIds.length > 0 ? this.validationIds : this.ids);
    return this.#baselines;
  }
}
