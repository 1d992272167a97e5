import { sequenceDataset } from "unfold-rnn";
import { draws } from "../data.js";
import { percent, type Task } from "../figures.js";
import { train } from "../train.js";
import { written } from "./written.js";

/** Strings of 3 … 12 letters, no two alike. */
function strings(count: number, seed: number): string[] {
  const [draw, found] = [draws(seed), new Set<string>()];
  while (found.size < count) {
    found.add(Array.from({ length: 3 + Math.floor(draw() * 10) }, () => String.fromCharCode(97 + Math.floor(draw() * 26))).join(""));
  }
  return [...found];
}

const reversed = (text: string): string => [...text].reverse().join("");

export const task: Task = {
  name: "reverse",
  async run(say) {
    const all = strings(11000, 8);
    const [rest, test] = [all.slice(1000), all.slice(0, 1000)];
    const data = await sequenceDataset(rest.map((input) => ({ input, target: reversed(input) })), { unit: "char", sequence: { unit: "char" }, validation: 0.05, seed: 8 });
    const gru = (hidden: number) => ({ cell: "gru" as const, hidden });
    const { model } = await train(
      { input: data.input, embedding: 32, layers: [{ ...gru(64), bidirectional: true }], output: data.output, decoder: { layers: [gru(128)], embedding: 32, attention: "additive" }, seed: 8 },
      data,
      { batch: 64, iterations: 2000, optimizer: { name: "adam", learningRate: 3e-3, clipNorm: 1, schedule: { name: "cosine", steps: 2000 } }, validation: { every: 250 } },
      say,
    );
    const said = await written(model, data, test, 1);
    await model.dispose();
    return {
      task: "String reversal",
      how: "bidirectional GRU 64, decoder GRU 128 with additive attention; Adam 3e-3, cosine, 2,000 steps of 64; seed 8; greedy",
      on: "1,000 strings of 3 to 12 letters that were not trained on",
      figures: [{ what: "exact", value: percent(said.filter((text, i) => text === reversed(test[i] as string)).length / test.length), unit: "%", atLeast: 95 }],
    };
  },
};
