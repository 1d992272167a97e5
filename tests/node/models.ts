import { createModel, type Model, type ModelConfig, type RuntimeOptions, type Tensor, UnfoldError } from "unfold-rnn";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Network, shapes, type Values } from "./reference.js";

/** Where the engine runs: both must keep every promise of the contract. */
export const modes = [
  { mode: "worker", runtime: {} },
  { mode: "main", runtime: { worker: false } },
] as const satisfies readonly { mode: string; runtime: RuntimeOptions }[];

export const configOf = (net: Network, seed = 1): ModelConfig => ({
  input: { tokens: net.vocabulary },
  layers: net.cells.map((cell) => ({ cell, hidden: net.hidden })),
  output: { classes: net.vocabulary },
  seed,
});

/** Opens a model, hands it over and disposes of it whatever happens. */
export async function withModel<Result>(config: ModelConfig, runtime: RuntimeOptions, use: (model: Model) => Promise<Result>): Promise<Result> {
  const model = await createModel(config, runtime);
  try {
    return await use(model);
  } finally {
    await model.dispose();
  }
}

/** float64 values as the tensors that setWeights takes. */
export function tensors(net: Network, values: Values): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(shapes(net)).map(([name, shape]) => [name, { shape, data: Float32Array.from(values[name] ?? []) }]));
}

export function stateTensors(values: Values, hidden: number): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, { shape: [data.length / hidden, hidden], data: Float32Array.from(data) }]),
  );
}

/** Each value within `tolerance` of the wanted one, as a fraction of the largest wanted value of the tensor. */
export function assertClose(where: string, got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): void {
  assert.equal(got.length, want.length, `${where}: length`);
  let scale = 0;
  for (let i = 0; i < want.length; i++) scale = Math.max(scale, Math.abs(want[i] as number));
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs((got[i] as number) - (want[i] as number));
    assert.ok(difference <= tolerance * scale, `${where}[${i}]: got ${got[i]}, want ${want[i]} within ${tolerance} × ${scale}`);
  }
}

/** The call is refused with one of these codes ("SHAPE|RANGE") and a message that says what is meant. */
export async function assertRefused(call: () => unknown, codes: string, words?: RegExp): Promise<UnfoldError> {
  let failure: unknown;
  try {
    await call();
  } catch (error) {
    failure = error;
  }
  assert.ok(failure instanceof UnfoldError, `want an UnfoldError ${codes}, got ${failure === undefined ? "no error" : String(failure)}`);
  assert.ok(codes.split("|").includes(failure.code), `${failure.code}, want ${codes}: ${failure.message}`);
  if (words !== undefined) assert.match(failure.message, words);
  return failure;
}

/** Ids 0 … tokens-1 in an order that repeats late, for batches and texts. */
export function ids(length: number, tokens: number, seed = 1): Int32Array {
  let state = seed >>> 0;
  return Int32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * tokens);
  });
}

/** A text with structure that a small net learns in a few steps. */
export const verse = "the rain in spain stays mainly in the plain; ".repeat(60);

/** A hash of each weight's bits, for "nothing changed": a difference shows the names of the tensors that moved. */
export async function fingerprint(model: Model): Promise<string> {
  const lines = Object.entries(await model.weights()).map(([name, { shape, data }]) => {
    const hash = createHash("sha256").update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest("hex");
    return `${name} [${shape.join(" ")}] ${hash.slice(0, 16)}`;
  });
  return lines.sort().join("\n");
}
