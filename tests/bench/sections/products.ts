import { median } from "../rounds.js";
import type { Settings } from "../settings.js";
import { everyShape, nameOf, type Shape, trainingShapes } from "../shapes.js";
import type { HostName, Runner } from "../subject.js";
import { target, type Target } from "../targets.js";
import type { Field } from "./field.js";

export interface ProductRow {
  readonly host: HostName;
  readonly kernels: "simd" | "relaxed-simd";
  readonly shape: Shape;
  readonly gflops: number;
  /** Of the peak measured immediately before; median of all turns. */
  readonly share: number;
}

export interface ProductResult {
  readonly rows: readonly ProductRow[];
  readonly targets: readonly Target[];
}

const variants = [["simd", "mul+add"], ["relaxed-simd", "relaxed multiply-add"]] as const;

/** Peak and product take turns in short bursts, so many in a round, so that both meet the same machine. */
const seconds = 0.005;
const turns = 5;

/** The product kernel alone at every shape of W1 to W4, each right after the peak of its instructions. */
export async function measureProducts(settings: Settings, field: Field): Promise<ProductResult> {
  const rows: ProductRow[] = [];
  for (const host of settings.hosts) {
    for (const [kernels, peakName] of variants) {
      const peak = await field.open({ host, party: "peak", subject: peakName }, "");
      if (peak) rows.push(...(await measureVariant(settings, field, kernels, peak)));
      await peak?.close();
      process.stderr.write(".");
    }
  }
  process.stderr.write("\n");
  return { rows, targets: judgeProducts(rows) };
}

/** For each host and kind of kernels: the shapes with a target of their own, and the lowest share of all. */
export function judgeProducts(rows: readonly ProductRow[]): Target[] {
  const columns = [...new Set(rows.map(({ host, kernels }) => `${host} ${kernels}`))];
  return columns.flatMap((column) => {
    const here = rows.filter(({ host, kernels }) => `${host} ${kernels}` === column).sort((a, b) => a.share - b.share);
    const [lowest] = here;
    const judged = (what: string, { host, kernels, share }: ProductRow, wanted: number) => target({ what: `product, ${kernels}: ${what}`, host, measured: share, wanted });
    const single = here.filter(({ shape }) => shape.atLeast > everyShape).map((row) => judged(nameOf(row.shape), row, row.shape.atLeast));
    return [...single, ...(lowest ? [judged(`lowest, ${nameOf(lowest.shape)}`, lowest, everyShape)] : [])];
  });
}

async function measureVariant(settings: Settings, field: Field, kernels: ProductRow["kernels"], peak: Runner): Promise<ProductRow[]> {
  const subjects = [];
  for (const shape of trainingShapes()) {
    const runner = await field.open({ host: peak.host, party: "product", subject: `${kernels} ${nameOf(shape)}` }, "");
    if (runner) subjects.push({ shape, runner, flop: 2 * shape.m * shape.k * shape.n, rates: [] as number[], shares: [] as number[] });
  }
  for (let round = 0; round <= settings.rounds; round++) {
    for (const { runner, flop, rates, shares } of subjects) {
      for (let turn = 0; turn < turns; turn++) {
        const [limit, burst] = [await peak.run(seconds), await runner.run(seconds)];
        if (round === 0) continue;
        const rate = (flop * burst.steps) / burst.seconds;
        rates.push(rate);
        shares.push(rate / ((Number(peak.detail) * limit.steps) / limit.seconds));
      }
    }
  }
  for (const { runner } of subjects) await runner.close();
  return subjects.map(({ shape, rates, shares }) => ({ host: peak.host, kernels, shape, gflops: median(rates) / 1e9, share: median(shares) }));
}
