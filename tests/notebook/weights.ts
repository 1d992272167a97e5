import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

/** Weights as the tab gives them to its user: the file behind the widget's own button. */
export interface TabWeights {
  sha256: string;
  /** Numbers by tensor, read from the file without the package. */
  tensors: Record<string, Float32Array>;
}

export async function saveWeights(page: Page): Promise<TabWeights> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".unfold-rnn button.save").first().click()]);
  const file = readFileSync(await download.path());
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString("utf8")) as Record<string, { data_offsets: [number, number] }>;
  const tensors: Record<string, Float32Array> = {};
  for (const [name, { data_offsets: at }] of Object.entries(header)) {
    if (name !== "__metadata__") tensors[name] = new Float32Array(Uint8Array.from(file.subarray(8 + length + at[0], 8 + length + at[1])).buffer);
  }
  return { sha256: createHash("sha256").update(file).digest("hex"), tensors };
}
