/**
 * Speed of Unfold against others and against the machine's own limit, in one run, in turns. Prints tables, writes
 * build/bench.json; the exit code says only whether it ran. ROUNDS (default 5, at least 5) sets the rounds.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { machine } from "./machine.js";
import { measureProducts } from "./product.js";
import { print, targetsOf, toJSON, type WorkloadResult } from "./report.js";
import { interleave } from "./rounds.js";
import { w1 } from "./workloads/w1.js";

/** A function that is one relaxed multiply-add. */
const relaxedProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 5, 1, 96, 0, 1, 123], // () -> v128
  ...[3, 2, 1, 0],
  ...[10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11],
);

const rounds = Number(process.env["ROUNDS"] ?? 5);
if (!(Number.isInteger(rounds) && rounds >= 5)) throw new Error(`ROUNDS is ${process.env["ROUNDS"]}, want a whole number from 5`);

// Node 20 has relaxed SIMD behind a flag; browsers have it. The figures are meant for browsers too.
setFlagsFromString("--experimental-wasm-relaxed-simd");
const hasRelaxed = WebAssembly.validate(relaxedProbe);

const variants = [{ kernels: "simd", file: "kernels.wasm", peakName: "mul+add", peakFile: "peak.wasm" }];
if (hasRelaxed) variants.push({ kernels: "relaxed-simd", file: "kernels-relaxed.wasm", peakName: "relaxed multiply-add", peakFile: "peak-relaxed.wasm" });

const { peaks, products } = measureProducts(rounds, variants);
const results: WorkloadResult[] = [];
for (const workload of [w1]) {
  const subjects = await workload.subjects();
  results.push({ workload, timings: await interleave(subjects, rounds, 1) });
  for (const subject of subjects) await subject.dispose();
}

const here = machine();
const targets = targetsOf(results, products);
print(here, peaks, products, results, targets);
const file = fileURLToPath(new URL("../../build/bench.json", import.meta.url));
mkdirSync(new URL("../../build", import.meta.url), { recursive: true });
writeFileSync(file, `${toJSON(here, peaks, products, results, targets)}\n`);
console.log(`bench: ${targets.filter(({ holds }) => holds).length} of ${targets.length} targets hold; every figure is in build/bench.json`);
process.exit(0);
