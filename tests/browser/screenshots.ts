/** Pictures of the page after some training, in build/screenshots: two widths, two themes, two languages, every panel by itself, every tab of a phone. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launch } from "./chromium.js";
import { root, serveSite } from "./server.js";
import { Visit } from "./visit.js";

// One of each kind of data: together they show every panel.
const kinds = ["austen", "sunspots", "digits"] as const;
const folder = path.join(root, "build/screenshots");
mkdirSync(folder, { recursive: true });
const [browser, served] = await Promise.all([launch(), serveSite()]);
try {
  for (const width of [1280, 390]) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const language of ["en", "zh"]) {
        for (const data of kinds) await shoot(width, colorScheme, language, data);
      }
    }
  }
} finally {
  await browser.close();
  await served.close();
}

async function shoot(width: number, colorScheme: "light" | "dark", language: string, data: string): Promise<void> {
  const visit = await Visit.open(browser, `${served.url}#data=${data}&lang=${language}`, {
    viewport: { width, height: width === 390 ? 844 : 900 }, deviceScaleFactor: 2, colorScheme, locale: language === "zh" ? "zh-CN" : "en-GB",
  });
  await visit.trainsTo(150, 120);
  await visit.action("pause").click();
  const name = `${data}-${width}-${colorScheme}-${language}`;
  const save = async (file: string, take: (file: string) => Promise<unknown>): Promise<void> => {
    await take(path.join(folder, file));
    console.log(`screenshots: build/screenshots/${file}`);
  };
  if (width === 390) {
    for (const tab of await visit.page.locator(".tabs button:visible").all()) {
      await tab.click();
      await visit.page.waitForTimeout(1200);
      await save(`${name}-${await tab.getAttribute("data-tab")}.png`, (file) => visit.page.screenshot({ path: file, fullPage: true }));
    }
  } else {
    await visit.page.waitForTimeout(500);
    await save(`${name}.png`, (file) => visit.page.screenshot({ path: file, fullPage: true }));
    for (const panel of await visit.page.locator("[data-panel]:visible").all()) {
      const which = await panel.getAttribute("data-panel");
      if (data !== "austen" && which !== "forecast" && which !== "confusion" && which !== "data") continue;
      await panel.scrollIntoViewIfNeeded();
      await visit.page.waitForTimeout(1200);
      await save(`${name}-${which}.png`, (file) => panel.screenshot({ path: file }));
    }
  }
  await visit.close();
}
