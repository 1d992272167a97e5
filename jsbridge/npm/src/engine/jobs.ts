import { toWire } from "../errors.js";
import type { Engine } from "./bridge.js";
import { Refusal } from "./bridge.js";
import type { EndReason, Order, Reply } from "./protocol.js";

export type Post = (reply: Reply) => void;

/** Work that is done a bit at a time, between messages. */
export abstract class Job {
  ended = false;
  private paused = false;

  constructor(
    readonly id: number,
    readonly model: number,
    protected readonly engine: Engine,
    protected readonly post: Post,
    private credit: number,
  ) {}

  get runnable(): boolean {
    return !this.ended && !this.paused && this.credit > 0;
  }

  /** One bit of work; posts what it gave. A refusal ends the job and is told to the client. */
  turn(): void {
    this.credit--;
    try {
      this.work();
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  obey(order: Order): void {
    if (this.ended) return;
    switch (order.op) {
      case "pause":
        this.paused = true;
        break;
      case "resume":
        this.paused = false;
        break;
      case "stop":
        this.end("stopped");
        break;
      case "credit":
        this.credit += order.count;
        break;
      case "flow":
        this.credit = order.ahead;
        break;
      case "set":
        try {
          this.set(order.values);
        } catch (thrown) {
          this.fail(thrown);
        }
        break;
    }
  }

  /** Ends it in the engine too. */
  end(reason: EndReason): void {
    if (this.ended) return;
    this.ended = true;
    this.release();
    this.post({ type: "done", id: this.id, reason });
  }

  protected abstract work(): void;
  protected abstract close(): void;
  protected set(_values: object): void {}

  private fail(thrown: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.release();
    this.post({ type: "failure", id: this.id, error: toWire(thrown) });
  }

  private release(): void {
    if (this.engine.dead) return;
    try {
      this.close();
    } catch {
      // The engine has ended it by itself (NUMERIC), or died, which everybody is told.
    }
  }
}

/** A training run, a slice of milliseconds at a time. */
export class Run extends Job {
  constructor(id: number, model: number, engine: Engine, post: Post, credit: number, private readonly sliceMs: number) {
    super(id, model, engine, post, credit);
  }

  protected work(): void {
    let result: Record<string, unknown>;
    try {
      result = this.engine.call("trainSlice", this.model, this.sliceMs);
    } catch (thrown) {
      // The steps before the one that failed did happen.
      if (thrown instanceof Refusal) this.report(thrown.result.progress);
      throw thrown;
    }
    this.report(result.progress);
    if (result.done === true) this.end("completed");
  }

  protected override set(values: object): void {
    this.engine.call("trainSet", this.model, values);
  }

  protected close(): void {
    this.engine.call("trainEnd", this.model);
  }

  /** A slice that finished no step, in the middle of an evaluation, sends nothing and so costs no credit. */
  private report(rows: unknown): void {
    if (rows instanceof Float64Array && rows.length > 0) this.post({ type: "progress", id: this.id, rows });
    else this.obey({ op: "credit", count: 1 });
  }
}

const GROUP_MS = 6;
const GROUP_LIMIT = 64;

/** A generation, a few tokens at a time: first one, then as many as fit into a few milliseconds. */
export class Generation extends Job {
  private count = 1;

  constructor(id: number, model: number, engine: Engine, post: Post, credit: number, private readonly generation: number) {
    super(id, model, engine, post, credit);
  }

  protected work(): void {
    const start = performance.now();
    const result = this.engine.call("generateNext", this.generation, this.count);
    const tokens = result.tokens as Int32Array;
    const probabilities = result.probabilities as Float32Array;
    const elapsed = performance.now() - start;
    if (elapsed < GROUP_MS / 2) this.count = Math.min(GROUP_LIMIT, this.count * 2);
    else if (elapsed > GROUP_MS) this.count = Math.max(1, this.count >> 1);
    if (tokens.length > 0) this.post({ type: "tokens", id: this.id, tokens, probabilities });
    if (result.done === true) this.end("completed");
  }

  protected close(): void {
    this.engine.call("generateEnd", this.generation);
  }
}
