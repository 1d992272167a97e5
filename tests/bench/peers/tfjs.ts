import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { type CharModel, randomTokens, type Subject } from "../subject.js";

const require = createRequire(import.meta.url);

/** Selects the wasm backend with SIMD, on one thread, and says what is in use. */
async function openBackend(): Promise<string> {
  const entry = require.resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(path.dirname(entry) + path.sep);
  setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs: the wasm backend does not start");
  await tf.ready();
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) throw new Error("tfjs: no SIMD in this host; the comparison would be unfair");
  const { version } = JSON.parse(readFileSync(require.resolve("@tensorflow/tfjs/package.json"), "utf8")) as { version: string };
  return `${version}, ${tf.getBackend()}, SIMD, 1 thread`;
}

/**
 * The char model as tensorflow.js users write it: LayersModel of lstm and dense softmax, one-hot inputs and targets,
 * categorical cross-entropy, tf.train.adam, trainOnBatch. The one-hot tensors are made once, outside the measured time.
 */
export async function tfjsCharTrainer(shape: CharModel): Promise<Subject> {
  const detail = await openBackend();
  const { vocabulary, hidden, layers, batch, steps, learningRate } = shape;
  const model = tf.sequential();
  for (let layer = 0; layer < layers; layer++) {
    model.add(tf.layers.lstm({ units: hidden, returnSequences: true, ...(layer === 0 ? { inputShape: [steps, vocabulary] } : {}) }));
  }
  model.add(tf.layers.dense({ units: vocabulary, activation: "softmax" }));
  model.compile({ optimizer: tf.train.adam(learningRate), loss: "categoricalCrossentropy" });

  const tokens = randomTokens(shape);
  const oneHot = (ids: Int32Array) => tf.tidy(() => tf.oneHot(tf.tensor2d(ids, [batch, steps], "int32"), vocabulary).toFloat());
  const [x, y] = [oneHot(tokens.inputs), oneHot(tokens.targets)];
  return {
    name: "tfjs-wasm",
    detail,
    async step() {
      const loss = await model.trainOnBatch(x, y);
      return Array.isArray(loss) ? (loss[0] as number) : loss;
    },
    async dispose() {
      tf.dispose([x, y]);
      model.dispose();
    },
  };
}
