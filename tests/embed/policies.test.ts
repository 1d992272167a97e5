/** `<unfold-lab>` under the Content-Security-Policies that pages have; the documented matrix. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { assertTrained, lab, page, trained, visit } from "./embedding.js";

const base = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'";
const violation = /Content.Security.Policy|violates the following/i;

describe("elements under policies", () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const trains = (policy: string | undefined, mode: string, body = page(lab), mayLog?: RegExp) =>
    visit(browser, body, async ({ page }) => {
      const found = await trained(page);
      assertTrained(found, mode);
      return found;
    }, { ...(policy && { policy }), ...(mayLog && { mayLog }) });

  test("none", () => trains(undefined, "worker"));
  test("the documented one, with nothing to fetch and no inline styles", () => trains(`${base}; worker-src blob:`, "worker"));
  test("with Trusted Types", () => trains(`${base}; worker-src blob:; require-trusted-types-for 'script'; trusted-types unfold-rnn lit-html`, "worker"));

  test("without blob: workers: this thread, and why", async () => {
    const { reason } = await trains(`${base}; worker-src 'self'`, "main", page(lab), violation);
    assert.match(reason ?? "", /worker-src/);
  });

  test("without blob: workers, with a workerURL of one's own: worker", () => {
    // The property is set before the element is defined.
    const early = `<script src="set.js" defer></script>`;
    return visit(browser, page(lab, `${early}<script src="unfold.iife.js" defer></script>`), async ({ page }) => assertTrained(await trained(page)), {
      policy: `${base}; worker-src 'self'`,
      files: { "/set.js": { type: "text/javascript", body: `document.querySelector("unfold-lab").runtime = { workerURL: "worker.js" };` } },
    });
  });

  test("without 'wasm-unsafe-eval': a message in its place that names it, and an event", () =>
    visit(browser, page(lab, `<script src="listen.js"></script><script src="unfold.iife.js"></script>`), async ({ page }) => {
      await page.waitForFunction("window.told?.length > 0");
      const [{ code, message }] = (await page.evaluate("window.told")) as [{ code: string; message: string }];
      assert.equal(code, "BOOT");
      assert.match(message, /'wasm-unsafe-eval'/);
      const alert = page.locator("unfold-lab [part=error]");
      assert.match((await alert.textContent()) ?? "", /wasm-unsafe-eval/);
      assert.ok(await page.getByText("A network would train here.").isVisible());
    }, {
      policy: "default-src 'none'; img-src data:; script-src 'self'; worker-src blob:",
      files: { "/listen.js": { type: "text/javascript", body: `window.told = []; addEventListener("unfold-error", ({ detail }) => told.push(detail));` } },
      mayLog: violation,
    }));
});
