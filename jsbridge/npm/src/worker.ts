/// <reference path="./assets.d.ts" />
import makeGo from "unfold:wasm-exec";
import version from "unfold:version";
import { bootEngine } from "./engine/boot.js";
import { Host } from "./engine/host.js";
import type { Reply, Request } from "./engine/protocol.js";
import { createSchedule } from "./engine/schedule.js";
import { UnfoldError, describe, toWire } from "./errors.js";
import { ownBuffers } from "./sanitise.js";

// The worker's whole script: a classic script, because a blob module worker does not start in sandboxed frames or from file://.

interface Port {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
}
interface NodeThreads {
  parentPort: (Port & { on(event: "message", listener: (message: Request) => void): void }) | null;
}

const parent = nodeThreads()?.parentPort ?? null;
const port: Port = parent ?? (globalThis as unknown as Port);

function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
}

function post(reply: Reply): void {
  port.postMessage(reply, [...ownBuffers(reply)]);
}

let host: Host | undefined;

async function boot(request: Request & { type: "boot" }): Promise<void> {
  try {
    const engine = await bootEngine(request.parts, makeGo);
    const { kernels } = engine.call("info");
    host = new Host(engine, post, createSchedule(), request.sliceMs);
    post({ type: "ready", kernels: kernels as "simd" });
  } catch (thrown) {
    post({ type: "dead", error: toWire(thrown) });
  }
}

function receive(request: Request): void {
  if (request.type === "boot") void boot(request);
  else host?.handle(request);
}

if (parent) {
  parent.on("message", receive);
} else {
  addEventListener("message", (event) => receive((event as MessageEvent<Request>).data));
  addEventListener("unhandledrejection", (event) => {
    const { reason } = event as PromiseRejectionEvent;
    post({ type: "dead", error: toWire(new UnfoldError("ENGINE", `worker: unhandled rejection, ${describe(reason)}`, { cause: reason })) });
  });
}
post({ type: "hello", version });
