import { createModel, type Dataset, type Model, type OptimizerOptions, type RuntimeOptions, type State } from "unfold-rnn";
import { featureBatch, meanNats, randomIds, tokenBatch } from "../examples.js";
import type { Subject } from "../subject.js";
import { type Workload, workloadNamed } from "../workloads.js";
import { unfoldConfig } from "./config.js";

/** Runtime options by the names of the rows; on the calling thread unless the row says otherwise. */
const runtimes: Record<string, RuntimeOptions> = {
  unfold: { worker: false },
  "unfold deterministic": { worker: false, deterministic: true },
  "unfold trainStep": { worker: false },
  "unfold deterministic trainStep": { worker: false, deterministic: true },
  "unfold worker": { worker: true },
};

export async function open(name: string, subject: string): Promise<Subject> {
  const workload = workloadNamed(name);
  const runtime = runtimes[subject];
  if (!runtime) throw new Error(`bench: unfold has no row ${subject}`);
  const model = await createModel(unfoldConfig(workload), runtime);
  const { kernels, mode } = model.runtime;
  if (mode !== (runtime.worker ? "worker" : "main")) throw new Error(`bench: ${subject} runs in ${mode} mode`);
  const act = workload.task === "train" ? (subject.endsWith("trainStep") ? steps : training) : workload.task === "forward" ? forward : step;
  const { how, firstLoss, work } = await act(model, workload);
  return { detail: `${kernels} kernels, ${mode === "main" ? "this thread" : "worker"}, ${how}`, firstLoss, work, dispose: () => model.dispose() };
}

type Act = (model: Model, workload: Workload) => Promise<{ how: string } & Pick<Subject, "firstLoss" | "work">>;

/**
 * As its users train: one run of model.train on a data set, iterated, and paused while others are measured. The engine works ahead
 * of who reads it: when the pause arrives, a slice more is on its way. A call behind the pause is answered after that slice, so that
 * all of it is timed; its steps are read the next time, as those of the time before were read now.
 */
const training: Act = async (model, workload) => {
  const { network } = workload;
  const windows = "tokens" in network.input ? { steps: network.steps } : {};
  const run = model.train(dataset(workload), { batch: network.batch, ...windows, iterations: 1e9, optimizer: optimizer(workload), validation: false });
  const progress = run[Symbol.asyncIterator]();
  const oneStep = { inputs: "tokens" in network.input ? new Int32Array(1) : new Float32Array(network.input.features), shape: [1, 1] as const };
  const work = async (count: number) => {
    let loss = NaN;
    run.resume();
    for (let i = 0; i < count; i++) {
      const { value, done } = await progress.next();
      if (done) throw new Error("bench: the training run has ended");
      ({ loss } = value);
    }
    run.pause();
    await model.forward(oneStep);
    return loss;
  };
  return { how: "train", firstLoss: await work(1), work };
};

function dataset({ network }: Workload): Dataset {
  const { input, batch, steps, classes } = network;
  if ("tokens" in input) return { tokens: input.tokens, ids: randomIds(50 * batch * steps + 1, input.tokens) };
  const { inputs, targets } = featureBatch({ ...network, batch: 10 * batch });
  const train = { lengths: new Int32Array(10 * batch).fill(steps), inputs, targets };
  return { kind: "sequences", input, output: { classes }, perStep: false, train };
}

function optimizer({ optimizer: name, learningRate }: Workload): OptimizerOptions {
  if (!name) throw new Error("bench: this workload does not train");
  return { name, learningRate };
}

/** One call of trainStep a step: the batch crosses every time. */
const steps: Act = async (model, workload) => {
  const { network } = workload;
  const batch = { ...("tokens" in network.input ? tokenBatch(network) : featureBatch(network)), shape: [network.batch, network.steps] as const };
  const work = async (count: number) => {
    let loss = NaN;
    for (let i = 0; i < count; i++) ({ loss } = await model.trainStep(batch, optimizer(workload)));
    return loss;
  };
  return { how: "trainStep", firstLoss: await work(1), work };
};

const forward: Act = async (model, { network }) => {
  const { inputs, targets } = tokenBatch(network);
  const batch = { inputs, shape: [network.batch, network.steps] as const };
  const work = async (count: number) => {
    for (let i = 0; i < count; i++) await model.forward(batch);
    return NaN;
  };
  const { outputs } = await model.forward(batch);
  return { how: "forward", firstLoss: meanNats(outputs.data, targets, network.classes), work };
};

const step: Act = async (model, { network }) => {
  const { inputs, targets } = tokenBatch({ ...network, steps: 64 });
  let state: State | undefined;
  let at = 0;
  const next = async () => {
    const taken = await model.step(inputs[at++ & 63] as number, state);
    state = taken.state;
    return taken.output;
  };
  let sum = 0;
  for (let t = 0; t < 64; t++) sum += meanNats(await next(), targets.subarray(t, t + 1), network.classes);
  const work = async (count: number) => {
    for (let i = 0; i < count; i++) await next();
    return NaN;
  };
  return { how: "step", firstLoss: sum / 64, work };
};

