import type { Source } from "unfold-rnn/views";

// A table has at least so many lines; of them, so many are looked at to tell what it holds.
const fewest = 20;
const looked = 200;
const mostColumns = 16;
const mostClasses = 100;

/**
 * What a person brought, by what it looks like: a table with columns of numbers is a series, two columns of which the second repeats
 * itself are names and their classes, anything else is a text. Only files named as tables are tried as tables.
 */
export function ownSource(name: string, text: string): Source {
  if (/\.(csv|tsv)$/i.test(name)) return table(name, text) ?? { kind: "text", name, text };
  return { kind: "text", name, text };
}

function table(name: string, text: string): Source | undefined {
  const [header = "", ...rest] = text.split("\n").filter((line) => line !== "");
  if (rest.length < fewest) return undefined;
  const separator = [",", "\t", ";"].reduce((best, one) => (count(header, one) > count(best === "" ? "" : header, best) ? one : best), ",");
  return series(name, text, header, rest, separator) ?? classes(name, [header, ...rest], separator);
}

/** All columns of numbers, in their order; the first column is often a year or a row's number, which rises by the same each time. */
function series(name: string, text: string, header: string, rows: readonly string[], separator: string): Source | undefined {
  const names = split(header, separator);
  if (names.every(isNumber)) {
    const made = names.map((_, c) => `column ${c + 1}`).join(separator);
    return series(name, `${made}\n${text}`, made, [header, ...rows], separator);
  }
  if (new Set(names).size < names.length) return undefined;
  const cells = rows.slice(0, looked).map((row) => split(row, separator));
  const columns = names.filter((_, c) => {
    const known = cells.map((row) => row[c] ?? "").filter((cell) => cell !== "");
    return known.length > looked / 20 && known.every(isNumber) && !isCounter(known.map(Number));
  });
  if (columns.length === 0) return undefined;
  const [target] = columns;
  return {
    kind: "series", name, rows: text,
    options: { columns: columns.slice(0, mostColumns), target: target as string, missing: "interpolate", validation: 0.2, ...(separator !== "," && { separator }) },
  };
}

function classes(name: string, lines: readonly string[], separator: string): Source | undefined {
  const pairs = lines.map((line) => split(line, separator));
  if (pairs.some(({ length }) => length !== 2)) return undefined;
  const examples = pairs.map(([input = "", target = ""]) => ({ input, target })).filter(({ input, target }) => input !== "" && target !== "");
  const kinds = new Set(examples.map(({ target }) => target)).size;
  if (kinds < 2 || kinds > mostClasses || kinds > examples.length / 2) return undefined;
  return { kind: "classes", name, examples, options: { unit: "char" } };
}

const count = (line: string, what: string): number => (what === "" ? 0 : line.split(what).length - 1);
const split = (line: string, separator: string): string[] => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
const isNumber = (cell: string): boolean => cell !== "" && Number.isFinite(Number(cell));
const isCounter = (values: readonly number[]): boolean => {
  const step = (values[1] as number) - (values[0] as number);
  return step > 0 && values.every((value, i) => i === 0 || Math.abs(value - (values[i - 1] as number) - step) < 1e-9);
};
