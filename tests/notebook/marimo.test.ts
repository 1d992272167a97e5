/** The same widget in marimo. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { root } from "../browser/server.js";
import { freePort, Host } from "./process.js";
import { Quiet } from "./quiet.js";
import { saveWeights } from "./weights.js";

/** All that marimo writes to the console by itself. */
const known = [
  /^Reporting vitals$/,
  /^Starting a new session \{sessionId: null\}$/,
  /^(Initializing runtime\.\.\.|Runtime is healthy)$/,
  /^%c \[Metric \w+\]/,
  /^The resource http:\/\/127\.0\.0\.1:\d+\/assets\/[\w.-]+ was preloaded using link preload but not used/,
];

describe("marimo", { timeout: 240_000 }, () => {
  let browser: Browser;
  let host: Host;
  before(async () => {
    const folder = Host.folder();
    copyFileSync(path.join(root, "docs/examples/marimo_notebook.py"), path.join(folder, "marimo_notebook.py"));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const args = ["run", "marimo_notebook.py", "--headless", "--no-token", "--host", "127.0.0.1", "--port", String(port)];
    [browser, host] = await Promise.all([launch(), Host.start("marimo", args, url, `${url}health`, folder)]);
  });
  after(async () => {
    await browser?.close();
    await host?.stop();
  });

  test("the example trains in the tab, the cell that reads it runs again, and the weights in Python are those of the tab", async () => {
    const quiet = new Quiet(host.url, known);
    const context = await browser.newContext({ acceptDownloads: true });
    const page = await context.newPage();
    quiet.watch(page);
    await page.goto(host.url);
    const button = page.locator(".unfold-rnn button.train");
    await button.click({ timeout: 60_000 });
    await page.locator('.unfold-rnn[data-status="done"]').waitFor({ timeout: 60_000 });
    await page.waitForFunction('document.body.innerText.includes("The file has the fingerprint")', undefined, { timeout: 20_000 });
    const report = await page.locator("body").innerText();
    const [, step, loss, fingerprint] = /Step (\d+), loss ([\d.]+)\. The file has the fingerprint (\w+)/.exec(report) ?? [];
    assert.equal(step, "300");
    assert.ok(Number(loss) < 0.5, `loss ${loss}`);
    const { sha256, tensors } = await saveWeights(page);
    assert.equal(fingerprint, sha256);
    const bias = /head\.bias is (\[.*?\])/s.exec(report)?.[1] ?? "[]";
    assert.deepEqual(JSON.parse(bias), [...(tensors["head.bias"] as Float32Array)]);
    assert.deepEqual(quiet.faults, []);
    assert.deepEqual(quiet.strangers, []);
    await context.close();
  });
});
