import type { CopyOptions, TaskDataset } from "../types.js";
import { readTask, writeTask } from "./task.js";

/**
 * The copy task (Hochreiter and Schmidhuber 1997; in this form Arjovsky, Shah and Bengio 2016, "Unitary evolution recurrent
 * neural networks"). With K symbols of an alphabet of A and a lag L the length is L + 2K:
 *
 *     input    s(1) … s(K)   blank × (L-1)   go   blank × K
 *     target   blank × (L+K)                      s(1) … s(K)
 *
 * Tokens 0 … A-1 are the symbols, A is the blank, A+1 the signal to go; the classes are the same without the signal.
 * `chance`: blanks where blanks are due, then symbols at random: a loss of K ln A / (L + 2K) and (L + K + K/A) / (L + 2K) right.
 */
export async function copyTask(options: CopyOptions): Promise<TaskDataset> {
  const where = "copyTask";
  const draw = readTask(where, options, 1, ["lag", "length", "alphabet"]);
  const { settings, random } = draw;
  const L = settings.integer("lag", 1, 2 ** 24);
  const K = settings.integer("length", 1, 2 ** 24, 10);
  const A = settings.integer("alphabet", 2, 2 ** 24, 8);
  const T = L + 2 * K;
  const symbols = Array.from({ length: A }, (_, id) => String(id));
  const classes = [...symbols, "blank"];
  const face = {
    input: { tokens: A + 2 },
    output: { classes: A + 1 },
    perStep: true,
    symbols: [...classes, "go"],
    classes,
    chance: { loss: (K * Math.log(A)) / T, accuracy: (L + K + K / A) / T },
  };
  return writeTask(where, face, draw, new Int32Array(draw.sequences).fill(T), ({ inputs, targets, input, target }) => {
    inputs.fill(A, input, input + T);
    targets.fill(A, target, target + T);
    inputs[input + K + L - 1] = A + 1;
    for (let k = 0; k < K; k++) inputs[input + k] = targets[target + L + K + k] = random.below(A);
  });
}
