/** The widget in JupyterLab, as its reader uses it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launch } from "../browser/chromium.js";
import { Notebook, startLab } from "./lab.js";
import type { Host } from "./process.js";
import { Quiet } from "./quiet.js";
import { saveWeights } from "./weights.js";

/** All that JupyterLab writes to the console by itself. */
const known = [
  /^Starting application in workspace: "default"$/,
  /^Starting WebSocket: ws:\/\/127\.0\.0\.1:\d+\/api\/kernels\/[\w-]+$/,
  // A busy machine.
  /^Plugin [\w@/:.-]+ (\(with \d+ dependants\) took [\d.]+ms|is taking too long) to activate\.$/,
];

/** What it writes besides when a kernel is restarted. */
const restarted = [
  /^Kernel: (restarting|starting|autorestarting) \([\w-]+\)$/,
  /^Connection lost, reconnecting in \d+ seconds\.$/,
  /^Keeping old LSP connection as the new kernel uses the same language$/,
  /^Starting WebSocket: /,
];

const long = `from unfold_rnn import RNN
rnn = RNN("to be or not to be. " * 100, cell="gru", hidden=16, iterations=10**7, sample_every=0)
rnn.train()
rnn`;

/** Workers of the widgets: JupyterLab's own are files, the engine's is made from a blob. */
const workers = (page: Page): number => page.workers().filter((worker) => worker.url().startsWith("blob:")).length;

async function noWorkers(page: Page): Promise<void> {
  for (let i = 0; i < 100 && workers(page) > 0; i++) await page.waitForTimeout(50);
  assert.equal(workers(page), 0, page.workers().map((worker) => worker.url()).join(" "));
}

