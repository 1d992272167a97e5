import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { assertClean, dataFile, openView, serveViews, until, type Scene } from "./harness.js";
import type { Served } from "./server.js";
import type { Visit } from "./visit.js";

const text = dataFile("austen-pride-and-prejudice.txt").slice(0, 20_000);
const scene = (more: Partial<Scene> = {}): Scene => ({
  view: "unfold-graph", source: { kind: "text", name: "novel", text }, steps: 30,
  settings: { cell: "rnn", hidden: 8, batch: 8, steps: 16, learningRate: 0.01, seed: 3 }, ...more,
});

/** Numbers that stand in the graph, by node, step and unit. */
const shown = (visit: Visit, attribute: "value" | "gradient"): Promise<Record<string, number>> => visit.page.evaluate(`Object.fromEntries(
  [...view.renderRoot.querySelectorAll("svg text[data-${attribute}]")].map(({ dataset: { node, t, unit, ${attribute}: value } }) => [[node, t, unit].join(" "), Number(value)]))`);
const click = (visit: Visit, what: string): Promise<void> => visit.page.locator(`unfold-graph [data-do="${what}"]`).click();
const ready = (visit: Visit): Promise<void> => until(visit, "view.renderRoot.querySelectorAll('.node').length > 0");

describe("the unfolded graph", () => {
  let browser: Browser;
  let served: Served;
  before(async () => {
    browser = await launch();
    served = await serveViews();
  });
  after(async () => {
    await browser.close();
    await served.close();
  });
  const visiting = async (what: Scene, use: (visit: Visit) => Promise<void>, context = {}): Promise<void> => {
    const visit = await openView(browser, served, what, context);
    try {
      await ready(visit);
      await use(visit);
      await assertClean(visit);
    } finally {
      await visit.close();
    }
  };

  test("shows what the engine says of the passage: losses, the units of a node, their gradients", () => visiting(scene(), async (visit) => {
    await visit.page.evaluate("view.text = 'It is a truth'");
    await until(visit, "view.renderRoot.querySelector('.node[data-node=x] .token')?.textContent === 'I'");
    const want = await visit.page.evaluate(`(async () => {
      const ids = [...lab.network.subject.data.encode("It is a")];
      const { activations, gradients } = await lab.shown.model.inspect({ inputs: ids.slice(0, 6), targets: ids.slice(1), shape: [1, 6] }, ["activations", "gradients"]);
      const V = lab.network.subject.data.tokens;
      return { L: ids.slice(1).map((id, t) => -Math.log(activations.outputs.data[t * V + id])), h: [...activations.h_l0.data], dh: [...gradients.h_l0.data] };
    })()`) as { L: number[]; h: number[]; dh: number[] };
    const values = await shown(visit, "value");
    want.L.forEach((value, t) => assert.ok(Math.abs((values[`L ${t + 1} 1`] as number) - value) < 1e-9, `L(${t + 1})`));
    const told = await visit.page.evaluate(`new Promise((resolve) => { view.addEventListener("unfold-select", ({ detail }) => resolve(detail), { once: true }); view.select({ node: "h", t: 3, unit: 5 }); })`);
    assert.deepEqual(told, { panel: "graph", node: "h_l0", t: 3, unit: 5, value: want.h[2 * 8 + 4], gradient: want.dh[2 * 8 + 4] });
    await until(visit, "view.renderRoot.querySelectorAll('.formula').length === 4");
    const results = await visit.page.evaluate("[...view.renderRoot.querySelectorAll('[data-result]')].map(({ dataset }) => Number(dataset.result))") as number[];
    assert.ok(Math.abs((results[1] as number) - (want.h[20] as number)) < 1e-5 && Math.abs((results[2] as number) - (want.dh[20] as number)) < 1e-6, String(results));
    const lit = await visit.page.evaluate("[...view.renderRoot.querySelector('unfold-equations').renderRoot.querySelectorAll('li.lit')].map(({ dataset }) => dataset.equation)");
    assert.deepEqual(lit, ["a", "h", "dh", "da"]);
  }));

  test("a wave goes forward, then back, a time step at a time; the shares come with the gradients", () => visiting(scene(), async (visit) => {
    const bars = (): Promise<number> => visit.page.evaluate("view.renderRoot.querySelectorAll('.bars rect[data-kind=W]').length") as Promise<number>;
    const losses = async (): Promise<number> => Object.keys(await shown(visit, "value")).filter((key) => key.startsWith("L")).length;
    assert.deepEqual([await losses(), await bars()], [6, 6]);
    for (const want of [1, 2, 3, 4, 5, 6]) {
      await click(visit, "step");
      assert.deepEqual([await losses(), await bars()], [want, 0]);
    }
    for (const want of [1, 2]) {
      await click(visit, "step");
      assert.deepEqual([await losses(), await bars()], [6, want]);
    }
    assert.deepEqual(await visit.page.evaluate("[...view.renderRoot.querySelectorAll('.bars rect[data-kind=W]')].map(({ dataset }) => dataset.t)"), ["5", "6"]);
    await click(visit, "all");
    assert.equal(await bars(), 6);
    const shares = await visit.page.evaluate("[...view.renderRoot.querySelectorAll('.bars rect[data-kind=V]')].reduce((sum, { dataset }) => sum + Number(dataset.share), 0)") as number;
    assert.ok(Math.abs(shares - 1) < 1e-4);
    await visit.page.evaluate("view.play('both')");
    await until(visit, "view.renderRoot.querySelector('[data-do=all]').disabled");
  }, { reducedMotion: "no-preference" }));

  test("folds to one column with the delay of one step, and back", () => visiting(scene(), async (visit) => {
    const columns = (): Promise<number> => visit.page.evaluate("[...view.renderRoot.querySelectorAll('.node[data-node=h_l0]')].filter((node) => node.getAttribute('visibility') !== 'hidden').length") as Promise<number>;
    assert.equal(await columns(), 6);
    await visit.page.evaluate("view.fold(true)");
    assert.equal(await columns(), 1);
    assert.equal(await visit.page.evaluate("view.renderRoot.querySelectorAll('.delay').length"), 1);
    await visit.page.evaluate("view.fold(false)");
    assert.equal(await columns(), 6);
    assert.equal(await visit.page.evaluate("view.renderRoot.querySelectorAll('.delay').length"), 0);
  }));

  test("arrow keys go through the graph", () => visiting(scene(), async (visit) => {
    await visit.page.locator("unfold-graph .node[tabindex='0']").focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowDown"]) await visit.page.keyboard.press(key);
    await until(visit, "view.shadowRoot.activeElement?.getAttribute('data-t') === '3'");
    assert.deepEqual(await visit.page.evaluate("(({ dataset: { node, t }, tabIndex }) => [node, t, tabIndex])(view.shadowRoot.activeElement)"), ["o", "3", 0]);
    assert.equal(await visit.page.evaluate("view.renderRoot.querySelectorAll('.node[tabindex=\"0\"]').length"), 1);
  }));

  test("\"hello\": every number is that of a network of the same seed, and changes with a step of training", () => visiting(scene({ steps: 0 }), async (visit) => {
    await click(visit, "hello");
    await until(visit, "view.renderRoot.querySelectorAll('text[data-node=p]').length === 16");
    const want = await visit.page.evaluate(`(async () => {
      const model = await unfold.createModel({ input: { tokens: 4 }, layers: [{ cell: "rnn", hidden: 3 }], output: { classes: 4 }, seed: 1 });
      const batch = () => ({ inputs: [0, 1, 2, 2], targets: [1, 2, 2, 3], shape: [1, 4] });
      const look = async () => { const { activations: { h_l0, outputs }, gradients } = await model.inspect(batch(), ["activations", "gradients"]); return { h: [...h_l0.data], p: [...outputs.data], dh: [...gradients.h_l0.data] }; };
      const before = await look();
      await model.trainStep(batch(), { name: "sgd", learningRate: 0.5 });
      const after = await look();
      await model.dispose();
      return [before, after];
    })()`) as { h: number[]; p: number[]; dh: number[] }[];
    const compare = async ({ h, p, dh }: { h: number[]; p: number[]; dh: number[] }): Promise<void> => {
      const [values, gradients] = [await shown(visit, "value"), await shown(visit, "gradient")];
      h.forEach((value, i) => assert.equal(values[`h_l0 ${Math.floor(i / 3) + 1} ${(i % 3) + 1}`], value));
      p.forEach((value, i) => assert.equal(values[`p ${Math.floor(i / 4) + 1} ${(i % 4) + 1}`], value));
      dh.forEach((value, i) => assert.equal(gradients[`h_l0 ${Math.floor(i / 3) + 1} ${(i % 3) + 1}`], value));
    };
    await compare(want[0]!);
    await click(visit, "train");
    await until(visit, "view.renderRoot.querySelectorAll('.updates tr').length > 30");
    await compare(want[1]!);
    // One number at a time: the first letter, its three hidden units, then o.
    for (let i = 0; i < 5; i++) await click(visit, "number");
    assert.deepEqual(Object.keys(await shown(visit, "value")).filter((key) => !key.startsWith("x")), ["h_l0 1 1", "h_l0 1 2", "h_l0 1 3", "o 1 1"]);
    await click(visit, "hello");
    await until(visit, "view.renderRoot.querySelectorAll('.node[data-node=x]').length === 6");
  }));

  test("all patterns and cells stand, in a narrow column too", async () => {
    const settings = { cell: "rnn", hidden: 6, batch: 4, steps: 8, seed: 3 } as const;
    const examples = Array.from({ length: 40 }, (_, i) => ({ input: "abcde".slice(i % 3) + "xyz"[i % 3], target: i % 2 ? "odd" : "even" }));
    const classes = { kind: "classes", name: "words", examples, options: { unit: "char" } } as const;
    const series = { kind: "series", name: "wave", rows: Array.from({ length: 80 }, (_, i) => Math.sin(i / 3)), options: { columns: ["x"] } } as const;
    for (const what of [
      scene({ settings: { ...settings, pattern: "output" }, steps: 3 }), scene({ settings: { ...settings, cell: "gru", layers: 2 }, steps: 3, lang: "zh-Hans" }),
      scene({ settings: { ...settings, cell: "lstm", embedding: 3 }, steps: 3 }), scene({ source: classes, settings: { ...settings, cell: "lstm", bidirectional: true }, steps: 3 }),
      scene({ source: series, settings: { ...settings, pattern: "last" }, steps: 3 }), scene({ source: series, settings: { ...settings, pattern: "output" }, steps: 3 }),
    ]) {
      await visiting(what, async (visit) => {
        assert.ok(await visit.page.evaluate("view.scrollWidth <= document.documentElement.clientWidth"), "only the stage scrolls sideways");
        const outputs = await visit.page.evaluate("view.renderRoot.querySelectorAll('.node[data-node=o]').length");
        assert.equal(outputs, what.settings?.pattern === "last" || what.source === classes ? 1 : 6);
        await visit.page.evaluate("view.select({ node: 'h', t: 3 })");
        await until(visit, "view.renderRoot.querySelectorAll('.formula').length >= 2");
      }, { viewport: { width: 390, height: 800 } });
    }
  });
});
