import { tasks } from "unfold-rnn";
import { holdFor } from "../chrono.js";
import { largest, stepAnswers } from "../data.js";
import { percent, type Task } from "../figures.js";
import { train } from "../train.js";

const [LAG, LENGTH] = [20, 5];

export const task: Task = {
  name: "copy",
  async run(say) {
    const data = await tasks.copyTask({ lag: LAG, length: LENGTH, sequences: 20000, validation: 0.02, seed: 6 });
    const test = await tasks.copyTask({ lag: LAG, length: LENGTH, sequences: 1000, validation: 0, seed: 78 });
    const { model } = await train(
      { input: data.input, layers: [{ cell: "lstm", hidden: 128 }], output: data.output, seed: 6 },
      data,
      { batch: 64, iterations: 5000, optimizer: { name: "adam", learningRate: 5e-3, clipNorm: 1, schedule: { name: "cosine", steps: 5000 } }, validation: { every: 250 } },
      say,
      (fresh) => holdFor(fresh, LAG + LENGTH),
    );
    const said = await stepAnswers(model, test.train, test);
    await model.dispose();
    const steps = LAG + 2 * LENGTH;
    let symbols = 0;
    let whole = 0;
    said.forEach((rows, i) => {
      const right = rows.slice(-LENGTH).filter((row, k) => largest(row) === test.train.targets[i * steps + steps - LENGTH + k]).length;
      symbols += right / LENGTH / said.length;
      if (right === LENGTH) whole += 1 / said.length;
    });
    return {
      task: `The copy task, ${LENGTH} symbols over a lag of ${LAG}`,
      how: "LSTM 128, gates that hold for 1 to 25 steps from the start (chrono initialisation, by setWeights); Adam 5e-3, cosine, 5,000 steps of 64 sequences; seed 6",
      on: "1,000 sequences of another seed",
      figures: [
        { what: "symbols recalled", value: percent(symbols), unit: "%", atLeast: 99 },
        { what: "sequences recalled whole", value: percent(whole), unit: "%" },
        { what: "symbols at random", value: percent(1 / 8), unit: "%" },
      ],
    };
  },
};
