import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program that stands where `unfold-rnn` is found by name. */
async function run(code: string): Promise<string> {
  const folder = await mkdtemp(path.join(root, "tests/node/.example-"));
  try {
    const file = path.join(folder, "example.mjs");
    await writeFile(file, code);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
    assert.equal(stderr, "");
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const [option, wanted, what] of [["decoder:", "02431", "reverses"], ['loss: "ctc"', "01344", "spells"]] as const) {
  test(`docs/api-transduction.md: the example of ${option} runs as written, and ${what} what it has not seen`, async () => {
    const blocks = [...(await readFile(path.join(root, "docs/api-transduction.md"), "utf8")).matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code as string);
    const example = blocks.find((code) => code.includes(option));
    assert.ok(example, `there is no example of ${option}`);
    const [text, probability] = (await run(example)).trim().split(" ");
    assert.equal(text, wanted);
    assert.ok(Number(probability) > 0.5 && Number(probability) <= 1, probability);
  });
}
