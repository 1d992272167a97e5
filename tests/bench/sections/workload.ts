import { checkFirstLoss } from "../examples.js";
import { interleave, medianRatio, type Timing } from "../rounds.js";
import type { Settings } from "../settings.js";
import type { Runner } from "../subject.js";
import { target, type Target } from "../targets.js";
import type { Own, Workload } from "../workloads.js";
import { entriesOf, type Field } from "./field.js";

export interface Row extends Timing {
  /** Share of the peak of the instructions that it uses, in its host, of the same round; native rows: of Node's. */
  readonly share: number;
  readonly gflops: number;
  readonly unitsPerSecond: number;
}

export interface WorkloadResult {
  readonly workload: Workload;
  readonly peaks: readonly Row[];
  readonly rows: readonly Row[];
  readonly targets: readonly Target[];
}

/** Measures one workload: all parties in turns. */
export async function measureWorkload(workload: Workload, settings: Settings, field: Field): Promise<WorkloadResult> {
  const runners: Runner[] = [];
  for (const entry of entriesOf(workload, settings)) {
    const runner = await field.open(entry, workload.name);
    if (!runner) continue;
    if (!Number.isNaN(runner.firstLoss)) checkFirstLoss(`${runner.name} in ${runner.host}`, workload, runner.firstLoss);
    runners.push(runner);
  }
  const timings = await interleave(runners, settings.rounds, settings.seconds, () => process.stderr.write("."), ({ name }) => isJudged(workload, name));
  for (const runner of runners) await runner.close();
  process.stderr.write("\n");
  const result = judge(workload, timings, settings);
  for (const { name, host, share } of result.rows.filter(beyondLimit)) {
    field.notes.set(`${workload.name} ${name} in ${host}`, `IMPOSSIBLE: ${(100 * share).toFixed(0)} % of the machine's limit; more steps were counted than were timed`);
  }
  return result;
}

/** Our own instructions cannot be faster than the fastest of them; those of native programs are wider. */
export const beyondLimit = ({ name, share }: Pick<Row, "name" | "share">): boolean => name.startsWith("unfold") && share > 1;

/** Whether a target speaks of a subject: our own, the peak and the rivals of the workload's ratios. */
export function isJudged({ ratios }: Workload, name: string): boolean {
  return isPeak({ name }) || ["unfold", "PyTorch"].some((own) => name.startsWith(own)) || ratios.some(({ against }) => against === name);
}

/** Timings as rows, ratios and verdicts. */
export function judge(workload: Workload, timings: readonly Timing[], settings: Pick<Settings, "hosts">): WorkloadResult {
  const peaks = timings.filter(isPeak).map((timing) => toRow(timing, Number(timing.detail), [], workload));
  const rows = timings.filter((timing) => !isPeak(timing)).map((timing) => toRow(timing, workload.flopPerStep, peaks, workload));
  const targets: Target[] = [];
  for (const host of settings.hosts) {
    const inHost = (name: string) => rows.find((row) => row.name === name && (row.host === host || row.host === "native"));
    for (const { own, against, atLeast } of workload.ratios) {
      const ours = ownRow(own, rows.filter((row) => row.host === host));
      const what = `${workload.name} ${own === "fastest" ? "" : `${own} `}÷ ${against}`;
      if (against === "peak") {
        targets.push(target({ what: `${workload.name} share of peak`, host, measured: ours?.share, wanted: atLeast }));
        continue;
      }
      // The targets were set against PyTorch with AVX2; what it does with all that the machine has is judged beside.
      for (const name of against === "PyTorch" ? ["PyTorch AVX2", "PyTorch"] : [against]) {
        const rival = inHost(name);
        const measured = ours && rival && medianRatio(rival.rounds, ours.rounds);
        const limit = rival && ours ? (measured as number) / ours.share : undefined;
        targets.push(target({ what: what.replace(against, name), host, measured, wanted: atLeast, limit }));
      }
    }
  }
  return { workload, peaks, rows, targets };
}

const isPeak = ({ name }: Pick<Timing, "name">) => name === "mul+add" || name === "relaxed multiply-add";

const usesRelaxed = ({ detail }: Timing) => detail.startsWith("relaxed-simd");

export function ownRow(own: Own, rows: readonly Row[]): Row | undefined {
  const unfold = rows.filter(({ name }) => name === "unfold" || name === "unfold deterministic");
  if (own === "deterministic") return unfold.find(({ name }) => name === "unfold deterministic");
  if (own === "relaxed") return unfold.find(usesRelaxed);
  return unfold.sort((a, b) => a.median - b.median)[0];
}

function toRow(timing: Timing, flop: number, peaks: readonly Row[], workload: Workload): Row {
  const host = timing.host === "native" ? "node" : timing.host;
  const wanted = usesRelaxed(timing) ? "relaxed multiply-add" : "mul+add";
  const peak = peaks.find((row) => row.host === host && row.name === wanted);
  // Who had fewer rounds had the first ones.
  const share = peak ? medianRatio(peak.rounds.slice(0, timing.rounds.length), timing.rounds) * (flop / Number(peak.detail)) : NaN;
  return { ...timing, share, gflops: flop / timing.median / 1e9, unitsPerSecond: workload.unitsPerStep / timing.median };
}
