/** The product kernels alone, called as core/kernel calls them, in a memory of their own. */
import { fileBytes } from "../platform.js";
import { nameOf, type Shape, trainingShapes } from "../shapes.js";
import type { Subject } from "../subject.js";

interface Kernels {
  pack_rows(panels: number, b: number, k: number, n: number, ld: number): void;
  pack_left(left: number, a: number, m: number, k: number, ld: number): void;
  pack_left_transposed(left: number, a: number, k: number, m: number, ld: number): void;
  product(c: number, ldc: number, left: number, panels: number, m: number, n: number, k: number, accumulate: number): void;
  /** A product that packs its left factor as it goes. */
  product_rows?(c: number, ldc: number, a: number, lda: number, left: number, panels: number, m: number, n: number, k: number, accumulate: number): void;
}

/** As core/kernel's Product: so many rows of the left factor are packed at a time. */
const rowBlock = 32;
/** As core/kernel's ProductTA: so many terms of the sums are packed at a time. */
const depthBlock = 256;

export const kernelFiles: Record<string, string> = { simd: "kernels.wasm", "relaxed-simd": "kernels-relaxed.wasm" };

/** The subject's name is a kernel variant and a shape's name, e.g. "simd [32 256]·[256 1024]". */
export async function open(_workload: string, subject: string): Promise<Subject> {
  const [variant = "", ...rest] = subject.split(" ");
  const shape = trainingShapes().find((one) => nameOf(one) === rest.join(" "));
  if (!shape) throw new Error(`bench: no product is called ${subject}`);
  const bytes = await fileBytes(`build/wasm/${kernelFiles[variant]}`);
  const memory = new WebAssembly.Memory({ initial: 512 });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 256 });
  const kernels = new WebAssembly.Instance(new WebAssembly.Module(bytes), { go: { mem: memory }, shim: { table } }).exports as unknown as Kernels;
  const once = (shape.kind === "multiply" ? multiply : gradient)(kernels, memory, shape);
  const work = async (count: number) => {
    for (let i = 0; i < count; i++) once();
    return NaN;
  };
  return { detail: variant, firstLoss: NaN, work, dispose: async () => {} };
}

/** Hands out addresses from the memory's start. */
function allocator(memory: WebAssembly.Memory): (count: number, value?: (i: number) => number) => number {
  let next = 1024;
  return (count, value) => {
    const address = next;
    next += (4 * count + 63) & ~63;
    const floats = new Float32Array(memory.buffer, address, count);
    if (value) for (let i = 0; i < count; i++) floats[i] = value(i);
    return address;
  };
}

const panelled = (n: number) => (n + 3) & ~3;

function multiply(kernels: Kernels, memory: WebAssembly.Memory, { m, k, n }: Shape): () => void {
  const room = allocator(memory);
  const [a, b] = [room(m * k, Math.sin), room(k * n, (i) => Math.cos(i) / k)];
  const [panels, left, c] = [room(k * panelled(n)), room(rowBlock * k), room(m * n)];
  kernels.pack_rows(panels, b, k, n, n);
  const once = () => {
    if (kernels.product_rows) return kernels.product_rows(c, n, a, k, left, panels, m, n, k, 0);
    for (let first = 0; first < m; first += m < 4 ? 1 : rowBlock) {
      const [rows, source] = [m < 4 ? 1 : Math.min(rowBlock, m - first), a + 4 * first * k];
      if (m >= 4) kernels.pack_left(left, source, rows, k, k);
      kernels.product(c + 4 * first * n, n, m < 4 ? source : left, panels, rows, n, k, 0);
    }
  };
  once();
  check(memory, c + 4 * (m * n - 1), k, (i) => [a + 4 * ((m - 1) * k + i), b + 4 * (i * n + n - 1)]);
  return once;
}

function gradient(kernels: Kernels, memory: WebAssembly.Memory, { m, k, n }: Shape): () => void {
  const room = allocator(memory);
  const [a, b] = [room(k * m, Math.sin), room(k * n, (i) => Math.cos(i) / k)];
  const [panels, left, c] = [room(depthBlock * panelled(n)), room(depthBlock * m), room(m * n)];
  const once = () => {
    for (let first = 0; first < k; first += depthBlock) {
      const depth = Math.min(depthBlock, k - first);
      kernels.pack_rows(panels, b + 4 * first * n, depth, n, n);
      kernels.pack_left_transposed(left, a + 4 * first * m, depth, m, m);
      kernels.product(c, n, left, panels, m, n, depth, 1);
    }
  };
  once();
  check(memory, c + 4 * (m * n - 1), k, (i) => [a + 4 * (i * m + m - 1), b + 4 * (i * n + n - 1)]);
  return once;
}

/** The product's last element against the sum of its terms in float64. */
function check(memory: WebAssembly.Memory, address: number, terms: number, term: (i: number) => [a: number, b: number]): void {
  const view = new DataView(memory.buffer);
  let want = 0;
  for (let i = 0; i < terms; i++) {
    const [a, b] = term(i);
    want += view.getFloat32(a, true) * view.getFloat32(b, true);
  }
  const got = view.getFloat32(address, true);
  if (!(Math.abs(got - want) <= 1e-4)) throw new Error(`bench: the product's last element is ${got}, want ${want}`);
}
