// The page as one file, as a person opens it from a stick or an attachment: from file://, without a network.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { root } from "./server.js";
import { Visit } from "./visit.js";

describe("build/unfold.html, from file:// and offline", () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  test("trains, writes, and asks for nothing", async () => {
    const visit = await Visit.open(browser, pathToFileURL(path.join(root, "build/unfold.html")).href, { offline: true });
    const asked: string[] = [];
    visit.page.on("request", (request) => /^(blob|data):/.test(request.url()) || asked.push(request.url()));
    try {
      await visit.trainsTo(20);
      assert.ok((await visit.metric("loss")) < (await visit.baseline("uniform")));
      await visit.until("a sample", () => visit.sample(), (text) => [...text].length > 20);
      visit.assertWell();
      assert.deepEqual(asked, []);
    } finally {
      await visit.close();
    }
  });

  test("has the terms of everything that is inside", async () => {
    const visit = await Visit.open(browser, pathToFileURL(path.join(root, "build/unfold.html")).href, { offline: true });
    try {
      const terms = (await visit.page.evaluate("document.querySelector('#terms').textContent")) as string;
      for (const holder of ["The Go Authors", "The Gonum Authors", "Leon Sorokin", "janeaustenr", "chinese-poetry"]) assert.ok(terms.includes(holder), holder);
    } finally {
      await visit.close();
    }
  });
});
