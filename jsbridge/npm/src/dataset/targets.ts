import { UnfoldError } from "../errors.js";
import { kindOf, nearest } from "../options.js";
import type { OutputConfig } from "../types.js";
import { isList, readFloat } from "./inputs.js";
import type { Pause } from "./pieces.js";
import { Growing } from "./room.js";
import { sequenceTargets } from "./sequence-targets.js";
import type { Settings } from "./settings.js";
import { readAt, shown } from "./settings.js";
import type { TextUnit } from "./types.js";

/** Most classes that are named by number. */
const MOST_CLASSES = 1 << 20;

/** Targets of all examples, end to end: ids, or vectors of O. */
export interface Targets {
  output: OutputConfig;
  values: Int32Array | Float32Array;
  /** O; 1 for classes. */
  width: number;
  /** Names of classes or labels. */
  names: string[];
  /** Of sequences: the steps of each, and what codes their text. */
  lengths?: Int32Array;
  text?: TargetText;
}

/** The vocabulary of targets that are texts. Id 0 of `symbols` is "", the end mark or the blank. */
export interface TargetText {
  unit: TextUnit;
  symbols: string[];
  unknown: number | undefined;
  /** Whether targets end with the mark. */
  end: boolean;
}

/** Takes one target after another; `where` names it. */
export interface TargetReader {
  add(target: unknown, where: string): void;
  finish(pause: Pause): Targets | Promise<Targets>;
}

/** The one of classes, labels, values, sequence that is given; classes when none is. */
export function targetReader(settings: Settings): TargetReader {
  const given = ["classes", "labels", "values", "sequence"].filter((name) => settings.has(name));
  if (given.length > 1) throw new UnfoldError("CONFIG", `${settings.where}: ${given.join(" and ")} came; at most one of classes, labels, values, sequence is wanted`);
  if (settings.has("sequence")) return sequenceTargets(settings);
  if (settings.has("labels")) return new LabelTargets(settings);
  if (settings.has("values")) return new ValueTargets(settings);
  if (typeof settings.raw("classes") === "number") {
    const count = settings.integer("classes", 2, MOST_CLASSES);
    return new KnownClasses(settings, Array.from({ length: count }, (_, id) => String(id)), true);
  }
  if (settings.has("classes")) return new KnownClasses(settings, settings.names("classes"), false);
  return new FoundClasses(settings);
}

class KnownClasses implements TargetReader {
  private readonly ids: Growing<Int32Array>;
  private readonly idOf: Map<string, number>;

  constructor(settings: Settings, private readonly names: string[], private readonly numbered: boolean) {
    if (names.length < 2) throw new UnfoldError("RANGE", `${settings.where}: classes has 1 name; 2 or more are wanted`);
    this.ids = new Growing(Int32Array, 1 << 10, settings.where, "targets");
    this.idOf = new Map(names.map((name, id) => [name, id]));
  }

  add(target: unknown, where: string): void {
    const { names, numbered } = this;
    if (typeof target === "string" && !numbered) {
      const id = this.idOf.get(target);
      if (id === undefined) {
        throw new UnfoldError("RANGE", `${where} is ${shown(target)}, which is not one of classes; did you mean ${JSON.stringify(nearest(target, names.slice(0, 1000)))}?`);
      }
      this.ids.push(id);
      return;
    }
    if (typeof target !== "number") throw new UnfoldError("CONFIG", `${where} is ${kindOf(target)}; ${numbered ? "the number of a class" : "the name of a class"} is wanted`);
    if (!(Number.isInteger(target) && target >= 0 && target < names.length)) {
      throw new UnfoldError("RANGE", `${where} is ${target}; a class of 0 … ${names.length - 1} is wanted`);
    }
    this.ids.push(target);
  }

  finish(): Targets {
    return { output: { classes: this.names.length }, values: this.ids.take(), width: 1, names: this.names };
  }
}

/** Classes by the names or numbers that occur. */
class FoundClasses implements TargetReader {
  private readonly ids: Growing<Int32Array>;
  private readonly idOf = new Map<string, number>();
  private kind: "string" | "number" | undefined;
  private largest = 0;

  constructor(private readonly settings: Settings) {
    this.ids = new Growing(Int32Array, 1 << 10, settings.where, "targets");
  }

