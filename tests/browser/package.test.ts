/** The package on pages of strangers: under content security policies, with files that are wrong, in a sandbox. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch } from "./chromium.js";
import { type File, root, type Served, serveFiles } from "./server.js";

const script = (name: string): File => ({ type: "text/javascript; charset=utf-8", body: readFileSync(path.join(root, "jsbridge/npm/dist", name)) });
const wasm = (): File => ({ type: "application/wasm", body: readFileSync(path.join(root, "jsbridge/npm/dist/unfold.wasm")) });
const plain: File = { type: "text/html; charset=utf-8", body: "<!doctype html><title>a stranger's page</title>" };

const files = (): Record<string, File> => ({
  "/": plain,
  "/unfold/index.js": script("index.js"),
  "/unfold/external.js": script("external.js"),
  "/unfold/worker.js": script("worker.js"),
  "/unfold/unfold.wasm": wasm(),
});

interface Outcome {
  mode?: string;
  kernels?: string;
  reason?: string;
  losses?: number[];
  frames?: number;
  code?: string;
  message?: string;
}

/** A life of a model on the page: what it says about itself, some losses, or the error's code and message. */
const life = (entry: string, runtime: string) => `(async () => {
  const { createModel } = await import("./unfold/${entry}");
  try {
    const config = { input: { tokens: 11 }, layers: [{ cell: "lstm", hidden: 16 }], output: { classes: 11 }, seed: 2 };
    const model = await createModel(config, ${runtime});
    const inputs = Int32Array.from({ length: 40 }, (_, i) => (i * 3) % 11);
    const targets = Int32Array.from({ length: 40 }, (_, i) => (i * 3 + 3) % 11);
    const losses = [];
    for (let step = 0; step < 20; step++) {
      losses.push((await model.trainStep({ inputs, targets, shape: [4, 10] }, { name: "adam", learningRate: 0.05 })).loss);
    }
    const { mode, kernels, reason } = model.runtime;
    await model.dispose();
    return { mode, kernels, reason, losses };
  } catch (error) {
    return { code: error.code, message: error.message };
  }
})()`;

function assertLearnt(outcome: Outcome, mode: string): void {
  assert.equal(outcome.mode, mode, JSON.stringify(outcome));
  const losses = outcome.losses ?? [];
  assert.equal(losses.length, 20);
  assert.ok((losses[19] as number) < (losses[0] as number), `losses ${losses.join(" ")}`);
}

