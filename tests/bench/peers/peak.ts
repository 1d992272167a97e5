/** The machine's own limit: products of four floats and sums of them, many chains at once, nothing loaded or stored. */
import { fileBytes } from "../platform.js";
import type { Subject } from "../subject.js";

/** The rows by which shares of the limit are taken, and the modules of wasm/simd that measure them. */
export const peakFiles: Record<string, string> = { "mul+add": "peak.wasm", "relaxed multiply-add": "peak-relaxed.wasm" };

interface Peak {
  peak(iterations: number): number;
  /** FLOP of one iteration. */
  flop(): number;
}

/** Iterations of one step. */
const iterations = 20_000;

export async function open(_workload: string, subject: string): Promise<Subject> {
  const bytes = await fileBytes(`build/wasm/${peakFiles[subject]}`);
  if (!WebAssembly.validate(bytes)) throw new Error(`this host has no ${subject}`);
  const { peak, flop } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Peak;
  const work = async (count: number) => {
    for (let i = 0; i < count; i++) peak(iterations);
    return NaN;
  };
  return { detail: String(flop() * iterations), firstLoss: NaN, work, dispose: async () => {} };
}
