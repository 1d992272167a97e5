import type { AnalysisMethod, Method } from "./engine/bridge.js";
import type { Order } from "./engine/protocol.js";
import { UnfoldError } from "./errors.js";
import { AHEAD } from "./flow.js";
import { writeMetadata } from "./file.js";
import type { Written } from "./decoded.js";
import { apart } from "./decoded.js";
import { generate } from "./generation.js";
import type { Crossing } from "./dataset/token.js";
import { readDataset } from "./dataset/token.js";
import { inspect, readQuestion } from "./inspect.js";
import { kindOf } from "./options.js";
import type { Lease } from "./runtime/registry.js";
import type { Sink } from "./runtime/runtime.js";
import { checkSignal } from "./signal.js";
import { readOwn, sanitise, sanitiseBag } from "./sanitise.js";
import { TrainingRun } from "./training.js";
import type {
  Aspect, Batch, Dataset, Decoded, DecodeOptions, Forwarded, Generated, GenerateOptions, InspectOptions, Inspection, MemoryEstimate, Model, ModelConfig,
  OptimizerOptions, PassOptions, RunSize, RuntimeInfo, State, Tensor, TrainOptions, Training,
} from "./types.js";
import type { Vocabularies } from "./vocabulary.js";

/** How long dispose() waits for the calls before it; then their worker is ended under them. */
const DISPOSE_MS = 2000;

/** TrainOptions that stay on this side. */
const HERE = ["signal", "sliceMs"] as const;

/** The arguments of train(), checked and copied. */
interface Prepared extends Crossing {
  signal: AbortSignal | undefined;
  sliceMs: number | undefined;
  options: object;
}

class Refused {
  constructor(readonly error: unknown) {}
}

/** A model in the engine, seen from outside. */
export class EngineModel implements Model {
  readonly #lease: Lease;
  readonly #handle: number;
  #disposal: Promise<void> | undefined;
  #known: Vocabularies;
  // Resolved as soon as a run that has begun has been accepted or refused.
  #adoption: Promise<void> = Promise.resolve();
  #steps = 0;

  /** `steps` and `known`: of a model that was loaded. */
  constructor(lease: Lease, handle: number, readonly config: ModelConfig, steps = 0, known: Vocabularies = { vocabulary: undefined, targets: undefined }) {
    this.#lease = lease;
    this.#handle = handle;
    this.#steps = steps;
    this.#known = known;
  }

  get runtime(): RuntimeInfo {
    return this.#lease.runtime.info;
  }

  async forward(batch: Batch, options?: PassOptions): Promise<Forwarded> {
    return this.#pass("forward", batch, options) as Promise<Forwarded>;
  }

  async gradients(batch: Batch, options?: PassOptions): Promise<{ loss: number; gradients: Record<string, Tensor>; initialState?: State }> {
    return this.#pass("gradients", batch, options) as Promise<{ loss: number; gradients: Record<string, Tensor>; initialState?: State }>;
  }

