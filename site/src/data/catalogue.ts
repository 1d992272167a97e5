import { defaults, type Settings, type Source } from "unfold-rnn/views";
import { unifyLines } from "./decode.js";

/** The data that a person can choose; `own` is whatever they brought. */
export const dataIds = ["austen", "devil", "tang", "own", "sunspots", "co2", "surnames", "digits", "adding", "copy", "parity", "reber"] as const;
export type DataId = (typeof dataIds)[number];
export type BuiltIn = Exclude<DataId, "own">;
export type Task = "adding" | "copy" | "parity" | "reber";

interface Offer {
  readonly kind: Source["kind"];
  /** What suits these data, where it is not the default. */
  readonly settings: Partial<Settings>;
  /** How far back a task reaches. */
  readonly lag?: readonly [least: number, most: number, usual: number];
}

const text = { kind: "text", settings: {} } as const satisfies Offer;
const sequences = { batch: 64, learningRate: 0.003, clipNorm: 1, pattern: "last" } as const satisfies Partial<Settings>;

export const offers: Readonly<Record<DataId, Offer>> = {
  austen: text,
  devil: text,
  tang: text,
  own: text,
  sunspots: { kind: "series", settings: { ...sequences, cell: "gru", hidden: 16, batch: 32, steps: 33, learningRate: 0.005 } },
  co2: { kind: "series", settings: { ...sequences, cell: "gru", hidden: 32, steps: 52 } },
  surnames: { kind: "classes", settings: { ...sequences, cell: "gru", bidirectional: true, embedding: 32 } },
  digits: { kind: "classes", settings: { ...sequences, hidden: 64, batch: 32 } },
  adding: { kind: "task", settings: { ...sequences, hidden: 64, batch: 50, learningRate: 0.005 }, lag: [22, 400, 50] },
  copy: { kind: "task", settings: { ...sequences, hidden: 64, batch: 50, learningRate: 0.005, pattern: "every" }, lag: [1, 200, 10] },
  parity: { kind: "task", settings: { ...sequences, cell: "rnn", hidden: 32, batch: 50, learningRate: 0.005 }, lag: [2, 60, 8] },
  reber: { kind: "task", settings: { ...sequences, hidden: 32, batch: 50, learningRate: 0.005, pattern: "every" } },
};

/** Settings that a choice of data begins with. */
export const settingsFor = (data: DataId): Settings => ({ ...defaults, ...offers[data].settings });

export const usualLag = (data: DataId): number => offers[data].lag?.[2] ?? 0;

const files = {
  austen: "data/austen-pride-and-prejudice.txt",
  devil: "data/devils-dictionary.txt",
  tang: "data/tang-wujue.zh-Hant.txt",
  sunspots: "data/sunspots.csv",
  co2: "data/co2.csv",
  surnames: "data/surnames-by-language.tsv",
  digits: "data/digits8x8.csv",
} as const;

const fetched = new Map<string, Promise<string>>();

/** A file that comes with the page; asked for once, and again after a failure. */
function builtIn(file: string): Promise<string> {
  const known = fetched.get(file);
  if (known !== undefined) return known;
  const asked = fetchText(file);
  fetched.set(file, asked);
  asked.catch(() => fetched.delete(file));
  return asked;
}

async function fetchText(file: string): Promise<string> {
  const response = await fetch(new URL(file, document.baseURI));
  if (!response.ok) throw new Error(`${file}: ${response.status} ${response.statusText}`);
  return unifyLines(await response.text());
}

const made = new Map<string, Source>();

/** The source of a choice: the same object each time, so that data that are ready are not made ready again. */
export async function sourceOf(data: BuiltIn, lag: number): Promise<Source> {
  const key = offers[data].lag === undefined ? data : `${data} ${lag}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const source = isTask(data) ? ({ kind: "task", name: data, lag } as const) : read(data, await builtIn(files[data]));
  made.set(key, source);
  return source;
}

function isTask(data: BuiltIn): data is Task {
  return offers[data].kind === "task";
}

function read(data: Exclude<BuiltIn, Task>, file: string): Source {
  switch (data) {
    case "austen":
    case "tang":
      return { kind: "text", name: data, text: file };
    case "devil":
      // Before the first entry stand the headers of editions.
      return { kind: "text", name: data, text: file.slice(Math.max(0, file.indexOf("ABASEMENT, n."))) };
    case "sunspots":
      return { kind: "series", name: data, rows: file, options: { columns: ["SUNACTIVITY"], horizon: 1, validation: 0.2 }, period: 11 };
    case "co2":
      return { kind: "series", name: data, rows: file, options: { columns: ["co2"], horizon: 13, missing: "interpolate", validation: 0.2 }, period: 52 };
    case "surnames":
      return { kind: "classes", name: data, examples: lines(file).map((line) => pair(line.split("\t"))), options: { unit: "char" } };
    case "digits":
      return { kind: "classes", name: data, examples: lines(file).map(digit), options: { features: 8, classes: 10 } };
  }
}

const lines = (file: string): string[] => file.split("\n").filter((line) => line !== "");
const pair = ([input = "", target = ""]: string[]): { input: string; target: string } => ({ input, target });

/** An image of 8 × 8 as 8 steps, a row of 8 pixels each. */
function digit(line: string): { input: number[][]; target: number } {
  const numbers = line.split(",").map(Number);
  return { input: Array.from({ length: 8 }, (_, row) => numbers.slice(8 * row, 8 * row + 8).map((pixel) => pixel / 16)), target: numbers[64] as number };
}
