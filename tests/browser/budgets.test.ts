/** How soon the page is there and how little it takes, against budgets.json. On a machine that does something else too, with slack. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { type Served, serveSite } from "./server.js";
import { Visit } from "./visit.js";

interface Budgets {
  readonly firstContentfulPaintMs: number;
  readonly trainingUnderWayMs: number;
  readonly mainThreadMsPerFrame: number;
  readonly slowedByOpenPanels: number;
  readonly slackWhenBusy: number;
}

const budgets = JSON.parse(readFileSync(new URL("budgets.json", import.meta.url), "utf8")) as Budgets;
const busy = process.env["CI"] !== undefined || (loadavg()[0] as number) > availableParallelism() / 2;
const slack = busy ? budgets.slackWhenBusy : 1;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

let browser: Browser;
let served: Served;

before(async () => {
  [browser, served] = await Promise.all([launch(), serveSite()]);
});
after(async () => {
  await browser.close();
  await served.close();
});

describe("budgets", () => {
  test("the first picture, and training under way", async () => {
    const [paints, begins] = [[] as number[], [] as number[]];
    for (let round = 0; round < 4; round++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      await context.addInitScript(`{
        const look = () => {
          if (Number(document.querySelector("[data-metric=step]")?.dataset.value) >= 1) window.began = performance.now();
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }`);
      const visit = await Visit.in(context, served.url);
      const began = await visit.until("training", () => visit.page.evaluate("window.began ?? 0") as Promise<number>, (ms) => ms > 0, 60);
      const paint = (await visit.page.evaluate(`performance.getEntriesByName("first-contentful-paint")[0].startTime`)) as number;
      // The first visit of a browser also warms it.
      if (round > 0) {
        paints.push(paint);
        begins.push(began);
      }
      visit.assertWell();
      await visit.close();
    }
    const [paint, begin] = [median(paints), median(begins)];
    console.log(`browser: first contentful paint ${paint.toFixed(0)} ms, first training step shown ${begin.toFixed(0)} ms after navigation${busy ? " (busy machine)" : ""}`);
    assert.ok(paint <= budgets.firstContentfulPaintMs * slack, `first contentful paint ${paint} ms`);
    assert.ok(begin <= budgets.trainingUnderWayMs * slack, `training ${begin} ms`);
  });

  test("main-thread work a frame while it trains", async () => {
    const visit = await Visit.open(browser, served.url);
    await visit.trainsTo(20, 60);
    const client = await visit.page.context().newCDPSession(visit.page);
    await client.send("Performance.enable");
    await visit.page.evaluate("{ window.frames_ = 0; const count = () => { window.frames_++; requestAnimationFrame(count); }; count(); }");
    const now = async () => {
      const { metrics } = await client.send("Performance.getMetrics");
      // Processor time of the page's thread: what others do to the machine does not count.
      return { work: metrics.find(({ name }) => name === "ThreadTime")?.value ?? NaN, frames: (await visit.page.evaluate("window.frames_")) as number };
    };
    const windows: number[] = [];
    let last = await now();
    for (let i = 0; i < 24; i++) {
      await visit.page.waitForTimeout(250);
      const next = await now();
      windows.push((1000 * (next.work - last.work)) / Math.max(1, next.frames - last.frames));
      last = next;
    }
    const work = median(windows);
    console.log(`browser: ${work.toFixed(2)} ms of main-thread work a frame while training${busy ? " (busy machine)" : ""}`);
    assert.ok(work <= budgets.mainThreadMsPerFrame * slack, `${work} ms`);
    visit.assertWell();
    await visit.close();
  });

  test("open panels slow the training little", async () => {
    const rate = async (fragment: string): Promise<number> => {
      // So tall that every panel is in sight.
      const visit = await Visit.open(browser, served.url + fragment, { viewport: { width: 1280, height: 6000 } });
      await visit.trainsTo(40, 90);
      const [from, start] = [await visit.metric("step"), performance.now()];
      await visit.page.waitForTimeout(8000);
      const steps = ((await visit.metric("step")) - from) / ((performance.now() - start) / 1000);
      visit.assertWell();
      await visit.close();
      return steps;
    };
    const names = ["data", "model", "stage", "loss", "samples", "heatmap", "memory", "connectivity", "states", "compare", "check"];
    const [closed, open]: [number[], number[]] = [[], []];
    for (let round = 0; round < 2; round++) {
      closed.push(await rate(`#hide=${names.join(",")}`));
      open.push(await rate(""));
    }
    const slowed = 1 - Math.max(...open) / Math.max(...closed);
    console.log(`browser: ${Math.max(...closed).toFixed(1)} steps a second with every panel hidden, ${Math.max(...open).toFixed(1)} with all in sight${busy ? " (busy machine)" : ""}`);
    assert.ok(slowed <= Math.min(0.9, budgets.slowedByOpenPanels * slack), `slowed by ${(100 * slowed).toFixed(0)} %`);
  });
});
