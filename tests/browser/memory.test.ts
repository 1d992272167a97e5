/** The views of memory, connectivity, states and comparison: what they show against what the engine says of the same network. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import type { Network } from "../../jsbridge/npm/src/lab/network.js";
import type { Source } from "../../jsbridge/npm/src/lab/source.js";
import { smallBatch, type TypedBatch } from "../../jsbridge/npm/src/view/batches.js";
import { passageOf } from "../../jsbridge/npm/src/view/connectivity-figures.js";
import { textDataset } from "unfold-rnn";
import { launch } from "./chromium.js";
import { assertClean, dataFile, openView, serveViews, until } from "./harness.js";
import type { Served } from "./server.js";
import type { Visit } from "./visit.js";

const text = dataFile("austen-pride-and-prejudice.txt").slice(0, 30_000);
const source: Source = { kind: "text", name: "Austen", text };
const settings = { hidden: 24, batch: 8, steps: 32, seed: 5 };
const data = await textDataset(text, { unit: "char", validation: 0.1 });
const network = { subject: { kind: "text", data } } as Network;

const plain = ({ inputs, targets, shape }: TypedBatch): string => JSON.stringify({ inputs: Array.from(inputs), targets: Array.from(targets), shape });
const ask = async <T>({ page }: Visit, script: string): Promise<T> => (await page.evaluate(script)) as T;
/** Numbers in the shadow tree, by selector. */
const values = (visit: Visit, selector: string): Promise<number[]> =>
  ask(visit, `[...view.shadowRoot.querySelectorAll(${JSON.stringify(selector)})].map(({ dataset }) => Number(dataset.value))`);
const words = (visit: Visit): Promise<string> => ask(visit, "view.shadowRoot.querySelector('.all').innerText");

function assertNear(got: readonly number[], want: readonly number[], share: number): void {
  assert.equal(got.length, want.length);
  const largest = Math.max(...want.map(Math.abs));
  want.forEach((value, i) => assert.ok(Math.abs((got[i] as number) - value) <= share * largest, `[${i}] is ${got[i]}, want ${value}`));
}

