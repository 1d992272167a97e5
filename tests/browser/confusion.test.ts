/** <unfold-confusion> on a page: its counts are those of the network's answers to all that is held out. */
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

const digits = dataFile("digits8x8.csv").trim().split("\n").slice(0, 600).map((line) => line.split(",").map(Number));
const scene: Scene = {
  view: "unfold-confusion",
  source: {
    kind: "classes", name: "digits", options: { features: 8 },
    examples: digits.map((values) => ({ input: Array.from({ length: 8 }, (_, r) => values.slice(8 * r, 8 * r + 8)), target: values[64] as number })),
  },
  settings: { hidden: 16, batch: 32 }, steps: 60,
};

const counts = (visit: Visit): Promise<number[][]> =>
  visit.page.evaluate(`[...view.shadowRoot.querySelectorAll(".matrix tbody tr")].map((row) => [...row.querySelectorAll("button")].map((cell) => Number(cell.textContent.replace("·", "0"))))`) as Promise<number[][]>;

/** The same, by one pass of the network over the held-out part. */
const counted = (visit: Visit): Promise<number[][]> =>
  visit.page.evaluate(`(async () => {
    const { validation } = lab.network.subject.data;
    const n = validation.lengths.length;
    const { outputs: { data } } = await lab.network.model.forward({ inputs: validation.inputs.slice(), shape: [n, 8] });
    const table = Array.from({ length: 10 }, () => new Array(10).fill(0));
    for (let i = 0; i < n; i++) {
      const row = [...data.slice(10 * i, 10 * i + 10)];
      table[validation.targets[i]][row.indexOf(Math.max(...row))]++;
    }
    return table;
  })()`) as Promise<number[][]>;

test("the table counts every held-out answer; accuracy and shares follow from it", { timeout: 120_000 }, async () => {
  const visit = await openView(browser, served, scene);
  const want = await counted(visit);
  await visit.until("the table", () => counts(visit), (table) => JSON.stringify(table) === JSON.stringify(want), 60);
  const total = want.flat().reduce((a, b) => a + b, 0);
  const right = want.reduce((sum, row, k) => sum + (row[k] as number), 0);
  const words = (await visit.page.evaluate("view.shadowRoot.querySelector('p').textContent")) as string;
  assert.ok(words.startsWith(`${total} held-out answers, step 60: ${new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 }).format(right / total)} are right`), words);
  await assertClean(visit);
  await visit.close();
});

test("a cell shows its examples, as pictures where they are numbers; arrows and Enter do what the mouse does", { timeout: 120_000 }, async () => {
  const visit = await openView(browser, served, scene);
  await visit.until("the table", () => counts(visit), (table) => table.length === 10, 60);
  const table = await counted(visit);
  await visit.until("the table", () => counts(visit), (shown) => JSON.stringify(shown) === JSON.stringify(table), 60);
  await visit.page.evaluate("view.shadowRoot.querySelector('[data-cell=\"0 0\"]').focus()");
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "Enter"]) await visit.page.keyboard.press(key);
  const [count] = [table[2]?.[2] as number];
  const shown = (await visit.page.evaluate(`({
    focus: view.shadowRoot.activeElement?.dataset.cell, stops: view.shadowRoot.querySelectorAll(".matrix button[tabindex='0']").length,
    words: view.shadowRoot.querySelector("section")?.textContent ?? "", pictures: view.shadowRoot.querySelectorAll("canvas").length,
    ink: [...view.shadowRoot.querySelectorAll("canvas")].every((canvas) => canvas.getContext("2d").getImageData(0, 0, 8, 8).data.some((value) => value > 0)),
  })`)) as { focus: string; stops: number; words: string; pictures: number; ink: boolean };
  assert.equal(shown.focus, "2 2");
  assert.equal(shown.stops, 1);
  assert.equal(shown.pictures, Math.min(12, count));
  assert.ok(count === 0 || shown.ink);
  assert.ok(shown.words.includes(`of ${count}`), shown.words);
  await visit.page.keyboard.press("Escape");
  assert.equal(await visit.page.evaluate("view.updateComplete.then(() => view.shadowRoot.querySelector('section'))"), null);
  await assertClean(visit);
  await visit.close();
});

test("a network that chooses no class is told so", { timeout: 120_000 }, async () => {
  const visit = await openView(browser, served, { view: "unfold-confusion", source: { kind: "text", name: "ab", text: "ab".repeat(200) }, settings: { hidden: 4 } });
  await visit.until("a note", () => visit.page.evaluate("view.shadowRoot.textContent") as Promise<string>, (words) => words.includes("Here classes are confused"));
  await assertClean(visit);
  await visit.close();
});