describe("the package in a browser", () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  async function visit<Result>(served: Served, use: (page: Page) => Promise<Result>): Promise<Result> {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(served.url);
      return await use(page);
    } finally {
      await context.close();
      await served.close();
    }
  }

  const run = async (entry: string, runtime = "{}", policy?: string, changes: Record<string, File> = {}): Promise<Outcome> => {
    const served = await serveFiles({ ...files(), ...changes }, policy);
    return visit(served, async (page) => (await page.evaluate(life(entry, runtime))) as Outcome);
  };

  const base = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; ";

  test("no policy: worker, relaxed or plain SIMD", async () => {
    const outcome = await run("index.js");
    assertLearnt(outcome, "worker");
    assert.match(outcome.kernels ?? "", /^(relaxed-)?simd$/);
  });

  test("deterministic kernels give Node's bits", async () => {
    const [browserRun, nodeRun] = await Promise.all([run("index.js", "{ deterministic: true }"), nodeLosses()]);
    assert.equal(browserRun.kernels, "simd");
    assert.deepEqual(browserRun.losses, nodeRun);
  });

  test("the documented policy: worker", async () => assertLearnt(await run("index.js", "{}", `${base}worker-src 'self' blob:`), "worker"));

  test("no blob: in worker-src: this thread takes over and says why", async () => {
    const outcome = await run("index.js", "{}", `${base}worker-src 'self'`);
    assertLearnt(outcome, "main");
    assert.match(outcome.reason ?? "", /worker/);
  });

  test("no blob:, but workerURL: worker", async () =>
    assertLearnt(await run("index.js", `{ workerURL: "./unfold/worker.js" }`, `${base}worker-src 'self'`), "worker"));

  test("no 'wasm-unsafe-eval': BOOT, which names the directive", async () => {
    const outcome = await run("index.js", "{}", "default-src 'none'; script-src 'self'; worker-src 'self' blob:");
    assert.equal(outcome.code, "BOOT", JSON.stringify(outcome));
    assert.match(outcome.message ?? "", /wasm-unsafe-eval/);
  });

  test("external: the wasm beside it", async () => assertLearnt(await run("external.js", "{}", `${base}worker-src 'self' blob:`), "worker"));

  test("external: a wrong MIME type is put up with", async () =>
    assertLearnt(await run("external.js", "{}", undefined, { "/unfold/unfold.wasm": { ...wasm(), type: "text/plain" } }), "worker"));

  test("external: 404 is BOOT, with the address", async () => {
    const outcome = await run("external.js", "{}", undefined, { "/unfold/unfold.wasm": { type: "text/html", body: "<title>404</title>", status: 404 } });
    assert.equal(outcome.code, "BOOT", JSON.stringify(outcome));
    assert.match(outcome.message ?? "", /unfold\.wasm/);
    assert.match(outcome.message ?? "", /404/);
  });

  test("external: a page in place of the wasm is BOOT, which says so", async () => {
    const outcome = await run("external.js", "{}", undefined, { "/unfold/unfold.wasm": plain });
    assert.equal(outcome.code, "BOOT", JSON.stringify(outcome));
    assert.match(outcome.message ?? "", /HTML/i);
  });

  test("a worker script that is not there: this thread takes over within 5 s", async () => {
    const start = Date.now();
    const outcome = await run("index.js", `{ workerURL: "./unfold/gone.js" }`);
    assertLearnt(outcome, outcome.mode === "worker" ? "worker" : "main");
    assert.ok((outcome.reason ?? "").length > 0, "the reason is kept");
    assert.ok(Date.now() - start < 10_000);
  });

  test("in a sandboxed frame of no origin: worker", async () => {
    const framed = { ...plain, body: `<!doctype html><iframe sandbox="allow-scripts" srcdoc="<title>inside</title>"></iframe>` };
    const served = await serveFiles({ ...files(), "/": framed });
    const outcome = await visit(served, async (page) => {
      const frame = page.frames().find((one) => one !== page.mainFrame());
      assert.ok(frame);
      // Of no origin, a frame may not import from a server that does not allow it: the package comes as its text.
      const source = JSON.stringify(readFileSync(path.join(root, "jsbridge/npm/dist/index.js"), "utf8"));
      await frame.evaluate(`globalThis.entry = URL.createObjectURL(new Blob([${source}], { type: "text/javascript" })); 0`);
      return (await frame.evaluate(life("index.js", "{}").replace(`"./unfold/index.js"`, "globalThis.entry"))) as Outcome;
    });
    assertLearnt(outcome, "worker");
  });

  test("training on this thread leaves frames to the page", async () => {
    const served = await serveFiles(files());
    const outcome = await visit(served, async (page) => (await page.evaluate(`(async () => {
      const { createModel, textDataset } = await import("./unfold/index.js");
      const data = await textDataset("she sells sea shells on the sea shore. ".repeat(500), { unit: "char" });
      const config = { input: { tokens: data.tokens }, layers: [{ cell: "lstm", hidden: 64 }], output: { classes: data.tokens } };
      const model = await createModel(config, { worker: false });
      const training = model.train(data, { batch: 8, steps: 16, iterations: 1e6, optimizer: { name: "adam", learningRate: 0.003 } });
      const run = training.then((summary) => summary.step);
      let frames = 0;
      const end = performance.now() + 2000;
      await new Promise((resolve) => {
        const frame = () => { frames++; performance.now() < end ? requestAnimationFrame(frame) : resolve(); };
        requestAnimationFrame(frame);
      });
      await training.stop();
      const { mode } = model.runtime;
      return { mode, frames, losses: [await run] };
    })()`)) as Outcome);
    assert.equal(outcome.mode, "main");
    assert.ok((outcome.losses?.[0] ?? 0) > 10, `${outcome.losses?.[0]} steps in 2 s`);
    assert.ok((outcome.frames ?? 0) >= 30, `${outcome.frames} frames in 2 s`);
  });
});

async function nodeLosses(): Promise<number[]> {
  const { createModel } = await import("unfold-rnn");
  const model = await createModel({ input: { tokens: 11 }, layers: [{ cell: "lstm", hidden: 16 }], output: { classes: 11 }, seed: 2 }, { worker: false, deterministic: true });
  const inputs = Int32Array.from({ length: 40 }, (_, i) => (i * 3) % 11);
  const targets = Int32Array.from({ length: 40 }, (_, i) => (i * 3 + 3) % 11);
  const losses: number[] = [];
  for (let step = 0; step < 20; step++) {
    losses.push((await model.trainStep({ inputs, targets, shape: [4, 10] }, { name: "adam", learningRate: 0.05 })).loss);
  }
  await model.dispose();
  return losses;
}
