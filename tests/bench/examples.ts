import type { Network, Workload } from "./workloads.js";

/** Uniform numbers in [0, 1) from a seed: a linear congruential generator, the same one in peers/torch_bench.py and peers/plain.c. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Ids in [0, vocabulary). */
export function randomIds(count: number, vocabulary: number, seed = 1): Int32Array {
  const next = uniform(seed);
  return Int32Array.from({ length: count }, () => Math.floor(next() * vocabulary));
}

/** Numbers in [-scale, scale). */
export function randomFloats(count: number, scale: number, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => (2 * next() - 1) * scale);
}

/** The token workloads' batch, row by row [B, T]: every subject sees the same. The target of a step is the next id. */
export function tokenBatch({ batch, steps, classes }: Network): { inputs: Int32Array; targets: Int32Array } {
  const ids = randomIds(batch * (steps + 1), classes);
  const inputs = new Int32Array(batch * steps);
  const targets = new Int32Array(batch * steps);
  for (let b = 0; b < batch; b++) {
    inputs.set(ids.subarray(b * (steps + 1), b * (steps + 1) + steps), b * steps);
    targets.set(ids.subarray(b * (steps + 1) + 1, (b + 1) * (steps + 1)), b * steps);
  }
  return { inputs, targets };
}

/** The batch of W4: x [B, T, I] in [-1, 1), one class a sequence. */
export function featureBatch({ batch, steps, input, classes }: Network): { inputs: Float32Array; targets: Int32Array } {
  if (!("features" in input)) throw new Error("featureBatch: the network reads tokens");
  return { inputs: randomFloats(batch * steps * input.features, 1, 2), targets: randomIds(batch, classes, 3) };
}

/** Rows of the identity, [ids.length, width]. */
export function oneHot(ids: Int32Array, width: number): Float32Array {
  const rows = new Float32Array(ids.length * width);
  ids.forEach((id, row) => {
    rows[row * width + id] = 1;
  });
  return rows;
}

/** Mean of -ln p(target) over rows of probabilities; near ln V for a network that has learnt nothing. */
export function meanNats(probabilities: ArrayLike<number>, targets: ArrayLike<number>, width: number): number {
  let sum = 0;
  for (let row = 0; row < targets.length; row++) sum -= Math.log(probabilities[row * width + (targets[row] as number)] as number);
  return sum / targets.length;
}

/** How far the first loss may be from ln V: initial weights differ from library to library. */
const tolerance = 0.25;

/** Untrained, every subject must lose about ln V nats: else it computes something else. */
export function checkFirstLoss(subject: string, { name, network }: Workload, loss: number): void {
  const expected = Math.log(network.classes);
  if (!(Math.abs(loss - expected) <= tolerance)) {
    throw new Error(`bench: ${subject} loses ${loss} nats in the first step of ${name}, want ${expected.toFixed(3)} ± ${tolerance}`);
  }
}
