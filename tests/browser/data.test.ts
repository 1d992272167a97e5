/** All the data that the page offers, and what people bring. Networks are tiny. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { type Served, serveSite } from "./server.js";
import { Visit } from "./visit.js";

let browser: Browser;
let served: Served;
let visit: Visit;

before(async () => {
  [browser, served] = await Promise.all([launch(), serveSite()]);
  visit = await Visit.open(browser, `${served.url}#data=parity&h=4&b=4`);
  await visit.trainsTo(2, 60);
});
after(async () => {
  visit?.assertWell();
  await browser.close();
  await served.close();
});

const offered = { devil: "uniform", sunspots: "persistence", co2: "persistence", surnames: "prior", digits: "prior", adding: "chance", copy: "chance", parity: "chance", reber: "chance" };

describe("data", () => {
  for (const [data, baseline] of Object.entries(offered)) {
    test(`${data}: trains, with what there is to beat`, async () => {
      await visit.page.evaluate(`location.hash = "#data=${data}&h=4&b=4"`);
      await visit.until(data, () => visit.control("dataset").inputValue(), (value) => value === data, 60);
      await visit.until("its baseline", () => visit.figure("baseline", baseline), (value) => value > 0, 60);
      await visit.trainsTo(3, 60);
      assert.ok((await visit.metric("loss")) > 0);
      assert.match(await visit.words(), /Batch × window/);
    });
  }

  test("a lag slider stands where there is a lag, and makes another task", async () => {
    await visit.page.evaluate(`location.hash = "#data=parity&h=4&b=4"`);
    await visit.until("parity", () => visit.control("dataset").inputValue(), (value) => value === "parity", 60);
    await visit.trainsTo(3, 60);
    assert.ok(await visit.control("lag").isVisible());
    await visit.set("lag", "5");
    await visit.until("the address of lag 5", () => visit.page.evaluate("location.hash") as Promise<string>, (hash) => /data=parity&lag=5/.test(hash), 60);
    await visit.set("dataset", "digits");
    await visit.until("no slider", () => visit.control("lag").isVisible(), (seen) => !seen, 60);
  });

  test("a table of numbers becomes a series, a list of names its classes, with the names as text only", async () => {
    const csv = `year,"<b>rain"\n${Array.from({ length: 120 }, (_, i) => `${1900 + i},${(10 * Math.sin(i / 3)).toFixed(3)}`).join("\n")}`;
    await visit.drop("rain.csv", Buffer.from(csv));
    await visit.until("a persistence baseline", () => visit.figure("baseline", "persistence"), (value) => value > 0, 60);
    await visit.until("the column's name as text", () => visit.words(), (words) => words.includes("<b>rain"), 20);
    await visit.trainsTo(2, 60);
    const names = Array.from({ length: 60 }, (_, i) => `${"ab".repeat(1 + (i % 4))}${i % 2 ? "x" : "y"}\t${i % 2 ? "<i>odd" : "even"}`).join("\n");
    await visit.drop("names.tsv", Buffer.from(names));
    await visit.until("a prior", () => visit.figure("baseline", "prior"), (value) => value > 0, 60);
    await visit.trainsTo(2, 60);
    assert.equal(await visit.page.evaluate(`document.querySelectorAll("[data-panel] :is(b, i):not([data-baseline])").length`), 0);
  });

  test("a table that cannot be read is a text like any other", async () => {
    await visit.drop("broken.csv", Buffer.from("a,b\n1,x,y\n2\n".repeat(20)));
    await visit.until("a text's baseline", () => visit.figure("baseline", "bigram"), (value) => value > 0, 60);
    await visit.trainsTo(2, 60);
  });
});
