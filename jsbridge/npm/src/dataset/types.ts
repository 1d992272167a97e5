/**
 * What the dataset functions take and give. Dimension letters: N sequences, T steps, I inputs, O outputs, V vocabulary,
 * C classes. Arrays are row-major; sequences of unlike length lie end to end, so ΣT is the sum of `lengths`.
 */
import type { InputConfig, OutputConfig } from "../types.js";

/** Token ids to train on; what textDataset() gives, or your own. */
export interface TokenDataset {
  readonly kind?: "stream";
  /** V: ids are 0 … tokens-1. */
  readonly tokens: number;
  /** The training part. */
  readonly ids: Int32Array;
  /** The held-out part. */
  readonly validationIds?: Int32Array;
  readonly unit?: TextUnit;
  /** V texts, one a token. */
  readonly vocabulary?: readonly string[];
  /** Id of the token that stands for all that is not in the vocabulary. */
  readonly unknown?: number;
}

/** N sequences, end to end. */
export interface Sequences {
  /** [N], each 1 or more. */
  readonly lengths: Int32Array;
  /** [ΣT] ids, or [ΣT, I]. */
  readonly inputs: Int32Array | Float32Array;
  /**
   * Per step [ΣT] ids or [ΣT, O]; one a sequence [N] ids or [N, O]. Ids for `classes`, floats for `values` and `labels` (0 or 1).
   * With `targetLengths`: ids end to end, as many as their sum.
   */
  readonly targets: Int32Array | Float32Array;
  /** Targets that are sequences of their own: [N], each 0 or more. */
  readonly targetLengths?: Int32Array;
}

/**
 * Sequences with targets to train on; what seriesDataset(), sequenceDataset() and the tasks give, or your own. `input` and
 * `output` are those of a fitting ModelConfig; its `readout` is "every" with `perStep`, else "last"; targets of
 * their own length want a `decoder` or `loss: "ctc"`.
 */
export interface SequenceData {
  readonly kind: "sequences";
  readonly input: InputConfig;
  readonly output: OutputConfig;
  /** A target for every step, or one for each sequence. */
  readonly perStep: boolean;
  readonly train: Sequences;
  /** The held-out part. */
  readonly validation?: Sequences;
  /** Present for inputs made of text, with what encodes them. */
  readonly unit?: TextUnit;
  readonly vocabulary?: readonly string[];
  readonly unknown?: number;
  /** Present for targets made of text: one a class, "" for id 0, the end mark or the blank. */
  readonly targetUnit?: TextUnit;
  readonly targetVocabulary?: readonly string[];
  readonly targetUnknown?: number;
}

/** What model.train() takes. */
export type Dataset = TokenDataset | SequenceData;

/**
 * `char`: code points. `byte`: UTF-8. `word`: letters and digits in a row, with the marks on them and single apostrophes between
 * them ("don't"), cut after 64; each ideograph and kana by itself; any other code point (space, line break, punctuation, emoji)
 * by itself. Nothing is lost: the tokens joined are the text.
 */
export type TextUnit = "char" | "byte" | "word";

/** For `char` and `word`: a vocabulary with an unknown token, which has id 0. */
export interface VocabularyOptions {
  /** Most tokens V, the unknown one counted; 2 or more. The most frequent of all the text stay, the earlier of equally frequent ones. Absent: all. */
  size?: number;
  /** How the unknown token is written; default "\ufffd" for `char`, "<unk>" for `word`. A token of the text written so is the unknown one. */
  unknown?: string;
}

export interface TextDatasetOptions {
  /** What a token is. */
  unit: TextUnit;
  /** Share held out at the text's end, in [0, 0.9]; default 0.1. A share of fewer than 2 tokens is none. */
  validation?: number;
  /** Absent: every token of the text, and no unknown one. */
  vocabulary?: VocabularyOptions;
}

/** What a model must beat, in nats per token. */
export interface Baselines {
  /** ln V. */
  uniform: number;
  /** Frequencies, add-one. */
  unigram: number;
  /** Witten–Bell pairs backed off to the unigram. */
  bigram: number;
}

export interface TextDataset extends TokenDataset {
  readonly kind: "stream";
  readonly unit: TextUnit;
  /** `char`: by code point. `word`: the most frequent first. The unknown token, if there is one, before all others. */
  readonly vocabulary: string[];
  readonly validationIds: Int32Array;
  /** Tokens in the whole text. */
  readonly length: number;
  /** What is not in the vocabulary becomes the unknown token; without one it is refused with `RANGE`. */
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>): string;
  /** Counted on the training part, measured on the held-out part or, when there is none, on the training part. */
  baselines(): Promise<Baselines>;
}

