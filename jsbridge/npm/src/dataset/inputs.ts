import { UnfoldError } from "../errors.js";
import { kindOf } from "../options.js";
import type { InputConfig } from "../types.js";
import type { Pause } from "./pieces.js";
import { Growing } from "./room.js";
import type { Settings } from "./settings.js";
import { readAt, shown } from "./settings.js";
import { Tokeniser, UNITS, readVocabularyPlan } from "./tokenise.js";
import type { TextUnit } from "./types.js";

/** Inputs of all examples, end to end: [ΣT] ids or [ΣT, I]. */
export interface Inputs {
  input: InputConfig;
  values: Int32Array | Float32Array;
  unit?: TextUnit;
  symbols?: string[];
  unknown?: number | undefined;
}

/** Takes the input of one example after another. */
export interface InputReader {
  /** Gives the number T of its steps. */
  add(input: unknown, where: string): number;
  finish(pause: Pause): Promise<Inputs>;
}

/** The one of unit, tokens, features that is given. */
export function inputReader(settings: Settings): InputReader {
  const given = ["unit", "tokens", "features"].filter((name) => settings.has(name));
  if (given.length !== 1) {
    throw new UnfoldError("CONFIG", `${settings.where}: ${given.length === 0 ? "none" : given.join(" and ")} of unit, tokens, features came; exactly one is wanted`);
  }
  if (settings.has("unit")) return new TextInputs(settings);
  if (settings.has("vocabulary")) throw new UnfoldError("CONFIG", `${settings.where}: vocabulary goes with unit, not with ${given[0]}`);
  return settings.has("tokens") ? new TokenInputs(settings) : new FeatureInputs(settings);
}

/** An array of whatever kind a caller may own. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** A number that is finite as a 32-bit float. */
export function readFloat(value: unknown, where: string): number {
  if (typeof value !== "number") throw new UnfoldError("CONFIG", `${where} is ${kindOf(value)}; a number is wanted`);
  if (!Number.isFinite(Math.fround(value))) throw new UnfoldError("RANGE", `${where} is ${value}; a finite 32-bit float is wanted`);
  return value;
}

/** Texts, or with unit "word" arrays of words. */
export class TextInputs implements InputReader {
  readonly unit: TextUnit;
  private readonly tokeniser: Tokeniser;

  constructor(settings: Settings) {
    this.unit = settings.choice("unit", UNITS);
    this.tokeniser = new Tokeniser(this.unit, readVocabularyPlan(settings, this.unit), settings.where, 1 << 12);
  }

  add(input: unknown, where: string): number {
    const before = this.tokeniser.length;
    if (typeof input === "string") this.tokeniser.whole(input);
    else if (this.unit === "word" && Array.isArray(input)) this.words(input, where);
    else throw new UnfoldError("CONFIG", `${where} is ${kindOf(input)}; ${this.unit === "word" ? "a text or an array of words" : "a text"} is wanted (unit: "${this.unit}")`);
    return this.tokeniser.length - before;
  }

  async finish(pause: Pause): Promise<Inputs> {
    const { ids, symbols, unknown } = await this.tokeniser.finish(pause);
    return { input: { tokens: symbols.length }, values: ids, unit: this.unit, symbols, unknown };
  }

  private words(list: unknown[], where: string): void {
    for (let t = 0; t < list.length; t++) {
      const word = readAt(list, t, where);
      if (typeof word !== "string" || word === "") throw new UnfoldError("CONFIG", `${where}[${t}] is ${shown(word)}; a word is wanted`);
      this.tokeniser.word(word);
    }
  }
}

class TokenInputs implements InputReader {
  private readonly tokens: number;
  private readonly ids: Growing<Int32Array>;

  constructor(settings: Settings) {
    this.tokens = settings.integer("tokens", 1, 2 ** 31 - 1);
    this.ids = new Growing(Int32Array, 1 << 12, settings.where, "tokens");
  }

  add(input: unknown, where: string): number {
    if (!isList(input)) throw new UnfoldError("CONFIG", `${where} is ${kindOf(input)}; an array of ids is wanted`);
    const { length } = input;
    for (let t = 0; t < length; t++) {
      const id = readAt(input, t, where);
      if (typeof id !== "number") throw new UnfoldError("CONFIG", `${where}[${t}] is ${kindOf(id)}; an id is wanted`);
      if (!(Number.isInteger(id) && id >= 0 && id < this.tokens)) {
        throw new UnfoldError("RANGE", `${where}[${t}] is ${id}; an id of 0 … ${this.tokens - 1} is wanted (tokens: ${this.tokens})`);
      }
      this.ids.push(id);
    }
    return length;
  }

  async finish(): Promise<Inputs> {
    return { input: { tokens: this.tokens }, values: this.ids.take() };
  }
}

class FeatureInputs implements InputReader {
  private readonly features: number;
  private readonly values: Growing<Float32Array>;

  constructor(settings: Settings) {
    this.features = settings.integer("features", 1, 2 ** 31 - 1);
    this.values = new Growing(Float32Array, 1 << 12, settings.where, "numbers");
  }

  add(input: unknown, where: string): number {
    const { features } = this;
    if (!isList(input)) throw new UnfoldError("CONFIG", `${where} is ${kindOf(input)}; an array of vectors of ${features} is wanted`);
    const { length } = input;
    // A typed array is flat.
    const flat = ArrayBuffer.isView(input);
    if (flat && length % features !== 0) throw new UnfoldError("SHAPE", `${where} holds ${length} numbers; a multiple of ${features} is wanted (features: ${features})`);
    for (let t = 0; t < length; t++) {
      const step = readAt(input, t, where);
      if (flat || (features === 1 && !isList(step))) this.values.push(readFloat(step, `${where}[${t}]`));
      else this.vector(step, `${where}[${t}]`);
    }
    return flat ? length / features : length;
  }

  async finish(): Promise<Inputs> {
    return { input: { features: this.features }, values: this.values.take() };
  }

  private vector(step: unknown, where: string): void {
    const { features } = this;
    if (!isList(step)) throw new UnfoldError("CONFIG", `${where} is ${kindOf(step)}; a vector of ${features} is wanted (features: ${features})`);
    if (step.length !== features) throw new UnfoldError("SHAPE", `${where} holds ${step.length} numbers; ${features} are wanted (features: ${features})`);
    for (let i = 0; i < features; i++) this.values.push(readFloat(readAt(step, i, where), `${where}[${i}]`));
  }
}
