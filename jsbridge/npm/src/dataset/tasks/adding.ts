import type { AddingOptions, TaskDataset } from "../types.js";
import { readTask, writeTask } from "./task.js";

/** An answer counts as right when it is nearer than this. */
const NEAR = 0.04;

/**
 * The adding problem (Hochreiter and Schmidhuber 1997, "Long short-term memory", experiment 4). Each step is a pair: a value
 * uniform in [-1, 1], and a marker. With the lag T the length is uniform in T … ⌊T + T/10⌋. The marker is 1 at two steps, one of
 * the first 10 and one of the first ⌊T/2⌋ - 1 that are then still unmarked; -1 at the first and the last step unless they are
 * marked; 0 elsewhere. If the first step is marked, its value is 0. The target, at the end alone, is
 *
 *     0.5 + (X1 + X2) / 4        of the two marked values X1, X2
 *
 * and an answer nearer to it than 0.04 is right. `chance`: always 0.5, which is off by a mean square of (2 - z) / 48 with the
 * probability z = 1/10 + 9/10 / (⌊T/2⌋ - 1) that the first step is marked; right in a share (1 - z) 0.1536 + z 0.16.
 */
export async function addingTask(options: AddingOptions): Promise<TaskDataset> {
  const where = "addingTask";
  const draw = readTask(where, options, 2, ["lag"]);
  const { random, settings } = draw;
  const lag = settings.integer("lag", 22, 2 ** 24);
  const choices = Math.floor(lag / 2) - 1;
  const zeroed = 1 / 10 + 9 / 10 / choices;
  // |X1 + X2| < 4 · NEAR: the sum of two has a triangular density over [-2, 2], one alone a constant one.
  const s = 4 * NEAR;
  const accuracy = (1 - zeroed) * (s - s ** 2 / 4) + zeroed * s;
  const face = {
    input: { features: 2 },
    output: { values: 1 },
    perStep: false,
    symbols: [],
    classes: [],
    chance: { loss: (2 - zeroed) / 48, accuracy },
  };
  const longer = Math.floor(lag / 10) + 1;
  const lengths = new Int32Array(draw.sequences).map(() => lag + random.below(longer));
  return writeTask(where, face, draw, lengths, ({ inputs, targets, input, target, length }) => {
    for (let t = 0; t < length; t++) {
      inputs[input + 2 * t] = 2 * random.unit() - 1;
      inputs[input + 2 * t + 1] = t === 0 || t === length - 1 ? -1 : 0;
    }
    const first = random.below(10);
    const drawn = random.below(choices);
    const second = drawn < first ? drawn : drawn + 1;
    for (const t of [first, second]) {
      inputs[input + 2 * t + 1] = 1;
      if (t === 0) inputs[input] = 0;
    }
    targets[target] = 0.5 + ((inputs[input + 2 * first] as number) + (inputs[input + 2 * second] as number)) / 4;
  });
}
