/** Where elements may stand: other origins, sandboxes, files, isolated pages, module scripts. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { copyFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { root, serveFiles } from "../browser/server.js";
import { assertTrained, files, html, lab, open, page, trained, visit } from "./embedding.js";

describe("elements in places", () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test("a script tag", () => visit(browser, page(lab), async ({ page }) => assertTrained(await trained(page))));

  test("a module script: element.js beside index.js", () =>
    visit(browser, page(lab, `<script type="module" src="element.js"></script>`), async ({ page }) => {
      await page.waitForFunction("customElements.get('unfold-lab')");
      assertTrained(await trained(page));
    }));

  test("a script of another origin", async () => {
    const cdn = await serveFiles(files({ "Access-Control-Allow-Origin": "*" }));
    try {
      await visit(browser, page(lab, `<script src="${cdn.url}unfold.iife.js" crossorigin></script>`), async ({ page }) => assertTrained(await trained(page)));
    } finally {
      await cdn.close();
    }
  });

  test("an iframe in a sandbox, of no origin", () =>
    visit(browser, page(`<iframe sandbox="allow-scripts" src="inner.html" width="800" height="600"></iframe>`, ""), async ({ page }) => {
      const frame = await page.waitForSelector("iframe").then((element) => element.contentFrame());
      assert.ok(frame);
      await frame.waitForSelector("unfold-lab");
      assertTrained(await trained(frame));
    }, { files: { "/inner.html": html(page(lab)) } }));

  test("file://", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "unfold-embed-"));
    try {
      writeFileSync(path.join(folder, "post.html"), page(lab));
      copyFileSync(path.join(root, "jsbridge/npm/dist/unfold.iife.js"), path.join(folder, "unfold.iife.js"));
      await open(browser, pathToFileURL(path.join(folder, "post.html")).href, async ({ page }) => assertTrained(await trained(page)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a page isolated by COOP and COEP", () => {
    const isolating = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
    return visit(browser, page(lab), async ({ page }) => {
      assert.equal(await page.evaluate("crossOriginIsolated"), true);
      assertTrained(await trained(page));
    }, { files: { ...files(isolating), "/": { ...html(page(lab)), headers: isolating } } });
  });
});
