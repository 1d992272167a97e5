import type { WireError } from "../errors.js";
import type { Parts } from "./boot.js";
import type { AnalysisMethod, Kernels, Method } from "./bridge.js";

/** From a client to a host. Data in them is sanitised: plain, copied, each typed array owning its whole buffer. */
export type Request =
  | { type: "boot"; parts: Parts; sliceMs: number }
  | { type: "call"; id: number; method: Method | AnalysisMethod; args: unknown[] }
  /** Begin a stream. `credit`: how many messages the host may be ahead of the consumer. */
  | { type: "train"; id: number; model: number; data: unknown; options: unknown; sliceMs: number | undefined; credit: number }
  | { type: "generate"; id: number; model: number; options: unknown; credit: number }
  | { type: "control"; id: number; order: Order };

/** What a client may tell a stream under way. */
export type Order =
  | { op: "pause" }
  | { op: "resume" }
  | { op: "stop" }
  /** So many more messages. */
  | { op: "credit"; count: number }
  /** From now on so many messages ahead; Infinity runs freely. */
  | { op: "flow"; ahead: number }
  | { op: "set"; values: { learningRate?: number; clipNorm?: number } };

export type EndReason = "completed" | "stopped" | "disposed";

/** From a host to a client. */
export type Reply =
  | { type: "hello"; version: string }
  | { type: "ready"; kernels: Kernels }
  | { type: "result"; id: number; value: unknown }
  /** Ends a call or a stream. */
  | { type: "failure"; id: number; error: WireError }
  | { type: "started"; id: number }
  /** Rows of PROGRESS_FIELDS. */
  | { type: "progress"; id: number; rows: Float64Array }
  | { type: "tokens"; id: number; tokens: Int32Array; probabilities: Float32Array }
  | { type: "done"; id: number; reason: EndReason }
  /** The engine could not start, or died; nothing more comes. */
  | { type: "dead"; error: WireError };
