/** One view on a page of its own with a lab: what tests of views stand on. The page has the policy of the site, and no server behind it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import type { Source } from "../../jsbridge/npm/src/lab/source.js";
import type { Settings } from "../../jsbridge/npm/src/lab/settings.js";
import { type File, root, type Served, serveFiles } from "./server.js";
import { Visit } from "./visit.js";

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'none'; style-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types unfold-rnn lit-html";

const text = (type: string, body: string): File => ({ type: `text/${type}; charset=utf-8`, body });
const script = (name: string): File => text("javascript", readFileSync(path.join(root, "jsbridge/npm/dist", name), "utf8"));

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>a view</title><link rel="stylesheet" href="page.css"><script type="module" src="page.js"></script></head><body><main></main></body></html>`;

// Scripts that tests evaluate find the lab and the view by these names.
const start = `import * as unfold from "./index.js";
import * as views from "./views.js";
Object.assign(window, {
  unfold, problems: [],
  async begin(name, source, settings, play) {
    const view = document.createElement(name);
    const lab = new views.Lab(unfold, settings);
    for (const event of ["failed", "refused"]) lab.on(event, (problem) => window.problems.push(problem.code + " " + problem.message));
    Object.assign(window, { lab, view });
    view.lab = lab;
    document.querySelector("main").append(view);
    await lab.open(source, {}, play);
    while (play !== false && lab.state === "training") await new Promise((resolve) => setTimeout(resolve, 10));
  },
});
window.ready = true;`;

const files = (): Record<string, File> => ({
  "/": text("html", page),
  "/page.css": text("css", "body { margin: 16px; background: light-dark(#fff, #15191e); color: light-dark(#1f2328, #e6edf3); font: 14px/1.45 system-ui, sans-serif }"),
  "/page.js": text("javascript", start),
  "/favicon.ico": { type: "image/png", body: "" },
  ...Object.fromEntries(["index.js", "views.js", "analysis.js"].map((name) => [`/${name}`, script(name)])),
});

/** A data file of the site. */
export const dataFile = (name: string): string => readFileSync(path.join(root, "site/data", name), "utf8");

export const serveViews = (): Promise<Served> => serveFiles(files(), policy);

export interface Scene {
  readonly view: `unfold-${string}`;
  readonly source: Source;
  readonly settings?: Partial<Settings>;
  /** Train up to this step, and pause there; 0: not at all. */
  readonly steps?: number;
  readonly lang?: "en" | "zh-Hans";
}

/** Opens the page with the view, and trains. In the page stand `lab`, `view`, `unfold` and `problems`. */
export async function openView(browser: Browser, { url }: Served, scene: Scene, context: BrowserContextOptions = {}): Promise<Visit> {
  const visit = await Visit.open(browser, url, context);
  await until(visit, "window.ready === true");
  await visit.page.evaluate(`document.documentElement.lang = ${JSON.stringify(scene.lang ?? "en")}`);
  const { view, source, settings = {}, steps = 0 } = scene;
  await visit.page.evaluate(`begin(${[view, source, settings, steps > 0 && steps].map((value) => JSON.stringify(value)).join(", ")})`);
  return visit;
}

/** Waits until an expression in the page is true. waitForFunction() would have the page evaluate it, which its policy forbids. */
export async function until({ page }: Visit, expression: string, timeout = 60_000): Promise<void> {
  for (const end = Date.now() + timeout; !(await page.evaluate(expression)); ) {
    if (Date.now() > end) throw new Error(`not true within ${timeout} ms: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Nothing went wrong on the page. */
export async function assertClean(visit: Visit): Promise<void> {
  assert.deepEqual(visit.faults, []);
  assert.deepEqual(await visit.page.evaluate("window.problems"), []);
  assert.deepEqual(visit.strangers, []);
}
