/** Publishes tests/golden for other projects: the numbers of PyTorch, the scripts that made them, their schema, and a page that describes them. */
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { documentPage, documentStyle, readable } from "./documents.js";

const site = fileURLToPath(new URL(".", import.meta.url));
const goldens = path.join(site, "../tests/golden");

export async function publishGoldens(out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const files = (await readdir(goldens)).filter((name) => /\.(json|py|txt)$/.test(name)).sort();
  for (const name of files) await copyFile(path.join(goldens, name), path.join(out, name));
  await copyFile(path.join(site, "../LICENSE"), path.join(out, "LICENSE"));
  await writeFile(path.join(out, "index.html"), await page(files, await documentStyle(out)));
}

async function page(files: readonly string[], style: string): Promise<string> {
  const markdown = await readFile(path.join(goldens, "README.md"), "utf8");
  const [, title = ""] = /^# (.*)$/m.exec(markdown) ?? [];
  const { torch, date } = JSON.parse(await readFile(path.join(goldens, "lstm.json"), "utf8")) as { torch: string; date: string };
  const list = files.map((name) => `<li><a href="${name}">${name}</a></li>`).join("\n");
  const body = `${await readable(markdown)}
<h2>The files</h2>
<p>Computed by PyTorch ${torch} on ${date}. MIT: <a href="LICENSE">LICENSE</a>. Each file fits <a href="golden.schema.json">golden.schema.json</a>.</p>
<ul class="files">
${list}
</ul>`;
  return documentPage({ title, body, style, home: "../" });
}
