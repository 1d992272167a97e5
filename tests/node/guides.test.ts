import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { guides, languages, root, snippets } from "../snippets.js";

const all = guides().flatMap(snippets);
const of = (language: (typeof languages)[number]) => all.filter((snippet) => snippet.language === language);

describe("snippets of the guides", () => {
  test("each is in a language that a test runs", () => {
    assert.ok(all.length >= 20, `${all.length} snippets`);
    for (const { name, language } of all) assert.ok((languages as readonly string[]).includes(language), `${name}: "${language}"`);
  });

  for (const { name, code } of of("js")) {
    test(`${name}: runs in Node as written, and what it prints is true`, async () => {
      const folder = await mkdtemp(path.join(root, "tests/node/.guide-"));
      try {
        const file = path.join(folder, "example.mjs");
        await writeFile(file, code);
        const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
        assert.equal(stderr, "");
        assert.notEqual(stdout, "");
        assert.doesNotMatch(stdout, /\b(false|NaN|undefined)\b/, stdout);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }

  for (const { name, code } of of("sh")) {
    test(`${name}: a shell reads it, and npm and make know what it asks for`, () => {
      const { status, stderr } = spawnSync("bash", ["-n", "-c", code], { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      for (const [, target = ""] of code.matchAll(/^make (\S+)/gm)) assert.equal(spawnSync("make", ["-n", target], { cwd: root }).status, 0, target);
    });
  }

  const python = spawnSync("python3", ["--version"]).status === 0;
  for (const { name, code } of of("python")) {
    test(`${name}: Python reads it`, { skip: !python && "there is no python3" }, () => {
      const check = "import ast, sys; compile(sys.stdin.read(), 'guide', 'exec', ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)";
      const { status, stderr } = spawnSync("python3", ["-c", check], { input: code, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    });
  }
});
