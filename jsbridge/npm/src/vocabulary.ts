import { UnfoldError } from "./errors.js";
import { bareOptions } from "./options.js";

// A byte order mark in the middle of generated text is text.
const KEEP_BOM = /* @__PURE__ */ bareOptions({ ignoreBOM: true, fatal: false });
const REPLACEMENT = 0xfffd;

/** The code point at `i`; a surrogate without its other half becomes U+FFFD. */
export function codePointAt(text: string, i: number): number {
  const code = text.codePointAt(i) ?? REPLACEMENT;
  return code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code;
}

/** What the 256 tokens of unit "byte" are called: ASCII by itself, the rest in hexadecimal. */
export function byteNames(): string[] {
  return Array.from({ length: 256 }, (_, b) => (b < 128 ? String.fromCharCode(b) : `\\x${b.toString(16)}`));
}

/** Turns tokens into text one at a time. */
export interface TextStream {
  /** "" as long as a character of several bytes is not whole. */
  push(token: number): string;
}

/**
 * Between text and the ids of targets: id 0 is the end mark or the blank, which stands for no text; the others are the ids of
 * `base`, one up.
 */
export class TargetVocabulary {
  constructor(readonly base: Vocabulary) {}

  encode(text: string, where: string): Int32Array<ArrayBuffer> {
    return this.base.encode(text, where).map((id) => id + 1);
  }

  decode(ids: ArrayLike<number>, where: string): string {
    return this.base.decode(Array.from(ids).filter((id) => id !== 0).map((id) => id - 1), where);
  }
}

/** What a model knows of the texts that it reads and writes. */
export interface Vocabularies {
  vocabulary: Vocabulary | undefined;
  targets: TargetVocabulary | undefined;
}

/** Between text and token ids. */
export class Vocabulary {
  private readonly ids = new Map<number, number>();

  constructor(readonly unit: "char" | "byte", readonly symbols: readonly string[]) {
    if (unit === "byte") return;
    symbols.forEach((symbol, id) => this.ids.set(codePointAt(symbol, 0), id));
  }

  /** `RANGE` for a character that is not there, with its position in code points. */
  encode(text: string, where: string): Int32Array<ArrayBuffer> {
    if (this.unit === "byte") return new Int32Array(new TextEncoder().encode(text));
    const out = new Int32Array(text.length);
    let n = 0;
    for (let i = 0; i < text.length; i++) {
      const code = codePointAt(text, i);
      const id = this.ids.get(code);
      if (id === undefined) {
        const hex = code.toString(16).toUpperCase().padStart(4, "0");
        throw new UnfoldError("RANGE", `${where}: ${JSON.stringify(String.fromCodePoint(code))} (U+${hex}) at character ${n} is not in the vocabulary of ${this.symbols.length}`);
      }
      out[n++] = id;
      if (code > 0xffff) i++;
    }
    return out.slice(0, n);
  }

  decode(ids: ArrayLike<number>, where: string): string {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (!(Number.isInteger(id) && id >= 0 && id < this.symbols.length)) {
        throw new UnfoldError("RANGE", `${where}: id ${id} at ${i} is not one of 0 … ${this.symbols.length - 1}`);
      }
    }
    if (this.unit === "byte") return new TextDecoder("utf-8", KEEP_BOM).decode(Uint8Array.from(ids));
    let text = "";
    for (let i = 0; i < ids.length; i++) text += this.symbols[ids[i] as number];
    return text;
  }

  stream(): TextStream {
    if (this.unit === "char") return { push: (token) => this.symbols[token] ?? "" };
    const decoder = new TextDecoder("utf-8", KEEP_BOM);
    return { push: (token) => decoder.decode(Uint8Array.of(token), { stream: true }) };
  }
}
