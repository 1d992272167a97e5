import { UnfoldError, toWire } from "../errors.js";
import { bare } from "../sanitise.js";
import type { Engine, Method } from "./bridge.js";
import type { Job, Post } from "./jobs.js";
import { Generation, Run } from "./jobs.js";
import type { Request } from "./protocol.js";
import type { Schedule } from "./schedule.js";

/**
 * Serves requests, in order, on the thread of the engine. Training and generation go on between them in turns: one slice of
 * each job that may run, round robin, then a look at the messages.
 */
export class Host {
  private readonly jobs: Job[] = [];
  private turning = false;
  private closed = false;

  constructor(
    private readonly engine: Engine,
    private readonly post: Post,
    private readonly schedule: Schedule,
    private readonly sliceMs: number,
  ) {
    engine.onDeath = (error) => {
      this.jobs.length = 0;
      if (!this.closed) post({ type: "dead", error: toWire(error) });
    };
  }

  /** Drops everything: the engine answers nothing any more. */
  close(): void {
    this.closed = true;
    this.engine.die("its last model was disposed of");
  }

  handle(request: Request): void {
    if (this.closed || request.type === "boot") return;
    if (request.type === "control") {
      this.jobs.find((job) => job.id === request.id)?.obey(request.order);
      this.wake();
      return;
    }
    try {
      if (request.type === "call") this.call(request);
      else this.begin(request);
    } catch (thrown) {
      this.post({ type: "failure", id: request.id, error: toWire(thrown) });
    }
    this.wake();
  }

  /** A time step at once, for a client on this thread; undefined: it must be requested as a call. Throws what the engine throws. */
  take(model: number, input: unknown, state: unknown): object | undefined {
    return this.closed ? undefined : this.engine.take(model, input, state);
  }

  private call({ id, method, args }: Request & { type: "call" }): void {
    if (method === "dispose") {
      for (const job of this.jobs) if (job.model === args[0]) job.end("disposed");
    }
    const value = this.engine.call(method as Method, ...args.map(bare));
    this.post({ type: "result", id, value });
  }

  private begin(request: Request & { type: "train" | "generate" }): void {
    const { id, model, credit } = request;
    const options = bare(request.options);
    if (request.type === "train") {
      if (this.jobs.some((job) => job instanceof Run && !job.ended && job.model === model)) {
        throw new UnfoldError("STATE", "model.train: this model is already training; stop() that run first or await its end");
      }
      this.engine.call("trainBegin", model, bare(request.data), options);
      this.jobs.push(new Run(id, model, this.engine, this.post, credit, request.sliceMs ?? this.sliceMs));
    } else {
      const { generation } = this.engine.call("generateBegin", model, options);
      this.jobs.push(new Generation(id, model, this.engine, this.post, credit, generation as number));
    }
    this.post({ type: "started", id });
  }

  private wake(): void {
    if (this.turning || !this.jobs.some((job) => job.runnable)) return;
    this.turning = true;
    this.schedule(() => this.turn());
  }

  private turn(): void {
    this.turning = false;
    for (let i = this.jobs.length - 1; i >= 0; i--) if (this.jobs[i]?.ended) this.jobs.splice(i, 1);
    const next = this.jobs.findIndex((job) => job.runnable);
    if (next < 0) return;
    const [job] = this.jobs.splice(next, 1) as [Job];
    this.jobs.push(job); // behind all others
    job.turn();
    this.wake();
  }
}

