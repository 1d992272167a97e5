import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { assertClean, dataFile, openView, type Scene, serveViews, until } from "./harness.js";
import type { Served } from "./server.js";
import type { Visit } from "./visit.js";

const scene: Scene = {
  view: "unfold-heatmap", source: { kind: "text", name: "novel", text: dataFile("austen-pride-and-prejudice.txt").slice(0, 60_000) }, steps: 60,
  settings: { hidden: 24, batch: 8, steps: 32, learningRate: 0.02 },
};

const tokens = `[...view.shadowRoot.querySelectorAll(".text [role=option]")]`;
const numbers = (values: unknown): number[] => (values as number[]).map((value) => Math.round(value * 1e5) / 1e5);

describe("unfold-heatmap", () => {
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
      await until(visit, "view.found?.step === lab.step && view.reading?.step === lab.step");
      await use(visit);
      await assertClean(visit);
    } finally {
      await visit.close();
    }
  };

  /** A state of one unit over the shown text, by the engine's own inspect(). */
  const inspected = (state: string, unit: number, text?: string): string => `(async () => {
    const { data } = lab.network.subject;
    const inputs = ${text === undefined ? "data.validationIds.slice(0, 480)" : `data.encode(${JSON.stringify(text)})`};
    const { activations } = await lab.network.model.inspect({ inputs, shape: [1, inputs.length] }, "activations");
    const { shape, data: values } = activations[${JSON.stringify(state)}];
    return [...values].filter((_, i) => i % shape[2] === ${unit});
  })()`;

  test("the colours and the table are the unit's values; state, unit and own text act", async () => {
    await visiting(async (visit) => {
      const { page } = visit;
      const check = async (state: string, unit: number, scale: number, text?: string): Promise<void> => {
        const values = numbers(await page.evaluate(inspected(state, unit, text)));
        const levels = (await page.evaluate(`${tokens}.map((one) => Number(/^v(-?\\d)/.exec(one.className)[1]))`)) as number[];
        assert.equal(levels.length, values.length);
        values.forEach((value, n) => assert.ok(Math.abs((levels[n] as number) - (value / scale) * 6) <= 0.501, `token ${n}: level ${levels[n]}, value ${value}`));
        assert.deepEqual(numbers(await page.evaluate("[...view.reading.values].filter((_, i) => i % 24 === view.shadowRoot.querySelector('input[type=number]').valueAsNumber)")), values);
      };
      await page.locator("input[type=number]").fill("5");
      await page.keyboard.press("Enter");
      await until(visit, "view.unit === 5");
      await check("h_l0", 5, 1);
      await page.getByRole("button", { name: "Next unit" }).click();
      await check("h_l0", 6, 1);
      await page.locator("select").selectOption("c_l0");
      await until(visit, "view.reading.state === 'c_l0'");
      await check("c_l0", 6, (await page.evaluate("Math.max(...view.reading.values.map(Math.abs))")) as number);
      await page.locator("details.data summary").click();
      await until(visit, "view.shadowRoot.querySelector('details.data table') !== null");
      const table = (await page.evaluate("[...view.shadowRoot.querySelector('details.data table').tBodies[0].rows].map((row) => Number(row.cells[1].textContent))")) as number[];
      numbers(await page.evaluate(inspected("c_l0", 6))).forEach((value, n) => assert.ok(Math.abs((table[n] as number) - value) <= 0.00501, `row ${n}`));
      await page.evaluate("view.text = 'She ☃said “no”.'");
      await until(visit, `${tokens}.length < 20`);
      await until(visit, "view.reading.values.length / 24 < 20");
      await page.evaluate("(view.state = 'h_l0', view.urge?.(), view.updateComplete)");
      await until(visit, "view.reading.state === 'h_l0'");
      await check("h_l0", 6, 1, "She said no.");
      assert.match((await page.locator("[role=status]").textContent()) ?? "", /☃/);
    });
  });

  test("what units have found is Pearson's r over text that is not shown", async () => {
    await visiting(async (visit) => {
      const { page } = visit;
      const [first] = (await page.evaluate("view.found.units.slice(0, 1)")) as { unit: number; r: number }[];
      // Spaces, from the survey's own tokens and values, by the formula.
      const r = (await page.evaluate(`(() => {
        const { values, width, marks, detectors, units, named } = view.found;
        const d = detectors.findIndex(({ name }) => name === "space");
        const { unit, r } = named.find(({ detector }) => detector === d);
        const x = marks.map((_, n) => values[n * width + unit]), y = marks.map((mark) => Number(/\\s/.test(mark)));
        const mean = (of) => of.reduce((a, b) => a + b, 0) / of.length, mx = mean(x), my = mean(y);
        const cov = x.reduce((sum, v, n) => sum + (v - mx) * (y[n] - my), 0);
        return [r, cov / Math.sqrt(x.reduce((s, v) => s + (v - mx) ** 2, 0) * y.reduce((s, v) => s + (v - my) ** 2, 0)), marks.length, marks.length === values.length / width];
      })()`)) as [number, number, number, boolean];
      assert.ok(Math.abs(r[0] - r[1]) < 1e-4, `${r}`);
      assert.ok(Math.abs(r[1]) > 0.2, `after training a unit goes with spaces: ${r[1]}`);
      assert.ok(r[2] >= 1000 && r[3], `${r[2]} tokens`);
      const text = (await page.locator(".finds button").first().textContent()) ?? "";
      assert.ok(text.startsWith(`unit ${first?.unit}: `) && text.endsWith(`r = ${first?.r.toFixed(2)}`), text);
      await page.locator(".finds button").nth(1).click();
      assert.equal(await page.evaluate("view.unit"), await page.evaluate("view.found.units[1].unit"));
    });
  });

  test("by keyboard: a selection, the units that stay active in it, and where they are active too", async () => {
    await visiting(async (visit) => {
      const { page } = visit;
      await page.locator(".text").focus();
      for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowRight");
      for (let i = 0; i < 2; i++) await page.keyboard.press("Shift+ArrowRight");
      assert.deepEqual(await page.evaluate(`${tokens}.flatMap((one, i) => (one.ariaSelected === "true" ? [i] : []))`), [12, 13, 14]);
      const active = (await page.evaluate(`(() => { const { values, units } = view.reading; let count = 0;
        for (let u = 0; u < units; u++) { const v = [12, 13, 14].map((n) => values[n * units + u]); if (v.every((x) => x >= 0.3) || v.every((x) => x <= -0.3)) count++; }
        return count; })()`)) as number;
      assert.ok(active > 0);
      await until(visit, `view.shadowRoot.textContent.includes("${active} units stay beyond")`);
      assert.ok((await page.locator(".matches li").count()) > 0);
      await page.keyboard.press("Escape");
      assert.equal(await page.evaluate(`${tokens}.some((one) => one.ariaSelected === "true")`), false);
    });
  });

  test("a unit is held: two texts of one seed, the network's own beside", async () => {
    await visiting(async (visit) => {
      const { page } = visit;
      await page.getByRole("button", { name: "Write both" }).click();
      await until(visit, `view.shadowRoot.textContent.includes("of 140 tokens differ")`);
      const [free, held] = (await page.evaluate(`[...view.shadowRoot.querySelectorAll(".pair p.out")].map((one) => one.textContent)`)) as [string, string];
      assert.equal([...free].length, 140);
      assert.equal([...held].length, 140);
      assert.notEqual(free, held);
      const differ = [...free].filter((c, i) => c !== [...held][i]).length;
      assert.match((await page.evaluate("view.shadowRoot.textContent")) as string, new RegExp(`\\b${differ} of 140`));
    });
  });

  test("the example sequences of classes are read, backwards too; numbers are refused politely", async () => {
    const examples = Array.from({ length: 60 }, (_, i) => ({ input: i % 2 ? "abab" : "cdcd", target: i % 2 ? "one" : "two" }));
    await visiting(async (visit) => {
      const { page } = visit;
      assert.deepEqual(await page.evaluate("[...view.shadowRoot.querySelectorAll('select option')].map((one) => one.value)"), ["h_l0", "c_l0", "h_l0_reverse", "c_l0_reverse"]);
      assert.equal(await page.evaluate(`${tokens}.length % 4`), 0);
      await page.evaluate(`lab.open({ kind: "series", name: "wave", rows: Array.from({ length: 200 }, (_, t) => Math.sin(t / 5)), options: { columns: ["value"] } }, {}, false)`);
      await until(visit, `view.shadowRoot.textContent.includes("networks that read tokens")`);
    }, { source: { kind: "classes", name: "words", examples, options: { unit: "char" } }, settings: { hidden: 8, bidirectional: true }, steps: 5 });
  });
});
