/** Pages with elements in them, as bloggers make them, and what is asked of every one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { type File, root, type Served, serveFiles } from "../browser/server.js";

const dist = path.join(root, "jsbridge/npm/dist");
export const script = (name: string, headers?: Record<string, string>): File => ({
  type: "text/javascript; charset=utf-8", body: readFileSync(path.join(dist, name)), ...(headers && { headers }),
});
export const html = (body: string): File => ({ type: "text/html; charset=utf-8", body });

/** The files that a page of one script tag may ask for. */
export const files = (headers?: Record<string, string>): Record<string, File> =>
  Object.fromEntries(["unfold.iife.js", "analysis.iife.js", "worker.js", "index.js", "element.js", "analysis.js"].map((name) => [`/${name}`, script(name, headers)]));

export const tag = `<script src="unfold.iife.js"></script>`;
/** A small lab that is done after 20 steps. */
export const lab = `<unfold-lab data="names" units="16" batch="8" seq-len="16" steps="20" seed="1">A network would train here.</unfold-lab>`;
export const page = (body: string, head = tag): string => `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>A blog</title>${head}<h1>A post</h1>${body}`;

/** What the first lab of a page came to. */
export interface Outcome {
  readonly step: number;
  readonly first: number;
  readonly last: number;
  readonly mode: string;
  readonly reason: string | undefined;
}

/** Resolves when the lab has made its steps; rejects with the words of its error. */
const outcome = `new Promise((resolve, reject) => {
  const element = document.querySelector("unfold-lab");
  const look = () => {
    const alert = element.shadowRoot?.querySelector("[part=error]");
    if (alert) return reject(new Error(alert.textContent.replace(/\\s+/g, " ").trim()));
    const { network, step, state } = element.lab ?? {};
    if (network && step >= 20 && state === "paused") {
      const training = network.history.columns()[1];
      const { mode, reason } = network.model.runtime;
      return resolve({ step, first: training[0], last: training.at(-1), mode, reason });
    }
    setTimeout(look, 20);
  };
  look();
})`;

export const trained = async (place: Pick<Page, "evaluate">): Promise<Outcome> => (await place.evaluate(outcome)) as Outcome;

export function assertTrained(found: Outcome, mode = "worker"): void {
  assert.equal(found.step, 20);
  assert.ok(found.last < found.first, `loss ${found.first} → ${found.last}`);
  assert.equal(found.mode, mode, found.reason);
}

export interface Visited {
  readonly page: Page;
  /** What the console said, errors that nobody caught, and requests that failed. */
  readonly said: string[];
}

interface Asked {
  readonly policy?: string;
  readonly files?: Record<string, File>;
  /** What the console may say, e.g. of a policy that the test breaks on purpose. */
  readonly mayLog?: RegExp;
  readonly motion?: "reduce";
}

/** Opens a page in a profile of its own; its console must have stayed empty. */
export async function visit<Result>(browser: Browser, body: string, use: (visited: Visited, served: Served) => Promise<Result>, asked: Asked = {}): Promise<Result> {
  const served = await serveFiles({ ...files(), "/": html(body), ...asked.files }, asked.policy);
  try {
    return await open(browser, served.url, (visited) => use(visited, served), asked);
  } finally {
    await served.close();
  }
}

export async function open<Result>(browser: Browser, url: string, use: (visited: Visited) => Promise<Result>, { mayLog, motion }: Asked = {}): Promise<Result> {
  const context = await browser.newContext(motion && { reducedMotion: motion });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const said: string[] = [];
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
    page.on("requestfailed", (request) => said.push(`failed: ${request.url()}`));
    await page.goto(url);
    const result = await use({ page, said });
    assert.deepEqual(said.filter((line) => !mayLog?.test(line)), []);
    return result;
  } finally {
    await context.close();
  }
}
