// The packed package as pages get it: by a tag, by an import map, and through the bundlers that people use.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { type File, serveFiles } from "../browser/server.js";
import { type Outcome, assertLearnt } from "./outcome.js";
import { Project, here, run, tool } from "./project.js";

/** A page with an icon, so that the browser asks for none. */
const html = (body: string): File => ({
  type: "text/html; charset=utf-8",
  body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>a page</title><link rel="icon" href="data:,"></head><body>${body}</body></html>`,
});

/** What every page leaves for the test; the elements are imported as well. */
const main = (from: string): string => `
import * as unfold from "${from}";
import { defined } from "unfold-rnn/element";
import { train, watch } from "./train.js";
globalThis.outcome = train(unfold).then(async (outcome) => ({ ...outcome, defined, lab: await watch() }));
`;

describe("in a page", () => {
  let project: Project;
  let browser: Browser;
  before(async () => {
    project = await Project.make();
    for (const from of ["unfold-rnn", "unfold-rnn/external"]) await project.write(`src/${path.basename(from)}.js`, main(from));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await project?.remove();
  });

  /** Opens an address; whatever the console says or a request fails with is a fault. */
  async function open(url: string, use: (page: Page) => Promise<void>, known = /^$/, prepare = async (_: Page): Promise<void> => {}): Promise<void> {
    const page = await browser.newPage();
    await prepare(page);
    const faults: string[] = [];
    page.on("console", (message) => known.test(message.text()) || faults.push(`console ${message.type()}: ${message.text()} ${message.location().url}`));
    page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
    page.on("requestfailed", (request) => faults.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`));
    page.on("response", (response) => response.status() >= 400 && faults.push(`${response.status()}: ${response.url()}`));
    try {
      await page.goto(url);
      await use(page).catch((thrown: unknown) => {
        throw new Error(`${String(thrown)}; the page said ${JSON.stringify(faults)}`, { cause: thrown });
      });
      assert.deepEqual(faults, []);
    } finally {
      await page.close();
    }
  }

  async function learns(page: Page): Promise<void> {
    await page.waitForFunction("globalThis.outcome !== undefined", undefined, { timeout: 15_000 });
    const outcome = (await page.evaluate("globalThis.outcome")) as Outcome & { defined: string[]; lab: { loss: number; width: number; height: number } };
    assertLearnt(outcome);
    assert.ok(outcome.defined.includes("unfold-lab"));
    assert.ok(outcome.lab.loss > 0 && outcome.lab.width > 300 && outcome.lab.height > 60, JSON.stringify(outcome.lab));
  }

  async function served(files: Record<string, File>, at = ""): Promise<void> {
    const server = await serveFiles(files);
    try {
      await open(server.url + at, learns);
    } finally {
      await server.close();
    }
  }

  const classic = async (): Promise<string> => `<script>${(await readFile(path.join(here, "program/train.js"), "utf8")).replace(/^export .*$/m, "")}
    globalThis.outcome = train(Unfold).then(async (outcome) => ({ ...outcome, defined: Unfold.defined, lab: await watch() }));</script>`;

  test("a script tag", async () => {
    const dist = await project.files("node_modules/unfold-rnn/dist");
    await served({ ...dist, "/": html(`<script src="unfold.iife.js"></script>${await classic()}`) });
  });

  test("a script tag, from file://", async () => {
    await project.write("page.html", String(html(`<script src="node_modules/unfold-rnn/dist/unfold.iife.js"></script>${await classic()}`).body));
    await open(`file://${project.at("page.html")}`, learns);
  });

  // As Quarto embeds resources.
  test("a script tag without an address, with the analysis in a second one", async () => {
    const [unfold, analysis] = await Promise.all(["unfold", "analysis"].map((name) => project.read(`node_modules/unfold-rnn/dist/${name}.iife.js`)));
    const tags = [unfold, analysis].map((text) => `<script src="data:text/javascript;base64,${Buffer.from(text as string).toString("base64")}"></script>`);
    await project.write("page.html", String(html(`${tags.join("")}${await classic()}`).body));
    await open(`file://${project.at("page.html")}`, learns);
  });

  test("a script tag of another origin, with its integrity", async () => {
    const dist = await project.files("node_modules/unfold-rnn/dist");
    const integrity = (JSON.parse(await project.read("node_modules/unfold-rnn/dist/integrity.json")) as Record<string, string>)["unfold.iife.js"];
    const cdn = await serveFiles(Object.fromEntries(Object.entries(dist).map(([name, file]) => [name, { ...file, headers: { "Access-Control-Allow-Origin": "*" } }])));
    try {
      await served({ "/": html(`<script src="${cdn.url}unfold.iife.js" integrity="${integrity}" crossorigin></script>${await classic()}`) });
    } finally {
      await cdn.close();
    }
  });

  test("a spoilt analysis.iife.js is refused where integrity is asked for, and the error names it", async () => {
    const dist = await project.files("node_modules/unfold-rnn/dist");
    const { "unfold.iife.js": integrity } = JSON.parse(await project.read("node_modules/unfold-rnn/dist/integrity.json")) as Record<string, string>;
    const spoilt = { type: "text/javascript", body: `${String((dist["/analysis.iife.js"] as File).body)}\n` };
    const server = await serveFiles({ ...dist, "/analysis.iife.js": spoilt, "/": html(`<script src="unfold.iife.js" integrity="${integrity}" crossorigin></script>${await classic()}`) });
    const page = await browser.newPage();
    try {
      await page.goto(server.url);
      const said = (await page.evaluate("outcome.catch(({ code, message }) => `${code}: ${message}`)")) as string;
      assert.match(said, /^BOOT: .*analysis\.iife\.js: cannot be loaded/);
    } finally {
      await page.close();
      await server.close();
    }
  });

  test("an import map", async () => {
    const map = { imports: { "unfold-rnn": "./node_modules/unfold-rnn/dist/index.js", "unfold-rnn/element": "./node_modules/unfold-rnn/dist/element.js" } };
    const page = html(`<script type="importmap">${JSON.stringify(map)}</script><script type="module" src="src/unfold-rnn.js"></script>`);
    await served({ ...(await project.files(".")), "/": page });
  });

  // The content delivery network is the package's own folder; the addresses in the README name this version.
  for (const [index, what] of ["one line", "the script tag", "the import map"].entries()) {
    test(`${what} of the README, as it stands there`, async () => {
      const readme = await project.read("node_modules/unfold-rnn/README.md");
      const snippet = [...readme.matchAll(/```html\n([^]*?)```/g)][index]?.[1];
      assert.ok(snippet, "README.md has no such block");
      const dist = await project.files("node_modules/unfold-rnn/dist");
      const { version } = await project.manifest();
      const server = await serveFiles({ "/": html(snippet) });
      try {
        await open(server.url, async (page) => {
          if (index === 0) {
            await page.waitForFunction("document.querySelector('unfold-lab').lab.step >= 20", undefined, { timeout: 20_000 });
          } else if (index === 1) {
            await page.waitForFunction("document.querySelector('#written').textContent.length === 80", undefined, { timeout: 20_000 });
            const written = (await page.evaluate("document.querySelector('#written').textContent")) as string;
            assert.match(written, /row|boat|gently|stream/, "it has learnt no word of its text");
          } else {
            await page.waitForFunction("Number(document.querySelector('#loss').value) > 0", undefined, { timeout: 20_000 });
          }
        }, undefined, async (page) => {
          await page.route(`https://cdn.jsdelivr.net/npm/unfold-rnn@${String(version)}/dist/**`, async (route) => {
            const file = dist[`/${path.basename(new URL(route.request().url()).pathname)}`] as File;
            await route.fulfill({ contentType: file.type, body: Buffer.from(file.body), headers: { "Access-Control-Allow-Origin": "*" } });
          });
        });
      } finally {
        await server.close();
      }
    });
  }

  /** Builds of page.html's module into a folder of the project, with the bundler as it comes. */
  const bundlers: { name: string; entry: string; build(out: string): Promise<void> }[] = [];
  for (const entry of ["unfold-rnn", "external"]) {
    bundlers.push({
      name: "Vite",
      entry,
      async build(out) {
        await project.write("index.html", String(html(`<script type="module" src="/src/${entry}.js"></script>`).body));
        // It finds the package's file large, which it is.
        await project.write("vite.config.js", "export default { build: { chunkSizeWarningLimit: 3000 } };");
        const { stderr } = await run(process.execPath, [tool("vite/bin/vite.js"), "build", "--outDir", out, "--base", "./"], project.folder);
        assert.equal(stderr, "");
      },
    });
    bundlers.push({
      name: "webpack",
      entry,
      async build(out) {
        const config = { mode: "production", entry: `./src/${entry}.js`, output: { path: project.at(out) }, performance: { hints: false } };
        await project.write("webpack.config.js", `export default ${JSON.stringify(config)};`);
        const { stdout } = await run(process.execPath, [tool("webpack/bin/webpack.js"), "--config-node-env", "production"], project.folder);
        assert.match(stdout, /compiled successfully/);
        await project.write(`${out}/index.html`, String(html(`<script src="main.js"></script>`).body));
      },
    });
  }
  bundlers.push({
    name: "esbuild",
    entry: "unfold-rnn",
    async build(out) {
      const { stderr } = await run(tool("esbuild/bin/esbuild"), ["src/unfold-rnn.js", "--bundle", "--format=esm", "--splitting", "--minify", `--outdir=${out}`, "--log-level=warning"], project.folder);
      assert.equal(stderr, "");
      await project.write(`${out}/index.html`, String(html(`<script type="module" src="unfold-rnn.js"></script>`).body));
    },
  });
  bundlers.push({
    name: "Rollup",
    entry: "unfold-rnn",
    async build(out) {
      await project.write("rollup.config.js", `import resolve from ${JSON.stringify(tool("@rollup/plugin-node-resolve/dist/es/index.js"))};
        export default { input: "src/unfold-rnn.js", output: { dir: ${JSON.stringify(out)} }, plugins: [resolve()] };`);
      const { stderr } = await run(process.execPath, [tool("rollup/dist/bin/rollup"), "--config", "--silent"], project.folder);
      assert.equal(stderr, "");
      await project.write(`${out}/index.html`, String(html(`<script type="module" src="unfold-rnn.js"></script>`).body));
    },
  });

  for (const { name, entry, build } of bundlers) {
    test(`${name}, ${entry === "external" ? "unfold-rnn/external" : entry}`, async () => {
      const out = `built-${name.toLowerCase()}-${entry}`;
      await build(out);
      const files = await project.files(out);
      // Two copies of the engine in one page would be a build that has lost which file is which.
      await served({ ...files, "/": files["/index.html"] as File });
    });
  }

  test("Vite's development server", async () => {
    await project.write("index.html", String(html(`<script type="module" src="/src/unfold-rnn.js"></script>`).body));
    await project.write("vite.config.js", "export default {};");
    const vite = spawn(process.execPath, [tool("vite/bin/vite.js"), "--host", "127.0.0.1", "--port", "0"], { cwd: project.folder, stdio: ["ignore", "pipe", "inherit"] });
    try {
      await open(await address(vite), learns, /^\[vite\] /);
    } finally {
      vite.kill("SIGTERM");
    }
  });

  // As notebooks load a widget's module.
  test("a module from a blob: it trains, and says what it cannot load", async () => {
    const dist = await project.files("node_modules/unfold-rnn/dist");
    const server = await serveFiles({ ...dist, "/": html("") });
    try {
      await open(server.url, async (page) => {
        const said = await page.evaluate(`(async () => {
          const text = await (await fetch("index.js")).text();
          const { createModel } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
          const model = await createModel({ input: { tokens: 4 }, layers: [{ cell: "gru", hidden: 4 }], output: { classes: 4 } });
          const batch = { inputs: new Int32Array(6), targets: new Int32Array(6), shape: [2, 3] };
          const { loss } = await model.trainStep(batch, { name: "sgd", learningRate: 0.1 });
          const error = await model.inspect(batch, "components").catch(({ code, message }) => ({ code, message }));
          await model.dispose();
          return { loss, ...error };
        })()`) as { loss: number; code: string; message: string };
        assert.ok(said.loss > 0);
        assert.equal(said.code, "BOOT");
        assert.match(said.message, /analysis\.js beside the package's script, cannot be loaded/);
      });
    } finally {
      await server.close();
    }
  });
});

/** The address that a development server prints. */
async function address(server: ChildProcess): Promise<string> {
  assert.ok(server.stdout);
  for await (const line of createInterface({ input: server.stdout })) {
    const found = /http:\/\/\S+/.exec(line.replace(/\u001b\[\d+m/g, ""))?.[0];
    if (found !== undefined) return found;
  }
  throw new Error("it ended before it printed its address");
}
