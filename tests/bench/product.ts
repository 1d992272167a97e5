import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./rounds.js";

const wasm = fileURLToPath(new URL("../../build/wasm/", import.meta.url));

/** Products [m,k]·[k,n] that training meets: the recurrence, its way back, and the head for all steps at once. */
const shapes: readonly (readonly [m: number, k: number, n: number])[] = [
  [32, 256, 1024],
  [32, 128, 512],
  [32, 512, 128],
  [2048, 128, 65],
];

export interface Peak {
  /** e.g. "mul+add". */
  readonly name: string;
  /** GFLOP/s, one figure a round. */
  readonly rounds: number[];
  readonly median: number;
}

export interface ProductTiming {
  readonly kernels: string;
  readonly shape: readonly [m: number, k: number, n: number];
  readonly gflops: number;
  /** Median over the rounds of product ÷ peak of the same round. */
  readonly share: number;
}

interface Kernels {
  pack_rows(panels: number, b: number, k: number, n: number, ld: number): void;
  pack_left(left: number, a: number, m: number, k: number, ld: number): void;
  product(c: number, ldc: number, left: number, panels: number, m: number, n: number, k: number, accumulate: number): void;
}

interface PeakModule {
  peak(iterations: number): number;
  flop(): number;
}

const instantiate = (name: string, imports: WebAssembly.Imports = {}) =>
  new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path.join(wasm, name))), imports).exports;

/** GFLOP/s of one burst of about `seconds`; `work` does so many repetitions. */
function rate(flop: number, seconds: number, work: (repetitions: number) => void): number {
  let repetitions = 1;
  for (;;) {
    const start = performance.now();
    work(repetitions);
    const elapsed = (performance.now() - start) / 1000;
    if (elapsed >= seconds) return (flop * repetitions) / elapsed / 1e9;
    repetitions = Math.ceil(repetitions * Math.min(10, Math.max(1.5, (1.2 * seconds) / Math.max(elapsed, 1e-6))));
  }
}

/** As core/kernel's Product: so many rows of the left factor are packed and multiplied at a time. */
const rowBlock = 32;

/** The kernels in a memory of their own, and one product in it; packing the left factor is part of what is timed. */
function openProducts(file: string): (shape: readonly [number, number, number]) => (repetitions: number) => void {
  const memory = new WebAssembly.Memory({ initial: 256 });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 256 });
  const kernels = instantiate(file, { go: { mem: memory }, shim: { table } }) as unknown as Kernels;
  const floats = new Float32Array(memory.buffer);
  return ([m, k, n]) => {
    const padded = (n + 7) & ~7;
    let next = 1024;
    const room = (count: number) => {
      const address = next;
      next += (4 * count + 63) & ~63;
      if (next > memory.buffer.byteLength) throw new Error(`bench: [${m} ${k}]·[${k} ${n}] does not fit into its memory`);
      return address;
    };
    const [a, b, panels, left, c] = [room(m * k), room(k * n), room(k * padded), room(rowBlock * k), room(m * n)];
    for (let i = 0; i < m * k; i++) floats[a / 4 + i] = Math.sin(i);
    for (let i = 0; i < k * n; i++) floats[b / 4 + i] = Math.cos(i) / k;
    kernels.pack_rows(panels, b, k, n, n);
    const times = (repetitions: number) => {
      for (let r = 0; r < repetitions; r++) {
        for (let first = 0; first < m; first += rowBlock) {
          const rows = Math.min(rowBlock, m - first);
          kernels.pack_left(left, a + 4 * first * k, rows, k, k);
          kernels.product(c + 4 * first * n, n, left, panels, rows, n, k, 0);
        }
      }
    };
    times(1);
    let want = 0;
    for (let i = 0; i < k; i++) want += (floats[a / 4 + (m - 1) * k + i] as number) * (floats[b / 4 + i * n + n - 1] as number);
    const got = floats[c / 4 + m * n - 1] as number;
    if (!(Math.abs(got - want) <= 1e-4)) throw new Error(`bench: the product's last element is ${got}, want ${want}`);
    return times;
  };
}

/** Measures the machine's limit and the product kernel in turns, so that both see the same machine. */
export function measureProducts(rounds: number, variants: readonly { kernels: string; file: string; peakName: string; peakFile: string }[]): { peaks: Peak[]; products: ProductTiming[] } {
  const seconds = 0.05;
  const peaks: Peak[] = [];
  const products: ProductTiming[] = [];
  for (const { kernels, file, peakName, peakFile } of variants) {
    const limit = instantiate(peakFile) as unknown as PeakModule;
    const perIteration = limit.flop();
    const open = openProducts(file);
    const subjects = shapes.map((shape) => ({ shape, work: open(shape), rates: [] as number[], shares: [] as number[] }));
    const limits: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      for (const { shape, work, rates, shares } of subjects) {
        const limitNow = rate(perIteration * 1000, seconds, (repetitions) => void limit.peak(1000 * repetitions));
        const product = rate(2 * shape[0] * shape[1] * shape[2], seconds, work);
        if (round === 0) continue;
        limits.push(limitNow);
        rates.push(product);
        shares.push(product / limitNow);
      }
    }
    peaks.push({ name: peakName, rounds: limits, median: median(limits) });
    for (const { shape, rates, shares } of subjects) products.push({ kernels, shape, gflops: median(rates), share: median(shares) });
  }
  return { peaks, products };
}
