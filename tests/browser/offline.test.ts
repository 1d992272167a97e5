/** Without a network, without storage, twice at once: the page works. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
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
  await served?.close();
});

const small = "#data=parity&h=4&b=4";

describe("hosts that refuse", () => {
  test("after one visit it reloads and trains without a network, on other data too", async () => {
    const visit = await Visit.open(browser, served.url + small);
    await visit.trainsTo(2, 60);
    await visit.page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    await visit.page.context().setOffline(true);
    await visit.page.reload({ waitUntil: "domcontentloaded" });
    await visit.trainsTo(2, 60);
    await visit.set("dataset", "sunspots");
    await visit.until("a series", () => visit.figure("baseline", "persistence"), (value) => value > 0, 60);
    await visit.trainsTo(2, 60);
    await visit.page.context().setOffline(false);
    visit.assertWell();
    await visit.close();
  });

  test("its manifest says what it is, and its icon is there", async () => {
    const manifest = (await (await fetch(`${served.url}manifest.webmanifest`)).json()) as { start_url: string; icons: { src: string }[] };
    assert.equal(manifest.start_url, "./");
    for (const { src } of manifest.icons) assert.ok((await fetch(served.url + src)).ok, src);
  });

  test("storage refused: it trains, takes a text, and says nothing of it", async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    await context.addInitScript(`for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
      Object.defineProperty(window, name, { configurable: true, get: () => { throw new DOMException("refused", "SecurityError"); } });
    }`);
    const visit = await Visit.in(context, served.url + small);
    await visit.trainsTo(2, 60);
    await visit.train("peter piper picked a peck ".repeat(8));
    await visit.until("the own text", () => visit.control("dataset").inputValue(), (data) => data === "own", 60);
    await visit.trainsTo(2, 60);
    await visit.set("theme", "dark");
    assert.equal(await visit.alerts(), "");
    visit.assertWell();
    await visit.close();
  });

  test("two tabs train side by side, and neither takes the other's text", async () => {
    const one = await Visit.open(browser, served.url + small);
    const two = await Visit.in(one.page.context(), served.url + small);
    await one.train("abc abd abe ".repeat(10));
    await two.trainsTo(3, 60);
    await one.until("the own text", () => one.control("dataset").inputValue(), (data) => data === "own", 60);
    assert.equal(await two.control("dataset").inputValue(), "parity");
    await two.page.reload({ waitUntil: "domcontentloaded" });
    await two.trainsTo(2, 60);
    assert.equal(await two.control("dataset").inputValue(), "parity");
    one.assertWell();
    two.assertWell();
    await one.close();
  });

  test("motion to be reduced: it waits for a large button", async () => {
    const visit = await Visit.open(browser, served.url + small, { reducedMotion: "reduce" });
    await visit.reaches("paused", 60);
    assert.equal(await visit.metric("step"), 0);
    await visit.action("start").click();
    await visit.trainsTo(2, 60);
    assert.equal(await visit.action("start").isVisible(), false);
    visit.assertWell();
    await visit.close();
  });

  test("keys: Space, the full stop, brackets; turned off they do nothing", async () => {
    const visit = await Visit.open(browser, served.url + small);
    await visit.trainsTo(30, 60);
    await visit.page.locator("h1").click();
    await visit.page.keyboard.press("Space");
    await visit.reaches("paused");
    // Steps that were made before the word of the pause came are still being told.
    let step = NaN;
    await visit.until("rest", async () => {
      const before = step;
      step = await visit.metric("step");
      await visit.page.waitForTimeout(400);
      return step === before;
    }, Boolean);
    await visit.page.keyboard.press(".");
    await visit.until("one step", () => visit.metric("step"), (now) => now === step + 1);
    await visit.page.keyboard.press("[");
    await visit.until("the past", () => visit.page.evaluate(`document.querySelector("unfold-loss").lab.looksBack`) as Promise<boolean>, Boolean);
    await visit.page.keyboard.press("?");
    await visit.control("keys").uncheck();
    await visit.action("close-help").click();
    await visit.page.locator("h1").click();
    await visit.page.keyboard.press(".");
    await visit.page.waitForTimeout(300);
    assert.equal(await visit.metric("step"), step + 1);
    visit.assertWell();
    await visit.close();
  });
});
