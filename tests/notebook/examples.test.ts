/** The examples that end as a page, opened as they stand: what they ask of the CDN comes from this tree. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { marked } from "marked";
import type { Browser, Page } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { root, serveFiles } from "../browser/server.js";

const { version } = JSON.parse(readFileSync(path.join(root, "jsbridge/npm/package.json"), "utf8")) as { version: string };
const reveal = path.dirname(createRequire(import.meta.url).resolve("reveal.js/package.json"));
const cdn: Record<string, string> = {
  [`https://cdn.jsdelivr.net/npm/unfold-rnn@${version}/`]: path.join(root, "jsbridge/npm"),
  "https://cdn.jsdelivr.net/npm/reveal.js@5.2.1/": reveal,
};

const example = (name: string): string => readFileSync(path.join(root, "docs/examples", name), "utf8");
const frame = (head: string, body: string): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>An example</title>${head}${body}`;

/** Markdown with front matter as the sites' generators see it: raw HTML goes through. */
function article(name: string): string {
  const [, front = "", text = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(example(name)) ?? [];
  const head = /include-in-header:\n\s+text: \|\n(.*?)$/s.exec(front)?.[1] ?? "";
  return frame(head, marked.parse(text.replace(/^```\{=html\}\n(.*?)^```$/gms, "$1"), { async: false }));
}

/** A page of Observable Framework: its cells one after the other, in one module, with the names that the framework gives them. */
function dashboard(name: string): string {
  const cells = [...example(name).matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code).join("\n");
  const code = cells.replace(/"npm:unfold-rnn@([^"]+)"/g, '"https://cdn.jsdelivr.net/npm/unfold-rnn@$1/dist/index.js"');
  assert.doesNotMatch(code, /npm:/);
  const given = 'const display = (node) => (document.body.append(node), node); let leave; const invalidation = new Promise((resolve) => (leave = resolve));';
  return frame("", `<body><script type="module">${given}\n${code}\nleave(); document.body.dataset.left = "";</script>`);
}

/** Steps that the page has told of, by the number of the lab. */
const listen = `window.told = [];
document.addEventListener("unfold-step", ({ target, detail }) => {
  const lab = [...document.querySelectorAll("unfold-lab")].indexOf(target);
  (window.told[lab] ??= []).push(detail);
});`;

interface Step {
  step: number;
  loss: number;
}

describe("the examples", { timeout: 240_000 }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  async function visit(html: string, use: (page: Page) => Promise<void>): Promise<void> {
    const served = await serveFiles({ "/": { type: "text/html; charset=utf-8", body: html }, "/favicon.ico": { type: "image/x-icon", body: "" } });
    const context = await browser.newContext();
    const faults: string[] = [];
    try {
      await context.route(/^https:/, (route) => {
        const address = route.request().url();
        const place = Object.keys(cdn).find((prefix) => address.startsWith(prefix));
        if (place !== undefined) return route.fulfill({ path: path.join(cdn[place] as string, address.slice(place.length)), headers: { "Access-Control-Allow-Origin": "*" } });
        faults.push(`asks for ${address}`);
        return route.abort();
      });
      const page = await context.newPage();
      page.on("console", (message) => faults.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
      await page.addInitScript(listen);
      await page.goto(served.url);
      await use(page);
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
      await served.close();
    }
  }

  /** Scrolls to a lab and sees it learn. */
  async function learns(page: Page, lab = 0, until = 60): Promise<void> {
    await page.locator("unfold-lab").nth(lab).scrollIntoViewIfNeeded();
    const reached = page.waitForFunction(`window.told[${lab}]?.at(-1).step >= ${until}`, undefined, { timeout: 60_000 });
    await reached.catch(async () => assert.fail(`lab ${lab} is at ${JSON.stringify(await page.evaluate(`[window.told[${lab}]?.at(-1), document.querySelectorAll("unfold-lab")[${lab}].shadowRoot?.textContent.replace(/\\s+/g, " ")]`))}`));
    const steps = (await page.evaluate(`window.told[${lab}]`)) as Step[];
    const mean = (part: Step[]): number => part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
    const [first, last] = [mean(steps.slice(0, Math.ceil(steps.length / 4))), mean(steps.slice(-Math.ceil(steps.length / 4)))];
    assert.ok(last < first, `lab ${lab}: loss ${first} → ${last} in ${steps.length} events`);
  }

  test("a blog's page: a named data set, and a text inside the tag", () => visit(example("blog.html"), async (page) => {
    await learns(page, 0);
    await learns(page, 1, 400);
  }));

  test("reveal.js: the network waits for its slide and pauses behind it", () => visit(example("revealjs.html"), async (page) => {
    await page.waitForFunction("window.Reveal?.isReady()");
    await page.waitForTimeout(500);
    assert.equal(await page.evaluate("window.told.length"), 0);
    await page.evaluate("Reveal.next()");
    await learns(page);
    await page.evaluate("Reveal.next()");
    await page.waitForTimeout(500);
    const told = await page.evaluate("window.told[0].length");
    await page.waitForTimeout(500);
    assert.equal(await page.evaluate("window.told[0].length"), told);
  }));

  test("Quarto", () => visit(article("quarto.qmd"), (page) => learns(page)));

  test("Jekyll or Hugo", () => visit(article("jekyll.md"), (page) => learns(page, 0, 200)));

  test("Observable Framework", () => visit(dashboard("observable-framework.md"), async (page) => {
    await page.locator("body[data-left]").waitFor({ timeout: 60_000, state: "attached" });
    const [, loss] = /^step 200, loss ([\d.]+)$/.exec(await page.locator("output").innerText()) ?? [];
    assert.ok(Number(loss) < 1, `loss ${loss}`);
    assert.equal((await page.locator("pre").innerText()).length, 50);
  }));
});
