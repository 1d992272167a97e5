/** The kernels exp, tanh and sigmoid alone: how far they are from the exact values, and how long a W1 step would need them. */
import { randomFloats } from "../examples.js";
import { fileBytes } from "../platform.js";
import type { Subject } from "../subject.js";
import { worstUlps } from "../ulps.js";
import { type Network, workloadNamed } from "../workloads.js";
import { kernelFiles } from "./product.js";

type Kernel = (dst: number, src: number, n: number) => void;

interface Function {
  readonly exact: (x: number) => number;
  /** Calls in a training step of an LSTM with a softmax, and floats of each. */
  readonly calls: (network: Network) => { calls: number; n: number };
}

/** One call for each time step has the gates of the whole batch in it; a softmax takes row by row. */
export const functions: Readonly<Record<string, Function>> = {
  exp: { exact: Math.exp, calls: ({ batch, steps, classes }) => ({ calls: batch * steps, n: classes }) },
  tanh: { exact: Math.tanh, calls: ({ batch, steps, hidden }) => ({ calls: steps, n: 2 * batch * hidden }) }, // g and tanh c
  sigmoid: { exact: logistic, calls: ({ batch, steps, hidden }) => ({ calls: steps, n: 3 * batch * hidden }) }, // i, f, o
};

function logistic(x: number): number {
  return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
}

/** The subject's name is a kernel variant and a function, e.g. "simd tanh"; its detail the worst error found, in ulps. */
export async function open(workload: string, subject: string): Promise<Subject> {
  const [variant = "", name = ""] = subject.split(" ");
  const described = functions[name];
  if (!described) throw new Error(`bench: no function is called ${name}`);
  const memory = new WebAssembly.Memory({ initial: 16 });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 256 });
  const bytes = await fileBytes(`build/wasm/${kernelFiles[variant]}`);
  const kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes), { go: { mem: memory }, shim: { table } }).exports[name] as Kernel;

  const { calls, n } = described.calls(workloadNamed(workload).network);
  const [src, dst] = [1024, 1024 + 4 * n];
  const ulps = worstUlps((x) => {
    new Float32Array(memory.buffer, src, x.length).set(x);
    kernel(dst, src, x.length);
    return new Float32Array(memory.buffer, dst, x.length);
  }, described.exact, n);
  new Float32Array(memory.buffer, src, n).set(randomFloats(n, 4, 1)); // pre-activations as they are met
  const work = async (count: number) => {
    for (let i = count * calls; i > 0; i--) kernel(dst, src, n);
    return NaN;
  };
  return { detail: String(ulps), firstLoss: NaN, work, dispose: async () => {} };
}
