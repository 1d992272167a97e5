// Builds the package into dist/. Run from anywhere: npx tsx jsbridge/npm/build.ts
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { BuildOptions, Metafile, Plugin } from "esbuild";
import { build } from "esbuild";
import { manifest } from "./manifest.js";
import { PIECE } from "./src/runtime/pair.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const inputs = join(root, "build", "wasm");
const dist = join(here, "dist");

const WASM = ["unfold.wasm", "analysis.wasm", "shim.wasm", "kernels.wasm", "kernels-relaxed.wasm"];
const NEEDED = [...WASM, "wasm_exec.js", "LICENSE.engine.txt"];

function checkInputs(): void {
  const missing = NEEDED.filter((name) => !existsSync(join(inputs, name)));
  if (missing.length === 0) return;
  console.error(`${relative(process.cwd(), inputs) || "."}: ${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing; \`make build\` makes them`);
  process.exit(1);
}

const sha256 = (name: string): string => createHash("sha256").update(readFileSync(join(inputs, name))).digest("hex");

/** Subresource integrity of a file of dist. */
const integrity = (name: string): string => `sha384-${createHash("sha384").update(readFileSync(join(dist, name))).digest("base64")}`;

/** gzip, then base64: what fromPacked() of src/runtime/compile.ts undoes. */
const pack = (bytes: Uint8Array): string => gzipSync(bytes, { level: 9 }).toString("base64");
const packed = (name: string): string => pack(readFileSync(join(inputs, name)));

/**
 * Two modules that are nearly alike, piece by piece in turns, so that gzip, which looks back 32 KB, finds one in the other: what
 * fromPair() of src/runtime/compile.ts undoes. Before them stand their lengths.
 */
function packedPair(first: string, second: string): string {
  const modules = [first, second].map((name) => readFileSync(join(inputs, name)));
  const pieces: Uint8Array[] = [new Uint8Array(Uint32Array.from(modules, (bytes) => bytes.length).buffer)];
  for (let at = 0; modules.some((bytes) => at < bytes.length); at += PIECE) {
    for (const bytes of modules) pieces.push(bytes.subarray(at, at + PIECE));
  }
  return pack(Buffer.concat(pieces));
}

/**
 * wasm_exec.js speaks to its globalThis, which it also fills in, and to a few names that would be found there. As a function of
 * that object it leaves the page's alone, and several programs can run side by side.
 */
function wrapWasmExec(): string {
  const text = readFileSync(join(inputs, "wasm_exec.js"), "utf8");
  if (!text.includes("globalThis.Go = class")) {
    console.error("build/wasm/wasm_exec.js: no \"globalThis.Go = class\" in it; this build.ts does not fit the installed Go");
    process.exit(1);
  }
  return `export default function (globalThis) {
  const { fs, process, path, crypto, performance, console, TextEncoder, TextDecoder, setTimeout, clearTimeout } = globalThis;
  ${text}
  return globalThis.Go;
}`;
}

/** The modules that assets.d.ts declares. */
function assets(modules: Record<string, () => string>): Plugin {
  return {
    name: "unfold-assets",
    setup(bundle) {
      bundle.onResolve({ filter: /^unfold:/ }, ({ path }) => ({ path, namespace: "unfold" }));
      bundle.onLoad({ filter: /.*/, namespace: "unfold" }, ({ path }) => {
        const contents = modules[path]?.();
        return contents === undefined ? { errors: [{ text: `no asset is called ${path}` }] } : { contents, loader: "js" };
      });
    },
  };
}

const data = (name: string): string => readFileSync(join(root, "site", "data", name), "utf8");
const FAKER = "@faker-js/faker (the list of surnames)";

