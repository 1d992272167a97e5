/** WCAG 2.2 AA as far as a program can tell (axe-core), in both themes and languages, on every tab, in the dialogs and in a lesson. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { type Served, serveSite } from "./server.js";
import { Visit } from "./visit.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let served: Served;

before(async () => {
  [browser, served] = await Promise.all([launch(), serveSite()]);
});
after(async () => {
  await browser.close();
  await served.close();
});

interface Violation {
  id: string;
  help: string;
  nodes: { target: unknown; failureSummary?: string }[];
}

/** What axe finds, one line a rule and place. */
async function violations(visit: Visit): Promise<string[]> {
  await visit.page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = (await visit.page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then(({ violations }) => JSON.parse(JSON.stringify(violations)))`)) as Violation[];
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${JSON.stringify(target)} ${failureSummary ?? ""}`));
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const lang of ["en", "zh"]) {
    describe(`${colorScheme}, ${lang}`, () => {
      test("the whole page, its dialogs and a lesson", async () => {
        const visit = await Visit.open(browser, `${served.url}#h=8&b=4&T=12&step=40&lang=${lang}`, { colorScheme });
        await visit.until("the step", () => visit.metric("step"), (step) => step === 40, 90);
        await visit.page.waitForTimeout(1000);
        assert.deepEqual(await violations(visit), []);
        await visit.action("share").click();
        assert.deepEqual(await violations(visit), []);
        await visit.action("close-share").click();
        await visit.action("help").click();
        assert.deepEqual(await violations(visit), []);
        await visit.action("close-help").click();
        await visit.page.locator(`.lessons a[href="#lesson=unfold"]`).click();
        await visit.page.locator(`[data-output="lesson"] fieldset input`).first().check();
        assert.deepEqual(await violations(visit), []);
        visit.assertWell();
        await visit.close();
      });

      test("a series, classes and a task; each tab of a phone", async () => {
        const visit = await Visit.open(browser, `${served.url}#data=sunspots&h=4&b=4&step=5&lang=${lang}`, { colorScheme, viewport: { width: 390, height: 844 } });
        for (const data of ["sunspots", "digits", "adding"]) {
          await visit.page.evaluate(`location.hash = "#data=${data}&h=4&b=4&step=5&lang=${lang}"`);
          await visit.until(data, () => visit.control("dataset").inputValue(), (value) => value === data, 60);
          await visit.until("the step", () => visit.metric("step"), (step) => step === 5, 60);
          const tabs = visit.page.locator(".tabs button:visible");
          for (let i = 0; i < (await tabs.count()); i++) {
            await tabs.nth(i).click();
            await visit.page.waitForTimeout(200);
            assert.deepEqual(await violations(visit), []);
            const overflow = (await visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) as number;
            assert.ok(overflow <= 0, `${data}, tab ${i}: ${overflow} px wider than the screen`);
          }
        }
        visit.assertWell();
        await visit.close();
      });
    });
  }
}
