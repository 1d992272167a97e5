import { bounds, type Settings } from "unfold-rnn/views";
import { type DataId, dataIds, offers, settingsFor, usualLag } from "../data/catalogue.js";
import { type LessonId, lessonIds } from "../lessons/ids.js";

/** All that an address says about the page; what it does not say is usual. */
export interface PageState {
  data: DataId;
  lag: number;
  settings: Settings;
  /** Train to this step and stop there. */
  step?: number;
  panel?: string;
  hide: string[];
  lesson?: LessonId;
  /** Says nothing of data and network: a lesson has its own. */
  bare?: boolean;
  lang?: "en" | "zh";
  /** The person's own text: packed, or by what it can be told. */
  text?: string;
  /** What it is called, by which it is told whether it is a table. */
  name?: string;
  sha?: string;
  length?: number;
}

/** A value that an address may not have, and what was wanted in its place. */
export interface BadValue {
  readonly key: string;
  readonly value: string;
  readonly wanted: string;
}

interface Field<T> {
  read(text: string): T | undefined;
  write(value: T): string;
  readonly wanted: string;
}

const longestValue = 40;

function oneOf<T extends string>(...values: readonly T[]): Field<T> {
  return { read: (text) => values.find((one) => one === text), write: String, wanted: values.join(", ") };
}

function number([least, most]: readonly [number, number], whole: boolean): Field<number> {
  return {
    read(text) {
      const value = /^-?\d*\.?\d+(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
      return value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : undefined;
    },
    write: String,
    wanted: `${least} … ${most}`,
  };
}

const flag: Field<boolean> = { read: (text) => (text === "1" ? true : text === "0" ? false : undefined), write: (value) => (value ? "1" : "0"), wanted: "0, 1" };
const pieces = (matcher: RegExp, wanted: string): Field<string> => ({ read: (text) => (matcher.test(text) ? text : undefined), write: String, wanted });

const settings: { readonly [K in keyof Settings]: { readonly key: string; readonly field: Field<Settings[K]> } } = {
  pattern: { key: "pattern", field: oneOf("every", "output", "last") },
  cell: { key: "cell", field: oneOf("rnn", "gru", "lstm") },
  activation: { key: "act", field: oneOf("tanh", "relu") },
  bidirectional: { key: "bi", field: flag },
  hidden: { key: "h", field: number(bounds.hidden, true) },
  layers: { key: "layers", field: number(bounds.layers, true) },
  embedding: { key: "emb", field: number(bounds.embedding, true) },
  batch: { key: "b", field: number(bounds.batch, true) },
  steps: { key: "T", field: number(bounds.steps, true) },
  optimizer: { key: "opt", field: oneOf("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw") },
  // Beyond the slider's end a rate may be typed: how it blows up is worth a link too.
  learningRate: { key: "lr", field: number([1e-9, 1e9], false) },
  clipNorm: { key: "clip", field: number(bounds.clipNorm, false) },
  radius: { key: "rho", field: number(bounds.radius, false) },
  seed: { key: "seed", field: number([0, Number.MAX_SAFE_INTEGER], true) },
};

const step = number([0, 1e7], true);
const length = number([1, 1e9], true);
const lang = oneOf("en", "zh");
const lesson = oneOf(...lessonIds);
const data = oneOf(...dataIds);
const panel = pieces(/^[a-z]{1,20}$/, "a panel's name");
const hide = pieces(/^[a-z]{1,20}(,[a-z]{1,20}){0,30}$/, "names of panels, with commas between");
const text = pieces(/^[\w-]{1,12000}$/, "base64url");
const name = pieces(/^[^\p{Cc}]{1,80}$/u, "a name");
const sha = pieces(/^[0-9a-f]{64}$/, "64 hexadecimal digits");

/** What an address' fragment says. Keys that nobody knows are passed over; of a value that cannot be, the usual one is taken, and it is named. */
export function parseState(fragment: string): { state: PageState; bad: BadValue[]; said: boolean } {
  const query = new URLSearchParams(fragment.replace(/^#/, "").slice(0, 20_000));
  const bad: BadValue[] = [];
  const take = <T>(key: string, { read, wanted }: Field<T>): T | undefined => {
    const given = query.get(key);
    if (given === null) return undefined;
    const value = read(given);
    if (value === undefined) bad.push({ key, value: given.length > longestValue ? `${given.slice(0, longestValue)}…` : given, wanted });
    return value;
  };
  const chosen = take("data", data) ?? "austen";
  const range = offers[chosen].lag;
  const lag = range === undefined ? 0 : (take("lag", number([range[0], range[1]], true)) ?? usualLag(chosen));
  const found: Partial<Record<keyof Settings, unknown>> = {};
  for (const [name, { key, field }] of Object.entries(settings)) {
    const value = take(key, field as Field<unknown>);
    if (value !== undefined) found[name as keyof Settings] = value;
  }
  const rest = definite({ step: take("step", step), panel: take("panel", panel), lesson: take("lesson", lesson), lang: take("lang", lang), text: take("text", text), name: take("name", name), sha: take("sha", sha), length: take("len", length) });
  const state: PageState = { data: chosen, lag, settings: { ...settingsFor(chosen), ...(found as Partial<Settings>) }, hide: take("hide", hide)?.split(",") ?? [], ...rest };
  const said = query.has("data") || Object.keys(found).length > 0;
  if (!said && state.lesson !== undefined) state.bare = true;
  return { state, bad, said: said || state.lesson !== undefined };
}

/** The fragment that says it: as short as it can be, since what is usual is left out. */
export function writeState(state: PageState): string {
  const parts: [string, string][] = [["v", "1"], ["data", state.data]];
  if (offers[state.data].lag !== undefined && state.lag !== usualLag(state.data)) parts.push(["lag", String(state.lag)]);
  const usual = settingsFor(state.data);
  for (const [name, { key, field }] of Object.entries(settings)) {
    const value = state.settings[name as keyof Settings];
    if (value !== usual[name as keyof Settings]) parts.push([key, (field as Field<unknown>).write(value)]);
  }
  if (state.step !== undefined) parts.push(["step", String(state.step)]);
  if (state.lesson !== undefined) parts.push(["lesson", state.lesson]);
  if (state.panel !== undefined) parts.push(["panel", state.panel]);
  if (state.hide.length > 0) parts.push(["hide", state.hide.join(",")]);
  if (state.lang !== undefined) parts.push(["lang", state.lang]);
  if (state.text !== undefined) parts.push(["text", state.text]);
  if (state.name !== undefined) parts.push(["name", state.name]);
  if (state.sha !== undefined) parts.push(["sha", state.sha]);
  if (state.length !== undefined) parts.push(["len", String(state.length)]);
  return `#${parts.map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&")}`;
}

function definite<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
