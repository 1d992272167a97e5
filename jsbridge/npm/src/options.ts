import { UnfoldError } from "./errors.js";

/** Levenshtein distance: how many letters to insert, remove or change. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** The valid name nearest to `name`, compared without case. */
export function nearest(name: string, valid: readonly string[]): string {
  const wanted = name.slice(0, 64).toLowerCase();
  let best = valid[0] ?? "";
  let least = Infinity;
  for (const candidate of valid) {
    const lower = candidate.toLowerCase();
    // Half of a long name is nearer than a short name that shares a letter or two.
    const d = lower.includes(wanted) || wanted.includes(lower) ? 0.5 : distance(wanted, lower);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

/** Refuses every name in `given` that is not in `valid`; `path` goes before it in the message. */
export function checkNames(where: string, given: object, valid: readonly string[], path = ""): void {
  for (const name of Object.keys(given)) {
    if (valid.includes(name)) continue;
    throw new UnfoldError("CONFIG", `${where}: "${path}${name.slice(0, 64)}" is not an option; did you mean "${nearest(name, valid)}"?`);
  }
}

/** Options for the platform, which also reads inherited properties: a page may have polluted Object.prototype. */
export function bareOptions<T extends object>(options: T): T {
  return Object.assign(Object.create(null) as object, options) as T;
}

/** `instanceof`, for which a Proxy's traps run: one that throws is an instance of nothing. */
export function isA<T>(value: unknown, constructor: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

/** "a string", "an array", "nothing": what came, for a message. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  try {
    if (Array.isArray(value)) return "an array";
  } catch {
    return "a revoked Proxy";
  }
  if (typeof value === "object") return "an object";
  if (typeof value === "number") return Number.isFinite(value) ? `the number ${value}` : String(value);
  return `a ${typeof value}`;
}
