import type { Pcg32 } from "../random.js";
import type { ReberOptions, TaskDataset } from "../types.js";
import type { TaskFace } from "./task.js";
import { readTask, writeTask } from "./task.js";

const SYMBOLS = ["B", "T", "S", "X", "P", "V", "E"];
const [B, T, S, X, P, V, E] = [0, 1, 2, 3, 4, 5, 6];

/** From each state: the symbols that may come, and the state that each leads to. The string ends with E. */
const STATES: readonly (readonly (readonly [symbol: number, next: number])[])[] = [
  [[B, 1]],
  [[T, 2], [P, 3]],
  [[S, 2], [X, 4]],
  [[T, 3], [V, 5]],
  [[X, 3], [S, 6]],
  [[P, 4], [V, 6]],
  [[E, 7]],
];

/** A string, and for each of its symbols but the first which ones could have stood there, as bits. */
interface Sentence {
  symbols: number[];
  permitted: number[];
}

function walk(random: Pcg32): Sentence {
  const symbols: number[] = [];
  const permitted: number[] = [];
  for (let state = 0; state < STATES.length; ) {
    const arcs = STATES[state] as readonly (readonly [number, number])[];
    // One way out needs no draw.
    const [symbol, next] = arcs[arcs.length > 1 ? random.below(arcs.length) : 0] as readonly [number, number];
    symbols.push(symbol);
    permitted.push(arcs.reduce((bits, [one]) => bits | (1 << one), 0));
    state = next;
  }
  return { symbols, permitted: permitted.slice(1) };
}

function embed(random: Pcg32): Sentence {
  const side = random.below(2) === 0 ? T : P;
  const inner = walk(random);
  return {
    symbols: [B, side, ...inner.symbols, side, E],
    permitted: [(1 << T) | (1 << P), 1 << B, ...inner.permitted, 1 << side, 1 << E],
  };
}

/**
 * The Reber grammar (Reber 1967, "Implicit learning of artificial grammars"; for recurrent networks Cleeremans,
 * Servan-Schreiber and McClelland 1989). Strings of B T S X P V E, at a fork either way with probability 1/2:
 *
 *     0 -B→ 1    1 -T→ 2   1 -P→ 3    2 -S→ 2   2 -X→ 4    3 -T→ 3   3 -V→ 5    4 -X→ 3   4 -S→ 6    5 -P→ 4   5 -V→ 6    6 -E→ end
 *
 * The input is a string without its E; after each symbol the target is the set of symbols that may follow (`permitted`: 7
 * labels) or the one that does (`next`: 7 classes). `chance`: each label, or the class, by guessing: ln 2 and 1/2 of the labels, ln 7
 * and 1/7. `floor` of `next`: the mean of ln of the number of symbols permitted, over all sequences.
 */
export async function reberGrammar(options: ReberOptions = {}): Promise<TaskDataset> {
  return grammar("reberGrammar", options, 4, walk);
}

/**
 * The embedded Reber grammar (Hochreiter and Schmidhuber 1997, experiment 1): B, then T or P, a string of the Reber grammar, the
 * same T or P again, E. To permit the right one of T and P at the end, a network must remember the second symbol throughout.
 * Inputs, targets, `chance` and `floor` as for reberGrammar().
 */
export async function embeddedReber(options: ReberOptions = {}): Promise<TaskDataset> {
  return grammar("embeddedReber", options, 5, embed);
}

async function grammar(where: string, options: ReberOptions, stream: number, make: (random: Pcg32) => Sentence): Promise<TaskDataset> {
  const draw = readTask(where, options, stream, ["target"]);
  const next = draw.settings.choice("target", ["permitted", "next"], "permitted") === "next";
  const sentences = Array.from({ length: draw.sequences }, () => make(draw.random));
  const width = SYMBOLS.length;
  const face: TaskFace = {
    input: { tokens: width },
    output: next ? { classes: width } : { labels: width },
    perStep: true,
    symbols: [...SYMBOLS],
    classes: [...SYMBOLS],
    chance: next ? { loss: Math.log(width), accuracy: 1 / width } : { loss: Math.LN2, accuracy: 0.5 },
    floor: next ? meanChoice(sentences) : 0,
  };
  const lengths = Int32Array.from(sentences, ({ permitted }) => permitted.length);
  return writeTask(where, face, draw, lengths, ({ inputs, targets, input, target, length, index }) => {
    const { symbols, permitted } = sentences[index] as Sentence;
    for (let t = 0; t < length; t++) {
      inputs[input + t] = symbols[t] as number;
      if (next) targets[target + t] = symbols[t + 1] as number;
      else for (let o = 0; o < width; o++) targets[target + t * width + o] = ((permitted[t] as number) >> o) & 1;
    }
  });
}

function meanChoice(sentences: readonly Sentence[]): number {
  let nats = 0;
  let steps = 0;
  for (const { permitted } of sentences) {
    for (const bits of permitted) nats += bits & (bits - 1) ? Math.LN2 : 0;
    steps += permitted.length;
  }
  return nats / steps;
}
