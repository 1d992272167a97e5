/** The published goldens are what their schema says: for other projects that read them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";

const folder = new URL("../golden/", import.meta.url);
const read = (name: string): any => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const validate = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(read("golden.schema.json"));
const fits = (value: unknown): boolean => validate(value);
const names = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "golden.schema.json");

interface Tensor {
  shape: number[];
  data: number[];
}

/** Every tensor of a file, wherever it stands. */
function tensors(value: unknown): Tensor[] {
  if (typeof value !== "object" || value === null) return [];
  if ("shape" in value && "data" in value) return [value as Tensor];
  return Object.values(value).flatMap(tensors);
}

test("goldens fit their schema, and tensors their shapes", () => {
  assert.equal(names.length, 11);
  for (const name of names) {
    const golden = read(name);
    assert.ok(fits(golden), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    const found = tensors(golden.cases);
    assert.ok(found.length > 0 || name === "schedules.json", name);
    for (const { shape, data } of found) assert.equal(data.length, shape.reduce((product, n) => product * n, 1), name);
  }
});

test("the schema refuses what is not there or not known", () => {
  const golden = read("gru.json");
  assert.ok(!fits({ ...golden, format: 2 }));
  assert.ok(!fits({ ...golden, more: 1 }));
  const { expected, ...rest } = golden.cases[0];
  assert.ok(!fits({ ...golden, cases: [rest] }));
  assert.ok(!fits({ ...golden, cases: [{ ...rest, expected: { ...expected, gradients: { "head.bias": { shape: [1] } } } }] }));
});
