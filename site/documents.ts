/** Pages made of Markdown and tables, for reading: guides, elements, goldens. One style sheet, no script. */
import { build } from "esbuild";
import { marked } from "marked";
import path from "node:path";
import { fileURLToPath } from "node:url";

const site = fileURLToPath(new URL(".", import.meta.url));

/** Writes the style sheet of documents into a folder; its name. */
export async function documentStyle(out: string): Promise<string> {
  const { metafile } = await build({
    absWorkingDir: site, entryPoints: ["src/documents.css"], entryNames: "[name]-[hash]", outdir: out, bundle: true, minify: true, metafile: true, logLevel: "warning",
  });
  return path.basename(Object.keys(metafile.outputs)[0] ?? "");
}

/** Markdown as HTML; wide tables and long lines scroll by themselves, with the keyboard too. */
export async function readable(markdown: string): Promise<string> {
  const text = await marked.parse(markdown);
  return text
    .replaceAll("<table>", '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>').replaceAll("</table>", "</table></div>")
    .replaceAll("<pre>", '<pre tabindex="0">');
}

interface Document {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  readonly style: string;
  /** Where the page is, seen from the document. */
  readonly home: string;
}

export const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

export function documentPage({ title, body, style, home }: Document): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
  <title>${escaped(title)}</title>
  <meta name="color-scheme" content="light dark">
  <link rel="icon" href="${home}favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="${style}">
</head>
<body>
  <header><a class="brand" href="${home}"><img src="${home}favicon.svg" alt="" width="28" height="28"> Unfold</a>
  <nav aria-label="Documents"><a href="${home}guides/">Guides</a> <a href="${home}reference/">Reference</a> <a href="${home}guides/elements.html">Elements</a></nav></header>
  <main>
${body}
  </main>
</body>
</html>
`;
}
