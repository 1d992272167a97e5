import type { Machine } from "./machine.js";
import type { Peak, ProductTiming } from "./product.js";
import type { Timing } from "./rounds.js";
import type { Workload } from "./subject.js";

export interface WorkloadResult {
  readonly workload: Workload;
  readonly timings: readonly Timing[];
}

export interface Target {
  readonly text: string;
  readonly measured: number;
  readonly wanted: number;
  readonly holds: boolean;
}

const target = (text: string, measured: number, wanted: number): Target => ({ text, measured, wanted, holds: measured >= wanted });

export function targetsOf(results: readonly WorkloadResult[], products: readonly ProductTiming[]): Target[] {
  const list: Target[] = [];
  for (const { workload, timings } of results) {
    const own = timings[0];
    for (const { against, atLeast } of workload.targets) {
      const other = timings.find((timing) => timing.name === against);
      if (own && other) list.push(target(`${workload.name}: ${own.name} ÷ ${against}`, other.median / own.median, atLeast));
    }
  }
  for (const { kernels, shape: [m, k, n], share } of products) {
    if (kernels === "simd") list.push(target(`product [${m} ${k}]·[${k} ${n}] ÷ mul+add peak`, share, 0.75));
  }
  return list;
}

const wide = (text: string, width: number) => text.padEnd(width);
const right = (value: number, digits: number, width: number) => value.toFixed(digits).padStart(width);

export function print(machine: Machine, peaks: readonly Peak[], products: readonly ProductTiming[], results: readonly WorkloadResult[], targets: readonly Target[]): void {
  console.log(`machine  ${machine.cpu}, ${machine.cores} cores, ${machine.system}`);
  console.log(`versions unfold ${machine.unfold}, ${machine.go}, node ${machine.node} (V8 ${machine.v8})`);
  for (const { name, median } of peaks) console.log(`peak     ${wide(name, 22)} ${right(median, 1, 8)} GFLOP/s`);
  for (const { kernels, shape: [m, k, n], gflops, share } of products) {
    console.log(`product  ${wide(`${kernels} [${m} ${k}]·[${k} ${n}]`, 34)} ${right(gflops, 1, 6)} GFLOP/s ${right(100 * share, 0, 4)} % of its peak`);
  }
  for (const { workload, timings } of results) printWorkload(workload, timings, peaks[0]?.median ?? NaN);
  console.log("");
  for (const { text, measured, wanted, holds } of targets) {
    console.log(`target   ${wide(text, 46)} ${right(measured, 2, 7)}   want ≥ ${wanted}   ${holds ? "holds" : "MISSED"}`);
  }
}

function printWorkload(workload: Workload, timings: readonly Timing[], peak: number): void {
  console.log(`\n${workload.name}  ${workload.title}`);
  const own = timings[0]?.median ?? NaN;
  console.log(`  ${wide("", 24)} ${`${workload.unit}/s`.padStart(10)} ${"ms/step".padStart(9)} ${"spread".padStart(8)} ${"GFLOP/s".padStart(8)} ${"of peak".padStart(8)} ${"ratio".padStart(7)}   settings`);
  for (const { name, detail, median, rounds } of timings) {
    const gflops = (workload.flopPerUnit * workload.unitsPerStep) / median / 1e9;
    const spread = (100 * (Math.max(...rounds) - Math.min(...rounds))) / median;
    console.log(
      `  ${wide(name, 24)} ${right(workload.unitsPerStep / median, 0, 10)} ${right(1000 * median, 2, 9)} ${right(spread, 0, 6)} % ` +
        `${right(gflops, 2, 8)} ${right((100 * gflops) / peak, 0, 6)} % ${right(median / own, 2, 7)}   ${detail}`,
    );
  }
}

/** What is written to build/bench.json: every figure of every round, so that others can compute from it. */
export function toJSON(machine: Machine, peaks: readonly Peak[], products: readonly ProductTiming[], results: readonly WorkloadResult[], targets: readonly Target[]): string {
  return JSON.stringify(
    {
      date: new Date().toISOString(),
      machine,
      peaks,
      products,
      workloads: results.map(({ workload: { name, title, unit, unitsPerStep, flopPerUnit }, timings }) => ({
        name, title, unit, unitsPerStep, flopPerUnit,
        timings: timings.map((timing) => ({ ...timing, perSecond: unitsPerStep / timing.median })),
      })),
      targets,
    },
    null,
    2,
  );
}
