import { launch } from "./chromium.js";
import { serveSite } from "./server.js";
const s = await serveSite();
const b = await launch();
const p = await b.newPage({ viewport: { width: 1280, height: 1420 }, colorScheme: "light" });
p.on("console", (m) => console.log("console", m.text())); p.on("pageerror", (e) => console.log("error", e.message));
await p.goto(s.url);
for (let i = 0; i < 70; i++) { await p.waitForTimeout(1000); const step = await p.locator("[data-metric=step]").textContent(); if (Number(String(step).replace(/\D/g, "")) > 400) break; }
await p.screenshot({ path: "/tmp/wt/readme.png" });
console.log(await p.locator("[data-metric=step]").textContent());
await b.close(); await s.close();
