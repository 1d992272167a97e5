import type { ErrorCode } from "../errors.js";
import { UnfoldError, clip, describe } from "../errors.js";
import type { RuntimeInfo } from "../types.js";

export type Kernels = RuntimeInfo["kernels"];
export type Failure = { error: { code: ErrorCode; message: string } };

/** The functions that the Go side hands to `unfold.ready`. All are synchronous and take plain data only. */
export type Method =
  | "info" | "create" | "load" | "metadata" | "save" | "dispose" | "forward" | "decode" | "gradients" | "trainStep" | "step" | "stepOpen" | "inspect" | "weights" | "setWeights"
  | "memory" | "estimateMemory" | "trainBegin" | "trainSlice" | "trainFault" | "trainSet" | "trainEnd" | "generateBegin" | "generateNext" | "generateEnd";
/** Those of the program that looks at matrices. */
export type AnalysisMethod = "spectralRadii" | "principalComponents" | "equations";
export type Bridge = Record<Method, (...args: unknown[]) => unknown>;

/** Columns of a row of progress, in order; validationLoss is NaN in steps that did not evaluate it. */
export const PROGRESS_FIELDS = ["step", "epoch", "loss", "validationLoss", "gradNorm", "learningRate", "tokensPerSecond"] as const;

/** A refused call: the error, and what the refused slice had done before. */
export class Refusal extends UnfoldError {
  readonly result: Record<string, unknown>;

  constructor(failure: Failure & Record<string, unknown>) {
    super(failure.error.code, failure.error.message);
    this.result = failure;
  }
}

/** What an engine needs of the program behind it besides the bridge. */
export interface Instance {
  /** A time step without the bridge, where that is possible. */
  take(model: number, input: unknown, state: unknown): object | undefined;
  /** Called before each entry: the memory may have grown since. */
  refresh(): void;
  /** No timer of the program fires after this. */
  silence(): void;
  /** What the program last wrote to stderr. */
  stderr(): string;
}

/**
 * The one place that calls into wasm. A program that exits, traps, overflows the stack or returns nothing is dead: its
 * memory cannot be trusted, so no function of it is called again, and every call throws the same `ENGINE` error.
 */
export class Engine {
  private death: UnfoldError | undefined;
  /** Told once, also when the program dies between calls (a timer, a goroutine). */
  onDeath: (error: UnfoldError) => void = () => {};

  constructor(private readonly bridge: Bridge, private readonly instance: Instance) {}

  get dead(): boolean {
    return this.death !== undefined;
  }

  call(method: Method, ...args: unknown[]): Record<string, unknown> {
    return this.enter(method, () => this.bridge[method](...args) ?? undefined) as Record<string, unknown>;
  }

  /** One time step at once, of arguments as a caller gave them; undefined: they must be sanitised and given to `call`. */
  take(model: number, input: unknown, state: unknown): Record<string, unknown> | undefined {
    return this.enter("step", () => this.instance.take(model, input, state) ?? null) ?? undefined;
  }

  /** `null` is an answer that is not there. */
  private enter(method: Method, call: () => unknown): Record<string, unknown> | null {
    if (this.death) throw this.death;
    let result: unknown;
    try {
      this.instance.refresh();
      result = call();
    } catch (thrown) {
      throw this.die(`${method}: ${describe(thrown)}`, thrown);
    }
    // A Go panic inside the call does not throw: it runs exited(), then the call gives undefined.
    if (this.death) throw this.death;
    if (typeof result !== "object") {
      throw this.die(`${method} gave ${String(result)}`);
    }
    if (result !== null && Object.hasOwn(result, "error")) {
      const failure = result as Failure & Record<string, unknown>;
      // A panic that Go recovered from may have left a model half changed.
      if (failure.error.code === "ENGINE") throw this.die(failure.error.message);
      throw new Refusal(failure);
    }
    return result as Record<string, unknown> | null;
  }

  /** The program ended, with this exit code. */
  exited(code: number): void {
    this.die(`the Go program ended with code ${code}`);
  }

  /** Marks the engine dead; the first reason stays. */
  die(reason: string, cause?: unknown): UnfoldError {
    if (this.death) return this.death;
    const text = this.instance.stderr().trim();
    const message = clip(text === "" ? `engine died: ${reason}` : `engine died: ${reason}\n${text}`);
    this.death = new UnfoldError("ENGINE", message, { cause: cause ?? (text === "" ? reason : text) });
    this.instance.silence();
    this.onDeath(this.death);
    return this.death;
  }
}
