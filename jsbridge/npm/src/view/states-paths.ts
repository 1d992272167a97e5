import type { Network } from "../lab/network.js";
import { isStream } from "../lab/source.js";
import type { Batch, Sequences, Tensor } from "../types.js";
import { sequenceBatch, smallBatch } from "./batches.js";
import { labelsOf, passageOf, passageOfText } from "./connectivity-figures.js";
import { kindOfToken, kinds } from "./states-figures.js";

/** One sequence's way through the states. */
export interface Path {
  readonly labels: readonly string[];
  /** Of each point, its place in the legend. */
  readonly groups: readonly number[];
}

/** What is read, and how its points are told apart. */
export interface Paths {
  readonly batch: Batch;
  readonly paths: readonly Path[];
  /** Names of the groups; `tokens` are kinds of tokens, which the view has words for. */
  readonly legend: readonly string[];
  readonly by: "tokens" | "classes" | "answers" | "sequences";
}

/** Groups that can be told apart, and paths that can be followed. */
export const most = 6;
const steps = 120;

/** The paths that are drawn: of text one, of whole sequences several. `share`: from where in the data. */
export function pathsOf(network: Network, text: string | undefined, share: number): Paths | undefined {
  const { subject: { data } } = network;
  if (isStream(data)) {
    const passage = (text ? passageOfText(network, text, steps) : undefined) ?? passageOf(network, share, steps);
    if (passage === undefined) return undefined;
    const labels = passage.labels.slice(0, passage.batch.shape[1]);
    return { batch: passage.batch, paths: [{ labels, groups: labels.map((label) => kinds.indexOf(kindOfToken(label))) }], legend: kinds, by: "tokens" };
  }
  const { train } = data;
  if (train.lengths.length === 0 || train.targetLengths) return undefined;
  const names = (data as { classes?: readonly string[] }).classes ?? [];
  const classes = "classes" in data.output ? names : [];
  const [chosen, legend, by] = !data.perStep && classes.length > 0 ? byClass(train, classes, share) : [some(train.lengths.length, most, share), undefined, undefined] as const;
  const batch = sequenceBatch(data, train, chosen, steps);
  const [, T] = batch.shape;
  const answered = data.perStep && classes.length > 0 && classes.length <= most;
  const width = batch.inputs.length / chosen.length;
  const paths = chosen.map((n, b): Path => {
    const length = batch.lengths?.[b] ?? T;
    const group = legend ? legend.indexOf(classes[train.targets[n] as number] as string) : b;
    return {
      labels: labelsOf(data, batch.inputs.subarray(b * width), length),
      groups: Array.from({ length }, (_, t) => (answered ? (batch.targets[b * T + t] as number) : group)),
    };
  });
  if (legend) return { batch, paths, legend, by };
  return { batch, paths, legend: answered ? classes : paths.map((_, i) => String(i + 1)), by: answered ? "answers" : "sequences" };
}

/** Four sequences of each of the commonest classes. */
function byClass(train: Sequences, classes: readonly string[], share: number): [chosen: number[], legend: string[], by: "classes"] {
  const members = classes.map((name, id) => ({ name, of: Array.from(train.targets.keys()).filter((n) => train.targets[n] === id) }));
  const chosen = members.sort((a, b) => b.of.length - a.of.length).slice(0, most).filter(({ of }) => of.length > 0);
  return [chosen.flatMap(({ of }) => some(of.length, 4, share).map((place) => of[place] as number)), chosen.map(({ name }) => name), "classes"];
}

/** So many of all, spread over them. */
function some(count: number, wanted: number, share: number): number[] {
  const taken = Math.min(count, wanted);
  return Array.from({ length: taken }, (_, i) => (Math.floor(share * count) + Math.floor((i * count) / taken)) % count);
}

/** What the plane is fitted to: more of the data than is drawn. */
export const fitted = ({ subject }: Network, { batch }: Paths): Batch => {
  const found = isStream(subject.data) ? smallBatch(subject.data, 4, 64) ?? batch : batch;
  return { inputs: found.inputs, shape: found.shape, ...(found.lengths && { lengths: found.lengths }) };
};

/** The states of the valid steps of [B, T, H], one sequence after another: [ΣT, H]. */
export function statesOf({ shape, data }: Tensor, paths: readonly Path[]): Float32Array {
  const [, T = 0, H = 0] = shape;
  const states = new Float32Array(paths.reduce((sum, { labels }) => sum + labels.length, 0) * H);
  let at = 0;
  paths.forEach(({ labels }, b) => {
    states.set((data as Float32Array).subarray(b * T * H, (b * T + labels.length) * H), at);
    at += labels.length * H;
  });
  return states;
}
