/** Writes the service worker of a build, with the list of its files. */
import { type Plugin, build } from "esbuild";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const site = fileURLToPath(new URL(".", import.meta.url));

/** `skip`: folders that are no part of the page. */
export async function writeServiceWorker(out: string, skip: readonly string[]): Promise<void> {
  const files: Record<string, string> = {};
  for (const entry of (await readdir(out, { recursive: true, withFileTypes: true })).filter((one) => one.isFile())) {
    const file = path.relative(out, path.join(entry.parentPath, entry.name)).split(path.sep).join("/");
    if (skip.some((folder) => file.startsWith(`${folder}/`))) continue;
    files[file] = createHash("sha256").update(await readFile(path.join(out, file))).digest("hex").slice(0, 16);
  }
  const list: Plugin = {
    name: "precache",
    setup(bundle) {
      bundle.onResolve({ filter: /^virtual:precache$/ }, ({ path: name }) => ({ path: name, namespace: "precache" }));
      bundle.onLoad({ filter: /.*/, namespace: "precache" }, () => ({ contents: JSON.stringify(Object.fromEntries(Object.entries(files).sort())), loader: "json" }));
    },
  };
  await build({
    absWorkingDir: site, entryPoints: ["src/offline/worker.ts"], outfile: path.join(out, "sw.js"), bundle: true, format: "iife", target: "es2022", minify: true, logLevel: "warning", plugins: [list],
  });
}
