/**
 * Builds the page: `npx tsx site/build.ts` leaves build/site, a folder that any static host serves, from any path.
 * Scripts and styles carry a hash of their content in their names; everything refers to everything relatively.
 */
import { build } from "esbuild";
import { copyFile, cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { publishGoldens } from "./goldens.js";
import { publishGuides } from "./guides.js";
import { pageWithPictures } from "./pictures/fill.js";
import { writeServiceWorker } from "./precache.js";
import { writeSinglePage } from "./single.js";

const site = fileURLToPath(new URL(".", import.meta.url));
const out = path.join(site, "../build/site");
const wasm = path.join(site, "../node_modules/unfold-rnn/dist/unfold.wasm");

const entries = ["src/app.ts", "src/app.css"];

/** What the page's script imports: fetched beside it, not behind it. */
let chunks: string[] = [];

/** File name in the output of each entry point, by its path relative to src. */
async function bundle(): Promise<Map<string, string>> {
  const result = await build({
    absWorkingDir: site,
    entryPoints: entries,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    metafile: true,
    logLevel: "warning",
  });
  const names = new Map<string, string>();
  const { outputs } = result.metafile;
  const script = Object.values(outputs).find(({ entryPoint }) => entryPoint === "src/app.ts");
  chunks = (script?.imports ?? []).filter(({ kind }) => kind === "import-statement").map((chunk) => path.basename(chunk.path));
  for (const [file, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    // A module that is imported when it is asked for counts as an entry point too.
    if (entryPoint !== undefined && entries.includes(entryPoint)) names.set(path.basename(entryPoint), path.basename(file));
  }
  return names;
}

/** The page with the bundles' names put in; each name must occur. */
function link(html: string, names: Map<string, string>): string {
  let linked = html;
  for (const [source, name] of names) {
    const reference = `"src/${source}"`;
    if (!linked.includes(reference)) throw new Error(`site/index.html does not refer to ${reference}`);
    linked = linked.replaceAll(reference, `"${name}"`);
  }
  return linked.replace("</head>", `${chunks.map((chunk) => `  <link rel="modulepreload" href="${chunk}">\n`).join("")}</head>`);
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await copyFile(wasm, path.join(out, "unfold.wasm")).catch((cause: unknown) => {
  throw new Error(`${path.relative(process.cwd(), wasm)} is not there: build the package first (make package)`, { cause });
});
await copyFile(path.join(path.dirname(wasm), "analysis.wasm"), path.join(out, "analysis.wasm"));
await writeFile(path.join(out, "index.html"), link(await pageWithPictures(), await bundle()));
await cp(path.join(site, "data"), path.join(out, "data"), { recursive: true });
for (const name of ["favicon.svg", "manifest.webmanifest"]) await copyFile(path.join(site, "src", name), path.join(out, name));
await publishGoldens(path.join(out, "golden"));
await publishGuides(path.join(out, "guides"));
await cp(path.join(site, "../build/reference"), path.join(out, "reference"), { recursive: true });
// The engine holds Go's runtime and gonum, the views Lit and uPlot: their terms go with every copy.
const dist = path.dirname(wasm);
for (const name of (await readdir(dist)).filter((file) => file.startsWith("LICENSE."))) await copyFile(path.join(dist, name), path.join(out, name));
await writeServiceWorker(out, ["golden", "guides", "reference"]);
await writeSinglePage(path.join(out, "unfold.html"));
