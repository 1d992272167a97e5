/** <unfold-forecast> on a page: its numbers are those that the network gives, and its origin goes where it is taken. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { assertClean, dataFile, openView, type Scene, serveViews } from "./harness.js";
import type { Served } from "./server.js";
import type { Visit } from "./visit.js";

let browser: Browser;
let served: Served;
before(async () => {
  [browser, served] = await Promise.all([launch(), serveViews()]);
});
after(async () => {
  await browser.close();
  await served.close();
});

const scene: Scene = {
  view: "unfold-forecast", source: { kind: "series", name: "sunspots", rows: dataFile("sunspots.csv"), options: { columns: ["SUNACTIVITY"] } },
  settings: { pattern: "last", hidden: 12, steps: 20, batch: 16 }, steps: 30,
};

const looked = (visit: Visit): Promise<boolean> => visit.until("a forecast", () => visit.page.evaluate("view.shadowRoot.querySelector('[part=errors]') !== null") as Promise<boolean>, (there) => there, 60);
const origin = (visit: Visit): Promise<number> => visit.page.evaluate("Number(view.shadowRoot.querySelector('input[type=range]').value)") as Promise<number>;

/** The row of the data table at this row of the series: truth, one step, free, flat. */
async function tableRow(visit: Visit, row: number): Promise<string[]> {
  await visit.page.evaluate("view.shadowRoot.querySelector('details').open = true");
  const read = `[...view.shadowRoot.querySelectorAll("details tbody tr")].map((row) => [...row.cells].map((cell) => cell.innerText.trim())).find(([name]) => name === "${row}")?.slice(1)`;
  return (await visit.until("the table", () => visit.page.evaluate(read) as Promise<string[] | undefined>, (cells) => cells !== undefined)) as string[];
}

/** What the network says of one row, from the 20 true rows before it. */
const forward = (visit: Visit, row: number): Promise<number> =>
  visit.page.evaluate(`(async () => {
    const { data } = lab.network.subject;
    const { outputs } = await lab.network.model.forward({ inputs: data.normalized.slice(${row - 20}, ${row}), shape: [1, 20] });
    return data.denormalize(outputs.data)[0];
  })()`) as Promise<number>;

test("truth, one step ahead, free run and persistence are what they are said to be", { timeout: 120_000 }, async () => {
  const visit = await openView(browser, served, scene);
  await looked(visit);
  const first = (await visit.page.evaluate("lab.network.subject.data.trainRows")) as number;
  assert.equal(await origin(visit), first, "it begins where the held-out rows do");
  const truths = dataFile("sunspots.csv").trim().split("\n").slice(1).map((line) => Number(line.split(",")[1]));
  const [want, later] = [await forward(visit, first), await forward(visit, first + 9)];
  // Whatever was seen while it trained gives way to the look at its end.
  const agrees = (got: string | undefined, want: number): boolean => Math.abs(Number(got) - want) <= 1e-3 * Math.max(10, Math.abs(want));
  const [truth, , , flat] = await visit.until("what it says of the first row", () => tableRow(visit, first), ([, oneStep, free]) => agrees(oneStep, want) && agrees(free, want));
  const [, , laterFree, laterFlat] = await visit.until("of a later one", () => tableRow(visit, first + 9), ([, oneStep]) => agrees(oneStep, later));
  const near = (got: string | undefined, want: number): void => assert.ok(agrees(got, want), `${got}, want ${want}`);
  near(truth, truths[first] as number);
  near(flat, truths[first - 1] as number);
  near(laterFlat, truths[first - 1] as number);
  assert.ok(!agrees(laterFree, later), "free, it has gone its own way by then");
  await assertClean(visit);
  await visit.close();
});

test("the origin is dragged on the chart and moved by keys; the forecast follows", { timeout: 120_000 }, async () => {
  const visit = await openView(browser, served, scene);
  await looked(visit);
  const start = await origin(visit);
  const box = await visit.page.locator("unfold-forecast .u-over").boundingBox();
  assert.ok(box);
  await visit.page.mouse.move(box.x + box.width * 0.5, box.y + 40);
  await visit.page.mouse.down();
  await visit.page.mouse.move(box.x + box.width * 0.3, box.y + 60, { steps: 4 });
  await visit.page.mouse.up();
  const dragged = await origin(visit);
  assert.ok(dragged < start, `${start} → ${dragged}`);
  await visit.page.locator("unfold-forecast input[type=range]").focus();
  await visit.page.keyboard.press("ArrowRight");
  assert.equal(await origin(visit), dragged + 1);
  const want = await forward(visit, dragged + 1);
  await visit.until("the forecast from there", async () => Number((await tableRow(visit, dragged + 1))[2]), (free) => Math.abs(free - want) < 0.1);
  await visit.page.keyboard.press("End");
  const rows = (await visit.page.evaluate("lab.network.subject.data.rows")) as number;
  assert.equal(await origin(visit), rows, "the future, of which there is no truth");
  assert.match((await tableRow(visit, rows))[0] ?? "", /–/);
  await assertClean(visit);
  await visit.close();
});

test("a network that learns from something else is told so, in Chinese too", { timeout: 120_000 }, async () => {
  const visit = await openView(browser, served, { view: "unfold-forecast", source: { kind: "text", name: "ab", text: "ab".repeat(200) }, settings: { hidden: 4 }, lang: "zh-Hans" });
  await visit.until("a note", () => visit.page.evaluate("view.shadowRoot.textContent") as Promise<string>, (words) => words.includes("此处预测序列"));
  await assertClean(visit);
  await visit.close();
});
