import { UnfoldError, describe } from "../errors.js";
import type { Bridge, Kernels } from "./bridge.js";
import { Engine } from "./bridge.js";
import type { Exports } from "./exports.js";
import { withExports } from "./exports.js";
import type { Scope } from "./scope.js";
import { Stderr, createScope } from "./scope.js";

/** The compiled parts of an engine: all that a worker needs to be posted. */
export interface Parts {
  engine: WebAssembly.Module;
  shim: WebAssembly.Module;
  /** Absent: the engine runs on its portable bodies. */
  kernels?: WebAssembly.Module;
  variant: Kernels;
}

/** What Go's wasm_exec.js calls Go, as far as a host needs it. */
export interface GoProgram {
  argv: string[];
  env: Record<string, string>;
  exit: (code: number) => void;
  importObject: WebAssembly.Imports;
  mem: DataView;
  run(instance: WebAssembly.Instance): Promise<void>;
  _scheduledTimeouts: Map<number, ReturnType<typeof setTimeout>>;
}
/** Makes wasm_exec.js's class inside a scope object. */
export type GoRuntime = (scope: Scope) => new () => GoProgram;

/** One go, watched from the outside: its last words, its timers, its memory. */
class Program {
  readonly stderr = new Stderr();
  readonly go: GoProgram;
  readonly ready: Promise<Bridge>;
  /** Set once the bridge is there; an exit before is a failed boot. */
  engine: Engine | undefined;
  memory: WebAssembly.Memory | undefined;
  private settle: { resolve(bridge: Bridge): void; reject(error: UnfoldError): void } | undefined;

  constructor(makeGo: GoRuntime) {
    this.ready = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.ready.catch(() => {});
    const scope = createScope(this.stderr, (bridge) => this.settle?.resolve(bridge as Bridge), (thrown) => this.failed(describe(thrown), thrown));
    this.go = new (makeGo(scope))();
    this.go.argv = ["unfold"];
    this.go.exit = (code) => {
      if (this.engine) this.engine.exited(code);
      else this.failed(`the Go program ended with code ${code} before it was ready`);
    };
  }

  failed(reason: string, cause?: unknown): void {
    if (this.engine) {
      this.engine.die(reason, cause);
      return;
    }
    this.silence();
    this.settle?.reject(new UnfoldError("BOOT", `engine: ${reason}${this.stderr.text() && `\n${this.stderr.text()}`}`, { cause }));
  }

  refresh(): void {
    const { memory, go } = this;
    // A view on memory that has since grown is detached; Go refreshes its own only when it grew the memory itself.
    if (memory && go.mem && go.mem.buffer !== memory.buffer) go.mem = new DataView(memory.buffer);
  }

  silence(): void {
    for (const timer of this.go._scheduledTimeouts.values()) clearTimeout(timer);
    this.go._scheduledTimeouts.clear();
  }
}

/** shim → Go → kernels → run. Rejects with `BOOT`. */
export async function bootEngine(parts: Parts, makeGo: GoRuntime): Promise<Engine> {
  const program = new Program(makeGo);
  program.go.env = { UNFOLD_KERNELS: parts.variant };
  let exports: Exports & { mem: WebAssembly.Memory };
  try {
    const shim = await WebAssembly.instantiate(parts.shim, {});
    const instance = await WebAssembly.instantiate(parts.engine, { ...program.go.importObject, unfold: shim.exports });
    exports = instance.exports as unknown as typeof exports;
    const memory = exports.mem;
    if (parts.kernels) {
      await WebAssembly.instantiate(parts.kernels, { go: { mem: memory }, shim: { table: shim.exports.table as WebAssembly.Table } });
    }
    program.memory = memory;
    program.go.run(instance).then(
      () => program.failed("the Go program ended"),
      (thrown: unknown) => program.failed(describe(thrown), thrown),
    );
  } catch (thrown) {
    throw new UnfoldError("BOOT", `engine: the WebAssembly parts cannot be put together (${describe(thrown)})`, { cause: thrown });
  }
  const bridge = await program.ready;
  const led = withExports(bridge, exports, exports.mem);
  program.engine = new Engine(led.bridge, {
    take: led.take,
    refresh: () => program.refresh(),
    silence: () => program.silence(),
    stderr: () => program.stderr.text(),
  });
  return program.engine;
}
