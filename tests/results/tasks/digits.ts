import { sequenceDataset } from "unfold-rnn";
import { answers, held, largest, lines } from "../data.js";
import { agreement, percent, type Task } from "../figures.js";
import { train } from "../train.js";

/** A digit's image as 8 steps of a row of 8 pixels each. */
const digits = lines("digits8x8.csv").map((line) => {
  const numbers = line.split(",").map(Number);
  const rows = Array.from({ length: 8 }, (_, t) => numbers.slice(8 * t, 8 * t + 8).map((pixel) => pixel / 16));
  return { input: rows, target: numbers[64] as number };
});

export const task: Task = {
  name: "digits",
  async run(say) {
    const { test, rest } = held(digits, 360, 1);
    const data = await sequenceDataset(rest, { features: 8, classes: 10, validation: 0.1, seed: 1 });
    const { model } = await train(
      { input: data.input, layers: [{ cell: "lstm", hidden: 96, bidirectional: true, dropout: 0.3 }], readout: "last", output: data.output, seed: 1 },
      data,
      { batch: 32, epochs: 40, optimizer: { name: "adam", learningRate: 3e-3, clipNorm: 1, schedule: { name: "cosine", steps: 1840 } }, validation: { every: 46 }, earlyStopping: { patience: 15 } },
      say,
    );
    const asked = await sequenceDataset(test, { features: 8, classes: 10, validation: 0 });
    const said = (await answers(model, asked.train, asked)).map(largest);
    await model.dispose();
    const counts = Array.from({ length: 10 }, (_, digit) => rest.filter(({ target }) => target === digit).length);
    const majority = largest(counts);
    return {
      task: "Handwritten digits, read row by row",
      how: "bidirectional LSTM 96, dropout 0.3; Adam 3e-3, cosine, 40 epochs of 32; stopped by a tenth held out",
      on: "360 of 1,797 digits, drawn once",
      figures: [
        { what: "accuracy", value: percent(agreement(said, asked.train.targets)), unit: "%", atLeast: 96 },
        { what: "always the commonest digit", value: percent(test.filter(({ target }) => target === majority).length / test.length), unit: "%" },
      ],
    };
  },
};
