/**
 * Training steps by the thousand ($STEPS, default 10,000) on this thread: after the first 100 the wasm's linear memory
 * does not grow, the engine's heap and the JavaScript heap stay flat, and the engine allocates nothing per step,
 * crossings included. Run with --expose-gc.
 *
 * The engine's heap is read at the ends only: reading it collects, and what piles up in between shall show. A parent process,
 * as the bench is one, is sent what was judged.
 */
import { buildProbe, gaugeSteps } from "../node/probe.js";

const steps = Number(process.env["STEPS"] ?? 10_000);
if (!(Number.isInteger(steps) && steps >= 1000)) throw new Error(`STEPS is ${process.env["STEPS"]}, want a whole number from 1000`);
const collect = globalThis.gc;
if (collect === undefined) throw new Error("run with node --expose-gc");

/** The linear memories of the instances that are made from here on. */
const memories: WebAssembly.Memory[] = [];
const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (...args: unknown[]) => Promise<WebAssembly.Instance>;
Object.assign(WebAssembly, {
  async instantiate(...args: unknown[]) {
    const instance = await instantiate(...args);
    const memory = instance.exports?.["mem"];
    if (memory instanceof WebAssembly.Memory) memories.push(memory);
    return instance;
  },
});
const { createModel, textDataset } = await import("unfold-rnn");

interface Reading {
  step: number;
  linear: number; // bytes
  script: number; // bytes, after a collection
}

/** A figure that has a bound from above. */
export interface Judged {
  readonly what: string;
  readonly measured: number;
  readonly atMost: number;
  readonly unit: string;
}

interface Gauge {
  step: number;
  live: number; // KiB in the engine's heap, after a collection
  allocations: number; // in the engine, since it started
}

const text = "it is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife. ";
const data = await textDataset(text.repeat(40), { unit: "char" });
const model = await createModel(
  { input: { tokens: data.tokens }, layers: [{ cell: "lstm", hidden: 24 }, { cell: "rnn", hidden: 12 }], output: { classes: data.tokens }, seed: 1 },
  { worker: false, wasmModule: await buildProbe() },
);
const gaugeBatch = { inputs: new Int32Array(gaugeSteps), shape: [1, gaugeSteps] as [number, number] };

function read(step: number): Reading {
  collect?.();
  return { step, linear: memories[0]?.buffer.byteLength ?? NaN, script: process.memoryUsage().heapUsed };
}

async function gauge(step: number): Promise<Gauge> {
  const { outputs } = await model.forward(gaugeBatch);
  const [live = NaN, allocations = NaN] = outputs.data;
  return { step, live, allocations };
}

const warmUp = 100;
const readings: Reading[] = [];
let before: Gauge | undefined;
let [first, last, linear] = [NaN, NaN, NaN]; // linear: bytes after the warm-up
for await (const { step, loss } of model.train(data, {
  batch: 8,
  steps: 16,
  iterations: steps,
  validation: { every: 500, tokens: 200 },
  optimizer: { name: "adam", learningRate: 2e-3, clipNorm: 5 },
})) {
  if (step === 1) first = loss;
  last = loss;
  if (step === warmUp / 2) before = await gauge(step);
  if (step === warmUp || step % (steps / 10) === 0) readings.push(read(step));
  if (step === warmUp) linear = memories[0]?.buffer.byteLength ?? NaN;
}
const after = await gauge(steps);
await model.dispose();

for (const reading of readings) {
  const [mebi, script] = [(reading.linear / 1048576).toFixed(2), (reading.script / 1048576).toFixed(2)];
  console.log(`soak: step ${String(reading.step).padStart(6)}   linear ${mebi} MiB   script heap ${script} MiB`);
}
const faults: string[] = [];
const warm = readings.find(({ step }) => step >= steps / 5) as Reading;
const end = readings.at(-1) as Reading;
if (!(memories.length === 1)) faults.push(`${memories.length} engines were started, want 1`);
if (!(end.step === steps)) faults.push(`it ended after ${end.step} steps, want ${steps}`);
if (!(last < first)) faults.push(`the loss went from ${first} to ${last}`);
if (before === undefined) throw new Error("soak: step 50 was never seen");
const perStep = (after.allocations - before.allocations) / (after.step - before.step);
console.log(`soak: engine heap ${before.live} KiB at step ${before.step}, ${after.live} KiB at the end; ${perStep.toFixed(2)} allocations a step, crossings included`);
// Memory never shrinks, so that its size at the end tells of any growth.
const judged: Judged[] = [
  { what: "growth of the Go heap", measured: after.live - before.live, atMost: 64, unit: "KiB" },
  { what: "growth of the JavaScript heap", measured: (end.script - warm.script) / 1024, atMost: 1000, unit: "KiB" },
  { what: "growth of the linear memory", measured: (end.linear - linear) / 1024, atMost: 0, unit: "KiB" },
  { what: "Go allocations a step", measured: perStep, atMost: 1, unit: "" },
];
for (const { what, measured, atMost, unit } of judged) if (!(measured <= atMost)) faults.push(`${what}: ${measured} ${unit}, want ${atMost} at most`);
process.send?.({ steps, judged });
for (const fault of faults) console.error(`soak: ${fault}`);
console.log(`soak: ${steps} steps, ${faults.length === 0 ? "memory is flat" : "FAILED"}`);
process.exitCode = faults.length === 0 ? 0 : 1;
