import { tfjsCharTrainer } from "../peers/tfjs.js";
import { unfoldCharTrainer } from "../peers/unfold.js";
import type { CharModel, Workload } from "../subject.js";

const model: CharModel = { vocabulary: 65, hidden: 128, layers: 1, batch: 32, steps: 64, learningRate: 1e-3 };

/** Multiply and add count as two; forward plus backward is three times forward; a token input is a gather. */
const { hidden, vocabulary } = model;
const flopPerToken = 3 * 2 * (4 * hidden * hidden + hidden * vocabulary);

export const w1: Workload = {
  name: "W1",
  title: "char LSTM 128, vocabulary 65, softmax every step, batch 32 × 64 steps, Adam",
  unit: "tokens",
  unitsPerStep: model.batch * model.steps,
  flopPerUnit: flopPerToken,
  subjects: async () => [
    await unfoldCharTrainer(model, "unfold", {}),
    await unfoldCharTrainer(model, "unfold deterministic", { deterministic: true }),
    await tfjsCharTrainer(model),
  ],
  targets: [{ against: "tfjs-wasm", atLeast: 10 }],
};