  async trainStep(batch: Batch, optimizer?: OptimizerOptions, options?: PassOptions): Promise<{ loss: number; gradNorm: number; step: number; learningRate: number }> {
    const where = "model.trainStep";
    const args = [
      sanitiseBag(batch, `${where}: batch`),
      sanitise(optimizer, `${where}: optimizer`),
      sanitise(options, `${where}: options`),
    ];
    const done = (await this.#call("trainStep", args)) as { loss: number; gradNorm: number; step: number; learningRate: number };
    this.#steps = done.step;
    return done;
  }

  async step(input: number | ArrayLike<number>, state?: State): Promise<{ output: Float32Array; state: State }> {
    this.#alive("model.step");
    const taken = this.#lease.runtime.take(this.#handle, input, state);
    if (taken) return taken as { output: Float32Array; state: State };
    const args = [sanitise(input, "model.step: input", true), sanitise(state, "model.step: state")];
    return this.#call("step", args) as Promise<{ output: Float32Array; state: State }>;
  }

  async weights(): Promise<Record<string, Tensor>> {
    const { weights } = (await this.#call("weights", [])) as { weights: Record<string, Tensor> };
    return weights;
  }

  async setWeights(weights: Record<string, Tensor>): Promise<void> {
    await this.#call("setWeights", [sanitiseBag(weights, "model.setWeights: weights")]);
  }

  async memory(run: RunSize): Promise<MemoryEstimate> {
    return this.#call("memory", [sanitiseBag(run, "model.memory: run")]) as Promise<MemoryEstimate>;
  }

  train(data: Dataset, options: TrainOptions): Training {
    const { runtime } = this.#lease;
    const run = this.#prepareRun(data, options);
    return new TrainingRun({
      open: (sink) => {
        if (run instanceof Refused) throw run.error;
        return this.#beginRun(run, sink);
      },
      signal: run instanceof Refused ? undefined : run.signal,
      optimizer: readOptimizer(options),
      stepsBefore: this.#steps,
      reached: (step) => {
        this.#steps = step;
      },
      hold: () => runtime.hold(),
      drop: () => runtime.drop(),
    });
  }

  /** Everything is read and copied at the call; what is wrong with it is for the Training to reject with. */
  #prepareRun(data: Dataset, options: TrainOptions): Prepared | Refused {
    const where = "model.train";
    try {
      this.#alive(where);
      const bag = sanitiseBag(options, `${where}: options`, HERE);
      const taken = readOwn(options, HERE, `${where}: options`);
      const signal = checkSignal(taken.signal, where);
      const sliceMs = checkSliceMs(taken.sliceMs);
      const crossing = readDataset(data, where);
      if (!("kind" in crossing.data)) this.#checkTokens(crossing.data.tokens);
      return { signal, sliceMs, options: bag, ...crossing };
    } catch (error) {
      return new Refused(error);
    }
  }

  #beginRun(run: Prepared, sink: Sink): (order: Order) => void {
    const { data, options, sliceMs } = run;
    const before = this.#adoption;
    let decided: () => void = () => {};
    const decision = new Promise<void>((resolve) => (decided = resolve));
    this.#adoption = before.then(() => decision);
    return this.#lease.runtime.open(
      { type: "train", model: this.#handle, data, options, sliceMs, credit: AHEAD },
      {
        started: () => {
          this.#known = { vocabulary: run.vocabulary, targets: run.targets };
          decided();
          sink.started();
        },
        batch: (reply) => sink.batch(reply),
        ended: (reason) => {
          decided();
          sink.ended(reason);
        },
        failed: (error) => {
          decided();
          sink.failed(error);
        },
      },
    );
  }

