import { UnfoldError } from "../errors.js";
import { kindOf } from "../options.js";
import { readOwn } from "../sanitise.js";
import type { InputConfig, OutputConfig } from "../types.js";
import type { TargetVocabulary, Vocabulary } from "../vocabulary.js";
import { countTargets, guessClasses, guessLabels, guessValues } from "./guess.js";
import type { Inputs } from "./inputs.js";
import { inputReader, isList } from "./inputs.js";
import { encodeText, makeTargetVocabulary, makeVocabulary } from "./lexicon.js";
import { Pause } from "./pieces.js";
import { Growing } from "./room.js";
import { Settings, readAt } from "./settings.js";
import type { Split } from "./split.js";
import { drawSplit, gather } from "./split.js";
import type { TargetReader, Targets } from "./targets.js";
import { targetReader } from "./targets.js";
import type { ClassCounts, Example, SequenceBaselines, SequenceDataset, SequenceOptions, Sequences, TextUnit } from "./types.js";

const WHERE = "sequenceDataset";
const OPTIONS = ["unit", "vocabulary", "tokens", "features", "classes", "labels", "values", "sequence", "perStep", "validation", "seed"];

/** Makes a dataset of examples: an input each, of any length, with a target for the whole of it or for each of its steps. */
export async function sequenceDataset(examples: readonly Example[], options: SequenceOptions): Promise<SequenceDataset> {
  const settings = new Settings(WHERE, options, OPTIONS);
  const perStep = settings.boolean("perStep");
  const share = settings.share("validation");
  const seed = settings.seed();
  const inputs = inputReader(settings);
  const targets = targetReader(settings);
  if (!Array.isArray(examples)) throw new UnfoldError("CONFIG", `${WHERE}: the examples are ${kindOf(examples)}; an array of { input, target } is wanted`);
  if (examples.length < 2) throw new UnfoldError("RANGE", `${WHERE}: ${examples.length} examples came; 2 or more are wanted`);

  const pause = new Pause();
  const lengths = new Growing(Int32Array, examples.length, WHERE, "examples");
  for (let i = 0; i < examples.length; i++) {
    const place = `${WHERE}: examples[${i}]`;
    const example = readAt(examples, i, `${WHERE}: examples`);
    if (typeof example !== "object" || example === null) throw new UnfoldError("CONFIG", `${place} is ${kindOf(example)}; { input, target } is wanted`);
    const { input, target } = readOwn(example, ["input", "target"], place);
    const steps = inputs.add(input, `${place}.input`);
    if (steps === 0) throw new UnfoldError("RANGE", `${place}.input is empty; 1 step or more is wanted`);
    lengths.push(steps);
    addTarget(targets, target, perStep, steps, `${place}.target`);
    await pause.breathe();
  }
  const read = await inputs.finish(pause);
  const answers = await targets.finish(pause);
  const byClass = "classes" in answers.output && !perStep && !answers.lengths ? (answers.values as Int32Array) : undefined;
  const split = drawSplit(examples.length, share, seed, byClass);
  return new LabelledSequences(read, answers, lengths.take(), perStep, split);
}

function addTarget(targets: TargetReader, target: unknown, perStep: boolean, steps: number, where: string): void {
  if (!perStep) {
    targets.add(target, where);
    return;
  }
  if (!isList(target)) throw new UnfoldError("CONFIG", `${where} is ${kindOf(target)}; an array with a target for each of ${steps} tokens is wanted (perStep: true)`);
  if (target.length !== steps) throw new UnfoldError("SHAPE", `${where} holds ${target.length} targets; its input has ${steps} tokens (perStep: true)`);
  for (let t = 0; t < steps; t++) targets.add(readAt(target, t, where), `${where}[${t}]`);
}

