/** The documents beside the page: guides, reference, elements, goldens. Every link leads somewhere, and nothing complains. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { type Served, serveSite } from "./server.js";

/** Addresses in a page's links, styles, scripts and pictures, without their fragments, on the same server. */
function links(html: string, base: string): string[] {
  return [...html.matchAll(/\s(?:href|src)="([^"]+)"/g)].map(([, link = ""]) => {
    const url = new URL(link.replaceAll("&amp;", "&"), base);
    url.hash = "";
    return url.href;
  }).filter((url) => url.startsWith("http://127.0.0.1"));
}

describe("documents", () => {
  let browser: Browser;
  let served: Served;
  before(async () => {
    [browser, served] = await Promise.all([launch(), serveSite()]);
  });
  after(async () => {
    await browser.close();
    await served.close();
  });

  test("every link of guides, reference and goldens leads somewhere", async () => {
    const waiting = ["guides/", "reference/", "golden/"].map((name) => new URL(name, served.url).href);
    const seen = new Set(waiting);
    const broken: string[] = [];
    for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
      const response = await fetch(url);
      if (!response.ok) broken.push(`${response.status} ${url}`);
      if (!/^text\/html/.test(response.headers.get("content-type") ?? "") || url === served.url) continue;
      for (const link of links(await response.text(), url)) {
        if (seen.has(link)) continue;
        seen.add(link);
        waiting.push(link);
      }
    }
    assert.deepEqual(broken, []);
    assert.ok(seen.size > 100, `${seen.size} addresses`);
  });

  for (const place of ["guides/", "guides/blog.html", "guides/policy.html", "guides/elements.html", "reference/", "golden/"]) {
    test(`${place}: quiet, and no wider than a phone`, async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await browser.newContext({ viewport: { width: 390, height: 800 }, colorScheme });
        const page = await context.newPage();
        const said: string[] = [];
        page.on("console", (message) => said.push(message.text()));
        page.on("pageerror", (error) => said.push(error.message));
        await page.goto(new URL(place, served.url).href);
        assert.ok(((await page.title()) ?? "") !== "");
        // TypeDoc's own pages scroll their code sideways as they like.
        if (place !== "reference/") assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
        assert.deepEqual(said, []);
        await context.close();
      }
    });
  }
});
