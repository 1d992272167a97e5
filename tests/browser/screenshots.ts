/** Pictures of the page after some seconds of training: two widths, two themes, two languages, in build/screenshots. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { launch } from "./chromium.js";
import { root, serveSite } from "./server.js";
import { Visit } from "./visit.js";

const folder = path.join(root, "build/screenshots");
mkdirSync(folder, { recursive: true });
const [browser, served] = await Promise.all([launch(), serveSite()]);
try {
  for (const width of [1280, 390]) {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const language of ["en", "zh"]) {
        const visit = await Visit.open(browser, `${served.url}?lang=${language}`, {
          viewport: { width, height: width === 390 ? 844 : 900 },
          deviceScaleFactor: 2,
          colorScheme,
          locale: language === "zh" ? "zh-CN" : "en-GB",
        });
        await visit.reaches("training", 30);
        await visit.trainsTo(60, 60);
        const file = path.join(folder, `${width}-${colorScheme}-${language}.png`);
        await visit.page.screenshot({ path: file, fullPage: true });
        console.log(`screenshots: build/screenshots/${path.basename(file)}`);
        await visit.close();
      }
    }
  }
} finally {
  await browser.close();
  await served.close();
}