describe("JupyterLab", { timeout: 600_000 }, () => {
  let browser: Browser;
  let host: Host;
  before(async () => {
    [browser, host] = await Promise.all([launch(), startLab({
      "life.ipynb": [long, "import asyncio\nrnn.pause(); (await rnn.wait(), rnn.step > 0, len(rnn.state_dict()))", "rnn.close()"],
      "wrong.ipynb": ["from unfold_rnn import RNN\nrnn = RNN('a')\nrnn.train()\nrnn", "await rnn.wait()"],
      "busy.ipynb": [
        "from unfold_rnn import RNN\nimport time\nrnn = RNN('to be or not to be. ' * 100, hidden=16, iterations=300)\nrnn.train()\nrnn",
        "time.sleep(4)",
        "(await rnn.wait(), rnn.step, len(rnn.history))",
      ],
      "nobody.ipynb": ["from unfold_rnn import RNN, calls\ncalls.PATIENCE\nrnn = RNN('to be or not to be. ' * 100)\nrnn.train()\nawait rnn.wait(timeout=1)"],
    })]);
  });
  after(async () => {
    await browser?.close();
    await host?.stop();
  });

  async function inNotebook(name: string, use: (notebook: Notebook) => Promise<void>, also: readonly RegExp[] = []): Promise<void> {
    const quiet = new Quiet(host.url, [...known, ...also]);
    const notebook = await Notebook.open(browser, host, name, quiet.watch);
    try {
      await use(notebook);
      assert.deepEqual(quiet.faults, []);
      assert.deepEqual(quiet.strangers, []);
    } finally {
      await notebook.close();
    }
  }

  const seen = (notebook: Notebook) => notebook.page.locator(".unfold-rnn");
  const reaches = (notebook: Notebook, status: string) => notebook.page.locator(`.unfold-rnn[data-status="${status}"]`).first().waitFor({ timeout: 60_000 });

  test("the example trains in the tab, and the weights in Python are those of the tab", async () => {
    await inNotebook("jupyter.ipynb", async (notebook) => {
      await notebook.runAll();
      assert.equal(await notebook.output(3), "'done'");
      const figures = /step 300, loss ([\d.]+), held out ([\d.]+)/.exec(await notebook.output(4));
      assert.ok(Number(figures?.[1]) < 0.5 && Number(figures?.[2]) < 0.5, figures?.[0]);
      const printed = await notebook.output(6);
      assert.match(await notebook.output(8), /^the same$/m);
      const { sha256, tensors } = await saveWeights(notebook.page);
      assert.match(printed, new RegExp(`^file ${sha256}$`, "m"));
      const bias = JSON.parse(/^head\.bias (.*)$/m.exec(printed)?.[1] ?? "[]") as number[];
      assert.deepEqual(bias, [...(tensors["head.bias"] as Float32Array)]);
      assert.match(printed, /'rnn\.weight_hh_l0': \(192, 48\)/);

      // The button, a second view of the same output, and Python again.
      await notebook.select(1);
      await notebook.command("notebook:create-output-view");
      await seen(notebook).nth(1).waitFor();
      await notebook.page.locator(".unfold-rnn button.train").first().click();
      await notebook.page.locator(".unfold-rnn .numbers").filter({ hasText: /^step 600 / }).nth(1).waitFor({ timeout: 60_000 });
      await reaches(notebook, "done");
      await notebook.page.evaluate("window.jupyterapp.shell.currentWidget.close()");
      await notebook.page.evaluate(`window.jupyterapp.shell.activateById([...window.jupyterapp.shell.widgets("main")].find((widget) => widget.content?.widgets).id)`);
      assert.match(await notebook.run(4), /step 600, loss/);
      assert.equal(workers(notebook.page), 1);
    });
  });

  test("a pause brings weights, a closed widget ends its worker, a removed cell leaves no error", async () => {
    await inNotebook("life.ipynb", async (notebook) => {
      await notebook.run(0);
      await reaches(notebook, "training");
      assert.equal(workers(notebook.page), 1);
      assert.match(await notebook.run(1), /^\('paused', True, 6\)$/);
      await notebook.page.locator(".unfold-rnn button.train").click();
      await reaches(notebook, "training");
      await notebook.run(2);
      await notebook.page.waitForFunction("document.querySelectorAll('.unfold-rnn').length === 0");
      await noWorkers(notebook.page);
      await notebook.run(0);
      await reaches(notebook, "training");
      await notebook.select(0);
      await notebook.command("notebook:delete-cell");
      await notebook.page.waitForFunction("document.querySelectorAll('.unfold-rnn').length === 0");
      await notebook.page.waitForTimeout(300);
    });
  });

  test("a kernel that is restarted: the widget says so, its worker ends, and the cell can be run again", async () => {
    await inNotebook("life.ipynb", async (notebook) => {
      await notebook.run(0);
      await reaches(notebook, "training");
      await notebook.restart();
      await reaches(notebook, "disconnected");
      assert.match(await seen(notebook).locator(".state").innerText(), /kernel was restarted/);
      assert.equal(await seen(notebook).locator("button.train").isDisabled(), true);
      await noWorkers(notebook.page);
      // What is asked of a kernel that is still coming up may be lost: a reader runs the cell once more.
      const trains = notebook.page.locator('.unfold-rnn[data-status="training"]').first();
      for (let tries = 0; tries < 4 && !(await trains.isVisible()); tries++) {
        await notebook.page.waitForTimeout(1000);
        await notebook.idle();
        await notebook.run(0);
        await trains.waitFor({ timeout: 15_000 }).catch(() => {});
      }
      assert.ok(await trains.isVisible(), "the cell that was run again does not train");
    }, restarted);
  });

  test("what the tab refuses is an exception in Python, and is read in the widget", async () => {
    await inNotebook("wrong.ipynb", async (notebook) => {
      await notebook.run(0);
      await reaches(notebook, "error");
      assert.match(await notebook.run(1), /UnfoldError: RANGE: textDataset: 1 token/);
      assert.match(await seen(notebook).locator(".error").innerText(), /^RANGE: textDataset: 1 token/);
    });
  });

  test("a kernel that computes meanwhile has all results afterwards", async () => {
    await inNotebook("busy.ipynb", async (notebook) => {
      await notebook.runAll();
      assert.equal(await notebook.output(2), "('done', 300, 300)");
    });
  });

  test("waiting for a widget that is not displayed ends", async () => {
    await inNotebook("nobody.ipynb", async (notebook) => {
      assert.match(await notebook.run(0), /TimeoutError: RNN\.wait: still (starting|training) after 1 s/);
    });
  });
});
