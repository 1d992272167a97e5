import type { Baselines, Dataset, Example, InputConfig, OutputConfig, SequenceData, SequenceDataset, SequenceOptions, SeriesDataset, SeriesOptions, TaskDataset, TextDataset, TextUnit } from "../types.js";
import type { Engine } from "./engine.js";
import type { Pattern, Settings } from "./settings.js";

/** What a person chose to learn from, before it is made ready. */
export type Source =
  | { readonly kind: "text"; readonly name: string; readonly text: string; readonly unit?: TextUnit }
  /** `options` as seriesDataset() takes them, but for the window, which is a setting. `period`: rows in a season. */
  | { readonly kind: "series"; readonly name: string; readonly rows: string | readonly number[]; readonly options: Omit<SeriesOptions, "window" | "perStep">; readonly period?: number }
  | { readonly kind: "classes"; readonly name: string; readonly examples: readonly Example[]; readonly options: SequenceOptions }
  | { readonly kind: "task"; readonly name: "adding" | "copy" | "parity" | "reber"; readonly lag: number };

/** A horizontal line to beat, in the unit of the loss. */
export interface Baseline {
  readonly name: "uniform" | "unigram" | "bigram" | "persistence" | "seasonal" | "prior" | "chance";
  readonly loss: number;
}

/** What a network learns from, made ready, with all that views ask of it. */
export type Subject = Common & (
  | { readonly kind: "text"; readonly source: Source & { kind: "text" }; readonly data: TextDataset }
  | { readonly kind: "series"; readonly source: Source & { kind: "series" }; readonly data: SeriesDataset }
  | { readonly kind: "classes"; readonly source: Source & { kind: "classes" }; readonly data: SequenceDataset }
  | { readonly kind: "task"; readonly source: Source & { kind: "task" }; readonly data: TaskDataset }
);

interface Common {
  readonly input: InputConfig;
  readonly output: OutputConfig;
  readonly patterns: readonly Pattern[];
  /** Whole sequences may be read from both ends. */
  readonly bidirectional: boolean;
  /** `nats`: a mean over tokens or targets, `mse`: a mean squared error. */
  readonly unit: "nats" | "mse";
  readonly baselines: Promise<readonly Baseline[]>;
}

const lines = (record: Partial<Record<Baseline["name"], number>>): Baseline[] =>
  (Object.entries(record) as [Baseline["name"], number | undefined][]).flatMap(([name, loss]) => (loss !== undefined && Number.isFinite(loss) ? [{ name, loss }] : []));

/** Makes a source ready; rejects with what is wrong with it. */
export async function prepare(source: Source, settings: Settings, engine: Engine): Promise<Subject> {
  switch (source.kind) {
    case "text": return prepareText(source, engine);
    case "series": return prepareSeries(source, settings, engine);
    case "classes": return prepareClasses(source, engine);
    case "task": return prepareTask(source, settings, engine);
  }
}

async function prepareText(source: Source & { kind: "text" }, engine: Engine): Promise<Subject> {
  const data = await engine.textDataset(source.text, { unit: source.unit ?? "char", validation: 0.1 });
  if (data.tokens < 2) {
    throw new engine.UnfoldError("RANGE", `the text has one distinct token, ${JSON.stringify(data.vocabulary[0])}; 2 or more are wanted`);
  }
  return {
    kind: "text", source, data, input: { tokens: data.tokens }, output: { classes: data.tokens },
    patterns: ["every", "output"], bidirectional: false, unit: "nats", baselines: later(async () => lines({ ...(await data.baselines()) } satisfies Baselines)),
  };
}

async function prepareSeries(source: Source & { kind: "series" }, settings: Settings, engine: Engine): Promise<Subject> {
  const perStep = settings.pattern !== "last";
  // A window is held out when all its targets are: short series need a larger share for there to be any.
  const data = await engine.seriesDataset(source.rows, { validation: 0.25, ...source.options, window: settings.steps, perStep });
  const baselines = later(async () => {
    const { persistence, seasonal } = await data.baselines(source.period === undefined ? {} : { period: source.period });
    return lines({ persistence: persistence.loss, ...(seasonal && { seasonal: seasonal.loss }) });
  });
  return { kind: "series", source, data, input: data.input, output: data.output, patterns: ["last", "every", "output"], bidirectional: !perStep, unit: "mse", baselines };
}

async function prepareClasses(source: Source & { kind: "classes" }, engine: Engine): Promise<Subject> {
  const data = await engine.sequenceDataset(source.examples, source.options);
  const baselines = later(async () => {
    const { uniform, prior } = await data.baselines();
    return lines({ uniform, prior });
  });
  return {
    kind: "classes", source, data, input: data.input, output: data.output, patterns: data.perStep ? ["every"] : ["last"], bidirectional: true,
    unit: "values" in data.output ? "mse" : "nats", baselines,
  };
}

async function prepareTask(source: Source & { kind: "task" }, { seed }: Settings, engine: Engine): Promise<Subject> {
  const { lag } = source;
  const { tasks } = engine;
  const shared = { sequences: 4000, validation: 0.1, seed };
  const data = await {
    adding: () => tasks.addingTask({ ...shared, lag }),
    copy: () => tasks.copyTask({ ...shared, lag }),
    parity: () => tasks.parityTask({ ...shared, length: lag }),
    reber: () => tasks.embeddedReber(shared),
  }[source.name]();
  return {
    kind: "task", source, data, input: data.input, output: data.output, patterns: data.perStep ? ["every"] : ["last"], bidirectional: source.name === "adding" || source.name === "parity",
    unit: "values" in data.output ? "mse" : "nats", baselines: Promise.resolve(lines({ chance: data.chance.loss })),
  };
}

/** Counted when somebody wants it; who does not ask need not catch. */
function later<T>(count: () => Promise<T>): Promise<T> {
  const promise = count();
  promise.catch(() => {});
  return promise;
}

/** Whether the data are one long stream of tokens. */
export function isStream(data: Dataset): data is TextDataset {
  return data.kind !== "sequences";
}

/** Steps in all the sequences of a part. */
export function stepsOf(part: SequenceData["validation"]): number {
  return part === undefined ? 0 : part.lengths.reduce((sum, length) => sum + length, 0);
}
