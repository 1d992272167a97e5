import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { root } from "../browser/server.js";
import { freePort, Host } from "./process.js";

const TOKEN = "only-for-this-test";

/** JupyterLab on loopback. In its folder is the example, and notebooks of these cells of code, by name. */
export async function startLab(notebooks: Record<string, readonly string[]>): Promise<Host> {
  const folder = Host.folder();
  copyFileSync(path.join(root, "docs/examples/jupyter.ipynb"), path.join(folder, "jupyter.ipynb"));
  for (const [name, sources] of Object.entries(notebooks)) {
    const cells = sources.map((source, i) => ({ cell_type: "code", id: `cell-${i}`, metadata: {}, execution_count: null, outputs: [], source }));
    const kernelspec = { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" };
    writeFileSync(path.join(folder, name), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells }));
  }
  mkdirSync(path.join(folder, "jupyter/labconfig"), { recursive: true });
  // It would ask, and fetch from elsewhere.
  const quiet = { disabledExtensions: { "@jupyterlab/apputils-extension:announcements": true } };
  writeFileSync(path.join(folder, "jupyter/labconfig/page_config.json"), JSON.stringify(quiet));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const args = [
    "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", `--ServerApp.port=${port}`, "--ServerApp.port_retries=0", `--IdentityProvider.token=${TOKEN}`,
    `--ServerApp.root_dir=${folder}`, "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
  ];
  return Host.start("jupyter-lab", args, url, `${url}api/status?token=${TOKEN}`, folder);
}

/** A notebook that is open in a tab. */
export class Notebook {
  private constructor(readonly page: Page) {}

  static async open(browser: Browser, host: Host, name: string, watch: (page: Page) => void): Promise<Notebook> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 2400 }, acceptDownloads: true });
    const page = await context.newPage();
    watch(page);
    await page.goto(`${host.url}lab/tree/${name}?token=${TOKEN}&reset`);
    await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor({ timeout: 60_000 });
    const notebook = new Notebook(page);
    await notebook.idle();
    return notebook;
  }

  async command(name: string): Promise<void> {
    await this.page.evaluate(`window.jupyterapp.commands.execute(${JSON.stringify(name)}).then(() => undefined)`);
  }

  /** Begins to run all cells. */
  async runAll(): Promise<void> {
    await this.page.evaluate(`void window.jupyterapp.commands.execute("notebook:run-all-cells")`);
  }

  /** Runs one cell and gives what it has put out. */
  async run(index: number): Promise<string> {
    await this.select(index);
    await this.command("notebook:run-cell");
    await this.idle();
    return this.output(index);
  }

  /** Selects a cell, out of edit mode. */
  async select(index: number): Promise<void> {
    await this.page.evaluate(`{ const { content } = window.jupyterapp.shell.currentWidget; content.activeCellIndex = ${index}; content.mode = "command"; }`);
  }

  /** Restarts the kernel as its user would, who is asked. */
  async restart(): Promise<void> {
    await this.page.evaluate(`void window.jupyterapp.commands.execute("kernelmenu:restart")`);
    await this.page.locator(".jp-Dialog button.jp-mod-accept").click();
    await this.page.locator(".jp-Dialog").waitFor({ state: "detached" });
    await this.idle();
  }

  /** Waits until the kernel has nothing to do. */
  async idle(): Promise<void> {
    const status = "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status";
    await this.page.waitForFunction(`${status} === "idle"`, undefined, { timeout: 60_000 });
  }

  /** A cell by its number, from 0, prose counted. */
  cell(index: number): ReturnType<Page["locator"]> {
    return this.page.locator(".jp-Notebook .jp-Cell").nth(index);
  }

  /** Waits until a cell has been run, and gives the text that it has put out. */
  async output(index: number, seconds = 60): Promise<string> {
    const cell = this.cell(index);
    await cell.locator(".jp-InputPrompt").filter({ hasText: /\[\d+\]/ }).waitFor({ timeout: 1000 * seconds });
    return (await cell.locator(".jp-OutputArea-output").allInnerTexts()).join("\n").trim();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
