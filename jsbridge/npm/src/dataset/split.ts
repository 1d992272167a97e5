import { Pcg32 } from "./random.js";
import type { Sequences } from "./types.js";

/** Places of the examples of each part, in rising order. */
export interface Split {
  train: Int32Array;
  validation: Int32Array;
}

/**
 * Holds out ⌊N · share⌋ of N examples, drawn by seed. With the class of each, every class gives its share: ⌊n · share⌋ of its n,
 * and one more from those with the largest remainders until the number is full; none gives its last.
 */
export function drawSplit(count: number, share: number, seed: number, classes?: Int32Array): Split {
  const random = new Pcg32(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  random.shuffle(order);
  const left = classes ? heldOutOfEach(classes, share) : undefined;
  let wanted = Math.min(Math.floor(count * share), count - 1);
  const held = new Uint8Array(count);
  for (const example of order) {
    if (left) {
      const id = (classes as Int32Array)[example] as number;
      if ((left[id] as number) === 0) continue;
      left[id] = (left[id] as number) - 1;
    } else if (wanted-- <= 0) {
      break;
    }
    held[example] = 1;
  }
  order.sort();
  return { train: order.filter((i) => held[i] === 0), validation: order.filter((i) => held[i] === 1) };
}

/** How many of each class to hold out. */
function heldOutOfEach(classes: Int32Array, share: number): Int32Array {
  let most = 0;
  for (const id of classes) most = Math.max(most, id);
  const sizes = new Int32Array(most + 1);
  for (const id of classes) sizes[id] = (sizes[id] as number) + 1;
  const held = sizes.map((size) => Math.floor(size * share));
  let open = Math.floor(classes.length * share) - held.reduce((sum, n) => sum + n, 0);
  const remainder = (id: number): number => (sizes[id] as number) * share - Math.floor((sizes[id] as number) * share);
  const byRemainder = Array.from(sizes.keys()).sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const id of byRemainder) {
    if (open <= 0) break;
    if ((held[id] as number) + 1 >= (sizes[id] as number)) continue;
    held[id] = (held[id] as number) + 1;
    open--;
  }
  return held;
}

/** Elements of all examples, end to end: `width` a step of inputs and `targetWidth` a target. */
export interface Whole extends Sequences {
  width: number;
  targetWidth: number;
  perStep: boolean;
}

/** The examples of one part, end to end. */
export function gather(whole: Whole, examples: Int32Array): Sequences {
  const { lengths, width } = whole;
  const starts = sums(lengths);
  const own = examples.map((i) => lengths[i] as number);
  const steps = own.reduce((sum, n) => sum + n, 0);
  const inputs = new (whole.inputs.constructor as Int32ArrayConstructor)(steps * width);
  const { targets, ...targetLengths } = gatherTargets(whole, examples, starts);
  let step = 0;
  examples.forEach((i) => {
    const start = starts[i] as number;
    const end = starts[i + 1] as number;
    inputs.set(whole.inputs.subarray(start * width, end * width), step * width);
    step += end - start;
  });
  return { lengths: own, inputs, targets, ...targetLengths };
}

/** The targets of one part: of each step, of each example, or of their own lengths. `starts`: where the inputs of each example begin. */
function gatherTargets(whole: Whole, examples: Int32Array, starts: Float64Array): Pick<Sequences, "targets" | "targetLengths"> {
  const { targetLengths, targetWidth, perStep } = whole;
  const ends = targetLengths ? sums(targetLengths) : starts;
  const [from, to] = targetLengths || perStep
    ? [(i: number) => ends[i] as number, (i: number) => ends[i + 1] as number]
    : [(i: number) => i, (i: number) => i + 1];
  const count = examples.reduce((sum, i) => sum + to(i) - from(i), 0);
  const targets = new (whole.targets.constructor as Int32ArrayConstructor)(count * targetWidth);
  let at = 0;
  for (const i of examples) {
    targets.set(whole.targets.subarray(from(i) * targetWidth, to(i) * targetWidth), at * targetWidth);
    at += to(i) - from(i);
  }
  return targetLengths ? { targets, targetLengths: examples.map((i) => targetLengths[i] as number) } : { targets };
}

/** Where each of so many lengths begins, and the end of all. */
function sums(lengths: Int32Array): Float64Array {
  const starts = new Float64Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) starts[i + 1] = (starts[i] as number) + (lengths[i] as number);
  return starts;
}
