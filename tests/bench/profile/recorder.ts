/** Hears every call from Go to a kernel while it records, and leaves no trace in the engine when it does not. */
import { readFileSync } from "node:fs";
import { type Call, passThrough, signaturesOf } from "./module.js";

const wasm = (file: string) => new Uint8Array(readFileSync(new URL(`../../../build/wasm/${file}`, import.meta.url)));

/** An engine whose kernels were linked through the shim's table. */
export class Recorder {
  private readonly slots = new Map<string, number>();
  private readonly heard: WebAssembly.Exports;
  private calls: Call[] = [];

  constructor(
    readonly memory: WebAssembly.Memory,
    private readonly table: WebAssembly.Table,
    readonly kernels: WebAssembly.Exports,
    readonly module: WebAssembly.Module,
    variant: "simd" | "relaxed-simd",
  ) {
    this.signatures = signaturesOf(wasm(variant === "simd" ? "kernels.wasm" : "kernels-relaxed.wasm"));
    for (let slot = 0; slot < table.length; slot++) {
      const name = [...this.signatures.keys()].find((one) => kernels[one] === table.get(slot));
      if (name !== undefined) this.slots.set(name, slot);
    }
    const hearing = [...this.slots.keys()].map((name): [string, (...args: number[]) => unknown] => {
      const kernel = kernels[name] as (...args: number[]) => unknown;
      return [name, (...args) => (this.calls.push({ name, args }), kernel(...args))];
    });
    const signatures = new Map([...this.signatures].filter(([name]) => this.slots.has(name)));
    this.heard = new WebAssembly.Instance(new WebAssembly.Module(passThrough(signatures)), { k: Object.fromEntries(hearing) }).exports;
  }

  readonly signatures: ReturnType<typeof signaturesOf>;

  /** The calls that `work` makes. */
  async record(work: () => Promise<unknown>): Promise<Call[]> {
    this.calls = [];
    this.link(this.heard);
    try {
      await work();
    } finally {
      this.link(this.kernels);
    }
    return this.calls;
  }

  private link(functions: WebAssembly.Exports): void {
    for (const [name, slot] of this.slots) this.table.set(slot, functions[name]);
  }
}

/** From here on, gives what the next engine on this thread links its kernels with. Call it before the engine is made. */
export function watchLinking(variant: "simd" | "relaxed-simd"): () => Recorder {
  let seen: Recorder | undefined;
  const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (module: WebAssembly.Module, imports: WebAssembly.Imports) => Promise<WebAssembly.Instance>;
  Object.assign(WebAssembly, {
    async instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports) {
      const instance = await instantiate(module, imports);
      const table = imports?.["shim"]?.["table"];
      const memory = imports?.["go"]?.["mem"];
      if (table instanceof WebAssembly.Table && memory instanceof WebAssembly.Memory) seen = new Recorder(memory, table, instance.exports, module, variant);
      return instance;
    },
  });
  return () => {
    if (!seen) throw new Error("profile: no engine has linked kernels");
    return seen;
  };
}
