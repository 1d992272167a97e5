import { spawnSync } from "node:child_process";

// Debian splits the module that fills a new environment off from Python.
const python = process.env["PYTHON"] ?? "python3";
const advice = "Python 3.10 or later with venv is needed (Debian and Ubuntu: apt-get install python3-venv), or set PYTHON to its path";
const probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
const works = (): boolean => spawnSync(python, ["-c", probe], { stdio: "ignore" }).status === 0;

function install(): void {
  if (process.env["PYTHON"] !== undefined || process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) return;
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "python3", "python3-venv"]]) {
    spawnSync("apt-get", args, { stdio: "inherit", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  }
}

if (!works()) install();
if (!works()) {
  console.error(`python: ${advice}`);
  process.exit(1);
}
