import type { HostName } from "./subject.js";

/** A figure with what is aimed at. */
export interface Target {
  readonly what: string;
  readonly host: HostName;
  readonly measured: number | undefined;
  /** The bound, from below unless `atMost`. */
  readonly wanted: number;
  readonly atMost: boolean;
  readonly unit: string;
  /** For ratios: what it would be if every instruction of ours were a multiply-add at the machine's limit. */
  readonly limit: number | undefined;
  readonly verdict: "HOLDS" | "MISSED" | "not measured";
}

type Given = Pick<Target, "what" | "host" | "wanted"> & { measured: number | undefined; atMost?: boolean; unit?: string; limit?: number | undefined };

export function target({ what, host, measured, wanted, atMost = false, unit = "", limit }: Given): Target {
  const absent = measured === undefined || Number.isNaN(measured);
  const verdict = absent ? "not measured" : (atMost ? measured <= wanted : measured >= wanted) ? "HOLDS" : "MISSED";
  return { what, host, measured: absent ? undefined : measured, wanted, atMost, unit, limit, verdict };
}
