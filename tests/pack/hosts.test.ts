// The packed package in every program that runs JavaScript outside a browser and that is here.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Outcome } from "./outcome.js";
import { assertLearnt } from "./outcome.js";
import { Project, root, run, tool } from "./project.js";

// The versions besides one's own are optional dependencies, for Linux on x64.
const hosts: { name: string; program: string; args?: string[] }[] = [
  { name: `Node ${process.version}`, program: process.execPath },
  { name: "Node 22", program: tool("node-22/bin/node") },
  { name: "Node 24", program: tool("node-24/bin/node") },
  { name: "Deno", program: tool("@deno/linux-x64-glibc/deno"), args: ["run", "--no-prompt"] },
  { name: "Bun", program: tool("@oven/bun-linux-x64/bin/bun") },
];

describe("outside a browser", () => {
  let project: Project;
  before(async () => {
    project = await Project.make();
    await project.write("train.mjs", `import * as unfold from "unfold-rnn";\nimport { train } from "./src/train.js";\nconsole.log(JSON.stringify(await train(unfold)));\n`);
  });
  after(() => project.remove());

  for (const { name, program, args = [] } of hosts) {
    const skip = existsSync(program) ? false : "not installed on this system";
    test(`${name}: trains, writes, shows its states; nothing on stderr`, { skip }, async () => {
      const { stdout, stderr } = await run(program, [...args, "train.mjs"], project.folder);
      assert.equal(stderr, "");
      assertLearnt(JSON.parse(stdout) as Outcome);
    });
  }

  test("external: the wasm files beside it are read from disk", async () => {
    await project.write("external.mjs", `import * as unfold from "unfold-rnn/external";\nimport { train } from "./src/train.js";\nconsole.log(JSON.stringify(await train(unfold)));\n`);
    const { stdout, stderr } = await run(process.execPath, ["external.mjs"], project.folder);
    assert.equal(stderr, "");
    assertLearnt(JSON.parse(stdout) as Outcome);
  });

  // A server renders pages whose modules import the elements.
  test("the elements and the views can be imported: none is defined, and the globals are as they were but for Lit's own", async () => {
    await project.write(
      "server.mjs",
      `const before = new Set(Object.getOwnPropertyNames(globalThis));
       const defined = [];
       for (const name of ["element", "views"]) defined.push(...(await import("unfold-rnn/" + name)).defined);
       await import("unfold-rnn/anywidget");
       console.log(JSON.stringify({ defined, added: Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name)) }));`,
    );
    const { stdout, stderr } = await run(process.execPath, ["server.mjs"], project.folder);
    assert.equal(stderr, "");
    const { defined, added } = JSON.parse(stdout) as { defined: string[]; added: string[] };
    assert.deepEqual(defined, []);
    assert.deepEqual(added.filter((name) => !/^(lit|reactiveElement)[A-Z]/.test(name)), []);
  });

  test("the README's first lines, as they stand there, train and write 200 characters", async () => {
    const readme = await project.read("node_modules/unfold-rnn/README.md");
    const code = /```js\n([^]*?)```/.exec(readme)?.[1];
    assert.ok(code, "README.md has no JavaScript");
    assert.ok(code.trim().split("\n").length <= 10, "more than ten lines");
    // The reader brings the text.
    const book = path.join(root, "site/data/austen-pride-and-prejudice.txt");
    await project.write("readme.mjs", `import { readFileSync } from "node:fs";\nconst text = readFileSync(${JSON.stringify(book)}, "utf8").slice(0, 120_000);\n${code}`);
    const { stdout, stderr } = await run(process.execPath, ["readme.mjs"], project.folder);
    assert.equal(stderr, "");
    const printed = [...stdout.matchAll(/^(\d+) (\d+\.\d+)\n/gm)];
    const last = printed.at(-1);
    assert.ok(last, "no progress was printed");
    assert.ok(Number(last[2]) < 2.4, `the loss ended at ${last[2]}`);
    assert.equal([...stdout.slice(last.index + last[0].length)].length, 200);
  });
});