/** A number, or what stands where one is missing. */
export type Cell = number | string | null | undefined;

/** CSV with a header line, as text or UTF-8; or rows by column name; or rows in the order of `columns`; or the numbers of one column. */
export type SeriesSource = string | Uint8Array | readonly { readonly [column: string]: unknown }[] | readonly (readonly Cell[])[] | readonly number[] | Float32Array | Float64Array;

export interface SeriesOptions {
  /** The columns that the network reads, I of them, in this order. */
  columns: readonly string[];
  /** The columns to forecast; default: all of `columns`. */
  target?: string | readonly string[];
  /** T: steps that the network reads. */
  window: number;
  /** Steps ahead to forecast; default 1. */
  horizon?: number;
  /** `standard` (default): mean 0, deviation 1. `minmax`: 0 … 1. Measured on the training rows alone. False: values stay as they are. */
  normalize?: "standard" | "minmax" | false;
  /**
   * A cell that holds no finite number. `refuse` (default): an error that names it. `interpolate`: on the line between its known
   * neighbours in the column, at an end the nearest one; training rows never look at held-out ones. `drop`: its row is left out,
   * and no window reaches across it.
   */
  missing?: "refuse" | "interpolate" | "drop";
  /** Share of the rows held out at the end, in [0, 0.9]; default 0.1. A window is held out when all its targets are. */
  validation?: number;
  /** Rows from the start of one window to that of the next; default 1. */
  stride?: number;
  /** Forecast after every step, not only after the last; default false. */
  perStep?: boolean;
  /** CSV: what stands between fields; default ",". */
  separator?: string;
}

/** How far a forecast is off, over all windows that it can be made for. */
export interface ForecastError {
  /** Mean squared error of normalised values: the unit of the training loss. */
  loss: number;
  /** Root of the mean squared error in the column's own unit, for each column of `target`. */
  rmse: number[];
  /** Windows that were forecast. */
  windows: number;
}

export interface SeriesBaselines {
  /** All values ahead equal the last one read. */
  persistence: ForecastError;
  /** Each value ahead equals the last known one a whole number of periods before it. Present when a period was given. */
  seasonal?: ForecastError;
}

/** Windows of T steps; their targets are the next `horizon` rows of the target columns, [horizon, target columns] running fastest. */
export interface SeriesDataset extends SequenceData {
  readonly columns: string[];
  readonly target: string[];
  readonly window: number;
  readonly horizon: number;
  /** I: number of columns read. */
  readonly features: number;
  /** O: horizon · target columns. */
  readonly values: number;
  /** Rows in use; and how many of them are for training. */
  readonly rows: number;
  readonly trainRows: number;
  /** Rows that `missing: "drop"` left out. */
  readonly dropped: number;
  /** All rows [rows, I] as the network reads them. */
  readonly normalized: Float32Array;
  /** Of each row, the first one from which it is reached without a gap: 0, unless rows were dropped. */
  readonly stretch: Int32Array;
  /** Normalised value = (value - mean) / scale, one a column; with `minmax` mean holds the minimum. 0 and 1 without normalisation. */
  readonly mean: Float64Array;
  /** 1 for a column that is constant. */
  readonly scale: Float64Array;
  /** Rows [n, I] as the network reads them; with `column`, values of that column. */
  normalize(values: ArrayLike<number>, column?: string): Float64Array;
  /** Outputs [n, O] of the network in the columns' own units; with `column`, values of that column. */
  denormalize(values: ArrayLike<number>, column?: string): Float64Array;
  /** Measured on the held-out windows or, when there are none, on those for training. `period`: rows in a season. */
  baselines(options?: { period?: number }): Promise<SeriesBaselines>;
}

/** A target: a sequence (`sequence`: text, its words, or ids), a class by name or number, names or numbers for every step, or numbers. */
export type Target = string | number | readonly string[] | ArrayLike<number> | readonly (readonly string[])[] | readonly (readonly number[])[];

export interface Example {
  /** Text (`unit`), or its words ready-made (`unit: "word"`); ids (`tokens`); T vectors of I numbers (`features`), or T numbers when I is 1. */
  input: string | readonly string[] | ArrayLike<number> | readonly (readonly number[])[];
  target: Target;
}

/** Targets that are sequences: exactly one of unit, tokens. */
export interface TargetSequenceOptions {
  /** Targets are texts, or with `"word"` arrays of words: what a token is. */
  unit?: TextUnit;
  /** For `char` and `word`. Absent: every token of the targets, and no unknown one. */
  vocabulary?: VocabularyOptions;
  /** Targets are ids 1 … tokens-1. */
  tokens?: number;
  /** True (default): id 0 is the end mark, put behind every target: for a decoder. False: id 0 stays free for the blank of CTC. */
  end?: boolean;
}

