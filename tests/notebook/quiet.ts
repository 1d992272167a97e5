import type { Page } from "playwright-core";

/** What a page says and fetches, but for what its host is known to say with or without a widget. */
export class Quiet {
  readonly faults: string[] = [];
  /** Addresses outside the host. */
  readonly strangers: string[] = [];
  readonly #known: readonly RegExp[];
  readonly #origin: string;

  constructor(url: string, known: readonly RegExp[]) {
    this.#origin = new URL(url).origin;
    this.#known = known;
  }

  watch = (page: Page): void => {
    page.on("console", (message) => {
      const text = message.text();
      if (!this.#known.some((pattern) => pattern.test(text))) this.faults.push(`${message.type()}: ${text}`);
    });
    page.on("pageerror", (error) => this.faults.push(`uncaught: ${error.stack ?? error.message}`));
    page.on("crash", () => this.faults.push("the page crashed"));
    page.on("request", (request) => {
      const address = new URL(request.url());
      if (address.protocol.startsWith("http") && address.origin !== this.#origin) this.strangers.push(request.url());
    });
  };
}
