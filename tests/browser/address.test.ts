/** What the page's address says, and what comes of it. Networks are tiny: it is the page that is looked at. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./chromium.js";
import { type Served, serveSite } from "./server.js";
import { Visit } from "./visit.js";

let browser: Browser;
let served: Served;

before(async () => {
  [browser, served] = await Promise.all([launch(), serveSite()]);
});
after(async () => {
  await browser.close();
  await served.close();
});

const small = "h=8&b=4&T=12";
const arrive = (fragment: string): Promise<Visit> => Visit.open(browser, `${served.url}#${fragment}`);
const fragment = (visit: Visit): Promise<string> => visit.page.evaluate("location.hash") as Promise<string>;
const chosen = (visit: Visit): Promise<string> => visit.control("dataset").inputValue();

/** The link that the page offers. */
async function shared(visit: Visit): Promise<string> {
  await visit.action("share").click();
  const link = await visit.until("a link", () => visit.control("link").inputValue(), (text) => text.startsWith("http"));
  await visit.action("close-share").click();
  return link;
}

describe("address", () => {
  test("a step is trained to and stopped at; the same link is the same network, bit for bit", async () => {
    const losses: number[] = [];
    let link = `${served.url}#v=1&data=adding&lag=30&cell=gru&h=8&b=4&lr=0.02&seed=5&step=7`;
    for (const _ of [1, 2]) {
      const visit = await Visit.open(browser, link);
      await visit.reaches("paused", 60);
      await visit.until("the step", () => visit.metric("step"), (step) => step === 7, 60);
      losses.push(await visit.metric("loss"));
      link = await shared(visit);
      assert.equal(new URL(link).hash, "#v=1&data=adding&lag=30&cell=gru&h=8&b=4&lr=0.02&seed=5&step=7");
      visit.assertWell();
      await visit.close();
    }
    assert.equal(losses[0], losses[1]);
  });

  test("a person's own text goes along in the link", async () => {
    const visit = await arrive(small);
    await visit.reaches("training", 60);
    await visit.train("床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。🙂");
    await visit.until("the own text", () => chosen(visit), (data) => data === "own");
    await visit.trainsTo(3, 60);
    await visit.action("pause").click();
    const [link, step, loss] = [await shared(visit), await visit.metric("step"), await visit.metric("loss")];
    visit.assertWell();
    await visit.close();
    const other = await Visit.open(browser, link);
    await other.until("the step", () => other.metric("step"), (now) => now === step, 60);
    await other.reaches("paused");
    assert.equal(await other.metric("loss"), loss);
    assert.match(await other.words(), /床前明月光/);
    other.assertWell();
    await other.close();
  });

  test("what cannot be is told, and the usual is used; unknown keys are nothing", async () => {
    const visit = await arrive(`data=austen&${small.replace("h=8", "h=0")}&cell=<img src=x onerror=window.pwned=1>&future=1`);
    await visit.until("an alert", () => visit.alerts(), (words) => /h=0/.test(words) && /cell=<img/.test(words) && !/future/.test(words));
    await visit.reaches("training", 60);
    assert.equal(await visit.page.evaluate("window.pwned"), undefined);
    assert.equal(await visit.control("hidden").inputValue(), "128");
    visit.assertWell();
    await visit.close();
  });

  test("Back and Forward go from one deliberate change to another", async () => {
    const visit = await arrive(`data=parity&h=4&b=4`);
    await visit.trainsTo(2, 60);
    await visit.set("dataset", "copy");
    await visit.until("the address of the copy task", () => fragment(visit), (hash) => hash.includes("data=copy"), 60);
    await visit.set("hidden", "6");
    await visit.until("the address of 6 units", () => fragment(visit), (hash) => hash.includes("h=6"), 60);
    await visit.set("learning-rate", "0.02");
    await visit.until("the address of the rate", () => fragment(visit), (hash) => hash.includes("lr=0.02"));
    await visit.page.goBack();
    await visit.until("64 units again", () => visit.control("hidden").inputValue(), (value) => value === "64", 60);
    await visit.page.goBack();
    await visit.until("parity again", () => chosen(visit), (data) => data === "parity", 60);
    await visit.until("its 4 units", () => visit.control("hidden").inputValue(), (value) => value === "4", 60);
    await visit.page.goForward();
    await visit.until("copy again", () => chosen(visit), (data) => data === "copy", 60);
    visit.assertWell();
    await visit.close();
  });

  test("panels are hidden, and the language is spoken, as it says", async () => {
    const visit = await arrive(`${small}&hide=data,loss&lang=zh`);
    await visit.reaches("training", 60);
    assert.equal(await visit.page.evaluate("document.documentElement.lang"), "zh-Hans");
    assert.deepEqual(await visit.page.evaluate(`[...document.querySelectorAll("[data-panel=data], [data-panel=loss]")].map((panel) => panel.hidden)`), [true, true]);
    visit.assertWell();
    await visit.close();
  });

  test("a link to a text that it does not carry asks for the text, and goes to the step when it comes", async () => {
    const text = "abcabdabeabf ".repeat(30);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    const sha = Buffer.from(digest).toString("hex");
    const visit = await arrive(`data=own&${small}&step=5&sha=${sha}&len=${text.length}`);
    await visit.until("words about the missing text", () => visit.words(), (words) => /390 characters/.test(words));
    await visit.train("another text altogether, another text");
    await visit.until("words about another text", () => visit.words(), (words) => /not the text/.test(words), 60);
    await visit.train(text);
    await visit.until("the step", () => visit.metric("step"), (step) => step === 5, 60);
    await visit.reaches("paused", 60);
    visit.assertWell();
    await visit.close();
  });
});