/** Exactly one of unit, tokens, features; at most one of classes, labels, values, sequence. */
export interface SequenceOptions {
  /** Inputs are texts: what a token is. */
  unit?: TextUnit;
  /** For `char` and `word`. Absent: every token of the examples, and no unknown one. */
  vocabulary?: VocabularyOptions;
  /** Inputs are ids 0 … tokens-1. */
  tokens?: number;
  /** Inputs are vectors of so many numbers. */
  features?: number;
  /** One of C exclude each other: their names in order, or C for targets 0 … C-1. Absent: the names that occur, sorted, or 0 … the largest number. */
  classes?: readonly string[] | number;
  /** Any of these may hold at once: a target is the list of those that do. */
  labels?: readonly string[];
  /** A target is so many numbers, or one number when it is 1. */
  values?: number;
  /** A target is a sequence of its own length. */
  sequence?: TargetSequenceOptions;
  /** A target for each token (tagging): an array with one element a token. Default false. */
  perStep?: boolean;
  /** Share of the examples held out, in [0, 0.9]; default 0.1. Of each class the same share when there is one class an example; every class keeps one to train on. */
  validation?: number;
  /** Of the draw that holds examples out; a whole number from 0 to 2^53-1, default 0. */
  seed?: number;
}

/** Targets of each class (or holding label), in the order of `classes`. Empty for `values`. */
export interface ClassCounts {
  train: number[];
  validation: number[];
}

/** What a model must beat without looking at its input: learnt on the training part, measured as TextDataset.baselines() is. */
export interface SequenceBaselines {
  /** Loss with all classes (or both answers) equally likely: ln C, or ln 2 a label. NaN for `values`. */
  uniform: number;
  /** Loss of the training frequencies, add-one; for `values`, of the training means. Labels and values: mean over elements. */
  prior: number;
  /** Share of targets that are the most frequent training class. NaN unless `classes`. */
  accuracy: number;
  /** Name of that class. */
  majority?: string;
}

/** Examples of unlike length with their targets. */
export interface SequenceDataset extends SequenceData {
  /** V or I: the one that `input` has. */
  readonly tokens?: number;
  readonly features?: number;
  /** Names of classes or labels in the order of their ids; empty for `values`. Of target sequences the tokens, "" for id 0. */
  readonly classes: string[];
  readonly counts: ClassCounts;
  /** Which of the examples each part holds, in rising order: [N]. */
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
  /** For inputs made of text. */
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>): string;
  /** For targets made of text: ids as `targets` has them, with the end mark if there is one; and text, without it. */
  encodeTarget(text: string): Int32Array;
  decodeTarget(ids: ArrayLike<number>): string;
  baselines(): Promise<SequenceBaselines>;
}

/** A task of the literature. */
export interface TaskDataset extends SequenceData {
  /** Names of tokens, where the inputs are tokens, and of classes or labels, where there are any. */
  readonly symbols: string[];
  readonly classes: string[];
  /** What the best answer scores that remembers nothing, or a random one; each task says which. */
  readonly chance: { readonly loss: number; readonly accuracy: number };
  /** Loss that no model can expect to go below: 0 unless the task is itself random. */
  readonly floor: number;
}

export interface TaskOptions {
  /** N, both parts together; 2 or more, default 1000. */
  sequences?: number;
  /** Share held out, in [0, 0.9]; default 0.1. */
  validation?: number;
  /** Of every draw; a whole number from 0 to 2^53-1, default 0. The same seed gives the same sequences on every machine. */
  seed?: number;
}

export interface CopyOptions extends TaskOptions {
  /** Steps to remember over; 1 or more. */
  lag: number;
  /** Symbols to remember; default 10. */
  length?: number;
  /** Kinds of symbols; 2 or more, default 8. */
  alphabet?: number;
}

export interface AddingOptions extends TaskOptions {
  /** Least length of a sequence, the lag T of the paper; 22 or more. */
  lag: number;
}

export interface ParityOptions extends TaskOptions {
  /** Most bits in a sequence. */
  length: number;
  /** Fewest bits; default: `length`. Lengths between them are equally likely. */
  shortest?: number;
  /** Ask for the parity so far after every bit; default false. */
  perStep?: boolean;
}

export interface ReberOptions extends TaskOptions {
  /** `permitted` (default): labels, all symbols that may follow. `next`: classes, the symbol that does follow. */
  target?: "permitted" | "next";
}
