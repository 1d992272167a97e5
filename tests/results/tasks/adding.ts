import { type LayerConfig, tasks } from "unfold-rnn";
import { holdFor } from "../chrono.js";
import { answers } from "../data.js";
import { type Figure, percent, type Task } from "../figures.js";
import { train } from "../train.js";

const LAG = 100;

export const task: Task = {
  name: "adding",
  async run(say) {
    const data = await tasks.addingTask({ lag: LAG, sequences: 20000, validation: 0.02, seed: 5 });
    const test = await tasks.addingTask({ lag: LAG, sequences: 1000, validation: 0, seed: 77 });
    const figures: Figure[] = [];
    for (const cell of ["lstm", "gru", "rnn"] as const satisfies readonly LayerConfig["cell"][]) {
      const { model } = await train(
        { input: data.input, layers: [{ cell, hidden: 64 }], readout: "last", output: data.output, seed: 5 },
        data,
        { batch: 50, iterations: 1500, optimizer: { name: "adam", learningRate: 5e-3, clipNorm: 1, schedule: { name: "cosine", steps: 1500 } }, validation: { every: 250 } },
        (line) => say(`${cell}: ${line}`),
        (fresh) => holdFor(fresh, LAG),
      );
      const right = (await answers(model, test.train, test)).filter(([answer], i) => Math.abs((answer ?? NaN) - (test.train.targets[i] as number)) < 0.04).length;
      await model.dispose();
      const bound = cell === "rnn" ? { atMost: 50 } : { atLeast: 99 };
      figures.push({ what: `${cell.toUpperCase()}, answers within 0.04`, value: percent(right / test.train.lengths.length), unit: "%", ...bound });
    }
    return {
      task: `The adding problem, lag ${LAG}`,
      how: "one layer of 64, gates that hold for 1 to 100 steps from the start (chrono initialisation, by setWeights); Adam 5e-3, cosine, 1,500 steps of 50 sequences; seed 5; the same for each cell",
      on: "1,000 sequences of another seed",
      figures: [...figures, { what: "always 0.5", value: percent(test.chance.accuracy), unit: "%" }],
    };
  },
};
