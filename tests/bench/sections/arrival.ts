import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch } from "../../browser/chromium.js";
import { bundle, page } from "../hosts/bundle.js";
import { type Served, serve } from "../hosts/serve.js";
import { median } from "../rounds.js";
import type { Settings } from "../settings.js";
import { target, type Target } from "../targets.js";

export interface ArrivalRow {
  readonly name: string;
  /** From navigation to the end of the first W1 step, one figure a round. */
  readonly rounds: number[];
  readonly milliseconds: number;
  /** Sent over the wire for one visit, compressed with brotli. */
  readonly bytes: number;
}

export interface ArrivalResult {
  readonly rows: readonly ArrivalRow[];
  readonly targets: readonly Target[];
}

/** The page of each party: a bundled, minified script that makes the model and takes one step. */
const apps: Record<string, string> = {
  "unfold, wasm beside": `
    import { createModel } from "unfold-rnn/external";
    import { firstStep } from "./sections/first-step.ts";
    await firstStep(createModel);`,
  "unfold, wasm inside": `
    import { createModel } from "unfold-rnn";
    import { firstStep } from "./sections/first-step.ts";
    await firstStep(createModel);`,
  "tfjs-wasm": `
    import { open } from "./peers/tfjs.ts";
    const { firstLoss } = await open("W1", "tfjs-wasm");
    globalThis.arrived = { milliseconds: performance.now(), loss: firstLoss };`,
};

/** W7: every visit has a browser of its own with a fresh profile; the first visit of each is not counted. */
export async function measureArrival(settings: Settings): Promise<ArrivalResult> {
  const wasm = readFileSync(fileURLToPath(new URL("../../../jsbridge/npm/dist/unfold.wasm", import.meta.url)));
  const names = Object.keys(apps).filter((name) => name !== "tfjs-wasm" || settings.peers.has("tfjs"));
  const pages: Record<string, string | Uint8Array> = { "/unfold.wasm": wasm };
  for (const [index, name] of names.entries()) {
    pages[`/${index}.html`] = page(`${index}.js`);
    pages[`/${index}.js`] = await bundle(apps[name] ?? "", true);
  }
  const served = await serve(pages);
  const rounds = names.map(() => [] as number[]);
  const bytes = names.map(() => NaN);
  for (let round = 0; round <= settings.rounds; round++) {
    for (const index of names.keys()) {
      const seen = await visit(served, `${index}.html`);
      bytes[index] = seen.bytes;
      if (round > 0) rounds[index]?.push(seen.milliseconds);
    }
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  await served.close();
  const rows = names.map((name, index) => ({ name, rounds: rounds[index] ?? [], milliseconds: median(rounds[index] ?? []), bytes: bytes[index] ?? NaN }));
  const beside = rows[0];
  const targets = [
    target({ what: "W7 navigation to first finished W1 step", host: "chromium", measured: beside?.milliseconds, wanted: 700, atMost: true, unit: "ms" }),
    target({ what: "W7 engine + kernels + package, brotli", host: "chromium", measured: beside && beside.bytes / 1000, wanted: 700, atMost: true, unit: "KB" }),
  ];
  return { rows, targets };
}

async function visit(served: Served, name: string): Promise<{ milliseconds: number; bytes: number }> {
  const browser = await launch();
  try {
    const before = served.sent();
    const page = await browser.newPage();
    let fault = "";
    page.on("pageerror", (error) => (fault = error.message));
    await page.goto(served.url + name);
    await page.waitForFunction("globalThis.arrived !== undefined", undefined, { timeout: 30_000 }).catch(() => {
      throw new Error(`bench: ${name} took no step in 30 s ${fault}`);
    });
    const { milliseconds, loss } = (await page.evaluate("globalThis.arrived")) as { milliseconds: number; loss: number };
    if (!(Math.abs(loss - Math.log(65)) <= 0.25)) throw new Error(`bench: ${name} lost ${loss} nats in its first step`);
    return { milliseconds, bytes: served.sent() - before };
  } finally {
    await browser.close();
  }
}
