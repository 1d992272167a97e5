import { functions } from "../peers/functions.js";
import { interleave, medianRatio, type Timing } from "../rounds.js";
import type { Settings } from "../settings.js";
import type { HostName, Runner } from "../subject.js";
import { target, type Target } from "../targets.js";
import type { Field } from "./field.js";

export interface FunctionRow {
  readonly host: HostName;
  readonly kernels: "simd" | "relaxed-simd";
  readonly name: string;
  /** The largest error, in units of the last place. */
  readonly ulps: number;
  /** All evaluations of a W1 step. */
  readonly seconds: number;
  /** Of the W1 step measured in turns. */
  readonly share: number;
}

export interface FunctionResult {
  readonly rows: readonly FunctionRow[];
  readonly targets: readonly Target[];
}

const workload = "W1";
const variants = [["simd", "unfold deterministic"], ["relaxed-simd", "unfold"]] as const;
const mostUlps = 4;
const mostOfStep = 0.15;

/**
 * exp, tanh and sigmoid of a W1 step. In the step they are part of fused kernels, where they cannot be timed. So as many values go
 * through the kernels that do nothing else, in turns with the whole step; what those load and store, and an exp for all signs where
 * softmax has a shorter one, is counted in.
 */
export async function measureFunctions(settings: Settings, field: Field): Promise<FunctionResult> {
  const rows: FunctionRow[] = [];
  for (const host of settings.hosts) {
    for (const [kernels, own] of variants) rows.push(...(await measureVariant(host, kernels, own, settings, field)));
  }
  process.stderr.write("\n");
  return { rows, targets: judgeFunctions(rows) };
}

async function measureVariant(host: HostName, kernels: FunctionRow["kernels"], own: string, settings: Settings, field: Field): Promise<FunctionRow[]> {
  const step = await field.open({ host, party: "unfold", subject: own }, workload);
  if (!step?.detail.startsWith(`${kernels} `)) {
    await step?.close(); // a host without relaxed SIMD runs the others
    return [];
  }
  const names = Object.keys(functions);
  const runners: Runner[] = [];
  for (const name of names) {
    const runner = await field.open({ host, party: "functions", subject: `${kernels} ${name}` }, workload);
    if (runner) runners.push({ ...runner, opening: 0 }); // opening takes long because it looks over the whole range
  }
  const [whole, ...parts] = await interleave([step, ...runners], settings.rounds, settings.seconds / 2, () => process.stderr.write("."));
  for (const runner of [step, ...runners]) await runner.close();
  return parts.map((part, index) => toRow(host, kernels, names[index] ?? "", part, whole as Timing));
}

function toRow(host: HostName, kernels: FunctionRow["kernels"], name: string, { detail, median, rounds }: Timing, whole: Timing): FunctionRow {
  return { host, kernels, name, ulps: Number(detail), seconds: median, share: medianRatio(rounds, whole.rounds) };
}

export function judgeFunctions(rows: readonly FunctionRow[]): Target[] {
  const targets = rows.map(({ host, kernels, name, ulps }) =>
    target({ what: `${name}, ${kernels}: largest error`, host, measured: ulps, wanted: mostUlps, atMost: true, unit: "ulp" }));
  for (const column of new Set(rows.map(({ host, kernels }) => `${host} ${kernels}`))) {
    const here = rows.filter(({ host, kernels }) => `${host} ${kernels}` === column);
    const [first] = here;
    const share = here.reduce((sum, row) => sum + row.share, 0);
    if (first) targets.push(target({ what: `${workload} ${first.kernels}: share of exp, tanh, sigmoid`, host: first.host, measured: share, wanted: mostOfStep, atMost: true }));
  }
  return targets;
}
