import type { Table } from "./table.js";

/** Rows without gaps, and for each the first row of the stretch that it lies in, in rows of this table: [rows]. */
export interface Filled extends Table {
  stretch: Int32Array;
  dropped: number;
}

/** Rows to train on, when a share is held out at the end. */
export function trainingRows(rows: number, share: number): number {
  return rows - Math.floor(rows * share);
}

/** Leaves out each row that has a missing cell; the rows after it begin a new stretch. */
export function dropMissing({ values, rows }: Table, columns: number): Filled {
  const kept = new Float64Array(values.length);
  const stretch = new Int32Array(rows);
  let n = 0;
  let start = 0;
  for (let r = 0; r < rows; r++) {
    const row = values.subarray(r * columns, (r + 1) * columns);
    if (row.some(Number.isNaN)) {
      start = n;
      continue;
    }
    kept.set(row, n * columns);
    stretch[n++] = start;
  }
  return { values: kept.slice(0, n * columns), rows: n, stretch: stretch.slice(0, n), dropped: rows - n };
}

/**
 * Puts each missing cell on the line between the known ones before and after it in its column, or at the nearest one when only
 * one side has any; in place. The first `train` rows do not look at those after them. Gives the column that has no known cell to
 * go by, or -1.
 */
export function interpolateMissing({ values, rows }: Table, columns: number, train: number): number {
  for (let k = 0; k < columns; k++) {
    if (!fill(values, columns, k, 0, train) || !fill(values, columns, k, train, rows)) return k;
  }
  return -1;
}

/** One column over rows `from` … `to`-1; rows before them are known. */
function fill(values: Float64Array, columns: number, k: number, from: number, to: number): boolean {
  const at = (r: number): number => values[r * columns + k] as number;
  let before = from - 1;
  for (let r = from; r < to; r++) {
    if (Number.isNaN(at(r))) continue;
    fillGap(values, columns, k, before, r);
    before = r;
  }
  if (before < 0) return from === to;
  for (let r = before + 1; r < to; r++) values[r * columns + k] = at(before);
  return true;
}

/** Rows strictly between `before` (-1: none) and `after`, which are known. */
function fillGap(values: Float64Array, columns: number, k: number, before: number, after: number): void {
  const right = values[after * columns + k] as number;
  const left = before < 0 ? right : (values[before * columns + k] as number);
  for (let r = before + 1; r < after; r++) {
    const share = (r - before) / (after - before);
    values[r * columns + k] = left * (1 - share) + right * share;
  }
}
