import type { AnalysisMethod, Method } from "./engine/bridge.js";
import { UnfoldError } from "./errors.js";
import { kindOf, nearest } from "./options.js";
import type { Bag, Plain } from "./sanitise.js";
import { sanitise } from "./sanitise.js";
import type { Aspect, Components, Inspection, ModelConfig, Tensor } from "./types.js";

/** What the engine shows, and what is made of it by the program that looks at matrices. */
const ASPECTS = ["activations", "gates", "gradients", "lag", "shares", "jacobian", "spectralRadius", "components", "equations"] as const satisfies readonly Aspect[];

/** What inspect() is asked for, read and checked. */
export interface Question {
  wanted: Set<Aspect>;
  /** For the engine. */
  what: string[];
  at: Plain;
  components: number;
}

/** Who answers. */
export interface Sources {
  engine(method: Method, args: unknown[]): Promise<unknown>;
  analysis(method: AnalysisMethod, args: unknown[]): Promise<unknown>;
}

const WHERE = "model.inspect";

export function readQuestion(what: unknown, options: Bag): Question {
  const names = (typeof what === "string" ? [what] : sanitise(what, `${WHERE}: what`)) as unknown[];
  if (!Array.isArray(names)) throw new UnfoldError("CONFIG", `${WHERE}: what is ${kindOf(what)}; a name, or an array of names, is wanted`);
  if (names.length === 0) throw new UnfoldError("CONFIG", `${WHERE}: what is empty; one or more of ${ASPECTS.join(", ")} are wanted`);
  for (const name of names) {
    if ((ASPECTS as readonly unknown[]).includes(name)) continue;
    const said = typeof name === "string" ? `"${name.slice(0, 64)}" is not an aspect; did you mean "${nearest(name, ASPECTS)}"?` : `what holds ${kindOf(name)}; names are wanted`;
    throw new UnfoldError("CONFIG", `${WHERE}: ${said}`);
  }
  const wanted = new Set(names as Aspect[]);
  const { components = 2 } = options;
  if (options.components !== undefined && !wanted.has("components")) throw new UnfoldError("CONFIG", `${WHERE}: components goes with "components" alone`);
  if (!(Number.isInteger(components) && (components as number) >= 1)) throw new UnfoldError("RANGE", `${WHERE}: components is ${kindOf(components)}; a whole number, 1 or more, is wanted`);
  const needed = new Set<string>(names as string[]);
  if (needed.delete("spectralRadius")) needed.add("jacobian");
  if (needed.delete("components")) needed.add("activations");
  if (needed.delete("equations")) needed.add("gradients"); // the engine refuses what is wrong with the batch
  return { wanted, what: [...needed], at: options.at, components: components as number };
}

type Seen = { loss?: number } & Partial<Record<string, Record<string, Tensor>>>;

/** Asks the engine, then has its matrices looked at; gives what was wanted and nothing else. */
export async function inspect(sources: Sources, config: ModelConfig, question: Question, batch: Bag, pass: Bag): Promise<Inspection> {
  const { wanted, what, at } = question;
  // The engine's thread gets the batch: what is needed of it afterwards is taken now.
  const [size = 0, steps = 0] = Array.isArray(batch.shape) ? (batch.shape as number[]) : [];
  const lengths = batch.lengths === undefined ? undefined : Array.from(batch.lengths as unknown as ArrayLike<number>);
  const kept = wanted.has("equations") ? structuredClone(batch) : batch;
  const seen = (await sources.engine("inspect", [batch, at === undefined ? { what } : { what, at }, pass])) as Seen;
  const shown: Inspection = {};
  if (seen.loss !== undefined) shown.loss = seen.loss;
  for (const name of ["activations", "gates", "gradients", "lag", "shares", "jacobian"] as const) {
    if (wanted.has(name)) shown[name] = seen[name] as Record<string, Tensor>;
  }
  if (wanted.has("shares")) shown.norms = seen.norms as Record<string, Tensor>;
  if (wanted.has("spectralRadius")) shown.spectralRadius = await radii(sources, seen.jacobian as Record<string, Tensor>);
  const length = (b: number): number => lengths?.[b] ?? steps;
  if (wanted.has("components")) {
    shown.components = await components(sources, seen.activations as Record<string, Tensor>, question.components, size, length);
  }
  if (wanted.has("equations")) shown.equations = await equations(sources, config, kept, size, length, pass.teacherForcing);
  return shown;
}

