import type { GoRuntime, Parts } from "../engine/boot.js";
import { bootEngine } from "../engine/boot.js";
import { Host } from "../engine/host.js";
import type { Reply, Request } from "../engine/protocol.js";
import { createSchedule } from "../engine/schedule.js";
import { UnfoldError, describe, toWire } from "../errors.js";
import { bareOptions } from "../options.js";
import { ownBuffers } from "../sanitise.js";
import { builtin } from "./platform.js";

/** A connection to a host, wherever it runs. */
export interface Port {
  readonly mode: "worker" | "main";
  onReply: (reply: Reply) => void;
  /** The host cannot be reached any more, or never could. */
  onFailure: (reason: string) => void;
  post(request: Request): void;
  /** A time step at once, where the host runs on this thread and nothing waits before it. */
  take?(model: number, input: unknown, state: unknown): object | undefined;
  terminate(): void;
  /** In Node: whether this keeps the process alive. */
  keepAlive(alive: boolean): void;
}

/** A worker's script: its address, or its text. */
export interface WorkerScript {
  kind: "url" | "source";
  text: string;
}

/** Sanitised data may be handed over; modules cannot. */
function transfers(request: Request): ArrayBuffer[] {
  return request.type === "boot" || request.type === "control" ? [] : [...ownBuffers(request)];
}

interface TrustedTypesLike {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): unknown };
}
let scriptURL: ((url: string) => unknown) | undefined;

/** Under `require-trusted-types-for 'script'` a worker's address must come from a policy. */
function trusted(url: string): string {
  if (!scriptURL) {
    const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypesLike };
    scriptURL = (u) => u;
    try {
      const policy = trustedTypes?.createPolicy("unfold-rnn", { createScriptURL: (u) => u });
      if (policy) scriptURL = (u) => policy.createScriptURL(u);
    } catch {
      // The page names its policies and leaves this one out: a plain address is refused or not, as the page likes.
    }
  }
  return scriptURL(url) as string;
}

/** A worker of the web, from a file or from its source text. Throws when the constructor does. */
export function webWorkerPort(from: WorkerScript): Port {
  const blobURL = from.kind === "source" ? URL.createObjectURL(new Blob([from.text], bareOptions({ type: "text/javascript" }))) : undefined;
  const release = (): void => {
    if (blobURL !== undefined) URL.revokeObjectURL(blobURL);
  };
  let worker: Worker;
  try {
    worker = new Worker(trusted(blobURL ?? from.text), bareOptions({ name: "unfold" }));
  } catch (thrown) {
    release();
    throw thrown;
  }
  const port: Port = {
    mode: "worker",
    onReply: () => {},
    onFailure: () => {},
    post: (request) => worker.postMessage(request, transfers(request)),
    terminate() {
      release();
      worker.terminate();
    },
    keepAlive: () => {},
  };
  worker.onmessage = (event: MessageEvent<Reply>) => {
    if (event.data.type === "hello") release();
    port.onReply(event.data);
  };
  worker.onmessageerror = () => port.onFailure("a message of the worker could not be read");
  worker.onerror = (event) => {
    event.preventDefault();
    port.onFailure(event.message ? `error event: ${event.message}` : "error event without a message");
  };
  return port;
}

interface NodeWorker {
  on(event: string, listener: (value: never) => void): void;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
}
interface NodeThreads {
  Worker: new (source: string | URL, options: object) => NodeWorker;
}

/** A worker thread of Node; undefined where there is none. */
export function nodeWorkerPort(from: WorkerScript): Port | undefined {
  const threads = builtin<NodeThreads>("node:worker_threads");
  if (!threads) return undefined;
  // No execArgv: a loader given to the main thread would only slow the start down.
  const options = bareOptions({ execArgv: [] as string[], name: "unfold" });
  const worker = from.kind === "source"
    ? new threads.Worker(from.text, Object.assign(options, { eval: true }))
    : new threads.Worker(/^[a-z][a-z0-9+.-]+:/i.test(from.text) ? new URL(from.text) : from.text, options);
  const port: Port = {
    mode: "worker",
    onReply: () => {},
    onFailure: () => {},
    post: (request) => worker.postMessage(request, transfers(request)),
    terminate: () => void worker.terminate(),
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
  };
  worker.on("message", (reply: Reply) => port.onReply(reply));
  worker.on("messageerror", () => port.onFailure("a message of the worker could not be read"));
  worker.on("error", (error: Error) => port.onFailure(describe(error)));
  worker.on("exit", (code: number) => port.onFailure(`the worker ended with code ${code}`));
  return port;
}

/** The host on this thread. Requests still arrive one macrotask each, in order, as a worker's do. */
export function mainThreadPort(makeGo: GoRuntime, version: string): Port {
  const schedule = createSchedule();
  let host: Host | undefined;
  let over = false;
  let waiting = 0; // requests on their way
  const port: Port = {
    mode: "main",
    onReply: () => {},
    onFailure: () => {},
    take: (model, input, state) => (waiting === 0 ? host?.take(model, input, state) : undefined),
    post(request) {
      waiting++;
      schedule(() => {
        waiting--;
        if (request.type === "boot") void boot(request.parts, request.sliceMs);
        else host?.handle(request);
      });
    },
    terminate() {
      over = true;
      host?.close();
      host = undefined;
    },
    keepAlive: () => {},
  };
  const reply = (message: Reply): void => {
    if (!over) port.onReply(message);
  };
  const boot = async (parts: Parts, sliceMs: number): Promise<void> => {
    try {
      const engine = await bootEngine(parts, makeGo);
      const { kernels } = engine.call("info");
      host = new Host(engine, reply, schedule, sliceMs);
      if (over) host.close();
      else reply({ type: "ready", kernels: kernels as Parts["variant"] });
    } catch (thrown) {
      reply({ type: "dead", error: toWire(thrown instanceof UnfoldError ? thrown : new UnfoldError("BOOT", describe(thrown), { cause: thrown })) });
    }
  };
  schedule(() => reply({ type: "hello", version }));
  return port;
}
