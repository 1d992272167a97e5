/**
 * Where a step's time goes, kernel by kernel, in Node: `make profile`. ONLY=W1,W2 of W1 … W6; VARIANT=simd or relaxed-simd (default);
 * ROUNDS=11; SECONDS=0.3 for the measured step in each round. Prints tables, writes build/profile.json.
 *
 * How: clocks around calls of a microsecond would measure themselves. So one step is recorded without a clock, every call with
 * its arguments; then each kernel's calls of one size are played again alone, on a copy of the engine's memory, from WebAssembly
 * and at the same addresses, against the clock. In turns with that the whole step is measured on the engine, whose kernels are
 * linked directly again, and the machine's peak. What the kernels' sum leaves of the step is Go, the calls themselves, JavaScript, and
 * caches that a kernel alone finds warmer than in the step. V8's sampling profiler, which asks nobody, is the cross-check.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { machine } from "./machine.js";
import { open as openPeak } from "./peers/peak.js";
import { type Shares, sample } from "./profile/cpu.js";
import { watchLinking } from "./profile/recorder.js";
import { type Group, groupsOf, medians, type Registry, Replay } from "./profile/replay.js";
import { transcendental } from "./profile/work.js";
import { Party } from "./party.js";
import { short, table } from "./report.js";
import { median } from "./rounds.js";
import { type Workload, workloads } from "./workloads.js";

setFlagsFromString("--experimental-wasm-relaxed-simd");
const variant = process.env["VARIANT"] || "relaxed-simd";
if (variant !== "simd" && variant !== "relaxed-simd") throw new Error(`VARIANT is ${variant}, want simd or relaxed-simd`);
const only = process.env["ONLY"]?.split(",") ?? workloads.map(({ name }) => name);
const [rounds, seconds] = [Number(process.env["ROUNDS"] ?? 11), Number(process.env["SECONDS"] ?? 0.3)];
const linked = watchLinking(variant);
const { open } = await import("./peers/unfold.js");

interface Profile {
  readonly workload: Workload;
  /** Seconds. */
  readonly step: number;
  readonly peak: number;
  readonly groups: readonly (Group & { readonly seconds: number })[];
  readonly cpu: Shares;
}

function registry(): Registry {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const list = JSON.parse(execFileSync("go", ["run", "./tests/bench/registry"], { cwd: root, encoding: "utf8" })) as { name: string; params: { name: string; kind: string }[] }[];
  return new Map(list.map(({ name, params }) => [name, params]));
}

async function profileWorkload(workload: Workload, kernels: Registry): Promise<Profile> {
  const subject = workload.task !== "train" ? (variant === "simd" ? "unfold deterministic" : "unfold") : variant === "simd" ? "unfold deterministic trainStep" : "unfold trainStep";
  const party = new Party(open);
  await party.open(workload.name, subject);
  await party.run(workload.name, subject, seconds);
  const recorder = linked();
  const calls = await recorder.record(() => party.run(workload.name, subject, 1e-9));
  const replay = new Replay(recorder, groupsOf(calls, kernels));
  const peaks = new Party(openPeak);
  const peakName = variant === "simd" ? "mul+add" : "relaxed multiply-add";
  const { detail } = await peaks.open("", peakName);
  const [steps, limits, times]: [number[], number[], number[][]] = [[], [], []];
  for (let round = 0; round <= rounds; round++) {
    const limit = await peaks.run("", peakName, seconds / 4);
    const step = await party.run(workload.name, subject, seconds);
    const groups = replay.round();
    if (round === 0) continue;
    limits.push((Number(detail) * limit.steps) / limit.seconds);
    steps.push(step.seconds / step.steps);
    times.push(groups);
  }
  const cpu = await sample(new Set(kernels.keys()), () => party.run(workload.name, subject, 4 * seconds));
  await party.close(workload.name, subject);
  const alone = medians(times);
  const groups = replay.groups.map((group, index) => ({ ...group, seconds: alone[index] ?? NaN }));
  return { workload, step: median(steps), peak: median(limits), groups: groups.sort((a, b) => b.seconds - a.seconds), cpu };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const microseconds = (time: number) => (1e6 * time).toFixed(1);

function print({ workload, step, peak, groups, cpu }: Profile): void {
  const sum = groups.reduce((total, group) => total + group.seconds, 0);
  const exponentials = groups.filter(({ kernel }) => transcendental.has(kernel)).reduce((total, group) => total + group.seconds, 0);
  console.log(`\n${workload.name}  ${workload.title}`);
  console.log(`    a step takes ${microseconds(step)} µs, ${short(workload.flopPerStep / step / 1e9)} GFLOP/s, ${percent(workload.flopPerStep / step / peak)} of the peak of ${(peak / 1e9).toFixed(1)}`);
  const body = groups.map(({ kernel, sizes, calls, seconds, flop, bytes }) => [
    kernel, sizes, String(calls.length), microseconds(seconds), percent(seconds / step),
    Number.isNaN(flop) ? "" : short(flop / seconds / 1e9),
    Number.isNaN(flop) ? "" : percent(flop / seconds / peak),
    Number.isNaN(bytes) ? "" : short(bytes / seconds / 1e9),
  ]);
  const total = (what: string, time: number) => [what, "", "", microseconds(time), percent(time / step), "", "", ""];
  const count = groups.reduce((total, { calls }) => total + calls.length, 0);
  const head = ["kernel", "sizes", "calls", "µs", "of step", "GFLOP/s", "of peak", "GB/s"];
  const sums = [["all kernels", "", String(count), microseconds(sum), percent(sum / step), "", "", ""], total("the rest: Go, calls, JavaScript, caches", step - sum), total("kernels with exponentials in them", exponentials)];
  console.log(table([head, ...body, ...sums], ["left", "left", "right", "right", "right", "right", "right", "right"]));
  console.log(`    by sampling: kernels ${percent(cpu.kernels)}, Go ${percent(cpu.go)}, JavaScript ${percent(cpu.javascript)}, host ${percent(cpu.rest)}`);
  console.log(`    of that ${cpu.byKernel.slice(0, 8).map(([name, share]) => `${name} ${percent(share)}`).join(", ")}`);
}

const here = machine();
console.log(`machine   ${here.cpu}, ${here.cores} cores, ${here.system}; node ${here.node}, unfold ${here.unfold} (${here.commit}), ${variant} kernels`);
const kernels = registry();
const profiles: Profile[] = [];
for (const workload of workloads.filter(({ name }) => only.includes(name))) {
  const profile = await profileWorkload(workload, kernels);
  print(profile);
  profiles.push(profile);
}
const build = new URL("../../build/", import.meta.url);
mkdirSync(build, { recursive: true });
const written = profiles.map(({ workload, groups, ...rest }) => ({ workload: workload.name, ...rest, groups: groups.map(({ calls, ...group }) => ({ ...group, calls: calls.length })) }));
writeFileSync(new URL("profile.json", build), `${JSON.stringify({ machine: here, kernels: variant, profiles: written }, null, 2)}\n`);
console.log("profile: every figure is in build/profile.json");
process.exit(0);
