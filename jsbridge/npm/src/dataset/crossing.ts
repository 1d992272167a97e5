import { UnfoldError } from "../errors.js";
import { kindOf, nearest } from "../options.js";
import { copyView, readOwn, sanitise, sanitiseBag } from "../sanitise.js";
import type { InputConfig, OutputConfig } from "../types.js";
import type { Sequences } from "./types.js";

/** Labelled sequences as they cross. */
export class SequencesCrossing {
  readonly kind = "sequences";
  declare readonly validation?: Sequences;

  constructor(readonly input: InputConfig, readonly output: OutputConfig, readonly perStep: boolean, readonly train: Sequences, validation: Sequences | undefined) {
    if (validation) this.validation = validation;
  }

  /** C, or 0 for values and labels. */
  get classes(): number {
    return "classes" in this.output ? this.output.classes : 0;
  }

  /** V, or 0 for features. On the prototype: only own properties cross. */
  get tokens(): number {
    return "tokens" in this.input ? this.input.tokens : 0;
  }
}

/** Reads the fields of a SequenceData and copies its numbers; those that are no ids of its classes or tokens are for the engine to refuse. */
export function readSequences(dataset: object, where: string): SequencesCrossing {
  const taken = readOwn(dataset, ["input", "output", "perStep", "train", "validation"], where);
  const { perStep } = taken;
  const input = readSize(taken.input, ["tokens", "features"], `${where}.input`);
  const output = readSize(taken.output, ["classes", "values", "labels"], `${where}.output`);
  if (typeof perStep !== "boolean") throw new UnfoldError("CONFIG", `${where}.perStep is ${kindOf(perStep)}; true or false is wanted`);
  const shape: Shape = {
    width: input.name === "features" ? input.size : 1,
    ids: input.name === "tokens",
    targetWidth: output.name === "classes" ? 1 : output.size,
    targetIds: output.name === "classes",
    perStep,
  };
  const train = readPart(taken.train, shape, `${where}.train`);
  const validation = taken.validation === undefined ? undefined : readPart(taken.validation, shape, `${where}.validation`);
  const one = { [input.name]: input.size } as unknown as InputConfig;
  return new SequencesCrossing(one, { [output.name]: output.size } as unknown as OutputConfig, perStep, train, validation);
}

interface Shape {
  width: number;
  ids: boolean;
  targetWidth: number;
  targetIds: boolean;
  perStep: boolean;
}

/** The one name of an InputConfig or OutputConfig, and its number. */
function readSize(value: unknown, names: readonly string[], where: string): { name: string; size: number } {
  const bag = sanitiseBag(value, where);
  const given = Object.keys(bag);
  const [name] = given;
  if (given.length !== 1 || name === undefined) throw new UnfoldError("CONFIG", `${where} has ${given.length} properties; exactly one of ${names.join(", ")} is wanted`);
  if (!names.includes(name)) throw new UnfoldError("CONFIG", `${where}.${name.slice(0, 64)} is not one; did you mean "${nearest(name, names)}"?`);
  const size = bag[name];
  if (typeof size !== "number") throw new UnfoldError("CONFIG", `${where}.${name} is ${kindOf(size)}; a whole number is wanted`);
  if (!(Number.isInteger(size) && size >= 1 && size < 2 ** 31)) throw new UnfoldError("RANGE", `${where}.${name} is ${size}; a whole number, 1 or more, is wanted`);
  return { name, size };
}

function readPart(part: unknown, shape: Shape, where: string): Sequences {
  if (typeof part !== "object" || part === null) throw new UnfoldError("CONFIG", `${where} is ${kindOf(part)}; { lengths, inputs, targets } is wanted`);
  const taken = readOwn(part, ["lengths", "inputs", "targets", "targetLengths"], where);
  const lengths = readNumbers(taken.lengths, true, `${where}.lengths`) as Int32Array;
  if (lengths.length === 0) throw new UnfoldError("RANGE", `${where}.lengths is empty; 1 sequence or more is wanted`);
  let steps = 0;
  lengths.forEach((length, n) => {
    if (length < 1) throw new UnfoldError("RANGE", `${where}.lengths[${n}] is ${length}; 1 or more is wanted`);
    steps += length;
  });
  const inputs = readNumbers(taken.inputs, shape.ids, `${where}.inputs`);
  const targets = readNumbers(taken.targets, shape.targetIds, `${where}.targets`);
  checkCount(inputs, steps, "steps", shape.width, `${where}.inputs`);
  if (taken.targetLengths !== undefined) {
    const targetLengths = readNumbers(taken.targetLengths, true, `${where}.targetLengths`) as Int32Array;
    checkCount(targetLengths, lengths.length, "sequences", 1, `${where}.targetLengths`);
    checkCount(targets, readTargetSteps(targetLengths, shape, where), "target steps", 1, `${where}.targets`);
    return { lengths, inputs, targets, targetLengths };
  }
  checkCount(targets, shape.perStep ? steps : lengths.length, shape.perStep ? "steps" : "sequences", shape.targetWidth, `${where}.targets`);
  return { lengths, inputs, targets };
}

/** The sum of target lengths, which go with classes and without perStep. */
function readTargetSteps(targetLengths: Int32Array, shape: Shape, where: string): number {
  if (!shape.targetIds || shape.perStep) {
    throw new UnfoldError("CONFIG", `${where}.targetLengths goes with output.classes and perStep: false`);
  }
  let steps = 0;
  targetLengths.forEach((length, n) => {
    if (length < 0) throw new UnfoldError("RANGE", `${where}.targetLengths[${n}] is ${length}; 0 or more is wanted`);
    steps += length;
  });
  return steps;
}

function checkCount(numbers: ArrayLike<number>, count: number, of: string, width: number, where: string): void {
  if (numbers.length === count * width) return;
  throw new UnfoldError("SHAPE", `${where} holds ${numbers.length} numbers; ${count} ${of} of ${width} want ${count * width}`);
}

/** A copy as the engine takes it: Int32Array of whole numbers, or Float32Array. */
function readNumbers(numbers: unknown, whole: boolean, where: string): Int32Array | Float32Array {
  if (!ArrayBuffer.isView(numbers) && !Array.isArray(numbers)) {
    throw new UnfoldError("CONFIG", `${where} is ${kindOf(numbers)}; ${whole ? "an Int32Array" : "a Float32Array"} is wanted`);
  }
  const copy = (ArrayBuffer.isView(numbers) ? copyView(numbers, where) : sanitise(numbers, where, true)) as unknown as Float64Array;
  if (whole ? (copy as unknown) instanceof Int32Array : (copy as unknown) instanceof Float32Array) return copy as unknown as Int32Array;
  if (!whole) return Float32Array.from(copy);
  const out = Int32Array.from(copy);
  const wrong = out.findIndex((value, i) => value !== copy[i]);
  if (wrong !== -1) throw new UnfoldError("RANGE", `${where}[${wrong}] is ${copy[wrong]}; a whole number below 2^31 is wanted`);
  return out;
}
