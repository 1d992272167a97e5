import { createModel, type Dataset, type Model, type ModelConfig, type TrainOptions } from "unfold-rnn";

/**
 * Trains, says now and then how far it is, and gives the model with the seconds that it took. The same bits on every machine. `prepare` may
 * change the first weights.
 */
export async function train(
  config: ModelConfig, data: Dataset, options: TrainOptions, say: (line: string) => void, prepare?: (model: Model) => Promise<void>,
): Promise<{ model: Model; seconds: number }> {
  const model = await createModel(config, { deterministic: true });
  await prepare?.(model);
  const started = performance.now();
  let spoken = started;
  let held = "";
  for await (const { step, loss, validationLoss } of model.train(data, options)) {
    if (validationLoss !== undefined) held = `, held out ${validationLoss.toFixed(4)}`;
    if (performance.now() - spoken < 5000) continue;
    spoken = performance.now();
    say(`step ${step}, loss ${loss.toFixed(4)}${held}`);
  }
  return { model, seconds: (performance.now() - started) / 1000 };
}
