import type { Model } from "unfold-rnn";

/**
 * Chrono initialisation (C. Tallec, Y. Ollivier, Can recurrent neural networks warp time?, 2018): gates that hold their memory for 1 … lag
 * steps from the start, here evenly spread. In an LSTM of one layer forget's bias becomes ln k and input's -ln k, in a GRU update's ln k;
 * an RNN has no gates and stays as it is.
 */
export async function holdFor(model: Model, lag: number): Promise<void> {
  const { cell, hidden } = model.config.layers[0] as { cell: string; hidden: number };
  const weights = await model.weights();
  const bias = weights["rnn.bias_ih_l0"]?.data as Float32Array;
  for (let j = 0; j < hidden; j++) {
    const steps = 1 + ((lag - 1) * (j + 0.5)) / hidden;
    if (cell === "lstm") bias[j] = -Math.log(steps);
    if (cell !== "rnn") bias[hidden + j] = Math.log(steps);
  }
  await model.setWeights(weights);
}
