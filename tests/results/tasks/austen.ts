import { textDataset } from "unfold-rnn";
import { read } from "../data.js";
import type { Task } from "../figures.js";
import { train } from "../train.js";

export const task: Task = {
  name: "austen",
  async run(say) {
    const data = await textDataset(read("austen-pride-and-prejudice.txt"), { unit: "char" });
    const { model, seconds } = await train(
      { input: { tokens: data.tokens }, layers: [{ cell: "lstm", hidden: 256, dropout: 0.2 }], output: { classes: data.tokens }, seed: 10 },
      data,
      { batch: 32, steps: 64, stateful: true, iterations: 3000, optimizer: { name: "adam", learningRate: 4e-3, clipNorm: 5, schedule: { name: "cosine", steps: 3000 } }, validation: { every: 500, tokens: data.validationIds.length } },
      say,
    );
    const loss = await heldOut(model, data.validationIds);
    await model.dispose();
    const { uniform, unigram, bigram } = await data.baselines();
    return {
      task: "Characters of Pride and Prejudice",
      how: "LSTM 256, dropout 0.2; Adam 4e-3, cosine, 3,000 steps of 32 × 64 characters; seed 10",
      on: "the last tenth of the novel, read from its first character to its last with the state carried",
      figures: [
        { what: "loss a character", value: loss, unit: "nats", atMost: 1.45 },
        { what: "time of training", value: seconds, unit: "s", atMost: 600 },
        { what: "bigram", value: bigram, unit: "nats" },
        { what: "unigram", value: unigram, unit: "nats" },
        { what: "uniform", value: uniform, unit: "nats" },
      ],
    };
  },
};

/** Mean loss over a text read once, from end to end. */
async function heldOut(model: Awaited<ReturnType<typeof train>>["model"], ids: Int32Array): Promise<number> {
  const STEPS = 1000;
  let [sum, count] = [0, 0];
  let state = undefined as Awaited<ReturnType<typeof model.forward>>["state"] | undefined;
  for (let at = 0; at + 1 < ids.length; at += STEPS) {
    const steps = Math.min(STEPS, ids.length - 1 - at);
    const answer = await model.forward({ inputs: ids.slice(at, at + steps), targets: ids.slice(at + 1, at + steps + 1), shape: [1, steps], ...(state && { state }) });
    sum += (answer.loss as number) * steps;
    count += steps;
    state = answer.state;
  }
  return sum / count;
}
