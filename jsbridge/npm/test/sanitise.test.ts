import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { UnfoldError } from "../src/errors.js";
import { bare, ownBuffers, sanitise, sanitiseBag } from "../src/sanitise.js";

const config = (fragment: string) => (thrown: unknown): boolean => {
  assert.ok(thrown instanceof UnfoldError, String(thrown));
  assert.equal(thrown.code, "CONFIG");
  assert.ok(thrown.message.includes(fragment), `${thrown.message} does not name ${fragment}`);
  return true;
};

const cycle: Record<string, unknown> = {};
cycle.a = { b: cycle };
let deep: unknown = 1;
for (let i = 0; i < 70; i++) deep = { deep };
let bomb: unknown = {};
for (let i = 0; i < 60; i++) bomb = { l: bomb, r: bomb };

const evil: [string, unknown, string][] = [
  ["getter", { a: { get b() { throw new Error("boo"); } } }, "o.a.b is a getter"],
  ["setter", { set b(_: unknown) {} }, "o.b is a getter or setter"],
  ["function", { a: [() => 1] }, "o.a[0] is a function"],
  ["symbol", { a: Symbol("s") }, "o.a is a symbol"],
  ["symbol key", { [Symbol("s")]: 1 }, "symbol"],
  ["bigint", { a: 1n }, "o.a is a bigint"],
  ["null", { a: null }, "o.a is null"],
  ["instance", { a: new Map() }, "o.a is an instance of a class"],
  ["date", { a: new Date() }, "o.a is an instance"],
  ["cycle", cycle, "o.a.b is part of a cycle"],
  ["__proto__", JSON.parse('{"a":{"__proto__":{"x":1}}}'), "o.a.__proto__"],
  ["hole", { a: [1, , 3] }, "o.a[1] is a hole"],
  ["depth", { deep }, "nested deeper"],
  ["bomb", { bomb }, "more than"],
  ["BigInt64Array", { a: new BigInt64Array(2) }, "o.a is a BigInt64Array"],
  ["DataView", { a: new DataView(new ArrayBuffer(2)) }, "o.a is a DataView"],
  ["ArrayBuffer", { a: new ArrayBuffer(2) }, "o.a is an instance"],
  ["words among numbers", { inputs: [1, "2"] }, "o.inputs[1] is a string"],
  ["nested numbers", { inputs: [[1], [2]] }, "o.inputs[0] is an array"],
  ["proxy: ownKeys", { a: new Proxy({}, { ownKeys() { throw new Error("boo"); } }) }, "cannot be read"],
  ["proxy: getPrototypeOf", new Proxy({}, { getPrototypeOf() { throw new Error("boo"); } }), "cannot be read"],
  ["proxy: descriptor", new Proxy({ a: 1 }, { getOwnPropertyDescriptor() { throw new Error("boo"); } }), "cannot be read"],
  ["revoked proxy", (() => { const p = Proxy.revocable({}, {}); p.revoke(); return { p: p.proxy }; })(), "cannot be read"],
];
for (const [name, value, fragment] of evil) {
  test(`sanitise refuses: ${name}`, () => assert.throws(() => sanitise(value, "o"), config(fragment)));
}

test("sanitise copies plain data deeply and drops what is undefined", () => {
  const from = { a: [1, { b: "x" }], c: true, d: undefined, e: NaN };
  const copy = sanitiseBag(from, "o");
  assert.equal(Object.getPrototypeOf(copy), null);
  assert.deepEqual({ ...copy, a: (copy.a as unknown[]).map((v) => (typeof v === "object" ? { ...v } : v)) }, { a: [1, { b: "x" }], c: true, e: NaN });
  from.a[0] = 9;
  assert.equal((copy.a as number[])[0], 1);
});

test("sanitise takes objects of another realm", () => {
  const copy = sanitiseBag(runInNewContext("({ a: [1, 2], v: new Float32Array([3]) })"), "o");
  assert.deepEqual([...(copy.a as number[])], [1, 2]);
  assert.ok(copy.v instanceof Float32Array);
});

test("sanitise copies exactly a view's bytes, also of a Buffer in a pool and of shared memory", () => {
  const big = new Float32Array(1000).fill(2);
  const shared = new Int32Array(new SharedArrayBuffer(40)).subarray(2, 4).fill(5);
  const copy = sanitiseBag({ a: big.subarray(10, 13), b: Buffer.from("hi"), c: shared }, "o") as Record<string, Float32Array>;
  assert.deepEqual(copy.a, new Float32Array([2, 2, 2]));
  assert.equal(copy.a?.buffer.byteLength, 12);
  assert.equal(copy.b?.buffer.byteLength, 2);
  assert.ok(copy.c?.buffer instanceof ArrayBuffer);
});

test("arrays of numbers become Float64Array where numbers are expected, and stay arrays elsewhere", () => {
  const copy = sanitiseBag({ inputs: [1, 2], shape: [1, 2] }, "o");
  assert.ok(copy.inputs instanceof Float64Array);
  assert.ok(Array.isArray(copy.shape));
  assert.ok(sanitise([1, 2], "input", true) instanceof Float64Array);
});

test("a polluted Object.prototype is not read", () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  const names = ["hidden", "cell", "value", "get", "type", "error", "signal"];
  for (const name of names) prototype[name] = "polluted";
  try {
    assert.deepEqual(Object.keys(sanitiseBag({ a: 1 }, "o")), ["a"]);
    assert.equal((bare({ a: 1 }) as Record<string, unknown>).hidden, undefined);
  } finally {
    for (const name of names) delete prototype[name];
  }
});

test("ownBuffers replaces views on bigger buffers and shared ones", () => {
  const whole = new Float32Array(4);
  const message = { a: whole.subarray(0, 2), b: { c: whole }, d: [whole] as unknown[] };
  const buffers = ownBuffers(message);
  assert.equal(message.a.buffer.byteLength, 8);
  assert.notEqual(message.d[0], whole);
  assert.deepEqual([...buffers].map((b) => b.byteLength).sort(), [16, 16, 8]);
});
