import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Served {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

const program = path.join(root, "build/bin/serve");
let built = false;

/** Serves build/site with the program that `make run` uses, below prefix, on a free port. */
export async function serveSite(prefix = "/"): Promise<Served> {
  if (!built) {
    const { status, stderr } = spawnSync("go", ["build", "-o", program, "./site/serve"], { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`go build ./site/serve: ${stderr}`);
    built = true;
  }
  const child = spawn(program, ["-dir", path.join(root, "build/site"), "-addr", "127.0.0.1:0", "-prefix", prefix], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await firstAddress(child);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
}

async function firstAddress(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("serve: no standard output");
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /http:\/\/\S+/.exec(line)?.[0];
    if (address === undefined) throw new Error(`serve: no address in ${JSON.stringify(line)}`);
    return address;
  }
  throw new Error("serve: ended before it printed its address");
}

export interface File {
  readonly type: string;
  readonly body: string | Uint8Array;
  /** Status of the answer, default 200. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
}

/** Serves the given files, by path, with one Content-Security-Policy for all of them: for pages of the tests' own. */
export async function serveFiles(files: Record<string, File>, policy?: string): Promise<Served> {
  const server = createServer((request, response) => {
    const file = files[new URL(request.url ?? "/", "http://localhost").pathname];
    if (file === undefined) {
      response.writeHead(404, { "Content-Type": "text/html; charset=utf-8" }).end("<!doctype html><title>404</title>");
      return;
    }
    response.writeHead(file.status ?? 200, {
      "Content-Type": file.type,
      "Cache-Control": "no-store",
      ...file.headers,
      ...(policy === undefined ? {} : { "Content-Security-Policy": policy }),
    });
    response.end(file.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
