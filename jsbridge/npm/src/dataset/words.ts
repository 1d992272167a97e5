import { codePointAt } from "../vocabulary.js";

/** Code points in the longest word; what goes on after it is the next one. */
export const LONGEST_WORD = 64;

const ALONE = 1; // a token by itself
const LETTER = 2; // begins a word and continues it: letters and digits
const MARK = 3; // continues a word: accents, vowel signs
const APOSTROPHE = 4; // continues a word between two letters

// Of scripts that put no space between words, those where a character is about a word or a syllable.
const IDEOGRAPH = /[\p{Script_Extensions=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}]/u;
const LETTERS = /[\p{L}\p{N}]/u;
const MARKS = /\p{M}/u;

// One byte a code point, 0 until it has been looked at.
let classes: Uint8Array | undefined;

function classOf(code: number): number {
  classes ??= new Uint8Array(0x110000);
  const known = classes[code] as number;
  if (known !== 0) return known;
  const character = String.fromCodePoint(code);
  let found = ALONE;
  if (code === 0x27 || code === 0x2019) found = APOSTROPHE;
  else if (!IDEOGRAPH.test(character)) found = LETTERS.test(character) ? LETTER : MARKS.test(character) ? MARK : ALONE;
  classes[code] = found;
  return found;
}

/**
 * Cuts a text into the tokens of unit "word" (see TextUnit) and gives the index of the first code unit that it left: a word at
 * the end of a piece that is not `final` may go on in the next.
 */
export function scanWords(text: string, final: boolean, emit: (token: string) => void): number {
  const { length } = text;
  let i = 0;
  while (i < length) {
    const start = i;
    const first = codePointAt(text, i);
    i += first > 0xffff ? 2 : 1;
    if (classOf(first) !== LETTER) {
      emit(first === 0xfffd ? "\ufffd" : text.slice(start, i));
      continue;
    }
    let count = 1;
    while (i < length && count < LONGEST_WORD) {
      const code = codePointAt(text, i);
      const kind = classOf(code);
      if (kind === LETTER || kind === MARK) {
        i += code > 0xffff ? 2 : 1;
      } else if (kind === APOSTROPHE) {
        if (i + 1 >= length) {
          if (!final) return start;
          break;
        }
        if (classOf(codePointAt(text, i + 1)) !== LETTER) break;
        i++;
      } else {
        break;
      }
      count++;
    }
    if (i >= length && count < LONGEST_WORD && !final) return start;
    emit(text.slice(start, i));
  }
  return length;
}
