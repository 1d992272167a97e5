/** The eight lessons, each by its address: prose in two languages, figures that it moves, a question before its answer. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { lessonIds } from "../../site/src/lessons/ids.js";
import { launch } from "./chromium.js";
import { type Served, serveSite } from "./server.js";
import { Visit } from "./visit.js";

let browser: Browser;
let served: Served;

before(async () => {
  [browser, served] = await Promise.all([launch(), serveSite()]);
});
after(async () => {
  await browser.close();
  await served.close();
});

const pane = (visit: Visit): Promise<string> => visit.page.evaluate(`document.querySelector('[data-output="lesson"]').innerText`) as Promise<string>;
const shown = (visit: Visit): Promise<string[]> => visit.page.evaluate(`[...document.querySelectorAll("[data-panel]:not([hidden])")].map((panel) => panel.dataset.panel)`) as Promise<string[]>;

describe("lessons", () => {
  for (const [at, id] of lessonIds.entries()) {
    test(`${id}: every link moves something without a fault; the answer comes after the question`, async () => {
      const visit = await Visit.open(browser, `${served.url}#lesson=${id}`);
      await visit.until("the lesson", () => pane(visit), (words) => words.includes(`Lesson ${at + 1} of 8`), 60);
      await visit.trainsTo(2, 90);
      const panels = await shown(visit);
      assert.ok(panels.length > 0 && panels.length < 6, panels.join());
      const acts = visit.page.locator(`[data-output="lesson"] .act`);
      assert.ok((await acts.count()) >= 2, `${await acts.count()} links`);
      for (let i = 0; i < (await acts.count()); i++) {
        await acts.nth(i).click();
        await visit.page.waitForTimeout(100);
      }
      const status = `[data-output="lesson"] fieldset [role="status"]`;
      assert.equal(await visit.page.locator(status).innerText(), "");
      await visit.page.locator(`[data-output="lesson"] fieldset input`).first().check();
      await visit.until("the answer", () => visit.page.locator(status).innerText(), (words) => /^(Right|Not so)\. .{40,}/.test(words));
      const english = await pane(visit);
      await visit.set("language", "zh");
      await visit.until("Chinese", () => pane(visit), (words) => words !== english && (words.match(/[一-鿿]/g) ?? []).length > 80);
      assert.deepEqual(await visit.alerts(), "");
      visit.assertWell();
      await visit.close();
    });
  }

  test("next, previous and leaving are addresses, and Back comes back", async () => {
    const visit = await Visit.open(browser, `${served.url}#data=parity&h=4&b=4`);
    await visit.trainsTo(1, 60);
    await visit.page.locator(`.lessons a[href="#lesson=unfold"]`).click();
    await visit.until("the first lesson", () => pane(visit), (words) => words.includes("Lesson 1 of 8"), 60);
    await visit.page.locator(`[data-output="lesson"] a[href="#lesson=patterns"]`).click();
    await visit.until("the second lesson", () => pane(visit), (words) => words.includes("Lesson 2 of 8"), 60);
    assert.equal(await visit.page.locator(`.lessons a[aria-current="page"]`).innerText(), "Three patterns");
    await visit.page.goBack();
    await visit.until("the first lesson again", () => pane(visit), (words) => words.includes("Lesson 1 of 8"), 60);
    await visit.page.goBack();
    await visit.until("no lesson, the first network", async () => [await pane(visit), await visit.control("hidden").inputValue()], ([words, hidden]) => words === "" && hidden === "4", 60);
    assert.ok((await shown(visit)).includes("data"));
    visit.assertWell();
    await visit.close();
  });
});
