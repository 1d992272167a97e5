/** Where a stretch of text is that a network has read, token by token. */
export interface Stretch {
  /** What stood before it: it opened quotes and lines that reach into the stretch. */
  readonly before: readonly string[];
  /** The text of each token; of a word, detectors look at its first character. */
  readonly marks: readonly string[];
}

/** What detectors are called. `is`: the character itself. */
export type DetectorName =
  | "quotes" | "brackets" | "lineStart" | "linePosition" | "wordStart" | "wordPosition" | "vowel" | "digit" | "upper" | "space" | "punctuation" | "is";

/** Something of a text that a person could name, as a number for each of N tokens. */
export interface Detector {
  readonly name: DetectorName;
  /** Of `is`: the character. */
  readonly character?: string;
  /** [N], 0 or 1; positions count from 0. */
  readonly values: Float32Array;
}

const opening = new Set("“„«‹「『〈《");
const closing = new Set("”»›」』〉》");
const openBrackets = new Set("([{（［【〔");
const closeBrackets = new Set(")]}）］】〕");
const vowels = new Set("aeiouyæœøàáâãäåèéêëìíîïòóôõöùúûüαεηιουωаеёиоуыэюя");
const apostrophes = new Set("'’");

/** Reads a text token by token, and says of each what the detectors see there. */
class Scanner {
  #quotes = 0;
  #brackets = 0;
  #line = -1;
  #word = -1;
  #last = "\n";

  read(mark: string): Record<Exclude<DetectorName, "is">, number> {
    const c = String.fromCodePoint(mark.codePointAt(0) ?? 0xfffd);
    const letter = /\p{L}|\p{M}/u.test(c) && !/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(c);
    const within = this.#word >= 0 && (letter || apostrophes.has(c));
    this.#quote(c);
    this.#bracket(c);
    // An apostrophe stands inside a word; behind one, it ends it.
    this.#word = within ? this.#word + 1 : letter ? 0 : -1;
    this.#line = this.#last === "\n" ? 0 : this.#line + 1;
    this.#last = c;
    const lower = c.toLowerCase();
    return {
      quotes: Math.min(1, this.#quotes), brackets: Math.min(1, this.#brackets),
      lineStart: Number(this.#line === 0), linePosition: this.#line, wordStart: Number(this.#word === 0), wordPosition: Math.max(0, this.#word),
      vowel: Number(vowels.has(lower)), digit: Number(/\p{Nd}/u.test(c)), upper: Number(/\p{Lu}/u.test(c)), space: Number(/\s/u.test(c)), punctuation: Number(/\p{P}/u.test(c)),
    };
  }

  /** The opening mark is inside, the closing one is not. A straight mark opens and closes in turn; an empty line ends all quotes. */
  #quote(c: string): void {
    if (opening.has(c)) this.#quotes++;
    else if (closing.has(c)) this.#quotes = Math.max(0, this.#quotes - 1);
    else if (c === '"') this.#quotes = this.#quotes > 0 ? 0 : 1;
    else if (c === "\n" && this.#last === "\n") this.#quotes = 0;
  }

  #bracket(c: string): void {
    if (openBrackets.has(c)) this.#brackets++;
    else if (closeBrackets.has(c) || (c === "\n" && this.#last === "\n")) this.#brackets = Math.max(0, closeBrackets.has(c) ? this.#brackets - 1 : 0);
  }
}

const names = ["quotes", "brackets", "lineStart", "linePosition", "wordStart", "wordPosition", "vowel", "digit", "upper", "space", "punctuation"] as const;
// A rarer character gives a correlation that chance makes.
const fewest = 8;
const mostCharacters = 24;

/** Everything that the detectors see in stretches of text, end to end; those that see the same everywhere are left out. */
export function detect(stretches: readonly Stretch[]): Detector[] {
  const marks = stretches.flatMap((stretch) => stretch.marks);
  const found = new Map(names.map((name) => [name, new Float32Array(marks.length)]));
  let n = 0;
  for (const stretch of stretches) {
    const scanner = new Scanner();
    for (const mark of stretch.before) scanner.read(mark);
    for (const mark of stretch.marks) {
      const seen = scanner.read(mark);
      for (const name of names) (found.get(name) as Float32Array)[n] = seen[name];
      n++;
    }
  }
  const named: Detector[] = names.map((name) => ({ name, values: found.get(name) as Float32Array }));
  return [...named, ...frequent(marks)].filter(({ values }) => values.some((value) => value !== values[0]));
}

/** One detector for each of the commonest tokens. */
function frequent(marks: readonly string[]): Detector[] {
  const counts = new Map<string, number>();
  for (const mark of marks) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= fewest)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostCharacters)
    .map(([character]) => ({ name: "is", character, values: Float32Array.from(marks, (mark) => Number(mark === character)) }));
}
