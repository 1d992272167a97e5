// The build without a module of its own for the GPU: its recurrent nets are plain JavaScript in either build.
import brain from "brain.js/dist/browser.js";
import { tokenBatch } from "../examples.js";
import type { Subject } from "../subject.js";
import { type Workload, workloadNamed } from "../workloads.js";

/**
 * brain.js's recurrent nets with the nearest equivalent work. It differs from the others in what cannot be chosen: ids go
 * through an embedding of the vocabulary's size and a dense input product, sequences are trained one by one with an RMSProp
 * update after each, id 0 is its own begin and end, and its plain RNN has relu for tanh.
 */
export async function open(name: string): Promise<Subject> {
  const workload = workloadNamed(name);
  const net = recurrentNet(workload);
  const act = workload.task === "train" ? training(net, workload) : stepping(net, workload);
  const how = workload.task === "train" ? "train, one sequence an update, RMSProp" : "run";
  return { detail: `2.0.0-beta.24, ${how}`, firstLoss: await act.first(), work: act.work, dispose: async () => {} };
}

interface Act {
  first(): Promise<number>;
  work(count: number): Promise<number>;
}

function recurrentNet({ network }: Workload) {
  const { cell, hidden, layers, classes } = network;
  // Ids go in and come out as they are.
  const dataFormatter = {
    characters: [], specialIndexes: [], format: (data: number[][]) => data,
    formatDataIn: (ids: number[]) => ids, formatDataOut: (_input: number[], output: number[]) => output,
  } as unknown as NonNullable<ConstructorParameters<typeof brain.recurrent.RNN>[0]>["dataFormatter"] & object;
  const Net = cell === "lstm" ? brain.recurrent.LSTM : brain.recurrent.RNN;
  return new Net({
    inputSize: classes, inputRange: classes, outputSize: classes, hiddenLayers: Array<number>(layers).fill(hidden), dataFormatter,
    maxPredictionLength: window,
  });
}

/** Outputs a run of W5 adds to its prompt of as many. */
const window = 64;

/** One step: every sequence of the batch once. A pattern of n ids unfolds over n + 1 time steps, its begin and end included. */
function training(net: InstanceType<typeof brain.recurrent.RNN>, { network, learningRate }: Workload): Act {
  const { batch, steps } = network;
  const { inputs } = tokenBatch(network);
  const patterns = Array.from({ length: batch }, (_, b) => [...inputs.subarray(b * steps + 1, (b + 1) * steps)]);
  const work = async (count: number) => {
    const { error } = net.train(patterns, { iterations: count, errorThresh: 1e-12, learningRate, log: false });
    // error is 2^(Σ log2 perplexity / (n - 1)) / 100 over n + 1 outputs.
    const n = steps - 1;
    return (Math.log(100 * error) * (n - 1)) / (n + 1);
  };
  return { first: () => work(1), work };
}

/** `run` reads 64 ids and goes on for 64 of its own, one time step each; an improbable end keeps it from stopping early. */
function stepping(net: InstanceType<typeof brain.recurrent.RNN>, { network }: Workload): Act {
  const prompt = [...tokenBatch({ ...network, steps: window }).inputs];
  net.initialize();
  net.bindEquation();
  net.model.output.weights[0] = -1e3;
  let owed = 0; // time steps done in advance of those that were asked for
  const work = async (count: number) => {
    for (owed -= count; owed < 0; owed += 2 * window) {
      const written = net.run(prompt) as unknown as number[];
      if (written.length !== window - 1) throw new Error(`brain.js wrote ${written.length} ids, want ${window - 1}`);
    }
    return NaN;
  };
  return { first: async () => NaN, work };
}
