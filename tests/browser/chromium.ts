import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The flags of every headless run: nothing is fetched or synchronised behind the tests' back. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The Chromium to use: $CHROMIUM (which must exist when it is set), else the first known name on PATH. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const wanted = environment["CHROMIUM"];
  if (wanted) {
    if (!isExecutable(wanted)) throw new Error(`CHROMIUM is ${JSON.stringify(wanted)}, which is not an executable file`);
    return wanted;
  }
  for (const folder of (environment["PATH"] ?? "").split(path.delimiter)) {
    for (const name of names) {
      if (isExecutable(path.join(folder, name))) return path.join(folder, name);
    }
  }
  return undefined;
}

export const advice = "no Chromium was found: install one (Debian and Ubuntu: apt-get install chromium) or set CHROMIUM to its path";

/** Installs Debian's Chromium when this is root on a system with apt-get. Returns what it found. */
export function installChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync("apt-get", ["--version"]).status !== 0) throw new Error(advice);
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "chromium"]]) {
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status } = spawnSync("apt-get", args, { stdio: "inherit", env: environment });
    if (status !== 0) throw new Error(`apt-get ${args.join(" ")} ended with ${status}; ${advice}`);
  }
  const installed = findChromium();
  if (installed === undefined) throw new Error(advice);
  return installed;
}

/** A browser with a fresh profile, which is deleted when it is closed. `args` are flags besides those of every run. */
export async function launch(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(advice);
  return chromium.launch({ executablePath, headless: true, args: [...flags, ...args], timeout: 30_000 });
}