  add(target: unknown, where: string): void {
    if (typeof target !== "string" && typeof target !== "number") {
      throw new UnfoldError("CONFIG", `${where} is ${kindOf(target)}; the name or number of a class is wanted (or the option labels or values)`);
    }
    this.kind ??= typeof target as "string" | "number";
    if (typeof target !== this.kind) throw new UnfoldError("CONFIG", `${where} is ${shown(target)}; a ${this.kind} is wanted, as the targets before it are`);
    if (typeof target === "number") {
      if (!(Number.isInteger(target) && target >= 0 && target < MOST_CLASSES)) {
        throw new UnfoldError("RANGE", `${where} is ${target}; a class of 0 … ${MOST_CLASSES - 1} is wanted (for numbers to be predicted: values: 1)`);
      }
      this.largest = Math.max(this.largest, target);
      this.ids.push(target);
      return;
    }
    let id = this.idOf.get(target);
    if (id === undefined) this.idOf.set(target, (id = this.idOf.size));
    this.ids.push(id);
  }

  finish(): Targets {
    const values = this.ids.take();
    let names: string[];
    if (this.kind === "number") {
      names = Array.from({ length: this.largest + 1 }, (_, id) => String(id));
    } else {
      names = [...this.idOf.keys()].sort();
      const exchange = new Int32Array(names.length);
      names.forEach((name, place) => (exchange[this.idOf.get(name) as number] = place));
      values.forEach((id, i) => (values[i] = exchange[id] as number));
    }
    if (names.length < 2) {
      throw new UnfoldError("RANGE", `${this.settings.where}: all targets are ${JSON.stringify(names[0])}; 2 or more classes are wanted`);
    }
    return { output: { classes: names.length }, values, width: 1, names };
  }
}

class LabelTargets implements TargetReader {
  private readonly names: string[];
  private readonly idOf: Map<string, number>;
  private readonly values: Growing<Float32Array>;

  constructor(settings: Settings) {
    this.names = settings.names("labels");
    this.idOf = new Map(this.names.map((name, id) => [name, id]));
    this.values = new Growing(Float32Array, 1 << 10, settings.where, "targets");
  }

  add(target: unknown, where: string): void {
    if (!isList(target)) throw new UnfoldError("CONFIG", `${where} is ${kindOf(target)}; an array of the labels that hold is wanted`);
    const width = this.names.length;
    const room = this.values.reserve(width);
    const start = this.values.length;
    room.fill(0, start, start + width);
    for (let i = 0; i < target.length; i++) {
      const label = readAt(target, i, where);
      const id = typeof label === "string" ? this.idOf.get(label) : undefined;
      if (id === undefined) {
        const meant = typeof label === "string" ? `; did you mean ${JSON.stringify(nearest(label, this.names.slice(0, 1000)))}?` : "";
        throw new UnfoldError("RANGE", `${where}[${i}] is ${shown(label)}, which is not one of labels${meant}`);
      }
      room[start + id] = 1;
    }
    this.values.length += width;
  }

  finish(): Targets {
    const width = this.names.length;
    return { output: { labels: width }, values: this.values.take(), width, names: this.names };
  }
}

class ValueTargets implements TargetReader {
  private readonly width: number;
  private readonly values: Growing<Float32Array>;

  constructor(settings: Settings) {
    this.width = settings.integer("values", 1, 2 ** 31 - 1);
    this.values = new Growing(Float32Array, 1 << 10, settings.where, "targets");
  }

  add(target: unknown, where: string): void {
    const { width } = this;
    if (width === 1 && !isList(target)) {
      this.values.push(readFloat(target, where));
      return;
    }
    if (!isList(target)) throw new UnfoldError("CONFIG", `${where} is ${kindOf(target)}; ${width} numbers are wanted (values: ${width})`);
    if (target.length !== width) throw new UnfoldError("SHAPE", `${where} holds ${target.length} numbers; ${width} are wanted (values: ${width})`);
    for (let i = 0; i < width; i++) this.values.push(readFloat(readAt(target, i, where), `${where}[${i}]`));
  }

  finish(): Targets {
    return { output: { values: this.width }, values: this.values.take(), width: this.width, names: [] };
  }
}
