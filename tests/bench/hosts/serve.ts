import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Folders of the repository that pages may read. */
const open = ["build/wasm/", "jsbridge/npm/dist/", "tests/bench/node_modules/@tensorflow/", "tests/bench/node_modules/onnxruntime-web/dist/"];
const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".wasm": "application/wasm",
};

export interface Served {
  /** Ends with a slash. */
  readonly url: string;
  /** Bytes sent as bodies so far. */
  sent(): number;
  close(): Promise<void>;
}

/**
 * Serves pages by path ("/name.html"), and the repository's built files, on loopback as a static host would: compressed with
 * brotli beforehand, never asked for twice.
 */
export async function serve(pages: Readonly<Record<string, string | Uint8Array>>): Promise<Served> {
  const compressed = new Map<string, Uint8Array>();
  let sent = 0;
  const find = async (name: string): Promise<Uint8Array | undefined> => {
    const known = compressed.get(name);
    if (known) return known;
    const below = path.posix.normalize(name).slice(1);
    const page = pages[name] ?? (open.some((folder) => below.startsWith(folder)) ? await readFile(path.join(root, below)).catch(() => undefined) : undefined);
    if (page === undefined) return undefined;
    const body = compress(page);
    compressed.set(name, body);
    return body;
  };
  for (const name of Object.keys(pages)) await find(name);
  const server = createServer(async (request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname;
    const body = await find(name);
    if (!body) return void response.writeHead(404).end();
    sent += body.length;
    response.writeHead(200, {
      "Content-Type": types[path.extname(name)] ?? "application/octet-stream",
      "Content-Encoding": "br",
      "Content-Length": body.length,
      "Cache-Control": "public, max-age=31536000, immutable",
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sent: () => sent,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function compress(content: string | Uint8Array, quality = 11): Uint8Array {
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: 24 } });
}
