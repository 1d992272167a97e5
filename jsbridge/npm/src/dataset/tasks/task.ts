import { PIECE, Pause } from "../pieces.js";
import { Pcg32 } from "../random.js";
import { allocate } from "../room.js";
import { Settings } from "../settings.js";
import type { Sequences, TaskDataset } from "../types.js";
import type { InputConfig, OutputConfig } from "../../types.js";

/** What every task is told, read from its options. */
export interface Draw {
  settings: Settings;
  /** N. */
  sequences: number;
  /** How many of them are for training. */
  trained: number;
  random: Pcg32;
}

/** The options of a task, with the names that are its own; a draw of its own for each task, so that one seed serves all. */
export function readTask(where: string, options: unknown, stream: number, names: readonly string[] = []): Draw {
  const settings = new Settings(where, options, ["sequences", "validation", "seed", ...names]);
  const sequences = settings.integer("sequences", 2, 2 ** 31 - 1, 1000);
  const held = Math.min(Math.floor(sequences * settings.share("validation")), sequences - 1);
  return { settings, sequences, trained: sequences - held, random: new Pcg32(settings.seed(), stream) };
}

/** What a task is, apart from its numbers. */
export interface TaskFace {
  input: InputConfig;
  output: OutputConfig;
  perStep: boolean;
  symbols: string[];
  classes: string[];
  chance: { loss: number; accuracy: number };
  floor?: number;
}

/** Where one sequence is written: rows of `inputs` from `input`, of `targets` from `target`. */
export interface Place {
  inputs: Int32Array | Float32Array;
  targets: Int32Array | Float32Array;
  input: number;
  target: number;
  length: number;
  index: number;
}

/**
 * Writes sequences of given lengths one after another, in the order in which they are drawn: the last are held out, which is as
 * good as any choice among independent draws.
 */
export async function writeTask(where: string, face: TaskFace, { trained }: Draw, lengths: Int32Array, write: (place: Place) => void): Promise<TaskDataset> {
  const pause = new Pause();
  const width = "features" in face.input ? face.input.features : 1;
  const targetWidth = "classes" in face.output ? 1 : "values" in face.output ? face.output.values : face.output.labels;
  const part = async (from: number, to: number): Promise<Sequences> => {
    const own = lengths.slice(from, to);
    const steps = own.reduce((sum, n) => sum + n, 0);
    const outputs = (face.perStep ? steps : own.length) * targetWidth;
    const what = `${own.length} sequences of ${steps} steps`;
    const inputs = allocate<Int32Array | Float32Array>("features" in face.input ? Float32Array : Int32Array, steps * width, where, what);
    const targets = allocate<Int32Array | Float32Array>("classes" in face.output ? Int32Array : Float32Array, outputs, where, what);
    let step = 0;
    let written = 0;
    for (let i = 0; i < own.length; i++) {
      const length = own[i] as number;
      write({ inputs, targets, input: step * width, target: (face.perStep ? step : i) * targetWidth, length, index: from + i });
      step += length;
      written += length;
      if (written > PIECE / 16) {
        written = 0;
        await pause.breathe();
      }
    }
    return { lengths: own, inputs, targets };
  };
  const train = await part(0, trained);
  const data = { kind: "sequences" as const, floor: 0, ...face, train };
  return trained < lengths.length ? { ...data, validation: await part(trained, lengths.length) } : data;
}
