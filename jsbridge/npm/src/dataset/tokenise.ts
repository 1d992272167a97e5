import { UnfoldError } from "../errors.js";
import { byteNames, codePointAt } from "../vocabulary.js";
import { Growing } from "./room.js";
import type { Pause } from "./pieces.js";
import { PIECE, bytePieces, textPieces } from "./pieces.js";
import { Settings } from "./settings.js";
import type { TextUnit } from "./types.js";
import { scanWords } from "./words.js";

/** What a token of text can be. */
export const UNITS: readonly TextUnit[] = ["char", "byte", "word"];

/** VocabularyOptions, checked. `unknown` is absent when every token is to be kept. */
export interface VocabularyPlan {
  size: number;
  unknown: string | undefined;
}

/** The option `vocabulary`. */
export function readVocabularyPlan(settings: Settings, unit: TextUnit): VocabularyPlan {
  if (!settings.has("vocabulary")) return { size: Infinity, unknown: undefined };
  if (unit === "byte") throw new UnfoldError("CONFIG", `${settings.where}: vocabulary is for units "char" and "word"; unit "byte" always has 256 tokens`);
  const own: Settings = new Settings(settings.where, settings.raw("vocabulary"), ["size", "unknown"], "vocabulary.");
  const size = own.has("size") ? own.integer("size", 2, Number.MAX_SAFE_INTEGER) : Infinity;
  const unknown = own.raw("unknown") ?? (unit === "char" ? "\ufffd" : "<unk>");
  if (typeof unknown !== "string" || unknown === "" || unknown.length > 64) own.refuse("CONFIG", "unknown", "a text of 1 … 64 letters");
  return { size, unknown };
}

/** Tokens with ids, and what they are called. */
export interface Tokens {
  ids: Int32Array;
  symbols: string[];
  unknown: number | undefined;
}

/**
 * Collects the tokens of one text or of many. Ids are handed out in the order of first occurrence, and exchanged for those of
 * the vocabulary when all has been seen.
 */
export class Tokeniser {
  private readonly tokens: Growing<Int32Array>;
  private readonly symbols: string[] = [];
  private readonly counts: number[] = [];
  private readonly words = new Map<string, number>();
  // Of each code point: 1 + its id, 0 for one that has not occurred.
  private readonly characters: Int32Array | undefined;

  constructor(private readonly unit: TextUnit, private readonly plan: VocabularyPlan, where: string, capacity: number) {
    this.tokens = new Growing(Int32Array, capacity, where, "tokens");
    if (unit === "char") this.characters = new Int32Array(0x110000);
  }

  get length(): number {
    return this.tokens.length;
  }

  /** A whole text, in pieces. */
  async text(text: string | Uint8Array, pause: Pause): Promise<void> {
    if (this.unit === "byte") {
      for (const piece of bytePieces(text)) {
        this.bytes(piece);
        await pause.breathe();
      }
      return;
    }
    let carry = "";
    for (const piece of textPieces(text)) {
      if (this.unit === "char") this.codePoints(piece);
      else carry = this.wordsOf(carry + piece, false);
      await pause.breathe();
    }
    this.wordsOf(carry, true);
  }

  /** A text that is short. */
  whole(text: string): void {
    if (this.unit === "byte") this.bytes(new TextEncoder().encode(text));
    else if (this.unit === "char") this.codePoints(text);
    else this.wordsOf(text, true);
  }

  /** One word as it stands. */
  word(word: string): void {
    const room = this.tokens.reserve(1);
    room[this.tokens.length++] = this.idOfWord(word);
  }

  async finish(pause: Pause): Promise<Tokens> {
    const ids = this.tokens.take();
    if (this.unit === "byte") return { ids, symbols: byteNames(), unknown: undefined };
    const { symbols, exchange } = this.vocabulary();
    for (let i = 0; i < ids.length; i++) {
      ids[i] = exchange[ids[i] as number] as number;
      if (i % PIECE === 0) await pause.breathe();
    }
    return { ids, symbols, unknown: this.plan.unknown === undefined ? undefined : 0 };
  }

  private bytes(piece: Uint8Array): void {
    const room = this.tokens.reserve(piece.length);
    room.set(piece, this.tokens.length);
    this.tokens.length += piece.length;
  }

  private codePoints(piece: string): void {
    const room = this.tokens.reserve(piece.length);
    const characters = this.characters as Int32Array;
    let n = this.tokens.length;
    for (let i = 0; i < piece.length; i++) {
      const code = codePointAt(piece, i);
      let id = (characters[code] as number) - 1;
      if (id < 0) {
        id = this.symbols.push(String.fromCodePoint(code)) - 1;
        this.counts.push(0);
        characters[code] = id + 1;
      }
      this.counts[id] = (this.counts[id] as number) + 1;
      room[n++] = id;
      if (code > 0xffff) i++;
    }
    this.tokens.length = n;
  }

  /** Gives what may go on in the next piece. */
  private wordsOf(piece: string, final: boolean): string {
    const room = this.tokens.reserve(piece.length);
    const end = scanWords(piece, final, (token) => {
      room[this.tokens.length++] = this.idOfWord(token);
    });
    return piece.slice(end);
  }

  private idOfWord(word: string): number {
    let id = this.words.get(word);
    if (id === undefined) {
      id = this.symbols.push(word) - 1;
      this.counts.push(0);
      this.words.set(word, id);
    }
    this.counts[id] = (this.counts[id] as number) + 1;
    return id;
  }

  /** The symbols that stay, in their order, and for each id of occurrence the one it becomes. */
  private vocabulary(): { symbols: string[]; exchange: Int32Array } {
    const { size, unknown } = this.plan;
    const { counts } = this;
    // The most frequent first, of equals the earlier; typed arrays sort several times faster than plain ones.
    const byCount = Array.from(Uint32Array.from(counts.keys()).sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b));
    let kept = byCount;
    if (unknown !== undefined) kept = byCount.filter((id) => this.symbols[id] !== unknown).slice(0, size - 1);
    if (this.unit === "char") kept.sort((a, b) => codePoint(this.symbols[a]) - codePoint(this.symbols[b]));
    const first = unknown === undefined ? 0 : 1;
    const exchange = new Int32Array(this.symbols.length);
    kept.forEach((id, place) => (exchange[id] = place + first));
    const symbols = kept.map((id) => this.symbols[id] as string);
    return { symbols: unknown === undefined ? symbols : [unknown, ...symbols], exchange };
  }
}

function codePoint(symbol: string | undefined): number {
  return symbol?.codePointAt(0) ?? 0;
}
