import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { root } from "../browser/server.js";
import { freePort, Host } from "./process.js";

const TOKEN = "only-for-this-test";

/** JupyterLab on loopback, with the example notebooks in its folder. */
export async function startLab(notebooks: readonly string[]): Promise<Host> {
  const folder = Host.folder();
  for (const name of notebooks) copyFileSync(path.join(root, "docs/examples", name), path.join(folder, name));
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
    return (await cell.locator(".jp-OutputArea-output").allInnerTexts()).join("\n");
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
