import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { featureBatch, meanNats, oneHot, tokenBatch } from "../examples.js";
import { folderURL } from "../platform.js";
import type { Subject } from "../subject.js";
import { type Network, type Workload, workloadNamed } from "../workloads.js";

/** Selects the backend, wasm with SIMD on one thread or cpu, and says what is in use. */
async function openBackend(name: string): Promise<string> {
  if (name === "cpu") {
    if (!(await tf.setBackend("cpu"))) throw new Error("tfjs: the cpu backend does not start");
    return `${tf.version.tfjs}, cpu backend`;
  }
  setWasmPaths(folderURL("tests/bench/node_modules/@tensorflow/tfjs-backend-wasm/dist"));
  setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs: the wasm backend does not start");
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) throw new Error("tfjs: no SIMD in this host; the comparison would be unfair");
  return `${tf.version.tfjs}, wasm backend, SIMD, 1 thread`;
}

/**
 * As tensorflow.js users write it: a LayersModel of recurrent layers and a dense softmax, one-hot inputs and targets,
 * categorical cross-entropy, trainOnBatch or predict. One-hot tensors are made once, outside the measured time.
 */
export async function open(name: string, subject: string): Promise<Subject> {
  const workload = workloadNamed(name);
  const backend = subject === "tfjs-cpu" ? "cpu" : "wasm";
  const version = await openBackend(backend);
  const model = layersModel(workload.network, workload.task === "step");
  const act = { train: training, forward, step }[workload.task](model, workload);
  const using = <Result>(body: () => Promise<Result>) => tf.setBackend(backend).then(body);
  return {
    detail: `${version}, ${act.how}`,
    firstLoss: await using(act.first),
    work: (count) => using(() => act.work(count)),
    dispose: async () => {
      tf.dispose(act.tensors);
      model.dispose();
    },
  };
}

interface Act {
  readonly how: string;
  readonly tensors: tf.Tensor[];
  first(): Promise<number>;
  work(count: number): Promise<number>;
}

function layersModel(network: Network, stateful: boolean): tf.Sequential {
  const { cell, hidden, layers, bidirectional, input, classes, readout, batch, steps } = network;
  const width = "tokens" in input ? input.tokens : input.features;
  const make = { rnn: tf.layers.simpleRNN, gru: tf.layers.gru, lstm: tf.layers.lstm }[cell];
  const model = tf.sequential();
  for (let layer = 0; layer < layers; layer++) {
    const shape = layer > 0 ? {} : stateful ? { batchInputShape: [batch, steps, width] } : { inputShape: [steps, width] };
    // The default initialiser, orthogonal, takes up to a minute for these sizes; it is no part of what is measured.
    const options = { units: hidden, returnSequences: readout === "every", stateful, recurrentInitializer: "glorotUniform" as const };
    if (bidirectional) model.add(tf.layers.bidirectional({ layer: make(options) as tf.RNN, mergeMode: "concat", ...shape }));
    else model.add(make({ ...options, ...shape }));
  }
  model.add(tf.layers.dense({ units: classes, activation: "softmax" }));
  return model;
}

const oneHotTensor = (ids: Int32Array, shape: number[], width: number) => tf.tensor(oneHot(ids, width), [...shape, width]);

function training(model: tf.Sequential, { network, optimizer, learningRate }: Workload): Act {
  model.compile({ optimizer: optimizer === "adam" ? tf.train.adam(learningRate) : tf.train.adagrad(learningRate), loss: "categoricalCrossentropy" });
  const { batch, steps, input, classes } = network;
  let tensors: [tf.Tensor, tf.Tensor];
  if ("tokens" in input) {
    const { inputs, targets } = tokenBatch(network);
    tensors = [oneHotTensor(inputs, [batch, steps], input.tokens), oneHotTensor(targets, [batch, steps], classes)];
  } else {
    const { inputs, targets } = featureBatch(network);
    tensors = [tf.tensor(inputs, [batch, steps, input.features]), oneHotTensor(targets, [batch], classes)];
  }
  const work = async (count: number) => {
    let loss = NaN;
    for (let i = 0; i < count; i++) {
      const result = await model.trainOnBatch(...tensors);
      loss = Array.isArray(result) ? (result[0] as number) : result;
    }
    return loss;
  };
  return { how: "trainOnBatch", tensors, first: () => work(1), work };
}

async function predict(model: tf.Sequential, x: tf.Tensor, batchSize: number): Promise<ArrayLike<number>> {
  const y = model.predict(x, { batchSize }) as tf.Tensor;
  const values = await y.data();
  y.dispose();
  return values;
}

function forward(model: tf.Sequential, { network }: Workload): Act {
  const { batch, steps, classes } = network;
  const { inputs, targets } = tokenBatch(network);
  const x = oneHotTensor(inputs, [batch, steps], classes);
  return {
    how: "predict",
    tensors: [x],
    first: async () => meanNats(await predict(model, x, batch), targets, classes),
    async work(count) {
      for (let i = 0; i < count; i++) await predict(model, x, batch);
      return NaN;
    },
  };
}

function step(model: tf.Sequential, { network }: Workload): Act {
  const { classes } = network;
  const { inputs, targets } = tokenBatch({ ...network, steps: 64 });
  const tensors = Array.from({ length: 64 }, (_, t) => oneHotTensor(inputs.subarray(t, t + 1), [1, 1], classes));
  let at = 0;
  const next = () => predict(model, tensors[at++ & 63] as tf.Tensor, 1);
  return {
    how: "stateful, predict",
    tensors,
    async first() {
      let sum = 0;
      for (let t = 0; t < 64; t++) sum += meanNats(await next(), targets.subarray(t, t + 1), classes);
      return sum / 64;
    },
    async work(count) {
      for (let i = 0; i < count; i++) await next();
      return NaN;
    },
  };
}
