import { tasks } from "unfold-rnn";
import { stepAnswers } from "../data.js";
import { type Figure, percent, type Task } from "../figures.js";
import { train } from "../train.js";

export const task: Task = {
  name: "reber",
  async run(say) {
    const figures: Figure[] = [];
    for (const [name, make, hidden] of [["Reber grammar", tasks.reberGrammar, 16], ["embedded Reber grammar", tasks.embeddedReber, 32]] as const) {
      const data = await make({ sequences: 2000, seed: 7 });
      const test = await make({ sequences: 1000, validation: 0, seed: 79 });
      const { model } = await train(
        { input: data.input, layers: [{ cell: "lstm", hidden }], output: data.output, seed: 7 },
        data,
        { batch: 32, iterations: 2500, optimizer: { name: "adam", learningRate: 1e-2, clipNorm: 1, schedule: { name: "cosine", steps: 2500 } }, validation: { every: 250 } },
        (line) => say(`${name}: ${line}`),
      );
      const said = await stepAnswers(model, test.train, test);
      await model.dispose();
      let at = 0;
      const right = said.filter((rows) => rows.map((row) => row.every((p, k) => p > 0.5 === ((test.train.targets[at + k] as number) === 1)) && ((at += row.length), true)).every(Boolean)).length;
      figures.push({ what: `strings of the ${name} with every permitted set right`, value: percent(right / said.length), unit: "%", atLeast: 100 });
    }
    return {
      task: "The Reber grammars: which symbols may follow",
      how: "LSTM 16 and 32, a label a symbol; Adam 1e-2, cosine, 2,500 steps of 32 strings; seed 7",
      on: "1,000 strings each of another seed",
      figures,
    };
  },
};
