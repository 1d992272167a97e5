// What the package says of itself: to npm, to TypeScript, to those who read its scripts before they trust them.
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { here, Project, root, run, tool } from "./project.js";

describe("the packed package", () => {
  let project: Project;
  before(async () => {
    project = await Project.make();
  });
  after(() => project.remove());

  test("publint --strict has nothing to say", async () => {
    const { stdout } = await run(process.execPath, [tool("publint/src/cli.js"), "run", "--strict", "--pack", "false", "node_modules/unfold-rnn"], project.folder);
    assert.match(stdout, /All good!/);
  });

  test("are the types wrong? no", async () => {
    const { version } = await project.manifest();
    const attw = tool("@arethetypeswrong/cli/dist/index.js");
    const besides = ["--profile", "esm-only", "--exclude-entrypoints", "worker", "unfold.wasm", "analysis.wasm"];
    const { stdout } = await run(process.execPath, [attw, project.at(`unfold-rnn-${String(version)}.tgz`), ...besides, "--format", "ascii"], root);
    for (const entry of ["", "/external", "/views", "/element", "/anywidget"]) assert.match(stdout, new RegExp(`^"unfold-rnn${entry}"\\n\\nnode16 \\(from ESM\\): 🟢 \\(ESM\\)\\nbundler: 🟢`, "m"));
  });

  test("no dependency, no script that runs when it is installed", async () => {
    const manifest = await project.manifest();
    for (const name of ["dependencies", "peerDependencies", "optionalDependencies", "bundledDependencies", "scripts"]) assert.equal(manifest[name], undefined, name);
    const { packages } = JSON.parse(await project.read("package-lock.json")) as { packages: object };
    assert.deepEqual(Object.keys(packages), ["", "node_modules/unfold-rnn"]);
  });

  test("import.meta is in external.js alone", async () => {
    const scripts = Object.entries(await project.files("node_modules/unfold-rnn/dist")).filter(([name]) => name.endsWith(".js"));
    assert.deepEqual(scripts.filter(([, { body }]) => Buffer.from(body).includes("import.meta")).map(([name]) => name), ["/external.js"]);
  });

  test("the terms of what is bundled are in it", async () => {
    const engine = await project.read("node_modules/unfold-rnn/dist/LICENSE.engine.txt");
    assert.match(engine, /==== Go ====[^]*==== gonum ====/);
    const elements = await project.read("node_modules/unfold-rnn/dist/LICENSE.elements.txt");
    assert.match(elements, /==== lit-html ====[^]*BSD 3-Clause/);
    assert.match(elements, /==== uplot ====[^]*Leon Sorokin/);
  });

  for (const resolution of ["NodeNext", "Bundler"]) {
    test(`types, found as ${resolution} finds them: right uses compile, wrong ones do not`, async () => {
      const module = resolution === "NodeNext" ? "NodeNext" : "ESNext";
      await project.write("tsconfig.json", JSON.stringify({
        compilerOptions: {
          strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, target: "ES2022", lib: ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
          types: [], module, moduleResolution: resolution, rootDir: ".",
        },
        include: ["types"],
      }));
      await cp(path.join(here, "types"), project.at("types"), { recursive: true });
      await run(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", "."], project.folder);
    });
  }
});
