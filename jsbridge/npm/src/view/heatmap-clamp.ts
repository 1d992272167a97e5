import { Pcg32 } from "../dataset/random.js";
import type { Model, State, Tensor } from "../types.js";
import { draw, type Drawing, reshape } from "./samples-draw.js";

/** A unit that is held: after every step its entry of the state is overwritten. */
export interface Clamp {
  /** Name of the state, `h_l0`, `c_l0` …. */
  readonly state: string;
  readonly unit: number;
  readonly value: number;
}

/** A token as it is drawn freely, and as it is drawn with the unit held: of one seed, each with its probability at temperature 1. */
export interface Pair {
  readonly free: Drawn;
  readonly held: Drawn;
}

interface Drawn {
  readonly token: number;
  readonly probability: number;
}

/** The entries of a held unit before and after. */
interface Change {
  /** h of the unit, as the layer gave it and as it is held. */
  readonly was: number;
  readonly is: number;
}

/**
 * Overwrites one row of a state. A held c also changes what the cell gives out, h = o ⊙ tanh(c) with its gate o as it was; where c was 0, nothing
 * tells o, and h stays for this one step.
 */
export function hold(state: State, { state: name, unit, value }: Clamp, row: number): Change {
  const held = state[name] as Tensor;
  const width = held.shape.at(-1) as number;
  const at = row * width + unit;
  const hidden = (state[name.replace(/^c_/, "h_")] as Tensor).data;
  const was = hidden[at] as number;
  if (name.startsWith("c_")) {
    const gate = Math.tanh(held.data[at] as number);
    held.data[at] = value;
    if (gate !== 0) hidden[at] = (was / gate) * Math.tanh(value);
  } else {
    held.data[at] = value;
  }
  return { was, is: hidden[at] as number };
}

/** softmax(o + V[:, k] (h' - h)) from softmax(o): what the head says of a held h. `weight` is V, [O, H]. */
export function readAgain(probabilities: Float32Array, { shape, data }: Tensor, unit: number, { was, is }: Change): Float32Array {
  const width = shape[1] as number;
  const logits = Array.from(probabilities, (p, o) => Math.log(p) + (data[o * width + unit] as number) * (is - was));
  const top = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/**
 * Writes the same text twice side by side, freely and with a unit held from the end of the prompt on; both draw at the same place of their
 * distributions, so that they differ by what the unit does alone. A unit of the top layer acts on what is drawn at once, one below from the
 * next step on.
 */
export async function* writeTwice(model: Model, prompt: ArrayLike<number>, clamp: Clamp, { length, seed, ...drawing }: Drawing & { length: number; seed: number }): AsyncGenerator<Pair, undefined> {
  const random = new Pcg32(seed);
  const { layers } = model.config;
  const top = clamp.state.endsWith(`_l${layers.length - 1}`);
  const head = top ? (await model.weights())["head.weight"] : undefined;
  const ids = Array.from(prompt);
  let inputs = [...ids, ...ids];
  let state: State | undefined;
  for (let n = 0; n < length; n++) {
    const { outputs, state: next } = await model.forward({ inputs, shape: [2, inputs.length / 2], ...(state && { state }) });
    const [, steps, classes] = outputs.shape as [number, number, number];
    const row = (b: number): Float32Array => (outputs.data as Float32Array).subarray(((b + 1) * steps - 1) * classes, (b + 1) * steps * classes);
    const change = hold(next, clamp, 1);
    state = next;
    const u = random.unit();
    const drawn = (probabilities: Float32Array): Drawn => {
      const token = draw(reshape(probabilities, drawing), u);
      return { token, probability: probabilities[token] as number };
    };
    const pair = { free: drawn(row(0)), held: drawn(head ? readAgain(row(1), head, clamp.unit, change) : row(1)) };
    yield pair;
    inputs = [pair.free.token, pair.held.token];
  }
}
