import { createModel, type RuntimeOptions } from "unfold-rnn";
import { type CharModel, randomTokens, type Subject } from "../subject.js";

/** The char model on Unfold, on this thread, with the kernels that the runtime options ask for. */
export async function unfoldCharTrainer(shape: CharModel, name: string, runtime: RuntimeOptions): Promise<Subject> {
  const { vocabulary, hidden, layers, batch, steps, learningRate } = shape;
  const model = await createModel(
    {
      input: { tokens: vocabulary },
      layers: Array.from({ length: layers }, () => ({ cell: "lstm" as const, hidden })),
      output: { classes: vocabulary },
      seed: 1,
    },
    { worker: false, ...runtime },
  );
  const optimizer = { name: "adam" as const, learningRate };
  const work = { ...randomTokens(shape), shape: [batch, steps] as [number, number] };
  return {
    name,
    detail: `${model.runtime.kernels} kernels, ${model.runtime.mode} thread`,
    step: async () => (await model.trainStep(work, optimizer)).loss,
    dispose: () => model.dispose(),
  };
}
