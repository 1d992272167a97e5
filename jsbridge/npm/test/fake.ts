// A bridge that keeps the contract of the Go one with arithmetic that can be checked by hand, and the ways to break it.
import type { GoProgram, GoRuntime, Parts } from "../src/engine/boot.js";
import type { Bridge, Method } from "../src/engine/bridge.js";
import { Engine } from "../src/engine/bridge.js";
import { Host } from "../src/engine/host.js";
import type { Reply, Request } from "../src/engine/protocol.js";
import { createSchedule } from "../src/engine/schedule.js";
import type { ErrorCode } from "../src/errors.js";
import { EngineModel } from "../src/model.js";
import type { Port } from "../src/runtime/port.js";
import { Runtime } from "../src/runtime/runtime.js";
import { ownBuffers } from "../src/sanitise.js";

const refuse = (code: ErrorCode, message: string): object => ({ error: { code, message } });

interface Run {
  left: number;
  learningRate: number;
  /** The run fails with NUMERIC at this step of its own. */
  failAt: number;
  own: number;
  /** So many slices more give no row, as within a long validation. */
  silent: number;
}

/**
 * Each optimiser step gives loss = 1 / step; a slice makes `perSlice` steps. A generation counts 0, 1, 2 … modulo the
 * vocabulary, after the last id of the prompt, with probability 1 / length.
 */
export class FakeBridge implements Bridge {
  load(): unknown {
    return this.create();
  }

  metadata(): unknown {
    return { metadata: {} };
  }

  save(): unknown {
    return { file: new Uint8Array(0) };
  }

  memory(): unknown {
    return { fits: true };
  }

  estimateMemory(): unknown {
    return { fits: true };
  }

  readonly calls: Method[] = [];
  perSlice = 4;
  /** What to do instead of the next call of a method. */
  readonly instead = new Map<Method, () => unknown>();
  private last = 0;
  private readonly steps = new Map<number, number>();
  private readonly runs = new Map<number, Run>();
  private readonly generations = new Map<number, { next: number; left: number }>();

  private enter(method: Method): unknown {
    this.calls.push(method);
    return this.instead.get(method)?.();
  }

  info = (): object => this.enter("info") as object ?? { kernels: "portable" };
  create = (): unknown => {
    this.enter("create");
    this.steps.set(++this.last, 0);
    return { model: this.last };
  };
  dispose = (model: unknown): unknown => {
    this.enter("dispose");
    return this.steps.delete(model as number) ? {} : refuse("STATE", "no such model");
  };
  forward = (model: unknown, batch: unknown): unknown => {
    if (this.instead.has("forward")) return this.enter("forward");
    this.enter("forward");
    const { inputs } = batch as { inputs: Float64Array };
    return { outputs: { shape: [inputs.length], data: Float32Array.from(inputs) }, state: {}, seen: Object.getPrototypeOf(batch) === null, model };
  };
  gradients = (): unknown => this.enter("gradients") ?? refuse("UNSUPPORTED", "the fake has no gradients");
  trainStep = (): unknown => this.enter("trainStep") ?? refuse("UNSUPPORTED", "the fake has no trainStep");
  step = (): unknown => this.enter("step") ?? refuse("UNSUPPORTED", "the fake has no step");
  stepOpen = (): unknown => this.enter("stepOpen") ?? refuse("UNSUPPORTED", "the fake has no step");
  inspect = (): unknown => this.enter("inspect") ?? refuse("UNSUPPORTED", "the fake has no inspect");
  decode = (): unknown => this.enter("decode") ?? refuse("UNSUPPORTED", "the fake has no decode");
  weights = (): unknown => this.enter("weights") ?? { weights: {} };
  setWeights = (): unknown => this.enter("setWeights") ?? {};

