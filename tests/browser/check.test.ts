/** <unfold-check> on a page: what it shows is what the engine and the equations say, and it can say no. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { assertClean, openView, type Scene, serveViews } from "./harness.js";
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

const text = "the quick brown fox jumps over the lazy dog. ".repeat(40);
const scene: Scene = { view: "unfold-check", source: { kind: "text", name: "fox", text }, settings: { hidden: 12, batch: 4, steps: 16 }, steps: 5 };
const rows = (visit: Visit): Promise<string[][]> =>
  visit.page.evaluate("[...view.shadowRoot.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))") as Promise<string[][]>;
const verdict = (visit: Visit): Promise<string> => visit.page.evaluate("view.shadowRoot.querySelector('[part=verdict]')?.innerText ?? ''") as Promise<string>;

test("the button checks every tensor of the network, beside training", { timeout: 120_000 }, async () => {
  const visit = await openView(browser, served, scene);
  await visit.page.evaluate("lab.play()");
  await visit.page.evaluate("view.shadowRoot.querySelector('button').click()");
  const said = await visit.until("a verdict", () => verdict(visit), (words) => words !== "", 60);
  assert.match(said, /✓ They agree/);
  assert.match(said, /3 sequences of up to 12 steps/);
  const names = (await visit.page.evaluate("lab.network.model.weights().then(Object.keys)")) as string[];
  const shown = await rows(visit);
  assert.deepEqual(shown.map(([name]) => name), ["loss", ...names]);
  for (const [name, , largest, , relative] of shown) assert.ok(largest !== "0" && /^\d.*·10⁻[⁶-⁹¹]/.test(relative ?? ""), `${name}: ${largest}, ${relative}`);
  assert.equal(await visit.page.evaluate("lab.state"), "training");
  await assertClean(visit);
  await visit.close();
});

test("gradients that are wrong are shown to be so", { timeout: 120_000 }, async () => {
  const visit = await openView(browser, served, scene);
  // A lab whose copies of the network forget one gradient.
  await visit.page.evaluate(`{
    const bound = (target, change) => new Proxy(target, { get: (from, name) => change[name] ?? (typeof from[name] === "function" ? from[name].bind(from) : from[name]) });
    const loadModel = async (...args) => {
      const model = await unfold.loadModel(...args);
      const gradients = async (batch) => { const all = await model.gradients(batch); all.gradients["rnn.weight_hh_l0"].data.fill(0); return all; };
      return bound(model, { gradients });
    };
    view.lab = bound(lab, { engine: { ...unfold, loadModel } });
  }`);
  await visit.page.evaluate("view.updateComplete.then(() => view.run())");
  assert.match(await verdict(visit), /✗ They do not agree: a gradient is off by 1 /);
  const wrong = (await rows(visit)).filter(([, , , , relative]) => relative === "1");
  assert.deepEqual(wrong.map(([name]) => name), ["rnn.weight_hh_l0"]);
  await assertClean(visit);
  await visit.close();
});
