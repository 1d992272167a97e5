import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A module of the bench's folder, given as text, with all that it imports, as one script for a page. */
export async function bundle(contents: string, minify = false): Promise<string> {
  const result = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)), loader: "ts" },
    bundle: true, minify, format: "esm", target: "es2022", platform: "browser", charset: "utf8", legalComments: "none", write: false, logLevel: "error",
  });
  return result.outputFiles[0]?.text ?? "";
}

export const page = (script: string) => `<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="${script}"></script>`;