  trainBegin = (model: unknown, data: unknown, options: unknown): unknown => {
    this.enter("trainBegin");
    const { iterations, optimizer, failAt, silent } = options as { iterations: number; optimizer: { learningRate: number }; failAt?: number; silent?: number };
    if (!((data as { ids: Int32Array }).ids instanceof Int32Array)) return refuse("CONFIG", "ids are no Int32Array");
    this.runs.set(model as number, { left: iterations, learningRate: optimizer.learningRate, failAt: failAt ?? Infinity, own: 0, silent: silent ?? 0 });
    return {};
  };
  trainSlice = (model: unknown): unknown => {
    const broken = this.enter("trainSlice");
    if (broken !== undefined) return broken;
    const run = this.runs.get(model as number);
    if (!run) return refuse("STATE", "not training");
    const rows: number[] = [];
    if (run.silent-- > 0) return { progress: new Float64Array(0), done: false };
    for (let i = 0; i < this.perSlice && run.left > 0; i++) {
      if (++run.own === run.failAt) {
        this.runs.delete(model as number);
        return { ...refuse("NUMERIC", `the loss is not finite at step ${run.own}`), progress: Float64Array.from(rows) };
      }
      const step = (this.steps.get(model as number) ?? 0) + 1;
      this.steps.set(model as number, step);
      run.left--;
      rows.push(step, 0, 1 / step, step % 3 === 0 ? 2 / step : NaN, 0.5, run.learningRate, 1000);
    }
    const done = run.left === 0;
    if (done) this.runs.delete(model as number);
    return { progress: Float64Array.from(rows), done };
  };
  trainFault = (): unknown => this.enter("trainFault") ?? refuse("STATE", "not training");
  trainSet = (model: unknown, values: unknown): unknown => {
    this.enter("trainSet");
    const run = this.runs.get(model as number);
    if (!run) return refuse("STATE", "not training");
    run.learningRate = (values as { learningRate?: number }).learningRate ?? run.learningRate;
    return {};
  };
  trainEnd = (model: unknown): unknown => {
    this.enter("trainEnd");
    this.runs.delete(model as number);
    return {};
  };
  generateBegin = (_model: unknown, options: unknown): unknown => {
    const broken = this.enter("generateBegin");
    if (broken !== undefined) return broken;
    const { prompt, length } = options as { prompt?: Int32Array; length: number };
    this.generations.set(++this.last, { next: (prompt?.at(-1) ?? -1) + 1, left: length });
    return { generation: this.last };
  };
  generateNext = (generation: unknown, count: unknown): unknown => {
    this.enter("generateNext");
    const state = this.generations.get(generation as number);
    if (!state) return refuse("STATE", "no such generation");
    const n = Math.min(count as number, state.left);
    const tokens = Int32Array.from({ length: n }, (_, i) => (state.next + i) % 256);
    state.next += n;
    state.left -= n;
    return { tokens, probabilities: new Float32Array(n).fill(0.25), done: state.left === 0 };
  };
  generateEnd = (generation: unknown): unknown => {
    this.enter("generateEnd");
    this.generations.delete(generation as number);
    return {};
  };

  get open(): number {
    return this.runs.size + this.generations.size;
  }
}

/** A host on this thread over a fake bridge; messages are cloned and handed over as between threads. */
export function fakeRuntime(bridge: FakeBridge): { runtime: Runtime; engine: Engine; silenced: () => number; posted: Reply[]; terminated: () => boolean } {
  let silences = 0;
  const engine = new Engine(bridge, { take: () => undefined, refresh: () => {}, silence: () => void silences++, stderr: () => "panic: it is fake\n" });
  const schedule = createSchedule();
  const posted: Reply[] = [];
  let over = false;
  const cross = <T>(message: T): T => structuredClone(message, { transfer: [...ownBuffers(message)] });
  const host = new Host(engine, (reply) => {
    const received = cross(reply);
    posted.push(received);
    schedule(() => over || port.onReply(received));
  }, schedule, 5);
  const port: Port = {
    mode: "worker",
    onReply: () => {},
    onFailure: () => {},
    post: (request: Request) => {
      const received = cross(request);
      schedule(() => over || host.handle(received));
    },
    terminate: () => {
      over = true;
    },
    keepAlive: () => {},
  };
  return { runtime: new Runtime({ port, kernels: "portable", reason: undefined }), engine, silenced: () => silences, posted, terminated: () => over };
}

export async function fakeModel(bridge = new FakeBridge()): Promise<{ model: EngineModel; bridge: FakeBridge } & ReturnType<typeof fakeRuntime>> {
  const fake = fakeRuntime(bridge);
  const { model: handle } = (await fake.runtime.call("create", [{}])) as { model: number };
  const release = (): void => fake.runtime.close();
  const model = new EngineModel({ runtime: fake.runtime, release, analysis: async () => fake.runtime }, handle, { input: { tokens: 4 }, layers: [], output: { classes: 4 } });
  return { model, bridge, ...fake };
}

/** Two modules with the imports and exports of an engine and a shim, and no code. */
export async function fakeParts(): Promise<Parts> {
  const bytes = (...list: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...list]);
  // (memory (export "mem") 1) (func (export "run"))
  const engine = bytes(1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 13, 2, 3, 0x6d, 0x65, 0x6d, 2, 0, 3, 0x72, 0x75, 0x6e, 0, 0, 10, 4, 1, 2, 0, 0x0b);
  return { engine: await WebAssembly.compile(engine), shim: await WebAssembly.compile(bytes()), variant: "portable" };
}

/** Stands in for wasm_exec.js: its run() hands a bridge to the scope, then `after` may break things. */
export function fakeGo(bridge: FakeBridge, after: (go: GoProgram) => void = () => {}): GoRuntime {
  return (scope) =>
    class implements GoProgram {
      argv: string[] = [];
      env: Record<string, string> = {};
      exit: (code: number) => void = () => {};
      importObject = {};
      mem = new DataView(new ArrayBuffer(8));
      _scheduledTimeouts = new Map<number, ReturnType<typeof setTimeout>>();
      async run(instance: WebAssembly.Instance): Promise<void> {
        this.mem = new DataView((instance.exports.mem as WebAssembly.Memory).buffer);
        (scope.unfold as { ready(bridge: Bridge): void }).ready(bridge);
        after(this);
        await new Promise(() => {});
      }
    };
}
