/**
 * Writes the page as one file: `npx tsx site/single.ts` leaves build/unfold.html, which also stands beside the page for visitors to take along. It runs from file://, offline and as an attachment.
 * Everything is inside: script, styles, engine, analysis, texts, terms. Its policy names script and styles by their hashes and
 * lets it connect to nothing.
 */
import { type Plugin, build } from "esbuild";
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { pageWithPictures } from "./pictures/fill.js";

const site = fileURLToPath(new URL(".", import.meta.url));
const dist = path.join(site, "../node_modules/unfold-rnn/dist");
const isText = /\.(txt|csv|tsv)$/;

/** The engine is the one inside the package, and files beside the page are inside it. */
const inside: Plugin = {
  name: "single",
  setup(bundle) {
    bundle.onResolve({ filter: /^unfold-rnn\/external$/ }, () => ({ path: path.join(dist, "index.js") }));
    bundle.onResolve({ filter: /^virtual:files$/ }, ({ path: name }) => ({ path: name, namespace: "files" }));
    bundle.onLoad({ filter: /.*/, namespace: "files" }, async () => {
      const files: Record<string, string> = {};
      for (const name of (await readdir(path.join(site, "data"))).filter((file) => isText.test(file)).sort()) {
        files[`data/${name}`] = gzipSync(await readFile(path.join(site, "data", name)), { level: 9 }).toString("base64");
      }
      return { contents: `export default ${JSON.stringify(files)}`, loader: "js" };
    });
  },
};

async function bundle(entry: string): Promise<string> {
  const script = !entry.endsWith(".css");
  const { outputFiles } = await build({
    absWorkingDir: site,
    entryPoints: [entry],
    outdir: "build", // nothing is written
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    charset: "utf8",
    logLevel: "warning",
    write: false,
    ...(script ? { inject: ["single/fetch.ts"], plugins: [inside] } : {}),
  });
  const [file, ...more] = outputFiles;
  if (file === undefined || more.length > 0) throw new Error(`${entry}: ${outputFiles.length} files came out; one is wanted`);
  return file.text;
}

/** Text as the content of a script or style element, which the parser ends at the first end tag and may take for a comment. */
function enclosed(text: string, tag: string): string {
  const safe = text.replaceAll("<!--", "\\x3C!--").replace(new RegExp(`</(${tag})`, "gi"), "<\\/$1");
  return `\n${safe.trim()}\n`;
}

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The page's own policy, with hashes in place of its origin and no one to connect to. */
function policy(text: string, scripts: readonly string[], styles: readonly string[]): string {
  return text.split(";").map((directive) => {
    const [name, ...sources] = directive.trim().split(/\s+/);
    const kept = sources.filter((source) => source !== "'self'");
    switch (name) {
      case "script-src": return [name, ...scripts, ...kept].join(" ");
      case "style-src": return [name, ...styles, ...kept].join(" ");
      case "connect-src": return "connect-src 'none'";
      default: return [name, ...(kept.length > 0 ? kept : sources.length > 0 ? ["'none'"] : [])].join(" ");
    }
  }).join("; ");
}

/** Whose terms go with every copy. */
async function terms(): Promise<string> {
  const data = (await readdir(path.join(site, "data"))).filter((name) => !isText.test(name)).sort((a, b) => Number(b.endsWith(".md")) - Number(a.endsWith(".md")));
  const files = [
    ...data.map((name) => path.join(site, "data", name)),
    ...(await readdir(dist)).filter((name) => name.startsWith("LICENSE.")).map((name) => path.join(dist, name)),
    path.join(site, "../LICENSE"),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return `<details id="terms"><summary lang="en">Terms of what is inside</summary><pre lang="en">${texts.map((text) => escape(text.trim())).join("\n\n")}</pre></details>`;
}

const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];

async function inline(html: string): Promise<string> {
  const scripts: string[] = [];
  const styles: string[] = [];
  let page = html;
  const each = async (pattern: RegExp, put: (tag: string) => Promise<string>): Promise<void> => {
    for (const [tag] of page.matchAll(pattern)) {
      const text = await put(tag);
      page = page.replace(tag, () => text);
    }
  };
  let body = "";
  await each(/<script\b[^>]*\bsrc="[^"]*"[^>]*><\/script>\s*/g, async (tag) => {
    const text = enclosed(await bundle(attribute(tag, "src") as string), "script");
    scripts.push(hash(text));
    body += `<script type="module">${text}</script>\n`; // behind the page: some readers show it while the rest still comes
    return "";
  });
  await each(/<link\b[^>]*>\s*/g, async (tag) => {
    const href = attribute(tag, "href") ?? "";
    switch (attribute(tag, "rel")) {
      case "stylesheet": {
        const text = enclosed(await bundle(href), "style");
        styles.push(hash(text));
        return `<style>${text}</style>\n`;
      }
      case "icon":
        return tag.replace(href, await dataURL(href));
      default:
        return ""; // hints for a host, which there is not
    }
  });
  await each(/<img\b[^>]*\bsrc="[^"#:]*"[^>]*>/g, async (tag) => {
    const src = attribute(tag, "src") as string;
    return tag.replace(src, await dataURL(src));
  });
  await each(/<a\b[^>]*\bhref="[^"#:]*"[^>]*>[^]*?<\/a>\s*/g, async (tag) => (/LICENSE/.test(tag) ? tag.replace(/\bhref="[^"]*"/, 'href="#terms"') : ""));
  await each(/<meta http-equiv="Content-Security-Policy"[^>]*>/g, async (tag) => {
    const content = attribute(tag, "content") as string;
    return tag.replace(content, () => policy(content, scripts, styles));
  });
  const end = `${await terms()}\n${body}`;
  page = page.replace("</body>", () => `${end}</body>`);
  const beside = /<(?!a\b)[a-z]+\b[^>]*\s(?:src|href)="(?!data:|#)[^"]*"/.exec(page.slice(0, page.indexOf(end)))?.[0];
  if (beside !== undefined) throw new Error(`site/single.ts does not know how to put into one file: ${beside}`);
  return page;
}

async function dataURL(file: string): Promise<string> {
  return `data:image/svg+xml;base64,${(await readFile(path.join(site, "src", path.basename(file)))).toString("base64")}`;
}

export async function writeSinglePage(file: string): Promise<void> {
  const page = await inline(await pageWithPictures());
  await writeFile(file, page);
  console.log(`${path.basename(file)}: ${(Buffer.byteLength(page) / 1e6).toFixed(2)} MB`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeSinglePage(path.join(site, "../build/unfold.html"));
