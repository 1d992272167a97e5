import { UnfoldError, describe } from "../errors.js";
import { checkNames, isA, kindOf } from "../options.js";
import type { Bag } from "../sanitise.js";
import { readOwn, sanitiseBag } from "../sanitise.js";
import type { RuntimeOptions } from "../types.js";

const NAMES = ["worker", "deterministic", "wasmURL", "wasmModule", "wasmBytes", "workerURL"] as const;

const NOT_PLAIN = ["wasmURL", "wasmModule", "wasmBytes", "workerURL"] as const;

/** RuntimeOptions, checked and complete. */
export interface Wanted {
  worker: boolean;
  deterministic: boolean;
  wasmURL: string | undefined;
  wasmModule: WebAssembly.Module | undefined;
  wasmBytes: Uint8Array<ArrayBuffer> | undefined;
  workerURL: string | undefined;
  /** What the caller handed in as wasmBytes: the same object means the same engine. */
  bytesIdentity: unknown;
}

export function checkRuntime(runtime: RuntimeOptions | undefined): Wanted {
  const bag = runtime === undefined ? (Object.create(null) as Bag) : sanitiseBag(runtime, "runtime", NOT_PLAIN);
  const taken = readOwn(runtime, NOT_PLAIN, "runtime");
  checkNames("runtime", bag, NAMES);
  const flag = (name: "worker" | "deterministic", absent: boolean): boolean => {
    const value = bag[name] ?? absent;
    if (typeof value !== "boolean") throw new UnfoldError("CONFIG", `runtime.${name} is ${kindOf(value)}; true or false is wanted`);
    return value;
  };
  const given = ["wasmURL", "wasmModule", "wasmBytes"].filter((name) => taken[name] !== undefined);
  if (given.length > 1) throw new UnfoldError("CONFIG", `runtime: ${given.join(" and ")} are given; one of them is wanted`);
  return {
    worker: flag("worker", true),
    deterministic: flag("deterministic", false),
    wasmURL: address("wasmURL", taken.wasmURL),
    wasmModule: module(taken.wasmModule),
    wasmBytes: bytes(taken.wasmBytes),
    workerURL: address("workerURL", taken.workerURL),
    bytesIdentity: taken.wasmBytes,
  };
}

/** Whether two models may share an engine. */
export function sameRuntime(a: Wanted, b: Wanted): boolean {
  return (
    a.worker === b.worker && a.deterministic === b.deterministic && a.wasmURL === b.wasmURL && a.wasmModule === b.wasmModule &&
    a.bytesIdentity === b.bytesIdentity && a.workerURL === b.workerURL
  );
}

/** A Proxy or a detached buffer passes for an instance until it is read. */
function readable<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw new UnfoldError("CONFIG", `runtime.${name} cannot be read (${describe(thrown)}); one that can is wanted`, { cause: thrown });
  }
}

function address(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "") return value;
  if (isA(value, URL)) return readable(name, () => value.href);
  throw new UnfoldError("CONFIG", `runtime.${name} is ${kindOf(value)}; a URL or its text is wanted`);
}

function module(value: unknown): WebAssembly.Module | undefined {
  if (value === undefined) return undefined;
  if (isA(value, WebAssembly.Module)) {
    readable("wasmModule", () => WebAssembly.Module.exports(value)); // refuses what only looks like one
    return value;
  }
  throw new UnfoldError("CONFIG", `runtime.wasmModule is ${kindOf(value)}; a WebAssembly.Module is wanted`);
}

function bytes(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (value === undefined) return undefined;
  // Copied: the caller may change or transfer it while it is compiled.
  if (isA(value, ArrayBuffer)) return readable("wasmBytes", () => new Uint8Array(value.slice(0)));
  if (isA(value, Uint8Array)) return readable("wasmBytes", () => new Uint8Array(value));
  throw new UnfoldError("CONFIG", `runtime.wasmBytes is ${kindOf(value)}; a Uint8Array or an ArrayBuffer is wanted`);
}
