import * as ort from "onnxruntime-web/wasm";
import { meanNats, oneHot, randomFloats, tokenBatch } from "../examples.js";
import { folderURL } from "../platform.js";
import type { Subject } from "../subject.js";
import { type Network, workloadNamed } from "../workloads.js";
import { type LSTMWeights, lstmModel } from "./onnx.js";

/** The workload's network on onnxruntime-web's wasm backend, one thread, a session that is made once; x is one-hot. */
export async function open(name: string): Promise<Subject> {
  const { network, task } = workloadNamed(name);
  const session = await openSession(lstmModel(randomWeights(network)));
  const act = task === "step" ? stepping(session, network) : forward(session, network);
  const detail = `${ort.env.versions.web}, wasm backend, SIMD, 1 thread`;
  return { detail, firstLoss: await act.first(), work: act.work, dispose: () => session.release() };
}

/** Before anything else of the library is used: where its wasm lies, and that it takes one thread. */
export async function openSession(model: Uint8Array): Promise<ort.InferenceSession> {
  const folder = folderURL("tests/bench/node_modules/onnxruntime-web/dist");
  ort.env.wasm.wasmPaths = folder.startsWith("http") ? folder : `file://${folder}`;
  ort.env.wasm.numThreads = 1;
  return ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
}

/** As torch.nn.LSTM's: uniform in ±1/√H. */
function randomWeights({ hidden, classes }: Network): LSTMWeights {
  const sizes = [4 * hidden * classes, 4 * hidden * hidden, 4 * hidden, 4 * hidden, classes * hidden, classes];
  const [weightIH, weightHH, biasIH, biasHH, headWeight, headBias] = sizes.map((size, i) => randomFloats(size, 1 / Math.sqrt(hidden), 10 + i)) as [
    Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array,
  ];
  return { vocabulary: classes, hidden, weightIH, weightHH, biasIH, biasHH, headWeight, headBias };
}

interface Act {
  first(): Promise<number>;
  work(count: number): Promise<number>;
}

export const floats = (data: Float32Array, shape: number[]): ort.Tensor => new ort.Tensor("float32", data, shape);
const zeros = (batch: number, hidden: number) => floats(new Float32Array(batch * hidden), [1, batch, hidden]);

function forward(session: ort.InferenceSession, network: Network): Act {
  const { batch, steps, hidden, classes } = network;
  const { inputs, targets } = tokenBatch(network);
  // [B, T] to [T, B].
  const timeMajor = (ids: Int32Array) => ids.map((_, i) => ids[(i % batch) * steps + Math.floor(i / batch)] as number);
  const feeds = { x: floats(oneHot(timeMajor(inputs), classes), [steps, batch, classes]), h: zeros(batch, hidden), c: zeros(batch, hidden) };
  const run = async () => (await session.run(feeds))["y"]?.data as Float32Array;
  return {
    first: async () => meanNats(await run(), timeMajor(targets), classes),
    async work(count) {
      for (let i = 0; i < count; i++) await run();
      return NaN;
    },
  };
}

function stepping(session: ort.InferenceSession, network: Network): Act {
  const { hidden, classes } = network;
  const { inputs, targets } = tokenBatch({ ...network, steps: 64 });
  const rows = Array.from({ length: 64 }, (_, t) => floats(oneHot(inputs.subarray(t, t + 1), classes), [1, 1, classes]));
  let [h, c, at] = [zeros(1, hidden), zeros(1, hidden), 0];
  const next = async () => {
    const { y, hN, cN } = (await session.run({ x: rows[at++ & 63] as ort.Tensor, h, c })) as Record<"y" | "hN" | "cN", ort.Tensor>;
    [h, c] = [hN, cN];
    return y.data as Float32Array;
  };
  return {
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
