import type { AnalysisMethod, Method } from "../engine/bridge.js";
import type { EndReason, Order, Reply } from "../engine/protocol.js";
import { UnfoldError, fromWire, toWire } from "../errors.js";
import type { RuntimeInfo } from "../types.js";
import type { Started } from "./ladder.js";
import type { Port } from "./port.js";

/** Who listens to a stream. After ended or failed nothing more comes. */
export interface Sink {
  started(): void;
  batch(reply: Reply & { type: "progress" | "tokens" }): void;
  ended(reason: EndReason): void;
  failed(error: UnfoldError): void;
}
type Opening = { type: "train"; model: number; data: unknown; options: unknown; sliceMs: number | undefined; credit: number } |
  { type: "generate"; model: number; options: unknown; credit: number };

interface Pending {
  resolve(value: unknown): void;
  reject(error: UnfoldError): void;
}

/** The client's end of one host: matches replies to calls and streams, and ends them all when the host dies. */
export class Runtime {
  readonly info: RuntimeInfo;
  onDeath: () => void = () => {};
  private readonly port: Port;
  private readonly pending = new Map<number, Pending>();
  private readonly sinks = new Map<number, Sink>();
  private lastId = 0;
  private holds = 0;
  private death: UnfoldError | undefined;

  constructor({ port, kernels, reason }: Started) {
    this.port = port;
    this.info = Object.freeze({ mode: port.mode, kernels, threads: 1, ...(reason === undefined ? {} : { reason }) });
    port.onReply = (reply) => this.receive(reply);
    port.onFailure = (reason) => this.die(new UnfoldError("ENGINE", `engine died: ${reason}`, { cause: reason }));
  }

  get dead(): boolean {
    return this.death !== undefined;
  }

  /** While somebody waits for an answer, a Node process stays alive. */
  hold(): void {
    if (++this.holds === 1 && !this.death) this.port.keepAlive(true);
  }

  drop(): void {
    if (--this.holds === 0 && !this.death) this.port.keepAlive(false);
  }

  /** One call of the bridge. `args` are sanitised and become the host's. */
  call(method: Method | AnalysisMethod, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.death) {
        reject(sameError(this.death));
        return;
      }
      const id = ++this.lastId;
      this.hold();
      this.pending.set(id, {
        resolve: (value) => {
          this.drop();
          resolve(value);
        },
        reject: (error) => {
          this.drop();
          reject(error);
        },
      });
      this.post({ type: "call", id, method, args });
    });
  }

  /** A time step at once, of arguments as a caller gave them; undefined: sanitise them and `call`. */
  take(model: number, input: unknown, state: unknown): object | undefined {
    return this.death ? undefined : this.port.take?.(model, input, state);
  }

  /** Begins a stream; gives what to command it with. */
  open(opening: Opening, sink: Sink): (order: Order) => void {
    if (this.death) {
      const error = sameError(this.death);
      queueMicrotask(() => sink.failed(error));
      return () => {};
    }
    const id = ++this.lastId;
    this.sinks.set(id, sink);
    this.post({ ...opening, id });
    return (order) => {
      if (!this.death && this.sinks.has(id)) this.post({ type: "control", id, order });
    };
  }

  /** Ends the host. Whatever still waits is rejected. */
  close(): void {
    this.die(new UnfoldError("STATE", "the model was disposed of"));
  }

  private post(request: Parameters<Port["post"]>[0]): void {
    try {
      this.port.post(request);
    } catch (thrown) {
      this.die(new UnfoldError("ENGINE", `engine died: a message could not be posted (${String(thrown)})`, { cause: thrown }));
    }
  }

  private die(error: UnfoldError): void {
    if (this.death) return;
    this.death = error;
    this.port.terminate();
    this.onDeath();
    const pending = [...this.pending.values()];
    const sinks = [...this.sinks.values()];
    this.pending.clear();
    this.sinks.clear();
    for (const { reject } of pending) reject(sameError(error));
    for (const sink of sinks) sink.failed(sameError(error));
  }

  private receive(reply: Reply): void {
    if (this.death) return;
    switch (reply.type) {
      case "dead":
        this.die(fromWire(reply.error));
        break;
      case "result":
        this.settle(reply.id)?.resolve(reply.value);
        break;
      case "failure":
        this.settle(reply.id)?.reject(fromWire(reply.error));
        this.end(reply.id)?.failed(fromWire(reply.error));
        break;
      case "started":
        this.sinks.get(reply.id)?.started();
        break;
      case "progress":
      case "tokens":
        this.sinks.get(reply.id)?.batch(reply);
        break;
      case "done":
        this.end(reply.id)?.ended(reply.reason);
        break;
    }
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    return pending;
  }

  private end(id: number): Sink | undefined {
    const sink = this.sinks.get(id);
    this.sinks.delete(id);
    return sink;
  }
}

/** A fresh error of the same content: each caller gets its own stack. */
function sameError(error: UnfoldError): UnfoldError {
  return fromWire(toWire(error));
}
