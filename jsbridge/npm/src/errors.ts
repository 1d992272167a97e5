/** What went wrong, in one stable word. The message says where, what came and what was wanted. */
export type ErrorCode =
  | "CONFIG" // an option that does not exist, or has the wrong type
  | "SHAPE" // sizes that do not belong together
  | "RANGE" // a value outside its range
  | "STATE" // a call at the wrong time: after dispose(), a second train() at once
  | "FORMAT" // a file that is not what it should be
  | "UNSUPPORTED" // known, but not in this version
  | "MEMORY" // more than the 4 GiB of a WebAssembly memory can hold
  | "NUMERIC" // the loss or a gradient is no longer finite; the last finite weights are kept
  | "ENGINE" // the engine died; its models are lost, a new createModel() starts afresh
  | "BOOT" // the engine could not be started
  | "ABORTED" // the AbortSignal of the call fired
  | "QUOTA"; // no room in the browser's storage

/** The only error that this package rejects with. */
export class UnfoldError extends Error {
  // Minifying renames the class, and consoles print that.
  static override readonly name = "UnfoldError";
  override readonly name = "UnfoldError";
  /** Stable: meant for programs. The message is meant for people. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** An UnfoldError as plain data, so that a worker can post it. */
export interface WireError {
  code: ErrorCode;
  message: string;
  cause?: { name: string; message: string; stack: string } | string;
}

const TEXT_LIMIT = 2048;

/** The first 2 KB of a text that somebody else wrote. */
export function clip(text: string): string {
  return text.length <= TEXT_LIMIT ? text : `${text.slice(0, TEXT_LIMIT - 1)}…`;
}

/** What an unknown thrown value says about itself; never throws. */
export function describe(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return clip(`${thrown.name}: ${thrown.message}`);
    return clip(String(thrown));
  } catch {
    return "a value that cannot be printed";
  }
}

export function toWire(thrown: unknown): WireError {
  if (!(thrown instanceof UnfoldError)) return { code: "ENGINE", message: describe(thrown) };
  const wire: WireError = { code: thrown.code, message: thrown.message };
  const { cause } = thrown;
  if (cause instanceof Error) {
    wire.cause = { name: cause.name, message: clip(cause.message), stack: clip(cause.stack ?? "") };
  } else if (cause !== undefined) {
    wire.cause = describe(cause);
  }
  return wire;
}

export function fromWire(wire: WireError): UnfoldError {
  if (wire.cause === undefined) return new UnfoldError(wire.code, wire.message);
  if (typeof wire.cause === "string") return new UnfoldError(wire.code, wire.message, { cause: wire.cause });
  const cause = new Error(wire.cause.message);
  cause.name = wire.cause.name;
  cause.stack = wire.cause.stack;
  return new UnfoldError(wire.code, wire.message, { cause });
}