class LabelledSequences implements SequenceDataset {
  readonly kind = "sequences";
  readonly input: InputConfig;
  readonly output: OutputConfig;
  readonly train: Sequences;
  declare readonly validation?: Sequences;
  declare readonly unit?: TextUnit;
  declare readonly vocabulary?: readonly string[];
  declare readonly unknown?: number;
  declare readonly tokens?: number;
  declare readonly features?: number;
  declare readonly targetUnit?: TextUnit;
  declare readonly targetVocabulary?: readonly string[];
  declare readonly targetUnknown?: number;
  readonly classes: string[];
  readonly counts: ClassCounts;
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
  readonly #coder: Vocabulary | undefined;
  readonly #targetCoder: TargetVocabulary | undefined;
  readonly #end: boolean;
  readonly #width: number;
  #baselines: Promise<SequenceBaselines> | undefined;

  constructor(inputs: Inputs, targets: Targets, lengths: Int32Array, readonly perStep: boolean, split: Split) {
    const { input, unit, symbols, unknown } = inputs;
    this.input = input;
    if ("tokens" in input) this.tokens = input.tokens;
    else this.features = input.features;
    this.output = targets.output;
    this.classes = targets.names;
    this.#width = targets.width;
    const width = "features" in input ? input.features : 1;
    const whole = { lengths, inputs: inputs.values, targets: targets.values, width, targetWidth: targets.width, perStep, ...(targets.lengths && { targetLengths: targets.lengths }) };
    this.train = gather(whole, split.train);
    if (split.validation.length > 0) this.validation = gather(whole, split.validation);
    this.trainIndices = split.train;
    this.validationIndices = split.validation;
    const count = (part: Sequences | undefined): number[] => countTargets(part?.targets ?? new Int32Array(0), targets.names.length, "labels" in targets.output);
    this.counts = { train: count(this.train), validation: count(this.validation) };
    if (unit && symbols) {
      this.unit = unit;
      this.vocabulary = symbols;
      if (unknown !== undefined) this.unknown = unknown;
      this.#coder = makeVocabulary(unit, symbols, unknown);
    }
    const { text } = targets;
    this.#end = text?.end ?? false;
    if (text) {
      this.targetUnit = text.unit;
      this.targetVocabulary = text.symbols;
      if (text.unknown !== undefined) this.targetUnknown = text.unknown;
      this.#targetCoder = makeTargetVocabulary(text.unit, text.symbols, text.unknown);
    }
  }

  encode(text: string): Int32Array {
    return encodeText(this.#text("encode"), text);
  }

  decode(ids: ArrayLike<number>): string {
    return this.#text("decode").decode(ids, "decode");
  }

  encodeTarget(text: string): Int32Array {
    const coder = this.#targetText("encodeTarget");
    if (typeof text !== "string") throw new UnfoldError("CONFIG", `encodeTarget: the text is ${kindOf(text)}; a string is wanted`);
    const ids = coder.encode(text, "encodeTarget");
    return this.#end ? Int32Array.from([...ids, 0]) : ids;
  }

  decodeTarget(ids: ArrayLike<number>): string {
    return this.#targetText("decodeTarget").decode(ids, "decodeTarget");
  }

  baselines(): Promise<SequenceBaselines> {
    this.#baselines ??= this.#guess();
    return this.#baselines;
  }

  async #guess(): Promise<SequenceBaselines> {
    const { train, output, classes, counts } = this;
    const measured = (this.validation ?? train).targets;
    if ("classes" in output) return guessClasses(classes, counts.train, measured);
    if ("labels" in output) return guessLabels(counts.train, train.targets.length / this.#width, measured);
    return guessValues(this.#width, train.targets, measured);
  }

  #targetText(where: string): TargetVocabulary {
    if (this.#targetCoder) return this.#targetCoder;
    throw new UnfoldError("STATE", `${where}: the targets of this dataset are no texts; give sequenceDataset sequence: { unit }`);
  }

  #text(where: string): Vocabulary {
    if (this.#coder) return this.#coder;
    throw new UnfoldError("STATE", `${where}: the inputs of this dataset are ${"tokens" in this.input ? "ids" : "features"}, not text; give sequenceDataset a unit`);
  }
}