/** The batch, which the engine has accepted, through the float64 equations: one sequence a call, so that other calls come between. */
async function equations({ engine, analysis }: Sources, config: ModelConfig, batch: Bag, size: number, steps: (b: number) => number, teacherForcing: Plain = 1): Promise<NonNullable<Inspection["equations"]>> {
  const { weights } = (await engine("weights", [])) as { weights: Record<string, Tensor> };
  const gradients = mapTensors(weights, ({ shape, data }) => ({ shape, data: new Float64Array(data.length) }));
  let [loss, weight] = [0, 0];
  for (let b = 0; b < size; b++) {
    const cut = (array: Plain): unknown => {
      const all = array as unknown as Float32Array;
      return all.slice((all.length / size) * b, (all.length / size) * (b + 1));
    };
    const { inputs, targets, mask, state } = batch;
    const sequence = {
      steps: steps(b), teacherForcing, inputs: cut(inputs), targets: cut(targets), mask: mask && cut(mask),
      state: state && mapTensors(state as unknown as Record<string, { data: Plain }>, ({ data }) => ({ data: cut(data) })),
    };
    const one = (await analysis("equations", [config, structuredClone(weights), sequence])) as { loss: number; weight: number; gradients: Record<string, Float64Array> };
    loss += one.loss;
    weight += one.weight;
    for (const [name, { data }] of Object.entries(gradients)) one.gradients[name]?.forEach((d, i) => (data[i] = (data[i] as number) + d));
  }
  weight ||= 1; // where nothing counts, all of it is zero
  for (const { data } of Object.values(gradients)) data.forEach((d, i) => (data[i] = d / weight));
  return { loss: loss / weight, gradients };
}

const mapTensors = <From, To>(tensors: Record<string, From>, to: (tensor: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, to(tensor)]));

async function radii(sources: Sources, jacobians: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const found: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(jacobians)) {
    const [batch, steps, n] = shape as [number, number, number, number];
    const { radii: list } = (await sources.analysis("spectralRadii", [data.slice(), n])) as { radii: Float64Array };
    found[name] = { shape: [batch, steps], data: Float32Array.from(list) };
  }
  return found;
}

/** Of every hidden state, over the valid steps of all sequences together. */
async function components(sources: Sources, activations: Record<string, Tensor>, k: number, batch: number, length: (b: number) => number): Promise<Record<string, Components>> {
  const found: Record<string, Components> = {};
  for (const [name, { shape, data }] of Object.entries(activations)) {
    if (!name.startsWith("h_")) continue;
    const [, steps, width] = shape as [number, number, number];
    const rows: { from: number; b: number; t: number }[] = [];
    for (let b = 0; b < batch; b++) for (let t = 0; t < length(b); t++) rows.push({ from: (b * steps + t) * width, b, t });
    const states = new Float32Array(rows.length * width);
    rows.forEach(({ from }, i) => states.set((data as Float32Array).subarray(from, from + width), i * width));
    const c = (await sources.analysis("principalComponents", [states, width, k])) as Record<"mean" | "directions" | "variance" | "projected", Float64Array>;
    const projected = new Float32Array(batch * steps * k);
    rows.forEach(({ b, t }, i) => projected.set(c.projected.subarray(i * k, (i + 1) * k), (b * steps + t) * k));
    found[name] = {
      mean: { shape: [width], data: Float32Array.from(c.mean) },
      directions: { shape: [k, width], data: Float32Array.from(c.directions) },
      variance: { shape: [k], data: Float32Array.from(c.variance) },
      projected: { shape: [batch, steps, k], data: projected },
    };
  }
  return found;
}
