import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds tests/probe, the engine with faults and a gauge. Compiled, since bytes are held against the package's own hash. */
export function buildProbe(): Promise<WebAssembly.Module> {
  const file = path.join(root, "build/tests/probe.wasm");
  const environment = { ...process.env, GOOS: "js", GOARCH: "wasm" };
  execFileSync("go", ["build", "-trimpath", "-buildvcs=false", "-o", file, "./tests/probe"], { cwd: root, env: environment, stdio: "inherit" });
  return WebAssembly.compile(readFileSync(file));
}

/** A batch of this many steps makes the probe's forward answer with its live heap in KiB and its allocations so far. */
export const gaugeSteps = 108;
