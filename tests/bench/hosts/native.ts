/** PyTorch and plain C: programs that are asked by lines, each answered with one. */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Host } from "../subject.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Starts a program that speaks as peers/torch_bench.py and peers/plain.c do. */
function lineHost(program: string, args: readonly string[], environment: Record<string, string> = {}): Host {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...environment } });
  const ask = asker(child, program);
  return {
    name: "native",
    async open(workload, name) {
      const [detail = "", loss] = (await ask(`open ${workload}`)).split(" | ");
      return {
        name, host: "native", detail, firstLoss: Number(loss), opening: 0,
        async run(seconds) {
          const [steps = NaN, elapsed = NaN, last = NaN] = (await ask(`run ${workload} ${seconds}`)).split(" ").map(Number);
          if (!(steps >= 1 && elapsed > 0)) throw new Error(`bench: ${name} answered ${steps} steps in ${elapsed} s`);
          return { steps, seconds: elapsed, loss: last };
        },
        async close() {},
      };
    },
    async close() {
      child.stdin.end();
    },
  };
}

function asker(child: ChildProcessByStdio<Writable, Readable, null>, program: string): (question: string) => Promise<string> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on("error", () => {}); // what cannot be started ends its output, which is told below
  child.stdin.on("error", () => {});
  return async (question) => {
    child.stdin.write(`${question}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`bench: ${program} ended without an answer to ${question}`);
    return value;
  };
}

/** A Python that has torch: $PYTHON, what `make golden` installs, or python3. */
export function findTorch(): string | undefined {
  const hasTorch = (python: string) => spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;
  const installed = here("../../../build/.torch/bin/python");
  const wanted = process.env["PYTHON"];
  return [...(wanted ? [wanted] : []), ...(existsSync(installed) ? [installed] : []), "python3"].find(hasTorch);
}

/**
 * Keeps PyTorch's three libraries from instructions wider than AVX2, which the targets were set against. A machine with
 * AVX-512 runs PyTorch both ways.
 */
const avx2 = { ATEN_CPU_CAPABILITY: "avx2", ONEDNN_MAX_CPU_ISA: "AVX2", MKL_ENABLE_INSTRUCTIONS: "AVX2", MKL_CBWR: "AVX2" };

export const torchHost = (python: string, narrow: boolean): Host => lineHost(python, ["-B", here("../peers/torch_bench.py")], narrow ? avx2 : {});

const source = here("../peers/plain.c");
const flags = ["-O3", "-march=native", "-fopenmp-simd"];

/** How the C was compiled, for the report; undefined where there is no compiler. */
export function buildPlainC(): { program: string; how: string } | undefined {
  const compiler = process.env["CC"] || "cc";
  if (spawnSync(compiler, ["--version"], { stdio: "ignore" }).status !== 0) return undefined;
  const program = here("../../../build/tests/plain");
  mkdirSync(here("../../../build/tests"), { recursive: true });
  // AVX2, as the target says, on processors that have more.
  const narrow = process.arch === "x64" ? ["-mprefer-vector-width=256", "-mno-avx512f"] : [];
  const { status, stderr } = spawnSync(compiler, [...flags, ...narrow, "-o", program, source, "-lm"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: ${compiler} ${source}: ${stderr}`);
  return { program, how: [compiler, ...flags, ...narrow].join(" ") };
}

export const plainCHost = (program: string): Host => lineHost(program, []);