/** What `<unfold-lab data="…">` has in itself: the first chapters of a novel, English and German surnames, a series. */
function smallData(): string {
  const novel = data("austen-pride-and-prejudice.txt");
  const austen = novel.slice(novel.indexOf("It is a truth"), novel.indexOf("\n\n", 30_000));
  const names = data("surnames-by-language.tsv").split("\n").flatMap((line) => (/^([^\t]+)\t(English|German)$/.exec(line)?.[1] ?? [])).sort();
  return Object.entries({ austen, names: [...new Set(names)].join("\n"), sunspots: data("sunspots.csv") })
    .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`).join("\n");
}

const asDefault = (value: string): string => `export default ${JSON.stringify(value)};`;
const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as { version: string };

/** One file of dist. */
interface Bundle {
  /** Name in dist, without .js. */
  name: string;
  /** Entry point, below src. */
  entry: string;
  /** IIFE: the name of the global, if it has one. */
  iife?: { global?: string };
  /** Modules that stay files of their own, by their path below src. */
  beside?: Record<string, string>;
  /** Modules that stand in for others, by their paths below src. */
  instead?: Record<string, string>;
  /** Has the elements in it, or Lit. */
  views?: boolean;
}

const analysisBeside = { "analysis.ts": "./analysis.js" };

const BUNDLES: readonly Bundle[] = [
  { name: "index", entry: "index.ts", beside: analysisBeside },
  { name: "external", entry: "external.ts" },
  { name: "analysis", entry: "analysis.ts" },
  { name: "views", entry: "views.ts", beside: {}, views: true },
  { name: "element", entry: "element.ts", beside: { ...analysisBeside, "index.ts": "./index.js" }, views: true },
  { name: "analysis.iife", entry: "script/analysis.ts", iife: {} },
  { name: "unfold.iife", entry: "script/unfold.ts", iife: { global: "Unfold" }, instead: { "runtime/analysis-module.ts": "script/load-analysis.ts" }, views: true },
  // Hosts of notebooks take one file and no other; a widget does without the analysis.
  { name: "anywidget", entry: "anywidget.ts", instead: { "runtime/analysis-module.ts": "notebook/no-analysis.ts" }, views: true },
];

/** Finds what a module of src imports relatively: in the bundle, beside it, or another in its place. */
function sources({ beside = {}, instead = {}, views = false }: Bundle): Plugin {
  return {
    name: "unfold-sources",
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir }) => {
        const source = join(resolveDir, path.replace(/\.js$/, ".ts"));
        const inside = relative(join(here, "src"), source);
        if (inside.startsWith("..")) return undefined;
        const external = beside[inside];
        if (external !== undefined) return { path: external, external: true };
        // package.json speaks of dist: modules of the elements define them when they are imported.
        return { path: join(here, "src", instead[inside] ?? inside), sideEffects: views };
      });
    },
  };
}

/** The terms of what is bundled besides our own, which go with every copy. */
function licences(metafile: Metafile, into: Map<string, string>): void {
  for (const input of Object.keys(metafile.inputs)) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (folder === undefined || into.has(folder)) continue;
    const file = readdirSync(join(here, folder)).find((name) => /^licen[cs]e(\.|$)/i.test(name));
    if (file === undefined) throw new Error(`${folder}: no licence in it`);
    into.set(folder, readFileSync(join(here, folder, file), "utf8"));
  }
}

async function bundle(): Promise<void> {
  const shared = {
    absWorkingDir: here, bundle: true, minify: true, target: "es2022", platform: "neutral", mainFields: ["module", "main"], legalComments: "none",
    lineLimit: 160, charset: "utf8", write: false, metafile: true,
  } satisfies BuildOptions;
  const runtime = { "unfold:wasm-exec": wrapWasmExec, "unfold:version": () => asDefault(version) };

  const worker = await build({ ...shared, entryPoints: [join(here, "src", "worker.ts")], format: "iife", plugins: [assets(runtime)] });
  const workerSource = worker.outputFiles[0]?.text ?? "";
  writeFileSync(join(dist, "worker.js"), workerSource);

  const modules = {
    ...runtime,
    "unfold:worker": () => asDefault(workerSource),
    "unfold:kernels": () =>
      `export const shim = "${packed("shim.wasm")}", kernels = "${packedPair("kernels.wasm", "kernels-relaxed.wasm")}", sha256 = "${sha256("unfold.wasm")}";`,
    "unfold:data": smallData,
    "unfold:engine": () => asDefault(packed("unfold.wasm")),
    "unfold:analysis-integrity": () => asDefault(integrity("analysis.iife.js")), // built before who asks
    "unfold:analysis": () => `export const packed = "${packed("analysis.wasm")}", sha256 = "${sha256("analysis.wasm")}";`,
  };
  const terms = new Map<string, string>();
  for (const one of BUNDLES) {
    const out = await build({
      ...shared,
      entryPoints: [join(here, "src", one.entry)],
      format: one.iife ? "iife" : "esm",
      ...(one.iife?.global === undefined ? {} : { globalName: one.iife.global }),
      ...(one.views ? { inject: [join(here, "src", "view", "server.ts")] } : {}),
      loader: { ".css": "text" },
      plugins: [assets(modules), sources(one)],
    });
    writeFileSync(join(dist, `${one.name}.js`), out.outputFiles[0]?.text ?? "");
    checkInputsOf(one, out.metafile);
    licences(out.metafile, terms);
  }
  terms.set(FAKER, data("LICENSE.faker"));
  const text = [...terms].map(([folder, licence]) => `==== ${folder.replace(/^.*node_modules\//, "")} ====\n\n${licence.trim()}\n`).join("\n");
  writeFileSync(join(dist, "LICENSE.elements.txt"), text);
  const scripts = ["unfold.iife.js", "analysis.iife.js", "index.js", "element.js"];
  writeFileSync(join(dist, "integrity.json"), `${JSON.stringify(Object.fromEntries(scripts.map((name) => [name, integrity(name)])), null, 2)}\n`);
}

/** Who trains without a picture does not download the elements, and who has both has the engine once. */
function checkInputsOf({ name, views, beside }: Bundle, { inputs }: Metafile): void {
  const wrong = Object.keys(inputs).filter((input) => {
    if (!views) return input.includes("node_modules/") || /^src\/(view|lab|notebook)\//.test(input);
    return beside !== undefined && /^src\/(engine|runtime)\/|^unfold:(engine|kernels|worker)/.test(input);
  });
  if (wrong.length === 0) return;
  console.error(`${name}.js: ${wrong.join(", ")} ${views ? "is in index.js too; import it from \"../index.js\", as a stranger would" : "must not be in it"}`);
  process.exit(1);
}

/** Emits declarations and keeps those that a caller's import can reach. */
function declarations(): void {
  const out = mkdtempSync(join(tmpdir(), "unfold-types-"));
  try {
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
    const options = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--rootDir", here, "--outDir", out];
    const { status } = spawnSync(process.execPath, [tsc, "-p", here, ...options], { stdio: "inherit" });
    if (status !== 0) {
      process.exitCode = 1;
      return;
    }
    const reached = new Set<string>();
    const visit = (name: string): void => {
      if (reached.has(name)) return;
      reached.add(name);
      const text = readFileSync(join(out, "src", name), "utf8").replace(/^(\/\/\/ <reference|import ")[^\n]*\n/gm, "");
      // Whoever installs the package does not get what is bundled in it.
      const bare = /(?:from |import\(|import )"([^.][^"]*)"/.exec(text)?.[1];
      if (bare !== undefined) throw new Error(`dist/${name} would name the types of "${bare}", which is no dependency; export an interface of its own instead`);
      mkdirSync(dirname(join(dist, name)), { recursive: true });
      writeFileSync(join(dist, name), text);
      for (const [, path] of text.matchAll(/from "(\.[^"]+)\.js"/g)) visit(join(dirname(name), `${path}.d.ts`));
    };
    for (const entry of ["index", "external", "views", "element", "anywidget"]) visit(`${entry}.d.ts`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

checkInputs();
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await bundle();
declarations();
for (const name of ["unfold.wasm", "analysis.wasm"]) copyFileSync(join(inputs, name), join(dist, name));
writeFileSync(join(dist, "custom-elements.json"), `${JSON.stringify(manifest(join(here, "src")), null, 2)}\n`);
copyFileSync(join(inputs, "LICENSE.engine.txt"), join(dist, "LICENSE.engine.txt"));
