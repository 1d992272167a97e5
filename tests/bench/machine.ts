import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  readonly go: string;
  readonly unfold: string;
  readonly commit: string;
  /** Of the bench's package.json. */
  readonly packages: Readonly<Record<string, string>>;
}

const readJSON = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

/** What the figures were measured on. */
export function machine(): Machine {
  const answer = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: "utf8" }).trim();
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.cpus().length,
    memoryGB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    go: answer("go", "env", "GOVERSION"),
    unfold: readJSON("../../jsbridge/npm/package.json").version,
    commit: answer("git", "describe", "--always", "--dirty"),
    packages: readJSON("package.json").dependencies,
  };
}
