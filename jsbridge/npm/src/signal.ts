import { UnfoldError, describe } from "./errors.js";
import { isA, kindOf } from "./options.js";

/** The AbortSignal of an option bag, or undefined. */
export function checkSignal(value: unknown, where: string): AbortSignal | undefined {
  if (value === undefined || isSignal(value)) return value;
  throw new UnfoldError("CONFIG", `${where}.signal is ${kindOf(value)}; an AbortSignal is wanted`);
}

function isSignal(value: unknown): value is AbortSignal {
  if (!isA(value, AbortSignal)) return false;
  try {
    return typeof value.aborted === "boolean";
  } catch {
    return false; // a Proxy, or an object that only inherits from a signal
  }
}

export function aborted(where: string, signal: AbortSignal): UnfoldError {
  return new UnfoldError("ABORTED", `${where} was aborted (${describe(signal.reason)})`, { cause: signal.reason });
}

/** Calls `act` when the signal fires, at once when it has; gives what takes the listener off again. */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) {
    act();
    return () => {};
  }
  signal.addEventListener("abort", act);
  return () => signal.removeEventListener("abort", act);
}
