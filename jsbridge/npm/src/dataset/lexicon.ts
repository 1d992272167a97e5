import { UnfoldError } from "../errors.js";
import { kindOf } from "../options.js";
import type { TextStream } from "../vocabulary.js";
import { TargetVocabulary, Vocabulary, codePointAt } from "../vocabulary.js";
import type { TextUnit } from "./types.js";
import { scanWords } from "./words.js";

/** Calls `emit` with each token of a text in units of characters or words; a lone surrogate is U+FFFD. */
function eachToken(unit: "char" | "word", text: string, emit: (token: string) => void): void {
  if (unit === "word") {
    scanWords(text, true, emit);
    return;
  }
  for (let i = 0; i < text.length; i++) {
    const code = codePointAt(text, i);
    emit(String.fromCodePoint(code));
    if (code > 0xffff) i++;
  }
}

/** A vocabulary of words, or one of characters with an unknown token. */
export class Lexicon extends Vocabulary {
  private readonly idOf = new Map<string, number>();

  /** `textUnit`: what its tokens are; `unit` of the base knows no words. `unknown`: id of the unknown token. */
  constructor(readonly textUnit: "char" | "word", symbols: readonly string[], readonly unknown: number | undefined) {
    super("char", symbols);
    symbols.forEach((symbol, id) => this.idOf.set(symbol, id));
  }

  /** What is not there becomes the unknown token, or `RANGE` with its position in tokens. */
  override encode(text: string, where: string): Int32Array<ArrayBuffer> {
    const out = new Int32Array(text.length);
    let n = 0;
    eachToken(this.textUnit, text, (token) => {
      out[n] = this.id(token, `${where}: `, n);
      n++;
    });
    return out.slice(0, n);
  }

  /** The id of one token; `where` and `position` are for the message. */
  id(token: string, where: string, position: number): number {
    const id = this.idOf.get(token) ?? this.unknown;
    if (id !== undefined) return id;
    throw new UnfoldError("RANGE", `${where}${JSON.stringify(token)} at token ${position} is not in the vocabulary of ${this.symbols.length}, which has no unknown token`);
  }

  override stream(): TextStream {
    return { push: (token) => this.symbols[token] ?? "" };
  }
}

/** Between text of any unit and ids. */
export function makeVocabulary(unit: TextUnit, symbols: readonly string[], unknown: number | undefined): Vocabulary {
  return unit === "word" || (unit === "char" && unknown !== undefined) ? new Lexicon(unit, symbols, unknown) : new Vocabulary(unit, symbols);
}

/** The same for targets; `symbols` and `unknown` count id 0, the end mark or the blank. */
export function makeTargetVocabulary(unit: TextUnit, symbols: readonly string[], unknown: number | undefined): TargetVocabulary {
  return new TargetVocabulary(makeVocabulary(unit, symbols.slice(1), unknown === undefined ? undefined : unknown - 1));
}

/** The method encode() of a dataset. */
export function encodeText(coder: Vocabulary, text: unknown): Int32Array {
  if (typeof text !== "string") throw new UnfoldError("CONFIG", `encode: the text is ${kindOf(text)}; a string is wanted`);
  return coder.encode(text, "encode");
}
