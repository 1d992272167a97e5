import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { manifest } from "../manifest.js";

const source = fileURLToPath(new URL("../src", import.meta.url));
const made = manifest(source);
const elements = made.modules.flatMap(({ declarations }) => declarations);

test("the manifest of the elements is one by its schema", () => {
  const schema = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("custom-elements-manifest/schema.json"), "utf8")) as object;
  const valid = new Ajv({ strict: false }).compile(schema);
  assert.ok(valid(made), JSON.stringify(valid.errors));
});

test("it has every element that a view defines, and each says what it is", () => {
  const defined = readdirSync(`${source}/view`, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(`${source}/view/${file}`, "utf8").matchAll(/define\("(unfold-[\w-]+)"/g)].map(([, name]) => name));
  assert.deepEqual(elements.map(({ tagName }) => tagName).sort(), defined.sort());
  for (const { tagName, description, attributes, members } of elements) {
    assert.ok(description.length > 30, `${tagName}: ${description}`);
    for (const { name } of [...attributes, ...members]) assert.match(name, /^[\w-]+$/, tagName);
  }
});

test("of <unfold-lab>: attributes, methods, events, slots and parts", () => {
  const lab = elements.find(({ tagName }) => tagName === "unfold-lab");
  assert.ok(lab);
  const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);
  for (const name of ["data", "src", "cell", "hidden", "layers", "seq-len", "batch", "lr", "seed", "steps", "autoplay", "panels", "height", "lang", "theme", "state"]) assert.ok(names(lab.attributes).includes(name), name);
  for (const name of ["play", "pause", "step", "reset", "sample", "exportModel"]) assert.equal(lab.members.find((member) => member.name === name)?.kind, "method", name);
  assert.deepEqual(names(lab.events), ["unfold-ready", "unfold-step", "unfold-sample", "unfold-select", "unfold-state", "unfold-error"]);
  assert.deepEqual(names(lab.slots), ["", "title", "caption"]);
  assert.ok(names(lab.cssParts).includes("toolbar"));
});
