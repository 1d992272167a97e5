import type { Settings } from "../lab/settings.js";
import { bounds, defaults } from "../lab/settings.js";
import type { Source } from "../lab/source.js";
import { austen, names, sunspots } from "./samples-of-data.js";

/** What `data` may name. */
export const builtIn = ["austen", "names", "sunspots", "sine", "adding", "copy", "parity", "reber"] as const;
export type BuiltIn = (typeof builtIn)[number];

/** The views that `panels` may name, in the order of `<unfold-lab>`. */
export const panelNames = ["graph", "loss", "samples", "heatmap", "memory", "connectivity", "states", "compare", "forecast", "confusion", "check"] as const;
export type PanelName = (typeof panelNames)[number];

/** An attribute that cannot be taken: which one, what came, what was wanted. */
export class AttributeError extends Error {
  override readonly name = "AttributeError";
}

function refuse(name: string, came: string, wanted: string): never {
  throw new AttributeError(`<unfold-lab ${name}=${JSON.stringify(came.slice(0, 64))}>: ${wanted} is wanted`);
}

/** The source that `data` names. */
export function sourceNamed(name: string): Source {
  switch (name) {
    case "austen": return { kind: "text", name, text: austen };
    case "names": return { kind: "text", name, text: names };
    case "sunspots": return { kind: "series", name, rows: sunspots, options: { columns: ["SUNACTIVITY"] }, period: 11 };
    case "sine": return { kind: "series", name, rows: Array.from({ length: 400 }, (_, t) => Math.sin(t / 6) + 0.4 * Math.sin(t / 2.3)), options: { columns: ["value"] } };
    case "adding": return { kind: "task", name, lag: 30 };
    case "copy": return { kind: "task", name, lag: 10 };
    case "parity": return { kind: "task", name, lag: 8 };
    case "reber": return { kind: "task", name, lag: 1 };
    default: return refuse("data", name, builtIn.join(", "));
  }
}

/** The attributes of `<unfold-lab>` that are settings: name, setting, and how it is read. */
const numbers = { units: "hidden", hidden: "hidden", layers: "layers", "seq-len": "steps", batch: "batch", lr: "learningRate", seed: "seed" } as const;
export const settingAttributes = ["cell", ...Object.keys(numbers)] as const;

/** Settings by attributes; absent ones stay as `base` has them. */
export function settingsOf(get: (attribute: string) => string | null, base: Partial<Settings> = {}): Partial<Settings> {
  const settings: Partial<Settings> = { ...base };
  const cell = get("cell");
  if (cell !== null) settings.cell = (["rnn", "gru", "lstm"] as const).find((one) => one === cell) ?? refuse("cell", cell, "rnn, gru, lstm");
  for (const [attribute, name] of Object.entries(numbers)) {
    const text = get(attribute);
    // HTML has a `hidden` of its own, without a number.
    if (text === null || (attribute === "hidden" && !/\S/.test(text))) continue;
    const value = Number(text);
    const [least, most] = name === "seed" ? [0, Number.MAX_SAFE_INTEGER] : bounds[name];
    const whole = name !== "learningRate";
    if (text.trim() === "" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      refuse(attribute, text, `a ${whole ? "whole " : ""}number from ${least} to ${most}`);
    }
    settings[name] = value;
  }
  return settings;
}

/** What small data are learnt with where nothing is said. */
export function suggested(source: Source): Partial<Settings> {
  switch (source.kind) {
    case "text": return { hidden: source.text.length > 100_000 ? defaults.hidden : 64 };
    case "series": return { pattern: "every", cell: "gru", hidden: 24, steps: 33, batch: 16, learningRate: 0.005 };
    case "classes": return { pattern: "last", cell: "gru", hidden: 48 };
    case "task": return { cell: "lstm", hidden: 48, learningRate: 0.005, clipNorm: 1 };
  }
}

export function panelsOf(text: string | null): PanelName[] {
  if (text === null) return ["loss", "samples", "forecast", "confusion"];
  return text.split(/[\s,]+/).filter(Boolean).map((name) => panelNames.find((one) => one === name) ?? refuse("panels", name, panelNames.join(", ")));
}

/** The number of `steps`: training ends there. */
export function untilOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !(Number.isInteger(value) && value >= 1)) refuse("steps", text, "a whole number, 1 or more,");
  return value;
}
