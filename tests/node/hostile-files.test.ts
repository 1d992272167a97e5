/** Files that are not what save() wrote: refused quickly with FORMAT or MEMORY, and the engine lives on. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createModel, loadModel, type ModelConfig, UnfoldError } from "unfold-rnn";
import { assertRefused, fingerprint, ids, modes } from "./models.js";

const config: ModelConfig = { input: { tokens: 3 }, layers: [{ cell: "gru", hidden: 2 }], output: { classes: 3 } };
const batch = { inputs: ids(4, 3, 1), targets: ids(4, 3, 2), shape: [2, 2] as [number, number] };

/** A safetensors file with this header, whatever it says, and so many zeros behind it. */
function file(header: string, data = 0, length = Buffer.byteLength(header)): Uint8Array {
  const bytes = new Uint8Array(8 + Buffer.byteLength(header) + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(Buffer.from(header), 8);
  return bytes;
}

const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
const said = (tensor: object) => file(JSON.stringify({ "head.bias": tensor, __metadata__: { "rnn.config": JSON.stringify(config) } }), 12);
const hostile: [string, Uint8Array][] = [
  ["nothing", new Uint8Array(0)],
  ["a ZIP", Uint8Array.of(0x50, 0x4b, 3, 4, ...new Uint8Array(60))],
  ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, ...new Uint8Array(60))],
  ["HTML", new Uint8Array(Buffer.from("<!doctype html><title>404</title>"))],
  ["WebAssembly", Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)],
  ["JSON", new Uint8Array(Buffer.from(JSON.stringify(config)))],
  ["zeros", new Uint8Array(1000)],
  ["ones", new Uint8Array(1000).fill(255)],
  ["a header beyond the file", file("{}", 0, 1000)],
  ["a header of 2^63 bytes", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b, 0x7d)],
  ["a header of 2^64 - 1 bytes", Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 0x7b, 0x7d)],
  ["a header that is an array", file("[]")],
  ["a header that is a number", file("7")],
  ["a header that is cut", file('{"head.bias":')],
  ["a header nested deep", file(deep)],
  ["an empty header", file("{}")],
  ["metadata that is no object", file('{"__metadata__":7}')],
  ["a config that is no JSON", file('{"__metadata__":{"rnn.config":"{"}}')],
  ["a config that is null", file('{"__metadata__":{"rnn.config":"null"}}')],
  ["a config that is a number", file('{"__metadata__":{"rnn.config":"1"}}')],
  ["a config of nothing", file('{"__metadata__":{"rnn.config":"{}"}}')],
  ["a config nested deep", file(JSON.stringify({ __metadata__: { "rnn.config": deep } }))],
  ["a config that is huge", file(JSON.stringify({ __metadata__: { "rnn.config": JSON.stringify({ ...config, layers: [{ cell: "gru", hidden: 100_000 }] }) } }))],
  ["no tensors", file(JSON.stringify({ __metadata__: { "rnn.config": JSON.stringify(config) } }))],
  ["another type", said({ dtype: "F64", shape: [3], data_offsets: [0, 12] })],
  ["a type of nothing", said({ shape: [3], data_offsets: [0, 12] })],
  ["offsets turned round", said({ dtype: "F32", shape: [3], data_offsets: [12, 0] })],
  ["offsets below zero", said({ dtype: "F32", shape: [3], data_offsets: [-12, 0] })],
  ["offsets beyond the file", said({ dtype: "F32", shape: [3], data_offsets: [0, 1200] })],
  ["offsets of 2^63", said({ dtype: "F32", shape: [3], data_offsets: [0, 2 ** 63] })],
  ["a shape that wraps", said({ dtype: "F32", shape: [2 ** 32, 2 ** 32, 3], data_offsets: [0, 12] })],
  ["a shape below zero", said({ dtype: "F32", shape: [-3], data_offsets: [0, 12] })],
  ["a shape of fractions", said({ dtype: "F32", shape: [1.5, 2], data_offsets: [0, 12] })],
  ["a shape of strings", said({ dtype: "F32", shape: ["3"], data_offsets: [0, 12] })],
  ["a tensor that is null", file('{"head.bias":null}')],
];

for (const { mode, runtime } of modes) {
  describe(`hostile files, ${mode}`, () => {
    test("cut at every byte, every byte with a flipped bit, headers that lie, other file types", { timeout: 60_000 }, async () => {
      const model = await createModel(config, runtime);
      await model.trainStep(batch);
      const good = await model.save({ optimizer: true });
      const before = await fingerprint(model);
      const faults: string[] = [];
      const refused = async (name: string, bytes: Uint8Array, orValid: boolean): Promise<void> => {
        try {
          const loaded = await loadModel(bytes, runtime);
          await loaded.dispose();
          if (!orValid) faults.push(`${name}: accepted`);
        } catch (thrown) {
          if (!(thrown instanceof UnfoldError)) faults.push(`${name}: ${String(thrown)}`);
          else if (!["FORMAT", "MEMORY"].includes(thrown.code)) faults.push(`${name}: ${thrown.code}: ${thrown.message}`);
        }
      };
      for (const [name, bytes] of hostile) await refused(name, bytes, false);
      for (let n = 0; n < good.length; n++) await refused(`the first ${n} bytes`, good.slice(0, n), false);
      for (let n = 0; n < good.length; n++) {
        const bytes = good.slice();
        (bytes[n] as number) ^= 1 << n % 8;
        await refused(`byte ${n} with bit ${n % 8} flipped`, bytes, true);
      }
      assert.deepEqual(faults.slice(0, 40), []);
      assert.equal(await fingerprint(model), before);
      const again = await loadModel(good, runtime);
      assert.equal((await again.trainStep(batch)).loss, (await model.trainStep(batch)).loss);
      await Promise.all([model.dispose(), again.dispose()]);
    });

    test("a response that has been read, has failed, or breaks off", async () => {
      const read = new Response(new Uint8Array(8));
      await read.arrayBuffer();
      await assertRefused(() => loadModel(read, runtime), "STATE", /read before/);
      await assertRefused(() => loadModel(new Response("gone", { status: 404 }), runtime), "FORMAT", /404/);
      const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("the line went dead")) });
      await assertRefused(() => loadModel(new Response(broken), runtime), "FORMAT", /the line went dead.*wanted/);
      const detached = new ArrayBuffer(8);
      structuredClone(detached, { transfer: [detached] });
      await assertRefused(() => loadModel(detached, runtime), "FORMAT|CONFIG");
      const trap = new Proxy({}, { getPrototypeOf: () => { throw new Error("trap"); } });
      await assertRefused(() => loadModel(trap as never, runtime), "CONFIG", /wanted/);
    });
  });
}
