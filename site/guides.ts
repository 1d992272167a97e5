/** Publishes docs/guides, and what there is to say of the elements, from their manifest. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Manifest } from "../jsbridge/npm/manifest.js";
import { documentPage, documentStyle, escaped, readable } from "./documents.js";

const site = fileURLToPath(new URL(".", import.meta.url));
const folder = path.join(site, "../docs/guides");
// In the order of the index; the others follow by name.
const order = ["blog", "notebook", "node", "bundlers", "policy", "data", "weights"];

export async function publishGuides(out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const style = await documentStyle(out);
  const rank = (name: string): number => (order.indexOf(name) + order.length + 1) % (order.length + 1);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md")).map((name) => name.slice(0, -3)).sort((a, b) => rank(a) - rank(b));
  const list: string[] = [];
  for (const name of names) {
    const markdown = (await readFile(path.join(folder, `${name}.md`), "utf8")).replace(/\]\((\w+)\.md\)/g, "]($1.html)");
    const title = /^# (.*)$/m.exec(markdown)?.[1] ?? name;
    list.push(`<li><a href="${name}.html">${escaped(title)}</a></li>`);
    await writeFile(path.join(out, `${name}.html`), documentPage({ title: `${title} · Unfold`, body: await readable(markdown), style, home: "../" }));
  }
  const body = `<h1>Guides</h1>\n<p>Every line of code in them is run by the tests, as it stands.</p>\n<ul>\n${list.join("\n")}\n</ul>
<p>All names: <a href="../reference/">the package</a>, <a href="elements.html">the elements</a>.</p>`;
  await writeFile(path.join(out, "index.html"), documentPage({ title: "Guides · Unfold", body, style, home: "../" }));
  await writeFile(path.join(out, "elements.html"), documentPage({ title: "Elements · Unfold", body: await elements(), style, home: "../" }));
}

type Element = Manifest["modules"][number]["declarations"][number];

async function elements(): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(site, "../node_modules/unfold-rnn/dist/custom-elements.json"), "utf8")) as Manifest;
  const all = manifest.modules.flatMap(({ declarations }) => declarations).sort((a, b) => Number(b.tagName === "unfold-lab") - Number(a.tagName === "unfold-lab"));
  const contents = all.map(({ tagName }) => `<li><a href="#${tagName}">&lt;${tagName}&gt;</a></li>`).join("\n");
  return `<h1>Elements</h1>\n<p>A view looks at the lab around it, or at the one that <code>for</code> names.</p>\n<ul>\n${contents}\n</ul>\n${(await Promise.all(all.map(described))).join("\n")}`;
}

async function described(element: Element): Promise<string> {
  const { tagName, description, attributes, members, events, slots, cssParts, cssProperties } = element;
  const tables = ([["Attributes", attributes], ["Properties", members.filter(({ kind }) => kind === "field")], ["Methods", members.filter(({ kind }) => kind === "method")],
    ["Events", events], ["Slots", slots], ["Parts", cssParts], ["Variables", cssProperties]] as const).map(([title, list]) => table(title, list));
  return `<h2 id="${tagName}">&lt;${tagName}&gt;</h2>\n${await readable(description.replaceAll("<", "&lt;").replace(/`[^`]*`/g, (code) => code.replaceAll("&lt;", "<")))}\n${tables.join("")}`;
}

function table(title: string, list: readonly { name: string; description?: string; type?: { text: string } }[]): string {
  if (list.length === 0) return "";
  const rows = list.map(({ name, description = "", type }) => `<tr><td><code>${escaped(name || "(default)")}</code></td><td>${type ? `<code>${escaped(type.text)}</code>` : ""}</td><td>${escaped(description)}</td></tr>`);
  return `<h3>${title}</h3>\n<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><tbody>\n${rows.join("\n")}\n</tbody></table></div>\n`;
}
