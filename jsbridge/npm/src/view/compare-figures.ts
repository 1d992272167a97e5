import type { Columns } from "../lab/history.js";
import type { Settings } from "../lab/settings.js";

/** What one side may differ in. */
export type Side = Pick<Settings, "cell" | "hidden" | "learningRate" | "clipNorm">;

/** The other side of a comparison, by default: an RNN where there are gates, an LSTM where there are none. */
export const contrast = ({ cell, hidden, learningRate, clipNorm }: Side): Side => ({ cell: cell === "rnn" ? "lstm" : "rnn", hidden, learningRate, clipNorm });

type Cells = (number | null)[];

/** Losses of two runs over the steps of either; null where a run has no point. */
export interface Joined {
  readonly steps: number[];
  /** Training, held-out; first of A, then of B. */
  readonly losses: [Cells, Cells, Cells, Cells];
}

export function join(a: Columns | undefined, b: Columns | undefined): Joined {
  const steps = [...new Set([...(a?.[0] ?? []), ...(b?.[0] ?? [])])].sort((x, y) => x - y);
  const place = new Map(steps.map((step, i) => [step, i]));
  const spread = (columns: Columns | undefined, of: 1 | 2): Cells => {
    const cells: Cells = steps.map(() => null);
    columns?.[0].forEach((step, i) => (cells[place.get(step) as number] = columns[of][i] ?? null));
    return bridged(cells);
  };
  return { steps, losses: [spread(a, 1), spread(a, 2), spread(b, 1), spread(b, 2)] };
}

/** Gaps between two points filled in on the straight line, so that a line that has fewer points is drawn through. */
function bridged(cells: Cells): Cells {
  const filled = [...cells];
  let last = -1;
  cells.forEach((value, i) => {
    if (value === null) return;
    if (last >= 0) {
      const from = cells[last] as number;
      for (let j = last + 1; j < i; j++) filled[j] = from + ((value - from) * (j - last)) / (i - last);
    }
    last = i;
  });
  return filled;
}

/** The latest held-out loss, and where it stands; undefined: none was measured. */
export function judged([steps, , heldOut]: Columns): { readonly step: number; readonly loss: number } | undefined {
  for (let i = heldOut.length - 1; i >= 0; i--) {
    const loss = heldOut[i];
    if (loss !== null && loss !== undefined) return { step: steps[i] as number, loss };
  }
  return undefined;
}

/** A linear axis around all the values, a little wider than they are. */
export function linearRange(values: Iterable<number | null>): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}