describe("views of memory", () => {
  let browser: Browser;
  let served: Served;
  before(async () => {
    served = await serveViews();
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    await served.close();
  });
  const visiting = (view: `unfold-${string}`, steps: number, use: (visit: Visit) => Promise<void>) => async (): Promise<void> => {
    const visit = await openView(browser, served, { view, source, settings, steps });
    try {
      await use(visit);
      await assertClean(visit);
    } finally {
      await visit.close();
    }
  };

  test("memory: the lab's own curve is the geometric mean of the engine's norms; ρ and clip act on the spot", visiting("unfold-memory", 20, async (visit) => {
    const ready = "view.shadowRoot.querySelectorAll('tr[data-row]').length === 6";
    await until(visit, ready);
    const batch = smallBatch(data, 8, 48) as TypedBatch;
    const norms = await ask<number[]>(visit, `lab.shown.model.inspect(${plain(batch)}, "lag").then(({ lag }) => Array.from(lag.h_l0.data))`);
    const want = Array.from({ length: 48 }, (_, k) => Math.exp(Array.from({ length: 8 }, (_, b) => Math.log(norms[b * 48 + k] as number)).reduce((a, b) => a + b) / 8));
    const own = await values(visit, 'td[data-curve="own"]');
    own.forEach((value, k) => assert.ok(Math.abs(value / (want[k] as number) - 1) < 1e-6, `lag ${k} is ${value}, want ${want[k]}`));
    assert.equal(own.length, 48);

    const factor = async (): Promise<number> => (await values(visit, 'tr[data-row="rnn"] [data-figure="factor"]'))[0] as number;
    const theory = "view.shadowRoot.querySelector('.all').innerText";
    await until(visit, `/Jacobians themselves: 0?[.\\d]+/.test(${theory})`);
    const seen: number[] = [];
    for (const radius of [0.3, 1.5]) {
      const before = await factor();
      await ask(visit, `void (view.radius = ${radius})`);
      await until(visit, `Number(view.shadowRoot.querySelector('tr[data-row="rnn"] [data-figure="factor"]').dataset.value) !== ${before}`);
      assert.match(await words(visit), new RegExp(`ρ\\(W\\) ${radius} ×`));
      seen.push(await factor());
    }
    const [vanishing = NaN, exploding = NaN] = seen;
    assert.ok(vanishing < 0.31 && exploding > 3 * vanishing, `factors ${vanishing} and ${exploding}`);

    const at0 = async (): Promise<number> => (await values(visit, 'td[data-curve="rnn"]'))[0] as number;
    const [norm] = await values(visit, 'tr[data-row="rnn"] [data-figure="gradient"]');
    const [free, before] = [await at0(), await factor()];
    await ask(visit, "void (view.clip = true)");
    await until(visit, "view.shadowRoot.querySelector('input[type=checkbox]').checked");
    const kept = Math.min(1, 1 / (norm as number));
    assert.ok(Math.abs((await at0()) / (free * kept) - 1) < 1e-9);
    assert.equal(await factor(), before);

    await ask(visit, "void [...view.shadowRoot.querySelectorAll('button')].find(({ textContent }) => textContent.includes('100')).click()");
    await until(visit, "view.shadowRoot.querySelector('tr[data-row=\"lstm\"]')?.innerText.includes('step 100')");
    await until(visit, "[...view.shadowRoot.querySelectorAll('button')].some(({ textContent, disabled }) => textContent.includes('100') && !disabled)");
  }));

  test("connectivity: shades are the engine's gradient norms; keys move the target", visiting("unfold-connectivity", 20, async (visit) => {
    const passage = passageOf(network, 0.3, 120);
    assert.ok(passage);
    const check = async (target: number): Promise<void> => {
      await until(visit, `view.shadowRoot.querySelector('[aria-selected="true"]')?.dataset.place === "${target}" && view.shadowRoot.querySelector('[data-target="${target}"]') !== null`);
      const t = target - 1;
      const lag = await ask<number[]>(visit, `lab.shown.model.inspect(${plain(passage.batch as TypedBatch)}, "lag", { at: [${t}] }).then(({ lag }) => Array.from(lag.x.data))`);
      assertNear((await values(visit, "[data-place]")).slice(0, t + 1), Array.from({ length: t + 1 }, (_, step) => lag[t - step] as number), 1e-6);
    };
    await check(119);
    await visit.page.locator('unfold-connectivity [data-place="119"]').focus();
    await visit.page.keyboard.press("ArrowLeft");
    await check(118);
    await visit.page.keyboard.press("Home");
    await visit.page.keyboard.press("PageDown");
    await check(10);
    await visit.page.locator('unfold-connectivity [data-place="40"]').hover();
    await check(40);
    assert.equal(await ask(visit, "view.shadowRoot.activeElement.tabIndex"), -1); // the hovered cell is the one that Tab comes to
    await ask(visit, "void (view.text = 'Elizabeth ☃')");
    await until(visit, "view.shadowRoot.querySelector('[role=status]')?.innerText.includes('☃')");
    await ask(visit, "void (view.text = 'Elizabeth')");
    await until(visit, "view.shadowRoot.querySelectorAll('[data-place]').length === 9");
  }));

  test("states: points are the engine's states on its principal components; the plane stays until it is fitted anew", visiting("unfold-states", 20, async (visit) => {
    const passage = passageOf(network, 0.3, 120);
    assert.ok(passage);
    await until(visit, "view.shadowRoot.querySelectorAll('tr[data-t]').length === 119");
    const fitted = await ask<number>(visit, "Number(/fitted at step (\\d+)/.exec(view.shadowRoot.querySelector('.all').innerText)[1])");
    await ask(visit, "void [...view.shadowRoot.querySelectorAll('button')].find(({ textContent }) => textContent.includes('anew')).click()");
    await until(visit, "/fitted at step 20/.test(view.shadowRoot.querySelector('.all').innerText)");
    assert.ok(fitted <= 20);
    const found = await ask<{ mean: number[]; directions: number[]; h: number[] }>(visit, `(async () => {
      const { components: { h_l0: { mean, directions } } } = await lab.shown.model.inspect(${plain({ ...(smallBatch(data, 4, 64) as TypedBatch) })}, "components");
      const { activations } = await lab.shown.model.inspect(${plain(passage.batch as TypedBatch)}, "activations");
      return { mean: Array.from(mean.data), directions: Array.from(directions.data), h: Array.from(activations.h_l0.data) };
    })()`);
    // Turned or mirrored in their plane, as the plane before would have it: distances from the mean stay.
    const H = settings.hidden;
    const away = Array.from({ length: 119 }, (_, t) => Math.hypot(...[0, 1].map((k) => found.mean.reduce((sum, mean, j) => sum + ((found.h[t * H + j] as number) - mean) * (found.directions[k * H + j] as number), 0))));
    const shown = await ask<[number, number][]>(visit, "[...view.shadowRoot.querySelectorAll('tr[data-t]')].map(({ dataset }) => [Number(dataset.x), Number(dataset.y)])");
    assertNear(shown.map(([x, y]) => Math.hypot(x, y)), away, 1e-5);
    await ask(visit, "lab.advance(3)");
    await until(visit, `view.shadowRoot.querySelector('tr[data-t="5"]').dataset.x !== ${JSON.stringify(String(shown[5]?.[0]))}`);
    assert.match(await words(visit), /fitted at step 20\b/);
    await visit.page.locator("unfold-states input[type=range]").focus();
    await visit.page.keyboard.press("End");
    assert.equal(await ask(visit, "view.t"), 118);
  }));

  test("states: where principal components cannot be had, it says so and can be asked again", async () => {
    const visit = await openView(browser, served, { view: "unfold-loss", source, settings });
    try {
      await visit.page.route("**/analysis.js", (route) => route.fulfill({ status: 404, body: "" }));
      await ask(visit, "void (() => { window.view = document.createElement('unfold-states'); view.lab = lab; document.querySelector('main').append(view); })()");
      await until(visit, "view.shadowRoot.querySelector('[role=status]')?.innerText.includes('could not be computed')");
      assert.deepEqual(await ask(visit, "window.problems"), []);
      assert.ok(await ask(visit, "[...view.shadowRoot.querySelectorAll('button')].some(({ textContent }) => textContent.includes('Try again'))"));
    } finally {
      await visit.close();
    }
  });

  test("compare: both end where a lab with their settings ends", visiting("unfold-compare", 1, async (visit) => {
    await ask(visit, "Object.assign(view, { steps: 30, b: { cell: 'gru', hidden: 20 } }).start()");
    const shown = await ask<number[]>(visit, "[...view.shadowRoot.querySelectorAll('[data-loss=\"heldOut\"]')].map(({ dataset }) => Number(dataset.value))");
    assert.equal(shown.length, 2);
    const alone = (own: object): Promise<number> => ask(visit, `(async () => {
      const other = new lab.constructor(unfold, ${JSON.stringify({ ...settings, ...own })});
      await other.open(lab.source, {}, 30);
      while (other.state === "training") await new Promise((resolve) => setTimeout(resolve, 10));
      const { heldOut } = other.network.history;
      other.dispose();
      return heldOut;
    })()`);
    assert.deepEqual(shown, [await alone({ cell: "lstm" }), await alone({ cell: "gru", hidden: 20 })]);
    const samples = await ask<string[]>(visit, "[...view.shadowRoot.querySelectorAll('pre')].map(({ textContent }) => textContent)");
    assert.deepEqual(samples.map(({ length }) => length), [200, 200]);
    assert.match(await words(visit), /After 30 steps [AB] /);
    await ask(visit, "void view.start(), void view.remove()");
    assert.equal(await ask(visit, "view.shadowRoot.querySelectorAll('pre').length"), 0);
  }));
});
