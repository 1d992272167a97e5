import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The first JavaScript block of a page. */
async function snippet(page: string): Promise<string> {
  const block = /```js\n([^]*?)```/.exec(await readFile(path.join(root, page), "utf8"))?.[1];
  assert.ok(block, `${page} has no JavaScript block`);
  return block;
}

for (const page of ["README.md", "README.zh.md", "jsbridge/npm/README.md"]) {
  test(`${page}: the example runs as written, trains and writes 200 characters`, async () => {
    const code = await snippet(page);
    assert.match(code, /from "unfold-rnn"/);
    assert.match(code, /length: 200/);
    // The reader brings the text. The program stands where `unfold-rnn` is found by name.
    const folder = await mkdtemp(path.join(root, "tests/node/.readme-"));
    try {
      const file = path.join(folder, "example.mjs");
      const given = 'import { readFile as read } from "node:fs/promises";\n' +
        `const text = (await read(${JSON.stringify(path.join(root, "site/data/austen-pride-and-prejudice.txt"))}, "utf8")).slice(0, 120_000);\n`;
      await writeFile(file, given + code.replace(/iterations: \d+/, "iterations: 60"));
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
      assert.equal(stderr, "");
      const lines = [...stdout.matchAll(/^(\d+) (\d+\.\d+)$/gm)];
      assert.ok(lines.length > 0, "no progress was printed");
      assert.ok(Number(lines.at(-1)?.[2]) < 4, "the loss did not fall below that of a uniform guess");
      const written = stdout.slice(stdout.lastIndexOf(lines.at(-1)?.[0] as string) + (lines.at(-1)?.[0] as string).length + 1);
      assert.equal([...written].length, 200);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
