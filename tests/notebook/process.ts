import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "../browser/server.js";

/** Programs of the environment that `make test-notebook` makes. */
export const program = (name: string): string => path.join(root, "build/.notebook/bin", name);

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A server with a folder of its own, in which it also keeps its settings: nothing of this machine's user is read or changed. */
export class Host {
  readonly #child: ChildProcess;
  #said = "";

  private constructor(
    readonly url: string,
    readonly folder: string,
    child: ChildProcess,
  ) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (this.#said += String(data)));
  }

  static folder = (): string => mkdtempSync(path.join(tmpdir(), "unfold-notebook-"));

  /** Starts it and waits until it answers at `ready`. */
  static async start(name: string, args: readonly string[], url: string, ready: string, folder: string): Promise<Host> {
    const environment = {
      ...process.env, HOME: folder, XDG_CONFIG_HOME: path.join(folder, "config"), XDG_DATA_HOME: path.join(folder, "data"), XDG_STATE_HOME: path.join(folder, "state"),
      XDG_CACHE_HOME: path.join(folder, "cache"), JUPYTER_CONFIG_DIR: path.join(folder, "jupyter"), JUPYTER_DATA_DIR: path.join(folder, "jupyter-data"),
      JUPYTER_RUNTIME_DIR: path.join(folder, "jupyter-runtime"), IPYTHONDIR: path.join(folder, "ipython"), PYTHONDONTWRITEBYTECODE: "1",
    };
    const child = spawn(program(name), args, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const host = new Host(url, folder, child);
    const deadline = Date.now() + 90_000;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${host.#said}`);
      const answer = await fetch(ready).catch(() => undefined);
      if (answer?.ok) return host;
      if (Date.now() > deadline) {
        await host.stop();
        throw new Error(`${name}: ${ready} does not answer: ${host.#said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** What it has written so far. */
  get said(): string {
    return this.#said;
  }

  /** Ends it with its kernels, which are in its process group. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.pid !== undefined) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      const timer = setTimeout(() => process.kill(-(this.#child.pid as number), "SIGKILL"), 10_000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
