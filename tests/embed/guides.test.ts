/** The HTML of the guides, as written, with the package served in place of the CDN. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { guides, root, snippets } from "../snippets.js";
import { html, script, visit } from "./embedding.js";

const cdn = /^https:\/\/cdn\.jsdelivr\.net\/npm\/unfold-rnn@[\d.]+\/dist\/(.+)$/;

describe("HTML of the guides", () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  for (const { name, code } of guides().flatMap(snippets).filter(({ language }) => language === "html")) {
    test(`${name}: trains, or says what it should`, () =>
      visit(browser, '<!doctype html><link rel="icon" href="data:,"><title>before</title>', async ({ page }, served) => {
        await page.route(cdn, (route, request) => {
          const [, file = ""] = cdn.exec(request.url()) ?? [];
          assert.ok(existsSync(path.join(root, "jsbridge/npm/dist", file)), `there is no ${file}`);
          const { body, type } = script(file);
          return route.fulfill({ body: Buffer.from(body), contentType: type, headers: { "access-control-allow-origin": "*" } });
        });
        await page.goto(`${served.url}post`);
        await page.waitForFunction(() => {
          const said = document.querySelector("#said, #where");
          if (said !== null) return said.textContent !== "";
          const labs = [...document.querySelectorAll("unfold-lab")] as (Element & { lab?: { step: number } })[];
          return labs.length > 0 && labs.every(({ lab }) => (lab?.step ?? 0) > 0);
        });
        const said = await page.locator("#said, #where").allTextContents();
        if (code.includes('id="where"')) assert.deepEqual(said, ["worker"]);
        if (code.includes('id="said"')) assert.equal([...(said[0] ?? "")].length, 60);
        assert.equal(await page.locator("unfold-lab [part=error]").count(), 0);
        // A view that looks at a lab by its id shows what that one does.
        if (code.includes("<unfold-loss for=")) await page.waitForFunction(() => document.querySelector("unfold-loss")?.shadowRoot?.querySelector(".chart canvas"));
      }, { files: { "/post": html(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A post</title>${code}`), "/unfold-worker.js": script("worker.js") } }));
  }
});
