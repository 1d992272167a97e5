import type { Columns } from "../lab/history.js";

/** What a chart tells at a place, or at its end. */
export interface Reading {
  readonly step: number;
  readonly training: number;
  readonly heldOut: number | null;
}

/** Between two evaluations the latest one before is read. */
export function readingAt([steps, training, heldOut]: Columns, at: number | undefined): Reading | undefined {
  const index = at === undefined || at >= steps.length ? steps.length - 1 : at;
  const step = steps[index];
  if (step === undefined) return undefined;
  let known = index;
  while (known > 0 && heldOut[known] === null) known--;
  return { step, training: training[index] as number, heldOut: heldOut[known] ?? null };
}

/** The range of the axis: from a little below the lowest to a little above the highest baseline; an outburst is cut off. */
export function height(losses: readonly (number | null | undefined)[], baselines: readonly number[], entropy: boolean): [number, number] {
  const known = losses.filter((loss): loss is number => loss != null && Number.isFinite(loss));
  const top = Math.max(...baselines, -Infinity);
  const highest = Math.max(...known, -Infinity);
  const high = Number.isFinite(top) ? Math.max(top, Math.min(highest, top * 1.6)) : Number.isFinite(highest) ? highest : 1;
  const low = Math.min(...baselines, ...known, high);
  if (!entropy) return [0, high * 1.05];
  return [Math.max(0, Math.floor((low - 0.2) * 2) / 2), high * 1.04];
}

const rows = 40;

/** Indices of at most 40 rows, evenly spread, the first and the last among them; the last first. */
export function stepsForTable(steps: readonly number[]): number[] {
  const count = Math.min(rows, steps.length);
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * (steps.length - 1)) / (count - 1)))).reverse();
}
