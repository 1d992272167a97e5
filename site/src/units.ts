import type { Subject } from "unfold-rnn/views";
import { formatNumber } from "./language.js";

export const bitsPerNat = 1 / Math.LN2;

/** How a loss is read by people: bits for tokens and classes, as it is for a squared error. Losses come in the unit of the training. */
export interface Scale {
  readonly name: "bits" | "mse";
  readonly factor: number;
}

export function scaleOf(subject: Subject | undefined): Scale {
  return subject?.unit === "mse" ? { name: "mse", factor: 1 } : { name: "bits", factor: bitsPerNat };
}

export function formatLoss(loss: number, { name, factor }: Scale): string {
  if (!Number.isFinite(loss)) return "–";
  const value = loss * factor;
  if (name === "bits") return formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return formatNumber(value, { maximumSignificantDigits: 3 });
}
