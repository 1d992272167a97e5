import { UnfoldError } from "../../errors.js";
import type { ParityOptions, TaskDataset } from "../types.js";
import { readTask, writeTask } from "./task.js";

/**
 * Parity (Minsky and Papert 1969, "Perceptrons"; for recurrent networks Hochreiter and Schmidhuber 1996, "Bridging long time lags
 * by weight guessing and long short-term memory"): bits 0 and 1, each as likely; the class is the sum of the bits mod 2, at
 * the end or, with `perStep`, after every bit. `chance`: ln 2 and one half.
 */
export async function parityTask(options: ParityOptions): Promise<TaskDataset> {
  const where = "parityTask";
  const draw = readTask(where, options, 3, ["length", "shortest", "perStep"]);
  const { random, settings } = draw;
  const longest = settings.integer("length", 1, 2 ** 24);
  const shortest = settings.integer("shortest", 1, 2 ** 24, longest);
  if (shortest > longest) throw new UnfoldError("RANGE", `${where}: shortest is ${shortest}; 1 … ${longest} is wanted (length: ${longest})`);
  const perStep = settings.boolean("perStep");
  const face = {
    input: { tokens: 2 },
    output: { classes: 2 },
    perStep,
    symbols: ["0", "1"],
    classes: ["even", "odd"],
    chance: { loss: Math.LN2, accuracy: 0.5 },
  };
  const lengths = new Int32Array(draw.sequences).map(() => shortest + random.below(longest - shortest + 1));
  return writeTask(where, face, draw, lengths, ({ inputs, targets, input, target, length }) => {
    let parity = 0;
    for (let t = 0; t < length; t++) {
      const bit = random.below(2);
      parity ^= bit;
      inputs[input + t] = bit;
      if (perStep) targets[target + t] = parity;
    }
    if (!perStep) targets[target] = parity;
  });
}
