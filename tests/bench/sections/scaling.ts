import { interleave, medianRatio } from "../rounds.js";
import type { Settings } from "../settings.js";
import type { Runner } from "../subject.js";
import { target, type Target } from "../targets.js";
import { type Dimension, dimensions, scaled } from "../workloads.js";
import type { Field } from "./field.js";

export interface ScalingRow {
  readonly dimension: Dimension;
  readonly factor: number;
  /** Of a step. */
  readonly seconds: number;
  /** Time per FLOP over that at 1 ×; 1 where time grows as work does. */
  readonly relative: number;
}

export interface ScalingResult {
  readonly rows: readonly ScalingRow[];
  readonly targets: readonly Target[];
}

const factors = [1, 2, 4, 8, 16];

/** A training step takes as long as its work says, from 1 × to 16 ×; in Node, or in Chromium where Node is left out. */
export async function measureScaling(settings: Settings, field: Field): Promise<ScalingResult> {
  const host = settings.hosts.has("node") ? "node" : "chromium";
  const rows: ScalingRow[] = [];
  for (const dimension of dimensions) {
    rows.push(...(await measureDimension(dimension, settings, (workload) => field.open({ host, party: "unfold", subject: "unfold" }, workload))));
  }
  process.stderr.write("\n");
  const targets = dimensions.map((dimension) => {
    const off = Math.max(...rows.filter((row) => row.dimension === dimension).map(({ relative }) => Math.abs(relative - 1)));
    return target({ what: `time grows as work in ${dimension}, 1 × to 16 ×: off by`, host, measured: off, wanted: 0.15, atMost: true });
  });
  return { rows, targets };
}

async function measureDimension(dimension: Dimension, settings: Settings, open: (workload: string) => Promise<Runner | undefined>): Promise<ScalingRow[]> {
  const sizes = factors.map((factor) => scaled(dimension, factor));
  const runners: Runner[] = [];
  for (const { name } of sizes) {
    const runner = await open(name);
    if (runner) runners.push(runner);
  }
  const timings = await interleave(runners, settings.rounds, settings.seconds / 2, () => process.stderr.write("."));
  for (const runner of runners) await runner.close();
  return timings.map(({ rounds, median }, index) => {
    const work = (sizes[index]?.flopPerStep ?? NaN) / (sizes[0]?.flopPerStep ?? NaN);
    return { dimension, factor: factors[index] ?? NaN, seconds: median, relative: medianRatio(rounds, timings[0]?.rounds ?? []) / work };
  });
}
