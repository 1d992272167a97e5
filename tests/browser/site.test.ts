/** The page as a visitor meets it. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { launch } from "./chromium.js";
import { type Served, serveSite } from "./server.js";
import { Visit } from "./visit.js";

let browser: Browser;
let served: Served;
let visit: Visit;

before(async () => {
  [browser, served] = await Promise.all([launch(), serveSite()]);
});
after(async () => {
  await browser.close();
  await served.close();
});

const arrive = async (options: BrowserContextOptions = {}, query = "") => {
  visit = await Visit.open(browser, served.url + query, options);
};
const leave = () => visit.close();

const rhyme = "peter piper picked a peck of pickled peppers. a peck of pickled peppers peter piper picked. ".repeat(40);

describe("first light", () => {
  before(() => arrive());
  after(leave);

  test("it trains by itself, and goes below the bigram baseline within 60 s of navigation", async () => {
    const start = Date.now();
    await visit.reaches("training", 20);
    const bigram = await visit.until("a bigram baseline", () => visit.baseline("bigram"), (value) => value > 0, 30);
    const [uniform, unigram] = [await visit.baseline("uniform"), await visit.baseline("unigram")];
    assert.ok(uniform > unigram && unigram > bigram && bigram > 1.5, `${uniform} ${unigram} ${bigram}`);
    const left = 60 - (Date.now() - start) / 1000;
    const loss = await visit.until("validation loss below bigram", () => visit.metric("validation-loss"), (value) => value < bigram, left);
    console.log(`browser: held-out ${loss.toFixed(3)} nats, below the bigram's ${bigram.toFixed(3)}, ${((Date.now() - start) / 1000).toFixed(1)} s after navigation`);
    assert.equal(await visit.state(), "training");
  });

  test("its figures are plain numbers", async () => {
    const loss = await visit.metric("loss");
    assert.ok(loss > 0.5 && loss < 5, `loss ${loss} nats`);
    assert.ok((await visit.metric("tokens-per-second")) > 500);
    assert.ok(Number.isInteger(await visit.metric("step")));
  });

  test("samples keep coming", async () => {
    const first = await visit.until("a sample", () => visit.sample(), (text) => text.trim().length > 20);
    await visit.until("another sample", () => visit.sample(), (text) => text.trim().length > 20 && text !== first, 90);
  });

  test("temperature acts on the next samples while training goes on", async () => {
    const variety = async (temperature: string) => {
      await visit.page.locator("unfold-samples").getByRole("slider", { name: "Temperature" }).fill(temperature);
      const step = await visit.metric("step");
      const before = await visit.sample();
      const second = await visit.until("a sample", () => visit.sample(), (text) => text.length > 20 && text !== before, 90);
      const third = await visit.until("one more sample", () => visit.sample(), (text) => text.length > 20 && text !== second, 90);
      assert.ok((await visit.metric("step")) >= step, "a new temperature must not restart training");
      return new Set(third).size / Math.min(third.length, 200);
    };
    const cold = await variety("0.1");
    const hot = await variety("2");
    assert.ok(hot > cold, `different characters: ${hot} of a hot sample, ${cold} of a cold one`);
  });

  test("pause, resume and reset", async () => {
    await visit.action("pause").click();
    await visit.reaches("paused");
    await visit.page.waitForTimeout(300);
    const held = await visit.metric("step");
    await visit.page.waitForTimeout(700);
    assert.equal(await visit.metric("step"), held, "steps while paused");
    await visit.action("resume").click();
    await visit.reaches("training");
    await visit.trainsTo(held + 3);
    await visit.action("reset").click();
    await visit.until("fewer steps after a reset", () => visit.metric("step"), (step) => step < held, 10);
    await visit.reaches("training");
    await visit.trainsTo(2);
  });

  test("a learning rate of 1e6 ends in an error that is told; the page goes on", async () => {
    await visit.trainsTo(10);
    await visit.set("learning-rate", "1000000");
    await visit.reaches("error", 40);
    assert.match(await visit.alerts(), /learning rate/i);
    await visit.set("learning-rate", "0.003");
    const again = visit.page.locator('[data-action="resume"]:visible, [data-action="reset"]:visible').first();
    await again.click();
    await visit.reaches("training", 20);
    await visit.trainsTo(5);
    assert.ok(Number.isFinite(await visit.metric("loss")));
  });

  test("it says that all stays on this machine, and which kernels run; nothing went wrong", async () => {
    assert.match(await visit.words(), /SIMD/i);
    visit.assertWell();
  });
});

describe("texts", () => {
  beforeEach(() => arrive());
  afterEach(leave);

  test("a pasted text is trained on at once", async () => {
    await visit.reaches("training");
    await visit.train(rhyme);
    const uniform = Math.log(new Set(rhyme).size);
    await visit.until("the text's own baseline", () => visit.baseline("uniform"), (value) => Math.abs(value - uniform) <= 1e-3, 10);
    await visit.reaches("training");
    await visit.until("a low loss", () => visit.metric("loss"), (loss) => loss < uniform / 2, 30);
    visit.assertWell();
  });

  test("a pasted text, language and theme survive a reload", async () => {
    await visit.reaches("training");
    await visit.train(rhyme);
    await visit.until("the text's own baseline", () => visit.baseline("uniform"), (value) => value < 3.2, 10);
    await visit.set("language", "zh");
    await visit.set("theme", "dark");
    await visit.page.waitForTimeout(500);
    const before = await appearance();
    await visit.page.reload({ waitUntil: "domcontentloaded" });
    await visit.reaches("training");
    assert.deepEqual(await appearance(), before);
    const kept = async () => (await visit.page.evaluate(
      `[document.body.innerText, ...[...document.querySelectorAll("textarea")].map((area) => area.value)].join("\\n")`,
    )) as string;
    const restore = visit.page.locator('[data-action="restore"]:visible');
    await visit.until("the pasted text, or an offer of it", async () => (await restore.count()) > 0 || (await kept()).includes("peter piper"), Boolean, 10);
    if ((await restore.count()) > 0) await restore.first().click();
    await visit.until("the text in the field", kept, (words) => words.includes("peter piper"), 10);
    visit.assertWell();
  });

  const appearance = async () => (await visit.page.evaluate(
    `[document.documentElement.lang, getComputedStyle(document.body).backgroundColor].join(" ")`,
  )) as string;

  test("a dropped file is trained on; the Tang quatrains are there to pick", async () => {
    await visit.reaches("training");
    await visit.drop("rhyme.txt", Buffer.from(rhyme));
    const uniform = Math.log(new Set(rhyme).size);
    await visit.until("the file's own baseline", () => visit.baseline("uniform"), (value) => Math.abs(value - uniform) <= 1e-3, 10);
    await visit.trainsTo(5);
    const options = (await visit.page.evaluate(`[...document.querySelectorAll('[data-control="dataset"] option')].map((option) => option.value)`)) as string[];
    const tang = options.find((value) => /tang/i.test(value));
    assert.ok(tang, `no Tang among ${options.join(", ")}`);
    await visit.set("dataset", tang);
    await visit.until("a vocabulary of Chinese", () => visit.baseline("uniform"), (value) => value > Math.log(1000), 20);
    await visit.reaches("training");
    await visit.trainsTo(3, 60);
    await visit.until("a Chinese sample", () => visit.sample(), (text) => /[一-鿿]/.test(text), 150);
    visit.assertWell();
  });

  test("texts that are too little are refused in words, and training goes on", async () => {
    await visit.reaches("training");
    await visit.trainsTo(3);
    const uniform = await visit.until("a baseline", () => visit.baseline("uniform"), (value) => value > 0);
    for (const [text, words] of [["", /empty/i], ["a", /one character|at least 2/i]] as const) {
      await visit.train(text);
      await visit.until(`an alert about ${JSON.stringify(text)}`, () => visit.alerts(), (alerts) => words.test(alerts), 10);
      assert.equal(await visit.state(), "training");
      assert.equal(await visit.baseline("uniform"), uniform);
    }
    const step = await visit.metric("step");
    await visit.trainsTo(step + 3);
    visit.assertWell();
  });

  test("short texts, emoji and Chinese train", async () => {
    await visit.reaches("training");
    for (const text of ["abcabd", "🌕🌖🌗🌘🌑🌒🌓🌔".repeat(4), "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。"]) {
      const uniform = Math.log(new Set(text).size);
      await visit.train(text);
      await visit.until(`the baseline of ${text.slice(0, 8)}`, () => visit.baseline("uniform"), (value) => Math.abs(value - uniform) <= 1e-3, 10);
      await visit.reaches("training");
      await visit.trainsTo(3);
    }
    visit.assertWell();
  });

  test("a binary file is refused in words; invalid UTF-8 is mended in words", async () => {
    await visit.reaches("training");
    const uniform = await visit.until("a baseline", () => visit.baseline("uniform"), (value) => value > 0);
    await visit.drop("picture.png", Uint8Array.from({ length: 4096 }, (_, i) => (i * 37) & 255), "image/png");
    await visit.until("words about a binary file", () => visit.words(), (words) => /picture\.png.*binary/i.test(words), 10);
    assert.equal(await visit.baseline("uniform"), uniform, "training of the present text goes on");
    const step = await visit.metric("step");
    await visit.trainsTo(step + 3);

    const latin = Buffer.concat([Buffer.from(rhyme), Buffer.from([0xe9, 0xe8]), Buffer.from(rhyme)]);
    await visit.drop("latin1.txt", latin);
    await visit.until("words about replaced places", () => visit.words(), (words) => /\b2\b.*latin1\.txt.*UTF-8/i.test(words), 10);
    await visit.reaches("training");
    visit.assertWell();
  });

  test("50 MB of text: it works or says what is too much; the page answers all the time", async () => {
    await visit.reaches("training");
    await visit.dropMade("large.txt", `"it was the best of times, it was the worst of times, ".repeat(1_000_000).slice(0, 50_000_000)`);
    let longest = 0;
    const deadline = Date.now() + 40_000;
    const fits = Math.log(new Set("it was the best of times, it was the worst of times, ").size);
    for (;;) {
      const start = Date.now();
      const uniform = await visit.baseline("uniform");
      longest = Math.max(longest, Date.now() - start);
      const words = await visit.words();
      if (Math.abs(uniform - fits) <= 1e-3 && (await visit.state()) === "training") break;
      if (/too (much|large|big|long)|at most|limit/i.test(words)) break;
      assert.ok(Date.now() < deadline, `neither trained on nor refused within 40 s; state ${await visit.state()}`);
      await visit.page.waitForTimeout(50);
    }
    assert.ok(longest < 1500, `the page did not answer for ${longest} ms`);
    const area = (await visit.page.evaluate(`Math.max(0, ...[...document.querySelectorAll("textarea")].map((area) => area.value.length))`)) as number;
    assert.ok(area < 2_000_000, `${area} characters in a text field`);
    await visit.reaches("training");
    visit.assertWell();
  });

  test("a hostile text is only text", async () => {
    await visit.reaches("training");
    const hostile = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><svg onload=window.pwned=1>`.repeat(30);
    await visit.train(hostile);
    await visit.drop(`<img src=x onerror="window.pwned=1">.txt`, Buffer.from(hostile));
    await visit.until("a sample", () => visit.sample(), (text) => text.length > 10, 30);
    await visit.trainsTo(20);
    assert.equal(await visit.page.evaluate("window.pwned"), undefined);
    assert.equal(await visit.page.evaluate(`document.querySelectorAll("img[src='x'], body script:not([src]), svg[onload]").length`), 0);
    visit.assertWell();
  });
});

describe("hosts", () => {
  for (const [width, language] of [[390, "en"], [360, "zh"]] as const) {
    test(`${width} px wide in ${language}: no sideways scrolling`, async () => {
      await arrive({ viewport: { width, height: 780 }, isMobile: true, hasTouch: true }, `?lang=${language}`);
      await visit.reaches("training");
      await visit.trainsTo(3, 60);
      await visit.openPanels();
      assert.match((await visit.page.evaluate("document.documentElement.lang")) as string, new RegExp(`^${language}`));
      const overflow = (await visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) as number;
      assert.ok(overflow <= 0, `${overflow} px wider than the screen`);
      visit.assertWell();
      await leave();
    });
  }

  test("from a sub-path of a static host", async () => {
    const below = await serveSite("/lab/unfold/");
    visit = await Visit.open(browser, below.url);
    await visit.reaches("training");
    await visit.trainsTo(3);
    visit.assertWell();
    await leave();
    await below.close();
  });

  test("without SIMD: the portable kernels, said plainly", async () => {
    const plain = await launch(["--js-flags=--no-enable-sse4-1"]);
    visit = await Visit.open(plain, served.url);
    await visit.reaches("training", 40);
    await visit.trainsTo(2, 60);
    assert.match(await visit.words(), /portable/i);
    visit.assertWell();
    await plain.close();
  });
});
