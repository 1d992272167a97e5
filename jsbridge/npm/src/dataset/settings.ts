import { UnfoldError } from "../errors.js";
import { checkNames, kindOf, nearest } from "../options.js";
import type { Bag, Plain } from "../sanitise.js";
import { sanitiseBag } from "../sanitise.js";

/** Options by name, each read with its type and range. What is wrong is refused as `where: name is …; … is wanted`. */
export class Settings {
  private readonly bag: Bag;

  /** `path` goes before each name in messages: "vocabulary." */
  constructor(readonly where: string, options: unknown, names: readonly string[], private readonly path = "") {
    this.bag = sanitiseBag(options, `${where}: ${path === "" ? "options" : path.slice(0, -1)}`);
    checkNames(where, this.bag, names, path);
  }

  has(name: string): boolean {
    return this.bag[name] !== undefined;
  }

  raw(name: string): Plain {
    return this.bag[name];
  }

  refuse(code: "CONFIG" | "RANGE", name: string, wanted: string): never {
    const value = this.bag[name];
    const came = code === "RANGE" ? String(value) : kindOf(value);
    throw new UnfoldError(code, `${this.where}: ${this.path}${name} is ${came}; ${wanted} is wanted`);
  }

  /** A whole number from `low` to `high`. */
  integer(name: string, low: number, high: number, fallback?: number): number {
    const value = this.bag[name] ?? fallback;
    const wanted = `a whole number, ${high === Number.MAX_SAFE_INTEGER ? `${low} or more,` : `${low} … ${high},`}`;
    if (typeof value !== "number") this.refuse("CONFIG", name, wanted);
    if (!(Number.isInteger(value) && value >= low && value <= high)) this.refuse("RANGE", name, wanted);
    return value;
  }

  /** The share to hold out. */
  share(name: string): number {
    const value = this.bag[name] ?? 0.1;
    if (typeof value !== "number") this.refuse("CONFIG", name, "a share in [0, 0.9]");
    if (!(value >= 0 && value <= 0.9)) this.refuse("RANGE", name, "a share in [0, 0.9]");
    return value;
  }

  seed(): number {
    return this.integer("seed", 0, Number.MAX_SAFE_INTEGER, 0);
  }

  boolean(name: string): boolean {
    const value = this.bag[name] ?? false;
    if (typeof value !== "boolean") this.refuse("CONFIG", name, "true or false");
    return value;
  }

  choice<Name extends string>(name: string, valid: readonly Name[], fallback?: Name): Name {
    const value = this.bag[name] ?? fallback;
    if (typeof value !== "string") this.refuse("CONFIG", name, valid.map((one) => `"${one}"`).join(" or "));
    if ((valid as readonly string[]).includes(value)) return value as Name;
    throw new UnfoldError("CONFIG", `${this.where}: ${this.path}${name} ${JSON.stringify(value.slice(0, 64))} is not one; did you mean "${nearest(value, valid)}"?`);
  }

  /** At least one name, none twice. */
  names(name: string): string[] {
    const value = this.bag[name];
    if (!Array.isArray(value) || value.length === 0 || !value.every((one) => typeof one === "string")) {
      this.refuse("CONFIG", name, "an array of one or more names");
    }
    const names = value as string[];
    const seen = new Set<string>();
    for (const one of names) {
      if (seen.has(one)) throw new UnfoldError("CONFIG", `${this.where}: ${this.path}${name} has ${JSON.stringify(one)} twice`);
      seen.add(one);
    }
    return names;
  }
}

/** The elements of a list that a caller owns; `CONFIG` when reading runs into an error. */
export function readAt(list: ArrayLike<unknown>, index: number, where: string): unknown {
  try {
    return list[index];
  } catch (cause) {
    throw new UnfoldError("CONFIG", `${where}[${index}] cannot be read; plain data is wanted`, { cause });
  }
}

/** A number as it stands, any other value by its kind: for messages about single elements. */
export function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 64 ? `${value.slice(0, 63)}…` : value);
  return kindOf(value);
}
