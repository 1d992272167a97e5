import { UnfoldError } from "../errors.js";
import { kindOf, nearest } from "../options.js";
import { readOwn } from "../sanitise.js";
import { CsvReader } from "./csv.js";
import type { Pause } from "./pieces.js";
import { textPieces } from "./pieces.js";
import { Growing } from "./room.js";
import { readAt, shown } from "./settings.js";

/** Rows looked at between two looks at the clock. */
const ROWS = 1 << 10;

/** Numbers by row and column: [rows, columns]. A cell that held none is NaN. */
export interface Table {
  values: Float64Array;
  rows: number;
}

/** Says where a missing cell was, so that an error can name it. */
type Missing = (cell: unknown, place: string) => void;

/** The columns of a table as they are read, row by row. */
class Rows {
  private readonly values: Growing<Float64Array>;
  rows = 0;

  constructor(private readonly columns: readonly string[], private readonly missing: Missing, capacity: number, where: string) {
    this.values = new Growing(Float64Array, capacity * columns.length, where, "numbers");
  }

  /** Appends one row; `place` names it. */
  add(cell: (k: number) => unknown, place: () => string): void {
    const { columns, values } = this;
    const room = values.reserve(columns.length);
    for (let k = 0; k < columns.length; k++) {
      const came = cell(k);
      const value = toNumber(came);
      if (Number.isNaN(value)) this.missing(came, `${place()}, column ${JSON.stringify(columns[k])}`);
      room[values.length++] = value;
    }
    this.rows++;
  }

  table(): Table {
    return { values: this.values.take(), rows: this.rows };
  }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The finite number that a cell holds, or NaN. */
function toNumber(cell: unknown): number {
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : NaN;
  if (typeof cell !== "string") return NaN;
  const text = cell.trim();
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/** Reads the wanted columns of whatever a series can come as. Unless `lenient`, the first cell without a number is refused. */
export async function readTable(source: unknown, columns: readonly string[], separator: string, lenient: boolean, where: string, pause: Pause): Promise<Table> {
  const missing: Missing = (cell, place) => {
    if (lenient) return;
    const came = cell === undefined || cell === null || (typeof cell === "string" && cell.trim() === "") ? "is missing" : `is ${shown(cell)}`;
    throw new UnfoldError("RANGE", `${where}: ${place} ${came}; a finite number is wanted, or the option missing: "interpolate" or "drop"`);
  };
  if (typeof source === "string" || source instanceof Uint8Array) {
    const rows = new Rows(columns, missing, 64, where);
    await readCsv(source, columns, separator, where, rows, pause);
    return rows.table();
  }
  const isNumbers = source instanceof Float32Array || source instanceof Float64Array;
  if (!isNumbers && !Array.isArray(source)) {
    throw new UnfoldError("CONFIG", `${where}: the series is ${kindOf(source)}; CSV text, or an array of rows, is wanted`);
  }
  const list = source as ArrayLike<unknown>;
  const rows = new Rows(columns, missing, list.length, where);
  for (let i = 0; i < list.length; i++) {
    addRow(rows, readAt(list, i, `${where}: rows`), columns, i, where);
    if (i % ROWS === 0) await pause.breathe();
  }
  return rows.table();
}

function addRow(rows: Rows, row: unknown, columns: readonly string[], i: number, where: string): void {
  const place = (): string => `rows[${i}]`;
  if (typeof row === "object" && row !== null && !Array.isArray(row) && !ArrayBuffer.isView(row)) {
    const cells = readOwn(row, columns, `${where}: rows[${i}]`);
    rows.add((k) => cells[columns[k] as string], place);
    return;
  }
  if (typeof row !== "object" || row === null) {
    if (columns.length !== 1) {
      throw new UnfoldError("SHAPE", `${where}: rows[${i}] is ${shown(row)}; ${columns.length} numbers, one a column, are wanted`);
    }
    rows.add(() => row, place);
    return;
  }
  const cells = row as ArrayLike<unknown>;
  if (cells.length !== columns.length) {
    throw new UnfoldError("SHAPE", `${where}: rows[${i}] holds ${cells.length} numbers; columns has ${columns.length} names`);
  }
  rows.add((k) => readAt(cells, k, `${where}: rows[${i}]`), place);
}

async function readCsv(text: string | Uint8Array, columns: readonly string[], separator: string, where: string, rows: Rows, pause: Pause): Promise<void> {
  const reader = new CsvReader(where, separator);
  let places: number[] | undefined;
  let width = 0;
  const take = ({ fields, line }: { fields: string[]; line: number }): void => {
    if (!places) {
      places = findColumns(fields, columns, where);
      width = fields.length;
      return;
    }
    if (fields.length !== width) {
      throw new UnfoldError("FORMAT", `${where}: line ${line} of the CSV has ${fields.length} fields; the header has ${width}`);
    }
    const found = places;
    rows.add((k) => fields[found[k] as number], () => `row ${rows.rows + 1} (line ${line})`);
  };
  for (const piece of textPieces(text)) {
    for (const record of reader.push(piece)) take(record);
    await pause.breathe();
  }
  for (const record of reader.end()) take(record);
  if (!places) throw new UnfoldError("FORMAT", `${where}: the CSV is empty; a header line with the names of the columns is wanted`);
}

/** Where each wanted column stands in the header. */
function findColumns(header: readonly string[], columns: readonly string[], where: string): number[] {
  const names = header.map((name) => name.trim());
  return columns.map((column) => {
    const at = names.indexOf(column);
    if (at === -1) {
      throw new UnfoldError("CONFIG", `${where}: the CSV has no column ${JSON.stringify(column)}; did you mean ${JSON.stringify(nearest(column, names))}?`);
    }
    if (names.indexOf(column, at + 1) !== -1) throw new UnfoldError("FORMAT", `${where}: the header of the CSV has ${JSON.stringify(column)} twice`);
    return at;
  });
}
