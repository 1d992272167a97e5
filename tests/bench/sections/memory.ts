import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Judged } from "../../soak/soak.js";
import { target, type Target } from "../targets.js";

export interface MemoryResult {
  readonly steps: number;
  readonly targets: readonly Target[];
}

/** `make soak` in a process of its own: what 10,000 training steps leave behind. */
export async function measureMemory(): Promise<MemoryResult> {
  const file = fileURLToPath(new URL("../../soak/soak.ts", import.meta.url));
  const child = fork(file, [], { execArgv: ["--expose-gc", "--import", "tsx"], env: { ...process.env, STEPS: "10000" }, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const told = await new Promise<{ steps: number; judged: readonly Judged[] }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { steps: number; judged: readonly Judged[] }));
    child.once("exit", (code) => reject(new Error(`bench: tests/soak ended with ${code} and told nothing`)));
  });
  process.stderr.write(".\n");
  const targets = told.judged.map(({ what, measured, atMost, unit }) =>
    target({ what: `${told.steps} steps: ${what}`, host: "node", measured, wanted: atMost, atMost: true, unit }));
  return { steps: told.steps, targets };
}
