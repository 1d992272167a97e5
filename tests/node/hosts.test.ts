/** Hosts that differ: without SIMD, with relaxed SIMD, with a polluted Object.prototype, with little memory. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { assertClose } from "./models.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

interface Report {
  mode: string;
  kernels: string;
  outputs: number[];
  losses: number[];
  weights: Record<string, number[]>;
  refusal: string;
}

/** One short life of a model in a fresh process: what it computed. */
async function life(flags: string[], options: object): Promise<Report> {
  const script = path.join(root, "tests/node/life.ts");
  const { stdout } = await run(process.execPath, [...flags, "--import", "tsx", script, JSON.stringify(options)], { cwd: root, timeout: 60_000, maxBuffer: 64 << 20 });
  return JSON.parse(stdout) as Report;
}

function assertSame(got: Report, want: Report, tolerance: number): void {
  if (tolerance === 0) {
    assert.deepEqual({ ...got, kernels: "", mode: "" }, { ...want, kernels: "", mode: "" });
    return;
  }
  assertClose("outputs", got.outputs, want.outputs, tolerance);
  assertClose("losses", got.losses, want.losses, tolerance);
  for (const [name, values] of Object.entries(want.weights)) assertClose(name, got.weights[name] ?? [], values, tolerance);
}

for (const mode of ["worker", "main"]) {
  describe(`hosts, ${mode}`, () => {
    const base = { worker: mode === "worker" };
    let simd: Report;

    test("with SIMD", async () => {
      simd = await life([], { ...base, deterministic: true });
      assert.equal(simd.kernels, "simd");
      assert.equal(simd.mode, mode);
      assert.ok((simd.losses.at(-1) as number) < (simd.losses[0] as number));
    });

    test("without SIMD: the portable bodies, said plainly, with the same bits", async () => {
      const portable = await life(["--no-enable-sse4-1"], { ...base, deterministic: true });
      assert.equal(portable.kernels, "portable");
      assertSame(portable, simd, 0);
    });

    test("with relaxed SIMD: within tolerance, and not used when deterministic", async () => {
      const flags = ["--experimental-wasm-relaxed-simd"];
      const relaxed = await life(flags, base);
      assert.equal(relaxed.kernels, "relaxed-simd");
      assertSame(relaxed, simd, 1e-3);
      assert.equal((await life(flags, { ...base, deterministic: true })).kernels, "simd");
    });

    test("with a polluted Object.prototype: nothing changes", async () => {
      assertSame(await life([], { ...base, deterministic: true, pollute: true }), simd, 0);
    });
  });
}

test("memory that is used up: MEMORY before the engine is lost, or ENGINE", async () => {
  const report = await life(["--wasm-max-mem-pages=1024"], { worker: false, deterministic: true, greedy: true });
  assert.match(report.refusal, /^(MEMORY|ENGINE)$/);
});
