import assert from "node:assert/strict";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

export type State = "loading" | "training" | "paused" | "error";

/** One visitor: a page in a context of its own, everything that went wrong on it, and the page's own words about itself. */
export class Visit {
  /** All that was written to the console, and uncaught exceptions. */
  readonly faults: string[] = [];
  /** Addresses outside the page's own origin. */
  readonly strangers: string[] = [];

  private constructor(
    readonly page: Page,
    readonly url: string,
  ) {
    const { origin } = new URL(url);
    page.on("console", (message) => {
      // Chromium's word on a machine that is so busy that scripts start seconds after the load.
      if (/was preloaded using link preload but not used/.test(message.text())) return;
      this.faults.push(`console ${message.type()}: ${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => this.faults.push(`uncaught: ${error.stack ?? error.message}`));
    page.on("crash", () => this.faults.push("the page crashed"));
    page.on("request", (request) => {
      const address = new URL(request.url());
      if (!["data:", "blob:"].includes(address.protocol) && address.origin !== origin) this.strangers.push(request.url());
    });
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await browser.newContext({ locale: "en-GB", colorScheme: "light", viewport: { width: 1280, height: 900 }, ...options });
    return Visit.in(context, url);
  }

  /** One more page in a context. */
  static async in(context: BrowserContext, url: string): Promise<Visit> {
    const visit = new Visit(await context.newPage(), url);
    await visit.page.goto(url, { waitUntil: "domcontentloaded" });
    return visit;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async state(): Promise<State> {
    return (await this.page.evaluate("document.body.dataset.state")) as State;
  }

  /** A figure of the page as a plain number; NaN as long as there is none. */
  async figure(kind: "metric" | "baseline", name: string): Promise<number> {
    const value = (await this.page.evaluate(`document.querySelector('[data-${kind}="${name}"]')?.dataset.value ?? ""`)) as string;
    return value === "" ? NaN : Number(value);
  }

  metric = (name: "loss" | "validation-loss" | "step" | "tokens-per-second") => this.figure("metric", name);
  baseline = (name: "uniform" | "unigram" | "bigram") => this.figure("baseline", name);

  /** What the network has written last. It writes only where somebody sees it. */
  async sample(): Promise<string> {
    await this.page.evaluate(`document.querySelector("unfold-samples")?.scrollIntoView({ block: "center" })`);
    return (await this.page.evaluate(`document.querySelector("unfold-samples")?.shadowRoot.querySelector('[part="sample"]')?.textContent ?? ""`)) as string;
  }

  /** All that a person can read. */
  async words(): Promise<string> {
    return (await this.page.evaluate("document.body.innerText")) as string;
  }

  /** What the page has raised as an alert. */
  async alerts(): Promise<string> {
    return (await this.page.evaluate(`[...document.querySelectorAll('[role="alert"]')].map((alert) => alert.innerText).join("\\n")`)) as string;
  }

  control = (name: string) => this.page.locator(`[data-control="${name}"]`).first();
  action = (name: string) => this.page.locator(`[data-action="${name}"]`).first();

  /** Asks again and again until the answer is yes; what was last seen is in the error. */
  async until<Value>(what: string, ask: () => Promise<Value>, good: (value: Value) => boolean, seconds = 20): Promise<Value> {
    const deadline = Date.now() + 1000 * seconds;
    for (;;) {
      const value = await ask();
      if (good(value)) return value;
      if (Date.now() > deadline) {
        assert.fail(`${what}: not within ${seconds} s; last ${JSON.stringify(value)}, state ${await this.state()}, faults ${JSON.stringify(this.faults)}`);
      }
      await this.page.waitForTimeout(50);
    }
  }

  reaches = (state: State, seconds = 20) => this.until(`state ${state}`, () => this.state(), (now) => now === state, seconds);
  trainsTo = (step: number, seconds = 30) => this.until(`step ${step}`, () => this.metric("step"), (now) => now >= step, seconds);

  /** Puts a text into the text field and trains on it. */
  async train(text: string): Promise<void> {
    await this.openPanels();
    await this.control("text").fill(text);
    await this.action("train-text").click();
  }

  /** Opens what is folded, so that every control can be reached as a person would. */
  async openPanels(): Promise<void> {
    await this.page.evaluate("for (const panel of document.querySelectorAll('details')) panel.open = true");
  }

  /** Sets an input, range or select as a person's last change of it would. */
  async set(name: string, value: string): Promise<void> {
    await this.openPanels();
    await this.page.evaluate(`{
      const controls = [...document.querySelectorAll('[data-control="${name}"]')];
      const control = controls.find((one) => one.type === "number") ?? controls[0];
      if (!control) throw new Error('no control "${name}"');
      control.value = ${JSON.stringify(value)};
      control.dispatchEvent(new Event("input", { bubbles: true }));
      control.dispatchEvent(new Event("change", { bubbles: true }));
    }`);
  }

  /** Drops a file on the page; bytes are base64. */
  async drop(name: string, bytes: Uint8Array, type = "text/plain"): Promise<void> {
    await this.dropMade(name, `Uint8Array.from(atob("${Buffer.from(bytes).toString("base64")}"), (c) => c.charCodeAt(0))`, type);
  }

  /** Drops a file whose content is a script expression, for files too big to be sent over. */
  async dropMade(name: string, expression: string, type = "text/plain"): Promise<void> {
    await this.page.evaluate(`{
      const transfer = new DataTransfer();
      transfer.items.add(new File([${expression}], ${JSON.stringify(name)}, { type: ${JSON.stringify(type)} }));
      for (const kind of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
      }
    }`);
  }

  /** The page is well: nothing was logged as an error, nothing was fetched from elsewhere, a script still runs. */
  assertWell(): void {
    assert.deepEqual(this.faults, []);
    assert.deepEqual(this.strangers, []);
  }
}
