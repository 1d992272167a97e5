import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  readonly go: string;
  readonly unfold: string;
}

/** What the figures were measured on. */
export function machine(): Machine {
  const manifest = new URL("../../jsbridge/npm/package.json", import.meta.url);
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.cpus().length,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    go: execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim(),
    unfold: (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version,
  };
}
