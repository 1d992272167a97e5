import type { Browser } from "playwright-core";
import { launch } from "../../browser/chromium.js";
import type { Burst, Host } from "../subject.js";
import { bundle, page } from "./bundle.js";
import { type Served, serve } from "./serve.js";

/** A headless Chromium, whose pages are the parties' hosts. */
export interface Chromium {
  readonly version: string;
  host(party: string): Promise<Host>;
  close(): Promise<void>;
}

export async function openChromium(parties: readonly string[]): Promise<Chromium> {
  const pages: Record<string, string> = {};
  for (const party of parties) {
    pages[`/${party}.html`] = page(`${party}.js`);
    pages[`/${party}.js`] = await bundle(
      `import { Party } from "./party.ts"; import { open } from "./peers/${party}.ts"; globalThis.party = new Party(open);`,
    );
  }
  const served = await serve(pages);
  const browser = await launch();
  return {
    version: browser.version(),
    host: (party) => pageHost(browser, served, party),
    async close() {
      await browser.close();
      await served.close();
    },
  };
}

/** A context for one party: a renderer process that it has for itself. */
async function pageHost(browser: Browser, served: Served, party: string): Promise<Host> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(`bench: ${party} in Chromium: ${error.message}`));
  await page.goto(`${served.url}${party}.html`);
  await page.waitForFunction("globalThis.party !== undefined");
  const ask = (call: string, ...args: unknown[]): Promise<unknown> => page.evaluate(`party.${call}(...${JSON.stringify(args)})`);
  return {
    name: "chromium",
    async open(workload, name) {
      const { detail, firstLoss, opening } = (await ask("open", workload, name)) as { detail: string; firstLoss: number; opening: number };
      return {
        name, host: "chromium", detail, firstLoss, opening,
        run: (seconds) => ask("run", workload, name, seconds) as Promise<Burst>,
        close: async () => void (await ask("close", workload, name)),
      };
    },
    close: () => context.close(),
  };
}
