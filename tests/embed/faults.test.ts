/** What people write by mistake, and what networks do: a polite message in its place, an event, and a way on. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { lab, page, script, tag, trained, visit } from "./embedding.js";

const listen = `<script>window.told = []; addEventListener("unfold-error", ({ detail }) => told.push(detail));</script>`;

describe("faults around elements", () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const told = async (page: Page): Promise<{ code: string; message: string }> => {
    await page.waitForFunction("told.length > 0");
    const [first] = (await page.evaluate("told")) as { code: string; message: string }[];
    assert.ok(first);
    assert.ok(((await page.locator("unfold-lab [part=error]").first().textContent()) ?? "").includes(first.message));
    return first;
  };

  const mistakes: [what: string, element: string, message: RegExp][] = [
    ["an unknown attribute", lab.replace("<unfold-lab", '<unfold-lab unit="16"'), /"unit" is not an attribute/],
    ["a number that is none", lab.replace('units="16"', 'units="many"'), /units="many".*whole number from 1 to 1024/],
    ["a number in HTML's own attribute", lab.replace('units="16"', 'hidden="0"'), /hidden="0".*whole number from 1 to 1024/],
    ["a cell that there is not", lab.replace('units="16"', 'cell="lsmt"'), /cell="lsmt".*rnn, gru, lstm/],
    ["data that there are not", lab.replace('data="names"', 'data="novels"'), /data="novels".*austen, names/],
    ["a panel that there is not", lab.replace('units="16"', 'panels="loss,lost"'), /panels="lost".*graph, loss/],
    ["a text of one letter", `<unfold-lab><script type="text/plain">aaaaaaaa</script></unfold-lab>`, /one distinct token, "a"/],
    ["a text with nothing in it", `<unfold-lab><script type="text/plain"> </script></unfold-lab>`, /text/],
    ["a table without numbers", `<unfold-lab><script type="text/csv">year,spots\n1700,many\n1701,few</script></unfold-lab>`, /spots|number/],
  ];
  for (const [what, element, message] of mistakes) {
    test(`${what}: said in its place`, () =>
      visit(browser, page(element, listen + tag), async ({ page }) => assert.match((await told(page)).message, message)));
  }

  test("a mistake that is mended: it trains", () =>
    visit(browser, page(lab.replace('data="names"', 'data="novels"'), listen + tag), async ({ page }) => {
      await told(page);
      await page.evaluate(`document.querySelector("unfold-lab").setAttribute("data", "names")`);
      await page.waitForFunction(`!document.querySelector("unfold-lab").shadowRoot.querySelector("[part=error]")`);
      assert.equal((await trained(page)).step, 20);
    }));

  test("a text that is not there: the address and the answer; then it comes", () =>
    visit(browser, page(lab.replace('data="names"', 'src="poem.txt"'), listen + tag), async ({ page }) => {
      const { code, message } = await told(page);
      assert.equal(code, "FORMAT");
      assert.match(message, /poem\.txt.*404/);
      await page.route("**/poem.txt", (route) => route.fulfill({ contentType: "text/plain", body: "the rain in spain ".repeat(80) }));
      await page.getByRole("button", { name: "Try again" }).click();
      assert.equal((await trained(page)).step, 20);
    }, { mayLog: /404/ }));

  test("offline: said, and no hang; built-in data train without a network", () =>
    visit(browser, page("", listen + tag), async ({ page }) => {
      await page.context().setOffline(true);
      await page.evaluate(`document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(lab.replace('data="names"', 'src="poem.txt"'))})`);
      assert.match((await told(page)).message, /cannot be fetched; offline/);
      await page.evaluate(`document.querySelector("unfold-lab").remove(); document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(lab)})`);
      assert.equal((await trained(page)).step, 20);
    }, { mayLog: /ERR_INTERNET_DISCONNECTED|failed: .*poem/ }));

  test("no WebAssembly: BOOT, in words", () =>
    visit(browser, page(lab, `<script>delete globalThis.WebAssembly;</script>${listen}${tag}`), async ({ page }) => {
      const { code, message } = await told(page);
      assert.equal(code, "BOOT");
      assert.match(message, /WebAssembly/);
    }));

  test("a worker that dies: said, and the button starts anew", () =>
    visit(browser, page(lab.replace('steps="20"', ""), listen + tag), async ({ page }) => {
      await page.waitForFunction(`document.querySelector("unfold-lab").lab.step > 2`);
      await page.workers()[0]?.evaluate(`void setTimeout(() => { throw new Error("out of luck"); })`);
      assert.equal((await told(page)).code, "ENGINE");
      await page.evaluate(`document.querySelector("unfold-lab").setAttribute("steps", "20")`);
      await page.getByRole("button", { name: "Try again" }).click();
      assert.equal((await trained(page)).step, 20);
    }, { mayLog: /out of luck/ }));

  test("two versions on one page: both work, and the first one's elements stay", () => {
    const other = script("unfold.iife.js");
    const body = Buffer.from(other.body).toString("utf8").replaceAll("0.1.0", "0.0.9");
    return visit(browser, page(lab, `${tag}<script>window.first = Unfold;</script><script src="other.js"></script>`), async ({ page }) => {
      assert.equal((await trained(page)).step, 20);
      const losses = (await page.evaluate(`Promise.all([first, Unfold].map(async ({ createModel, version }) => {
        const model = await createModel({ input: { tokens: 3 }, layers: [{ cell: "gru", hidden: 4 }], output: { classes: 3 } });
        const { loss } = await model.trainStep({ inputs: [0, 1], targets: [1, 2], shape: [1, 2] });
        await model.dispose();
        return [version, loss];
      }))`)) as [string, number][];
      assert.deepEqual(losses.map(([version]) => version), ["0.1.0", "0.0.9"]);
      assert.equal(losses[0]?.[1], losses[1]?.[1]);
    }, { files: { "/other.js": { ...other, body } } });
  });

  test("names and texts are never markup", () =>
    visit(browser, page(`<unfold-lab units="4" batch="2" seq-len="4" steps="20" panels="loss samples"><script type="text/plain">${"<img src=x onerror=alert(1)> ".repeat(20)}</script></unfold-lab>`), async ({ page }) => {
      assert.equal((await trained(page)).step, 20);
      await page.waitForTimeout(500);
      assert.equal(await page.locator("img").count(), 0);
    }));
});
