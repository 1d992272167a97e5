import type { CreateModel } from "unfold-rnn";
import { tokenBatch } from "../examples.js";
import { unfoldConfig } from "../peers/config.js";
import { workloadNamed } from "../workloads.js";

/** A visitor's first W1 step with the package's defaults: told on the page when it is finished. */
export async function firstStep(createModel: CreateModel): Promise<void> {
  const w1 = workloadNamed("W1");
  const model = await createModel(unfoldConfig(w1));
  const batch = { ...tokenBatch(w1.network), shape: [w1.network.batch, w1.network.steps] as const };
  const { loss } = await model.trainStep(batch, { name: "adam", learningRate: w1.learningRate });
  Object.assign(globalThis, { arrived: { milliseconds: performance.now(), loss } });
}
