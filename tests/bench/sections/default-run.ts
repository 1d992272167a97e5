import { launch } from "../../browser/chromium.js";
import { serveSite } from "../../browser/server.js";
import { Visit } from "../../browser/visit.js";
import { target, type Target } from "../targets.js";

export interface DefaultRunResult {
  /** From navigation until the held-out loss was below the bound; NaN: not within the time watched. */
  readonly seconds: number;
  readonly loss: number;
  readonly targets: readonly Target[];
}

/** The trigram's loss on the page's held-out text, nats a character. */
const bound = 1.87;
const watched = 90;

/** The built page, left to itself: when its held-out loss goes below the trigram's. */
export async function measureDefaultRun(): Promise<DefaultRunResult> {
  const [browser, served] = await Promise.all([launch(), serveSite()]);
  try {
    const start = performance.now();
    const visit = await Visit.open(browser, served.url);
    let [seconds, loss, lowest] = [0, NaN, NaN];
    do {
      await visit.page.waitForTimeout(100);
      loss = await visit.metric("validation-loss");
      lowest = Math.min(loss, Number.isNaN(lowest) ? loss : lowest);
      seconds = (performance.now() - start) / 1000;
    } while (!(loss < bound) && seconds < watched);
    visit.assertWell();
    const reached = loss < bound ? seconds : NaN;
    const what = `page's default run below ${bound} nats`;
    const targets = [target({ what, host: "chromium", measured: Number.isNaN(reached) ? watched : reached, wanted: 60, atMost: true, unit: "s" })];
    return { seconds: reached, loss: lowest, targets };
  } finally {
    await browser.close();
    await served.close();
  }
}