  generate(options: GenerateOptions): AsyncIterableIterator<Generated> {
    const where = "model.generate";
    const { runtime } = this.#lease;
    return deferred(() => {
      this.#alive(where);
      const bag = sanitiseBag(options, `${where}: options`, ["signal"]);
      const signal = checkSignal(readOwn(options, ["signal"], `${where}: options`).signal, where);
      const { prompt, stop } = bag;
      delete bag.prompt;
      delete bag.stop;
      const source = {
        vocabulary: async () => {
          runtime.hold();
          await this.#adoption;
          runtime.drop();
          return this.#known.vocabulary;
        },
        open: (sent: Record<string, unknown>, sink: Sink) => {
          this.#alive(where);
          return runtime.open({ type: "generate", model: this.#handle, options: sent, credit: AHEAD }, sink);
        },
        hold: () => runtime.hold(),
        drop: () => runtime.drop(),
      };
      return generate(source, { prompt: checkText("prompt", prompt), stop: checkText("stop", stop), options: bag, signal });
    });
  }

  async decode(batch: Batch, options?: DecodeOptions): Promise<Decoded[][]> {
    const where = "model.decode";
    const args = [sanitiseBag(batch, `${where}: batch`), sanitise(options, `${where}: options`)];
    const written = (await this.#call("decode", args)) as unknown as Written;
    return apart(written, this.#known.targets);
  }

  async inspect(batch: Batch, what: Aspect | readonly Aspect[], options?: InspectOptions): Promise<Inspection> {
    const where = "model.inspect";
    const bag = options === undefined ? {} : sanitiseBag(options, `${where}: options`);
    const { at: _at, components: _components, ...pass } = bag;
    const question = readQuestion(what, bag);
    const call = async (method: AnalysisMethod, args: unknown[]): Promise<unknown> => (await this.#lease.analysis()).call(method, args);
    return inspect({ engine: (method, args) => this.#call(method, args), analysis: call }, this.config, question, sanitiseBag(batch, `${where}: batch`), pass);
  }

  async save(options?: { format?: "safetensors" | "onnx"; optimizer?: boolean }): Promise<Uint8Array> {
    const bag = options === undefined ? {} : sanitiseBag(options, "model.save: options");
    const { file } = (await this.#call("save", [bag, writeMetadata(this.config, this.#known)])) as { file: Uint8Array };
    return file;
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    const { runtime, release } = this.#lease;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DISPOSE_MS);
    });
    try {
      // Calls made before are served first. A dead engine has nothing left to free.
      await Promise.race([runtime.call("dispose", [this.#handle]), late]);
    } catch {
      // Dead: its memory is gone with it.
    } finally {
      clearTimeout(timer);
      release();
    }
  }

  async #pass(method: "forward" | "gradients", batch: Batch, options: PassOptions | undefined): Promise<unknown> {
    const where = `model.${method}`;
    return this.#call(method, [sanitiseBag(batch, `${where}: batch`), sanitise(options, `${where}: options`)]);
  }

  async #call(method: Method, args: unknown[]): Promise<unknown> {
    this.#alive(`model.${method}`);
    return this.#lease.runtime.call(method, [this.#handle, ...args]);
  }

  #alive(where: string): void {
    if (this.#disposal) throw new UnfoldError("STATE", `${where}: this model has been disposed of`);
  }

  #checkTokens(tokens: number): void {
    const { input } = this.config;
    if (!("tokens" in input)) {
      throw new UnfoldError("CONFIG", "model.train: the dataset holds tokens, but the model reads features");
    }
    if (input.tokens !== tokens) {
      throw new UnfoldError("SHAPE", `model.train: the dataset has ${tokens} tokens, the model was made for ${input.tokens} (input.tokens)`);
    }
  }
}

/** The numbers behind the getters of a Training, if they are where they should be; Go checks them. */
function readOptimizer(options: unknown): { learningRate: number | undefined; clipNorm: number | undefined } {
  const found = { learningRate: undefined as number | undefined, clipNorm: undefined as number | undefined };
  try {
    const { optimizer } = readOwn(options, ["optimizer"], "");
    const { learningRate, clipNorm } = readOwn(optimizer, ["learningRate", "clipNorm"], "");
    if (typeof learningRate === "number") found.learningRate = learningRate;
    if (typeof clipNorm === "number") found.clipNorm = clipNorm;
  } catch {
    // The run itself will say what is wrong with them.
  }
  return found;
}

function checkSliceMs(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number") throw new UnfoldError("CONFIG", `model.train: sliceMs is ${kindOf(value)}; milliseconds are wanted`);
  if (!(value >= 1 && value <= 1000)) throw new UnfoldError("RANGE", `model.train: sliceMs is ${value}; 1 … 1000 milliseconds are wanted`);
  return value;
}

function checkText(name: "prompt" | "stop", value: unknown): string | ArrayLike<number> | undefined {
  if (value === undefined || typeof value === "string") return value;
  if (ArrayBuffer.isView(value)) return value as unknown as ArrayLike<number>;
  throw new UnfoldError("CONFIG", `model.generate: ${name} is ${kindOf(value)}; text or token ids are wanted`);
}

/** Options are read at the call, but what is wrong with them is thrown where an iterable throws: at the first next(). */
function deferred(make: () => AsyncGenerator<Generated, undefined>): AsyncIterableIterator<Generated> {
  try {
    return make();
  } catch (thrown) {
    return (async function* (): AsyncGenerator<Generated, undefined> {
      throw thrown;
    })();
  }
}
