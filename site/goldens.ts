/** Publishes tests/golden for other projects: the numbers of PyTorch, the scripts that made them, their schema, and a page that describes them. */
import { build } from "esbuild";
import { marked } from "marked";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const site = fileURLToPath(new URL(".", import.meta.url));
const goldens = path.join(site, "../tests/golden");

export async function publishGoldens(out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const files = (await readdir(goldens)).filter((name) => /\.(json|py|txt)$/.test(name)).sort();
  for (const name of files) await copyFile(path.join(goldens, name), path.join(out, name));
  await copyFile(path.join(site, "../LICENSE"), path.join(out, "LICENSE"));
  const { metafile } = await build({
    absWorkingDir: site, entryPoints: ["src/goldens.css"], entryNames: "[name]-[hash]", outdir: out, bundle: true, minify: true, metafile: true, logLevel: "warning",
  });
  const style = path.basename(Object.keys(metafile.outputs)[0] ?? "");
  await writeFile(path.join(out, "index.html"), await page(files, style));
}

async function page(files: readonly string[], style: string): Promise<string> {
  const markdown = await readFile(path.join(goldens, "README.md"), "utf8");
  const [, title = ""] = /^# (.*)$/m.exec(markdown) ?? [];
  const { torch, date } = JSON.parse(await readFile(path.join(goldens, "lstm.json"), "utf8")) as { torch: string; date: string };
  const described = (await marked.parse(markdown)).replaceAll("<table>", '<div class="scroll" tabindex="0"><table>').replaceAll("</table>", "</table></div>");
  const list = files.map((name) => `<li><a href="${name}">${name}</a></li>`).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
  <title>${title}</title>
  <meta name="color-scheme" content="light dark">
  <link rel="icon" href="../favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="${style}">
</head>
<body>
  <header><a class="brand" href="../"><img src="../favicon.svg" alt="" width="28" height="28"> Unfold</a></header>
  <main>
${described}
<h2>The files</h2>
<p>Computed by PyTorch ${torch} on ${date}. MIT: <a href="LICENSE">LICENSE</a>. Each file fits <a href="golden.schema.json">golden.schema.json</a>.</p>
<ul class="files">
${list}
</ul>
  </main>
</body>
</html>
`;
}
