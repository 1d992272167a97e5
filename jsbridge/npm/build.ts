// Builds the package into dist/. Run from anywhere: npx tsx jsbridge/npm/build.ts
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { BuildOptions, Plugin } from "esbuild";
import { build } from "esbuild";
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

const asDefault = (value: string): string => `export default ${JSON.stringify(value)};`;
const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as { version: string };

async function bundle(): Promise<void> {
  const shared: BuildOptions = { bundle: true, minify: true, target: "es2022", platform: "neutral", legalComments: "none", lineLimit: 160, charset: "utf8", write: false };
  const runtime = { "unfold:wasm-exec": wrapWasmExec, "unfold:version": () => asDefault(version) };

  const worker = await build({ ...shared, entryPoints: [join(here, "src", "worker.ts")], format: "iife", plugins: [assets(runtime)] });
  const workerSource = worker.outputFiles?.[0]?.text ?? "";
  writeFileSync(join(dist, "worker.js"), workerSource);

  const modules = {
    ...runtime,
    "unfold:worker": () => asDefault(workerSource),
    "unfold:kernels": () =>
      `export const shim = "${packed("shim.wasm")}", kernels = "${packedPair("kernels.wasm", "kernels-relaxed.wasm")}", sha256 = "${sha256("unfold.wasm")}";`,
    "unfold:engine": () => asDefault(packed("unfold.wasm")),
    "unfold:analysis": () => `export const packed = "${packed("analysis.wasm")}", sha256 = "${sha256("analysis.wasm")}";`,
  };
  // index.js reaches analysis.js by a dynamic import, when something in it is asked for.
  const external = ["./analysis.js"];
  for (const name of ["index", "external", "analysis"]) {
    const out = await build({ ...shared, entryPoints: [join(here, "src", `${name}.ts`)], format: "esm", external: name === "analysis" ? [] : external, plugins: [assets(modules)] });
    writeFileSync(join(dist, `${name}.js`), out.outputFiles?.[0]?.text ?? "");
  }
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
      const text = readFileSync(join(out, "src", name), "utf8").replace(/^\/\/\/ <reference[^\n]*\n/gm, "");
      mkdirSync(dirname(join(dist, name)), { recursive: true });
      writeFileSync(join(dist, name), text);
      for (const [, path] of text.matchAll(/from "(\.[^"]+)\.js"/g)) visit(join(dirname(name), `${path}.d.ts`));
    };
    visit("index.d.ts");
    visit("external.d.ts");
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
copyFileSync(join(inputs, "LICENSE.engine.txt"), join(dist, "LICENSE.engine.txt"));
