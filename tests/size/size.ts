/**
 * Bytes to ship, raw and compressed as a static host would, against tests/size-budget.json. One line per artefact; over
 * budget in a column that the budget names, or a file that is not there: exit 1.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

interface Artefact {
  readonly name: string;
  /** Files below the repository's root, whose sizes are summed; the last part of a name may hold * for any characters. */
  readonly files: readonly string[];
  /** Upper bounds in bytes; a column without a bound is printed only. */
  readonly raw?: number;
  readonly gzip?: number;
  readonly brotli?: number;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const columns = ["raw", "gzip", "brotli"] as const;

function expand(pattern: string): string[] {
  const folder = path.join(root, path.dirname(pattern));
  const parts = path.basename(pattern).split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const matcher = new RegExp(`^${parts.join(".*")}$`);
  const found = readdirSync(folder).filter((name) => matcher.test(name));
  if (found.length === 0) throw new Error(`${pattern}: no such file; run make build`);
  return found.map((name) => path.join(folder, name));
}

function measure(artefact: Artefact): Record<(typeof columns)[number], number> {
  const sum = { raw: 0, gzip: 0, brotli: 0 };
  for (const file of artefact.files.flatMap(expand)) {
    const bytes = readFileSync(file);
    sum.raw += bytes.length;
    sum.gzip += gzipSync(bytes, { level: 9 }).length;
    sum.brotli += brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }).length;
  }
  return sum;
}

const { artefacts } = JSON.parse(readFileSync(path.join(root, "tests/size-budget.json"), "utf8")) as { artefacts: Artefact[] };
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
let over = 0;
for (const artefact of artefacts) {
  const size = measure(artefact);
  const cells = columns.map((column) => {
    const bound = artefact[column];
    if (bound === undefined) return `${column} ${kilobytes(size[column])}`;
    if (!(size[column] <= bound)) over++;
    return `${column} ${kilobytes(size[column])} of ${kilobytes(bound)}${size[column] <= bound ? "" : " OVER"}`;
  });
  console.log(`size: ${artefact.name.padEnd(34)} ${cells.join("   ")}`);
}
if (over > 0) {
  console.error(`size: ${over} over budget; make it smaller, or raise tests/size-budget.json with the reason in the change`);
  process.exit(1);
}
