import type { Model, RuntimeOptions } from "../types.js";
import { Checkpoints } from "./checkpoints.js";
import type { Engine } from "./engine.js";
import { History } from "./history.js";
import { countWeights, type Plan, planSequences, planStream, type Sizes } from "./plan.js";
import { fitting, networkFor, type Settings } from "./settings.js";
import { isStream, prepare, type Source, stepsOf, type Subject } from "./source.js";

/** A network, what it learns from, and its past. */
export interface Network {
  readonly subject: Subject;
  readonly model: Model;
  /** In use: what was asked for, as the data allow it. */
  readonly settings: Readonly<Settings>;
  readonly plan: Plan;
  /** How many numbers it learns. */
  readonly weights: number;
  readonly history: History;
  readonly checkpoints: Checkpoints;
}

/** Settings on which the data made ready depend, beside the source. */
const shaping = { text: [], series: ["steps", "pattern"], classes: [], task: ["seed"] } as const satisfies Record<Source["kind"], readonly (keyof Settings)[]>;

/** Makes data ready (unless `present` has them already) and a fresh network on them. */
export async function makeNetwork(engine: Engine, source: Source, asked: Settings, runtime: RuntimeOptions | undefined, present: Network | undefined): Promise<Network> {
  const kept = present?.subject.source === source && shaping[source.kind].every((name) => present.settings[name] === asked[name]);
  const subject = kept ? present.subject : await prepare(source, asked, engine);
  const settings = fitting(asked, subject.patterns, subject.bidirectional);
  const model = await engine.createModel(networkFor(subject, settings), runtime);
  try {
    if (settings.radius > 0) await scaleRecurrence(model, settings.radius);
  } catch (thrown) {
    void model.dispose().catch(() => {});
    throw thrown;
  }
  const sizes = sizesOf(subject, settings);
  return { subject, model, settings, plan: planFor(subject, sizes, settings), weights: countWeights(sizes), history: new History(), checkpoints: new Checkpoints() };
}

/** An orthogonal matrix has eigenvalues of modulus 1: times ρ, of modulus ρ. Of gated cells each gate's matrix. */
export async function scaleRecurrence(model: Model, radius: number): Promise<void> {
  const weights = await model.weights();
  for (const [name, { data }] of Object.entries(weights)) {
    if (name.startsWith("rnn.weight_hh")) data.forEach((value, i) => (data[i] = value * radius));
  }
  await model.setWeights(weights);
}

function sizesOf({ input, output }: Subject, settings: Settings): Sizes {
  const outputs = "classes" in output ? output.classes : "values" in output ? output.values : output.labels;
  return "tokens" in input ? { ...settings, tokens: true, width: input.tokens, outputs } : { ...settings, tokens: false, width: input.features, outputs };
}

function planFor({ data }: Subject, sizes: Sizes, settings: Settings): Plan {
  if (isStream(data)) return planStream(data.ids.length, data.validationIds.length, sizes, settings);
  const sequences = data.train.lengths.length;
  return planSequences(sequences, stepsOf(data.train) / sequences, stepsOf(data.validation), settings.batch);
}
