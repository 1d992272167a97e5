import type { GoRuntime, Parts } from "../engine/boot.js";
import type { Kernels } from "../engine/bridge.js";
import { UnfoldError, describe, fromWire } from "../errors.js";
import type { Wanted } from "./options.js";
import type { Port, WorkerScript } from "./port.js";
import { mainThreadPort, nodeWorkerPort, webWorkerPort } from "./port.js";

/** What a build of the package brings to start a host with. */
export interface HostAssets {
  version: string;
  workerSource: string;
  makeGo: GoRuntime;
}

export interface Started {
  port: Port;
  kernels: Kernels;
  /** Why the higher rungs did not hold. */
  reason: string | undefined;
}

/** Milliseconds that a worker has to say hello, counted while this thread is awake; then that its engine has to be ready. */
const HELLO_MS = 3000;
const READY_MS = 20_000;
const TICK_MS = 100;
/** Work between two looks at messages. */
const SLICE_MS = { worker: 25, main: 12 };

interface Rung {
  name: string;
  /** What to do when it fails without a word, as Content-Security-Policy makes it. */
  hint: string;
  open(): Port | undefined;
}

function rungs(assets: HostAssets, wanted: Wanted): Rung[] {
  const main: Rung = { name: "this thread", hint: "", open: () => mainThreadPort(assets.makeGo, assets.version) };
  if (!wanted.worker) return [main];
  const list: Rung[] = [];
  // Deno's Worker takes modules only; its threads are Node's.
  const web = typeof Worker === "function" && !("Deno" in globalThis);
  const open = (from: WorkerScript): Port | undefined => (web ? webWorkerPort(from) : nodeWorkerPort(from));
  if (wanted.workerURL !== undefined) {
    const url = wanted.workerURL;
    list.push({
      name: `worker ${url}`,
      hint: "404, HTML in its place, another origin, or a Content-Security-Policy whose worker-src leaves it out",
      open: () => open({ kind: "url", text: url }),
    });
  }
  list.push({
    name: web ? "blob worker" : "worker thread",
    hint: web ? "a Content-Security-Policy needs `worker-src blob:` (and `trusted-types unfold-rnn` where it names its policies), or give runtime.workerURL" : "",
    open: () => open({ kind: "source", text: assets.workerSource }),
  });
  list.push(main);
  return list;
}

/** Hello, boot, ready; rejects with what went wrong. Leaves nothing behind when it fails. */
function shake(port: Port, parts: Parts, version: string): Promise<Kernels> {
  return new Promise((resolve, reject) => {
    let limit = HELLO_MS;
    let awake = 0;
    // Ticks, not a clock: a tab that slept has not waited.
    const timer = setInterval(() => {
      awake += TICK_MS;
      if (awake >= limit) fail(new UnfoldError("BOOT", limit === HELLO_MS ? `no sign of life in ${HELLO_MS / 1000} s` : `engine not ready in ${READY_MS / 1000} s`));
    }, TICK_MS);
    const fail = (error: UnfoldError): void => {
      clearInterval(timer);
      port.onReply = () => {};
      port.onFailure = () => {};
      port.terminate();
      reject(error);
    };
    port.onFailure = (reason) => fail(new UnfoldError("BOOT", reason));
    port.onReply = (reply) => {
      if (reply.type === "hello") {
        if (reply.version !== version) {
          fail(new UnfoldError("BOOT", `its script is version ${reply.version}, the package ${version}`));
          return;
        }
        limit = HELLO_MS + READY_MS;
        try {
          port.post({ type: "boot", parts, sliceMs: SLICE_MS[port.mode] });
        } catch (thrown) {
          fail(new UnfoldError("BOOT", `the compiled engine cannot be posted (${describe(thrown)})`, { cause: thrown }));
        }
      } else if (reply.type === "ready") {
        clearInterval(timer);
        resolve(reply.kernels);
      } else if (reply.type === "dead") {
        fail(fromWire(reply.error));
      }
    };
  });
}

/** Climbs down from the best rung until one holds: workerURL, a worker from the package's own source, this thread. */
export async function climb(assets: HostAssets, wanted: Wanted, parts: Parts): Promise<Started> {
  const failures: string[] = [];
  let last: unknown;
  for (const rung of rungs(assets, wanted)) {
    try {
      const port = rung.open();
      if (!port) {
        failures.push(`${rung.name}: there is none here`);
        continue;
      }
      port.keepAlive(true);
      const kernels = await shake(port, parts, assets.version);
      port.keepAlive(false);
      return { port, kernels, reason: failures.length > 0 ? failures.join("; ") : undefined };
    } catch (thrown) {
      last = thrown;
      const text = thrown instanceof UnfoldError ? thrown.message : describe(thrown);
      failures.push(`${rung.name}: ${text}${rung.hint && ` (${rung.hint})`}`);
    }
  }
  throw new UnfoldError("BOOT", `the engine could not be started: ${failures.join("; ")}`, { cause: last });
}
