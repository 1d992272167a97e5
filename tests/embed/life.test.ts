/** Elements come, share, and go: many on a page, out of sight, removed, created again and again. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, CDPSession, Page } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { lab, page, trained, visit } from "./embedding.js";

const states = (page: Page): Promise<{ step: number; state: string }[]> =>
  page.evaluate(`[...document.querySelectorAll("unfold-lab")].map(({ lab }) => ({ step: lab.step, state: lab.state }))`);

describe("lives of elements", () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  test("ten on a page train, each by itself, in one worker", () => {
    const ten = Array.from({ length: 10 }, (_, i) => lab.replace('seed="1"', `seed="${i}"`)).join("");
    return visit(browser, page(ten), async ({ page }) => {
      for (const element of await page.locator("unfold-lab").all()) {
        await element.scrollIntoViewIfNeeded();
      }
      await page.waitForFunction(`[...document.querySelectorAll("unfold-lab")].every(({ lab }) => lab.step === 20 && lab.state === "paused")`);
      assert.equal(page.workers().length, 1);
      const weights = (await page.evaluate(`Promise.all([...document.querySelectorAll("unfold-lab")].map(async ({ model }) => (await model.weights())["head.bias"].data.join()))`)) as string[];
      assert.equal(new Set(weights).size, 10);
    });
  });

  test("the same seed twice is the same network", () =>
    visit(browser, page(lab + lab), async ({ page }) => {
      await page.waitForFunction(`[...document.querySelectorAll("unfold-lab")].every(({ lab }) => lab.step === 20 && lab.state === "paused")`);
      const [a, b] = (await page.evaluate(`Promise.all([...document.querySelectorAll("unfold-lab")].map(async ({ model }) => (await model.weights())["head.bias"].data.join()))`)) as string[];
      assert.equal(a, b);
    }));

  test("one out of sight waits until it is seen", () =>
    visit(browser, page(`<div style="height: 4000px"></div>${lab}`), async ({ page }) => {
      await page.waitForTimeout(400);
      assert.deepEqual(await states(page), [{ step: 0, state: "empty" }]);
      assert.equal(page.workers().length, 0);
      await page.locator("unfold-lab").scrollIntoViewIfNeeded();
      assert.equal((await trained(page)).step, 20);
    }));

  test("where motion is to be reduced it waits for its button", () =>
    visit(browser, page(lab), async ({ page }) => {
      await page.waitForFunction(`document.querySelector("unfold-lab").lab.network`);
      await page.waitForTimeout(200);
      assert.deepEqual(await states(page), [{ step: 0, state: "paused" }]);
      await page.getByRole("button", { name: "Train" }).click();
      assert.equal((await trained(page)).step, 20);
    }, { motion: "reduce" }));

  test("removed while it trains: its worker ends and nobody complains", () =>
    visit(browser, page(lab.replace('steps="20"', "")), async ({ page }) => {
      await page.waitForFunction(`document.querySelector("unfold-lab").lab.step > 3`);
      const gone = page.workers()[0]?.waitForEvent("close");
      await page.evaluate(`document.querySelector("unfold-lab").remove()`);
      await gone;
      assert.equal(page.workers().length, 0);
      await page.waitForTimeout(200);
    }));

  test("moved elsewhere it starts again there", () =>
    visit(browser, page(`${lab}<div id="elsewhere"></div>`), async ({ page }) => {
      await trained(page);
      await page.evaluate(`document.querySelector("#elsewhere").append(document.querySelector("unfold-lab"))`);
      assert.equal((await trained(page)).step, 20);
    }));

  test("created and removed 200 times: memory stays flat", () =>
    visit(browser, page(""), async ({ page }) => {
      const session = await page.context().newCDPSession(page);
      await session.send("Performance.enable");
      const cycle = (count: number) => page.evaluate(`(async () => {
        for (let i = 0; i < ${count}; i++) {
          const element = Object.assign(document.createElement("unfold-lab"), { text: "abcab".repeat(40) });
          for (const [name, value] of Object.entries({ units: 4, batch: 2, "seq-len": 4, steps: 2 })) element.setAttribute(name, value);
          document.body.append(element);
          (window.created ??= []).push(new WeakRef(element));
          while (!(element.lab.step >= 2 && element.lab.state === "paused")) await new Promise((resolve) => setTimeout(resolve, 5));
          element.remove();
        }
      })()`);
      // The runtime stays as long as one lab does.
      await page.evaluate(`document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(lab)})`);
      await trained(page);
      await cycle(50);
      const before = await measure(page, session);
      await cycle(150);
      const after = await measure(page, session);
      assert.equal(page.workers().length, 1);
      assert.equal(after.nodes, before.nodes);
      // Listeners that were removed from the window are counted for a while; one that an element forgot would be one a cycle.
      assert.ok(after.listeners < before.listeners + 75, `listeners ${before.listeners} → ${after.listeners}`);
      assert.equal(await page.evaluate(`created.filter((element) => element.deref()).length`), 0);
      assert.ok(after.heap - before.heap < 1e6, `heap ${before.heap} → ${after.heap} bytes`);
    }));
});

/** After collections: bytes of the page's heap, nodes and listeners. */
async function measure(page: Page, session: CDPSession): Promise<{ heap: number; nodes: number; listeners: number }> {
  for (let i = 0; i < 4; i++) {
    await session.send("HeapProfiler.collectGarbage");
    await page.waitForTimeout(50);
  }
  const { metrics } = await session.send("Performance.getMetrics");
  const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? NaN;
  return { heap: value("JSHeapUsedSize"), nodes: value("Nodes"), listeners: value("JSEventListeners") };
}
