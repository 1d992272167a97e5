import { UnfoldError } from "../errors.js";
import { kindOf } from "../options.js";
import { TextInputs, isList } from "./inputs.js";
import type { Pause } from "./pieces.js";
import { Growing } from "./room.js";
import { Settings, readAt } from "./settings.js";
import type { TargetReader, Targets } from "./targets.js";

/** The option `sequence`: targets of their own length. Id 0 is kept for the end mark or the blank. */
export function sequenceTargets(settings: Settings): TargetReader {
  const own = new Settings(settings.where, settings.raw("sequence"), ["unit", "vocabulary", "tokens", "end"], "sequence.");
  if (settings.has("perStep") && settings.boolean("perStep")) {
    throw new UnfoldError("CONFIG", `${settings.where}: perStep wants a target for each token of the input; with sequence a target has its own length`);
  }
  const end = own.has("end") ? own.boolean("end") : true;
  if (own.has("unit") === own.has("tokens")) {
    throw new UnfoldError("CONFIG", `${settings.where}: sequence has ${own.has("unit") ? "both" : "neither"} of unit and tokens; exactly one is wanted`);
  }
  if (own.has("unit")) return new TextTargets(own, end);
  if (own.has("vocabulary")) throw new UnfoldError("CONFIG", `${settings.where}: sequence.vocabulary goes with sequence.unit, not with tokens`);
  return new IdTargets(own, end);
}

class TextTargets implements TargetReader {
  private readonly texts: TextInputs;
  private readonly lengths: Growing<Int32Array>;

  constructor(private readonly settings: Settings, private readonly end: boolean) {
    this.texts = new TextInputs(settings);
    this.lengths = new Growing(Int32Array, 1 << 10, settings.where, "targets");
  }

  add(target: unknown, where: string): void {
    this.lengths.push(this.texts.add(target, where));
  }

  async finish(pause: Pause): Promise<Targets> {
    const { values, symbols = [], unknown } = await this.texts.finish(pause);
    const names = ["", ...symbols];
    if (names.length < 2) throw new UnfoldError("RANGE", `${this.settings.where}: all targets are empty; 1 token or more is wanted`);
    const marked = mark(values.map((id) => id + 1) as Int32Array, this.lengths.take(), this.end);
    const text = { unit: this.texts.unit, symbols: names, unknown: unknown === undefined ? undefined : unknown + 1, end: this.end };
    return { output: { classes: names.length }, ...marked, width: 1, names, text };
  }
}

class IdTargets implements TargetReader {
  private readonly tokens: number;
  private readonly ids: Growing<Int32Array>;
  private readonly lengths: Growing<Int32Array>;

  constructor(settings: Settings, private readonly end: boolean) {
    this.tokens = settings.integer("tokens", 2, 1 << 20);
    this.ids = new Growing(Int32Array, 1 << 12, settings.where, "targets");
    this.lengths = new Growing(Int32Array, 1 << 10, settings.where, "targets");
  }

  add(target: unknown, where: string): void {
    if (!isList(target)) throw new UnfoldError("CONFIG", `${where} is ${kindOf(target)}; an array of ids is wanted (sequence.tokens)`);
    for (let t = 0; t < target.length; t++) {
      const id = readAt(target, t, where);
      if (typeof id !== "number") throw new UnfoldError("CONFIG", `${where}[${t}] is ${kindOf(id)}; an id is wanted`);
      if (!(Number.isInteger(id) && id >= 1 && id < this.tokens)) {
        const kept = id === 0 ? `, 0 being the ${this.end ? "end mark" : "blank"}` : "";
        throw new UnfoldError("RANGE", `${where}[${t}] is ${id}; an id of 1 … ${this.tokens - 1} is wanted (sequence.tokens: ${this.tokens})${kept}`);
      }
      this.ids.push(id);
    }
    this.lengths.push(target.length);
  }

  finish(): Targets {
    const names = Array.from({ length: this.tokens }, (_, id) => (id === 0 ? "" : String(id)));
    return { output: { classes: this.tokens }, ...mark(this.ids.take(), this.lengths.take(), this.end), width: 1, names };
  }
}

/** Puts the end mark behind every target, where one is wanted. */
function mark(values: Int32Array, lengths: Int32Array, end: boolean): { values: Int32Array; lengths: Int32Array } {
  if (!end) return { values, lengths };
  const marked = new Int32Array(values.length + lengths.length);
  let at = 0;
  lengths.forEach((length, n) => {
    marked.set(values.subarray(at, at + length), at + n);
    at += length;
  });
  return { values: marked, lengths: lengths.map((length) => length + 1) };
}
