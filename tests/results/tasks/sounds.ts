import { sequenceDataset } from "unfold-rnn";
import { held, lines } from "../data.js";
import { percent, type Task } from "../figures.js";
import { train } from "../train.js";
import { written } from "./written.js";

/** Sounds without stress: 39 of them. */
const words = lines("cmudict-sample.tsv").map((line) => {
  const [input = "", sounds = ""] = line.split("\t");
  return { input, target: sounds.replace(/\d/g, "").split(" ") };
});

export const task: Task = {
  name: "sounds",
  async run(say) {
    const { test, rest } = held(words, 1000, 9);
    const data = await sequenceDataset(rest, { unit: "char", vocabulary: {}, sequence: { unit: "word" }, validation: 0.04, seed: 9 });
    const { model } = await train(
      {
        input: data.input, embedding: 48, layers: [{ cell: "gru", hidden: 128, bidirectional: true, dropout: 0.3 }],
        output: data.output, decoder: { layers: [{ cell: "gru", hidden: 256, dropout: 0.3 }], embedding: 48, attention: "additive", units: 128 }, seed: 9,
      },
      data,
      { batch: 64, epochs: 14, optimizer: { name: "adam", learningRate: 2e-3, clipNorm: 1, schedule: { name: "cosine", steps: 3990 } }, validation: { every: 285 } },
      say,
    );
    const truth = test.map(({ target }) => target.join(""));
    const exact = (said: string[]) => percent(said.filter((text, i) => text === truth[i]).length / test.length);
    const inputs = test.map(({ input }) => input);
    const [greedy, beam] = [exact(await written(model, data, inputs, 1)), exact(await written(model, data, inputs, 5))];
    await model.dispose();
    const letters = new Map(rest.map(({ input, target }) => [input, target]));
    return {
      task: "Word → sounds (CMUdict)",
      how: "bidirectional GRU 128, decoder GRU 256 with additive attention, dropout 0.3; Adam 2e-3, cosine, 14 epochs of 64; seed 9",
      on: "1,000 of 20,000 words, drawn once; their 39 sounds without stress",
      figures: [
        { what: "exact, beam of 5", value: beam, unit: "%", atLeast: 40 },
        { what: "exact, greedy", value: greedy, unit: "%" },
        { what: "the sounds of the longest known word that it begins with", value: exact(inputs.map((word) => longestKnown(word, letters))), unit: "%" },
      ],
    };
  },
};

function longestKnown(word: string, known: ReadonlyMap<string, readonly string[]>): string {
  for (let length = word.length; length > 0; length--) {
    const sounds = known.get(word.slice(0, length));
    if (sounds) return sounds.join("");
  }
  return "";
}
