/** What a run prints. */
import type { Machine } from "./machine.js";
import type { ArrivalResult } from "./sections/arrival.js";
import type { DefaultRunResult } from "./sections/default-run.js";
import type { FunctionResult } from "./sections/functions.js";
import type { MemoryResult } from "./sections/memory.js";
import type { ProductResult } from "./sections/products.js";
import type { ScalingResult } from "./sections/scaling.js";
import { ownRow, type Row, type WorkloadResult } from "./sections/workload.js";
import { nameOf } from "./shapes.js";
import type { HostName } from "./subject.js";
import type { Target } from "./targets.js";

/** All that was measured; a section that was not asked for is absent. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly chromium: string | undefined;
  readonly notes: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly secondsPerRound: number;
  readonly workloads: readonly WorkloadResult[];
  readonly products?: ProductResult;
  readonly functions?: FunctionResult;
  readonly memory?: MemoryResult;
  readonly arrival?: ArrivalResult;
  readonly scaling?: ScalingResult;
  readonly defaultRun?: DefaultRunResult;
}

export function targetsOf({ workloads, products, functions, arrival, scaling, memory, defaultRun }: Results): Target[] {
  return [...workloads, products, functions, arrival, scaling, memory, defaultRun].flatMap((section) => section?.targets ?? []);
}

type Align = "left" | "right";

/** Lines with columns as wide as their widest cell; the first row is the head. */
export function table(rows: readonly (readonly string[])[], align: readonly Align[]): string {
  const widths = align.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (align[column] === "right" ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join("  ").trimEnd();
  return rows.map((row) => `  ${line(row)}`).join("\n");
}

/** Three significant digits, thousands as k and M. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const [scale, suffix] = Math.abs(value) >= 1e6 ? [1e6, " M"] : Math.abs(value) >= 1e4 ? [1e3, " k"] : [1, ""];
  const scaled = value / scale;
  return scaled.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(scaled), 0.1))))) + suffix;
}

const percent = (share: number) => (Number.isNaN(share) ? "–" : `${(100 * share).toFixed(0)} %`);

export function print(results: Results): void {
  const { machine, notes } = results;
  console.log(`machine   ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}`);
  console.log(`versions  unfold ${machine.unfold} (${machine.commit}), ${machine.go}, node ${machine.node} (V8 ${machine.v8}), Chromium ${results.chromium ?? "not used"}`);
  console.log(`          ${Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`).join(", ")}`);
  for (const [name, note] of Object.entries(notes)) console.log(`note      ${name}: ${note}`);
  console.log(`rounds    ${results.rounds} in turns, ${results.secondsPerRound} s for each subject in each${results.rounds < 5 ? "; FEWER THAN 5: no result" : ""}`);
  console.log("          who opens in more than 2 s is warm by then, and has one round where no target judges it; beyond 20 s the opening is its only one");
  for (const result of results.workloads) printWorkload(result);
  if (results.products) printProducts(results.products);
  if (results.functions) printFunctions(results.functions);
  if (results.arrival) printArrival(results.arrival);
  if (results.scaling) printScaling(results.scaling);
  if (results.defaultRun) console.log(`\npage  lowest held-out loss seen ${results.defaultRun.loss.toFixed(3)} nats, ${results.defaultRun.seconds.toFixed(1)} s after navigation`);
  printTargets(targetsOf(results));
}

function printWorkload({ workload, peaks, rows }: WorkloadResult): void {
  const { name, title, unit, flopPerStep, unitsPerStep, formula } = workload;
  console.log(`\n${name}  ${title}`);
  console.log(`    ${formula} = ${short(flopPerStep / unitsPerStep)}FLOP a ${unit.slice(0, -1)}`.replace(/(\d)FLOP/, "$1 FLOP"));
  for (const host of new Set(peaks.map((peak) => peak.host))) {
    const limits = peaks.filter((peak) => peak.host === host).map((peak) => `${peak.name} ${peak.gflops.toFixed(1)} GFLOP/s`);
    console.log(`    limit in ${host}: ${limits.join(", ")}`);
  }
  const head = ["", "host", `${unit}/s`, "min – max", "rounds", "ms/step", "GFLOP/s", "of limit", "unfold ×", "loss", "settings"];
  const own = new Map<HostName, Row | undefined>((["node", "chromium"] as const).map((host) => [host, ownRow("fastest", rows.filter((row) => row.host === host))]));
  own.set("native", own.get("node") ?? own.get("chromium"));
  const body = rows.map((row) => [
    row.name,
    row.host,
    short(row.unitsPerSecond),
    `${short(unitsPerStep / Math.max(...row.rounds))} – ${short(unitsPerStep / Math.min(...row.rounds))}`,
    String(row.rounds.length),
    short(1000 * row.median),
    short(row.gflops),
    percent(row.share),
    short(row.median / (own.get(row.host)?.median ?? NaN)),
    Number.isNaN(row.firstLoss) ? "–" : row.firstLoss.toFixed(3),
    row.detail,
  ]);
  console.log(table([head, ...body], ["left", "left", "right", "right", "right", "right", "right", "right", "right", "right", "left"]));
}

function printProducts({ rows }: ProductResult): void {
  console.log("\nproduct kernel, packing of what changes from call to call included; share of the peak of the same instructions, measured in turns; * below the target");
  const columns = [...new Set(rows.map(({ host, kernels }) => `${host} ${kernels}`))];
  const shapes = [...new Map(rows.map(({ shape }) => [nameOf(shape), shape])).values()];
  const body = shapes.map((shape) => [
    nameOf(shape),
    ...columns.map((column) => {
      const row = rows.find((one) => `${one.host} ${one.kernels}` === column && nameOf(one.shape) === nameOf(shape));
      return row ? `${row.gflops.toFixed(1)}  ${percent(row.share).padStart(5)}${row.share >= shape.atLeast ? " " : "*"}` : "–";
    }),
    `≥ ${percent(shape.atLeast)}`,
    shape.uses.join(", "),
  ]);
  console.log(table([["GFLOP/s, share", ...columns, "want", "met in"], ...body], ["left", ...columns.map(() => "right" as const), "right", "left"]));
}

function printFunctions({ rows }: FunctionResult): void {
  console.log("\nfunctions  the largest error on every 1021st float; time of as many values as a W1 step has of them, alone, and share of that step, measured in turns");
  const body = rows.map(({ host, kernels, name, ulps, seconds, share }) => [`${host} ${kernels}`, name, ulps.toFixed(2), `${short(1e6 * seconds)} µs`, `${(100 * share).toFixed(1)} %`]);
  console.log(table([["", "", "ulp", "alone", "of step"], ...body], ["left", "left", "right", "right", "right"]));
}

function printArrival({ rows }: ArrivalResult): void {
  console.log("\nW7  navigation to the first finished W1 step: Chromium with a fresh profile, loopback, brotli, immutable");
  const body = rows.map(({ name, milliseconds, rounds, bytes }) => [
    name, `${milliseconds.toFixed(0)} ms`, `${Math.min(...rounds).toFixed(0)} – ${Math.max(...rounds).toFixed(0)}`, `${(bytes / 1000).toFixed(0)} KB`,
  ]);
  console.log(table([["", "median", "min – max", "sent"], ...body], ["left", "right", "right", "right"]));
}

function printScaling({ rows }: ScalingResult): void {
  console.log("\nscaling  time of a training step of LSTM 128, batch 8 × 16 steps, 1 layer, one dimension multiplied; time per FLOP over that at 1 ×");
  const body = rows.map(({ dimension, factor, seconds, relative }) => [`${dimension} × ${factor}`, `${short(1000 * seconds)} ms`, relative.toFixed(3)]);
  console.log(table([["", "step", "per FLOP"], ...body], ["left", "right", "right"]));
}

function printTargets(targets: readonly Target[]): void {
  console.log("\ntargets; at the limit: what a ratio would be with every instruction of ours a multiply-add at the machine's peak");
  const head = ["", "host", "measured", "want", "at the limit", ""];
  const body = targets.map(({ what, host, measured, wanted, atMost, unit, limit, verdict }) => [
    what, host,
    measured === undefined ? "–" : `${short(measured)} ${unit}`.trimEnd(),
    `${atMost ? "≤" : "≥"} ${wanted} ${unit}`.trimEnd(),
    limit === undefined ? "" : short(limit),
    verdict,
  ]);
  console.log(table([head, ...body], ["left", "left", "right", "right", "right", "left"]));
  const count = (verdict: Target["verdict"]) => targets.filter((target) => target.verdict === verdict).length;
  console.log(`bench: ${count("HOLDS")} of ${targets.length} targets hold, ${count("MISSED")} are missed, ${count("not measured")} are not measured`);
}
