/** What a task measured. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: "%" | "nats" | "ppm" | "spots" | "s";
  /** The bound that the value must meet; absent: shown for comparison. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Result {
  readonly task: string;
  /** Model, training and seeds, in a line. */
  readonly how: string;
  /** What the figures were measured on. */
  readonly on: string;
  readonly figures: readonly Figure[];
  /** A table beneath, such as the recall of each class. */
  readonly details?: readonly (readonly string[])[];
}

export interface Task {
  readonly name: string;
  run(say: (line: string) => void): Promise<Result>;
}

/** NaN holds nothing. */
export const holds = ({ value, atLeast = -Infinity, atMost = Infinity }: Figure): boolean => value >= atLeast && value <= atMost;

export const judged = ({ atLeast, atMost }: Figure): boolean => atLeast !== undefined || atMost !== undefined;

export function shown(value: number, unit: Figure["unit"]): string {
  const digits = unit === "nats" ? 3 : unit === "s" ? 0 : unit === "%" || unit === "spots" ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

export const percent = (share: number): number => 100 * share;

/** Share of places in which two lists agree. */
export function agreement(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  if (a.length !== b.length) throw new Error(`${a.length} answers to ${b.length} questions`);
  let same = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) same++;
  return same / a.length;
}

export function rootMeanSquare(errors: readonly number[]): number {
  return Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
}

/** Share of each class that was recognised, in the order of `classes`; NaN for one that does not occur. */
export function recalls(truth: readonly string[], said: readonly string[], classes: readonly string[]): number[] {
  return classes.map((name) => {
    const at = truth.flatMap((t, i) => (t === name ? [i] : []));
    return at.filter((i) => said[i] === name).length / at.length;
  });
}
