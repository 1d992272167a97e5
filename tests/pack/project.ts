import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { File } from "../browser/server.js";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const root = path.join(here, "../..");

/** Output of a program that ended well; otherwise its output is in the error. */
export async function run(program: string, args: readonly string[], folder: string): Promise<{ stdout: string; stderr: string }> {
  try {
    return await promisify(execFile)(program, args, { cwd: folder, timeout: 300_000, maxBuffer: 1 << 26 });
  } catch (thrown) {
    const { stdout = "", stderr = "", message } = thrown as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}

/** A program of tests/pack/node_modules, to be run with Node. */
export const tool = (file: string): string => path.join(here, "node_modules", file);

const types: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css" };

/** An empty folder outside the repository, into which the packed package was installed as a stranger would. */
export class Project {
  private constructor(readonly folder: string) {}

  /** npm pack and npm install; nothing is fetched, for the package depends on nothing. */
  static async make(): Promise<Project> {
    const folder = await mkdtemp(path.join(tmpdir(), "unfold-pack-"));
    const project = new Project(folder);
    const { stdout } = await run("npm", ["pack", "--silent", "--workspace", "jsbridge/npm", "--pack-destination", folder], root);
    await project.write("package.json", JSON.stringify({ name: "stranger", private: true, type: "module" }));
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", stdout.trim()], folder);
    await cp(path.join(here, "program"), path.join(folder, "src"), { recursive: true });
    return project;
  }

  at(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(this.at(name), text);
  }

  async read(name: string): Promise<string> {
    return readFile(this.at(name), "utf8");
  }

  /** The installed package's own description of itself. */
  async manifest(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.read("node_modules/unfold-rnn/package.json")) as Record<string, unknown>;
  }

  /** Every file below a folder of the project, by the path under which a static host would serve it. */
  async files(below: string): Promise<Record<string, File>> {
    const files: Record<string, File> = {};
    for (const entry of await readdir(this.at(below), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      files[`/${path.relative(this.at(below), file)}`] = { type: types[path.extname(file)] ?? "application/octet-stream", body: await readFile(file) };
    }
    return files;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
