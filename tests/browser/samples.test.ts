import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { assertClean, dataFile, openView, type Scene, serveViews, until } from "./harness.js";
import type { Served } from "./server.js";
import type { Visit } from "./visit.js";

const scene: Scene = {
  view: "unfold-samples", source: { kind: "text", name: "novel", text: dataFile("austen-pride-and-prejudice.txt").slice(0, 60_000) }, steps: 40,
  settings: { hidden: 32, batch: 8, steps: 32, learningRate: 0.02 },
};

/** The sample's characters as they are shown, without the sign for a line break. */
const shown = `[...view.shadowRoot.querySelectorAll("[role=option]")].map((one) => one.textContent.replace("↵\\n", "\\n"))`;
const complete = `view.shadowRoot.querySelectorAll("[role=option]").length === 200 && view.sample?.step === lab.step`;
/** What the engine itself writes behind these ids. */
const written = (ids: string, options: string): string => `(async () => {
  const found = [];
  for await (const one of lab.network.model.generate({ prompt: ${ids}, seed: lab.step, ${options} })) found.push({ text: lab.network.subject.data.vocabulary[one.token], probability: one.probability });
  return found;
})()`;

interface Token { text: string; probability: number }
interface Likely { text: string; share: string }

describe("unfold-samples", () => {
  let browser: Browser;
  let served: Served;
  before(async () => {
    [browser, served] = [await launch(), await serveViews()];
  });
  after(async () => {
    await browser.close();
    await served.close();
  });

  const visiting = async (use: (visit: Visit) => Promise<void>, changes: Partial<Scene> = {}): Promise<void> => {
    const visit = await openView(browser, served, { ...scene, ...changes });
    try {
      await use(visit);
      await assertClean(visit);
    } finally {
      await visit.close();
    }
  };

  test("shows what the engine writes at this step, coloured by its probabilities; controls act", async () => {
    await visiting(async (visit) => {
      const { page } = visit;
      await until(visit, complete);
      const engine = (await page.evaluate(written("lab.network.subject.data.encode('\\n\\n')", "length: 200, temperature: 0.8"))) as Token[];
      assert.deepEqual(await page.evaluate(shown), engine.map(({ text }) => text));
      const bands = (await page.evaluate(`[...view.shadowRoot.querySelectorAll("[role=option]")].map((one) => Number(one.className[1]))`)) as number[];
      assert.deepEqual(bands, engine.map(({ probability }) => [0.9, 0.5, 0.2, 0.05, 0].findIndex((least) => probability >= least)));
      assert.ok(new Set(bands).size >= 3, `bands ${[...new Set(bands)]}`);

      await page.evaluate("view.addEventListener('unfold-sample', (event) => (window.told = event.detail))");
      await page.locator("input[type=text]").fill("Mr. ☃Bingley☃");
      await until(visit, "window.told?.prompt === 'Mr. Bingley'");
      const named = (await page.evaluate(written("lab.network.subject.data.encode('Mr. Bingley')", "length: 200, temperature: 0.8"))) as Token[];
      assert.equal(await page.evaluate("window.told.text"), named.map(({ text }) => text).join(""));
      assert.match((await page.locator("[role=status]").textContent()) ?? "", /☃/);
      await page.evaluate("Object.assign(view, { temperature: 0, topK: 3 })");
      await until(visit, "window.told?.temperature === 0");
      const greedy = (await page.evaluate(written("lab.network.subject.data.encode('Mr. Bingley')", "length: 200, temperature: 0"))) as Token[];
      assert.equal(await page.evaluate("window.told.text"), greedy.map(({ text }) => text).join(""));
    });
  });

  test("by keyboard: five alternatives as forward() has them, and writing goes on from the chosen one", async () => {
    await visiting(async (visit) => {
      const { page } = visit;
      await until(visit, complete);
      const before = (await page.evaluate(shown)) as string[];
      await page.locator("[role=listbox]").focus();
      for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "Enter"]) await page.keyboard.press(key);
      await until(visit, `view.shadowRoot.querySelectorAll(".alternatives button").length === 6`);
      const offered = (await page.evaluate(`[...view.shadowRoot.querySelectorAll(".alternatives button")].slice(0, 5).map((one) => ({ text: one.children[0].textContent, share: one.children[1].textContent }))`)) as Likely[];
      const likely = (await page.evaluate(`(async () => {
        const { data } = lab.network.subject;
        const inputs = data.encode("\\n\\n" + ${JSON.stringify(before.slice(0, 3).join(""))});
        const { outputs } = await lab.network.model.forward({ inputs, shape: [1, inputs.length] });
        return [...outputs.data.slice(-data.tokens)].map((p, id) => ({ text: data.vocabulary[id].replace("\\n", "↵").replace(" ", "␣"), p })).sort((a, b) => b.p - a.p).slice(0, 5);
      })()`)) as { text: string; p: number }[];
      assert.deepEqual(offered.map(({ text }) => text), likely.map(({ text }) => text));
      likely.forEach(({ p }, i) => assert.ok(Math.abs(parseFloat(offered[i]?.share ?? "") / 100 - p) < 0.006, `${offered[i]?.share} ${p}`));
      assert.equal(await page.evaluate("view.shadowRoot.activeElement?.closest('.alternatives') !== null"), true, "the focus is on the alternatives");

      const pick = likely.findIndex(({ text }) => /^[a-z]$/.test(text) && text !== before[3]);
      await page.locator(".alternatives button").nth(pick).click();
      const lead = before.slice(0, 3).join("") + likely[pick]?.text;
      await until(visit, `view.shadowRoot.querySelectorAll("[role=option]").length === 204`);
      const engine = (await page.evaluate(written(`lab.network.subject.data.encode(${JSON.stringify(`\n\n${lead}`)})`, "length: 200, temperature: 0.8"))) as Token[];
      assert.equal(((await page.evaluate(shown)) as string[]).join(""), lead + engine.map(({ text }) => text).join(""));
      await page.getByRole("button", { name: "Start afresh" }).click();
      await until(visit, `view.shadowRoot.querySelectorAll("[role=option]").length === 200`);
      assert.deepEqual(await page.evaluate(shown), before);
    });
  });

  test("while training runs samples follow each other, and earlier ones stay; other data are told apart politely", async () => {
    await visiting(async (visit) => {
      const { page } = visit;
      await page.evaluate("lab.play()");
      await until(visit, "view.earlier.length >= 3");
      await page.evaluate("lab.pause()");
      const steps = (await page.evaluate("view.earlier.map(({ step }) => step)")) as number[];
      assert.deepEqual(steps, [...new Set(steps)].sort((a, b) => a - b));
      await page.evaluate("lab.open({ kind: 'task', name: 'parity', lag: 5 }, {}, false)");
      await until(visit, "lab.network.subject.kind === 'task'");
      await until(visit, `view.shadowRoot.textContent.includes("读取文本")`);
    }, { lang: "zh-Hans" });
  });
});
