import assert from "node:assert/strict";
import { test } from "node:test";
import { textDataset } from "../src/dataset/text.js";
import type { Generated, GenerateOptions, ModelConfig } from "../src/types.js";
import { fakeModel } from "./fake.js";

async function collect(tokens: AsyncIterable<Generated>): Promise<Generated[]> {
  const out: Generated[] = [];
  for await (const t of tokens) out.push(t);
  return out;
}
const train = { batch: 1, steps: 2, iterations: 4, optimizer: { name: "adam", learningRate: 0.1 } } as const;
const tokens = (model: { config: ModelConfig }, n: number): void => void Object.assign(model.config.input, { tokens: n });

test("ids in, ids out, without a vocabulary", async () => {
  const { model, bridge } = await fakeModel();
  const got = await collect(model.generate({ prompt: [0, 2], length: 300 }));
  assert.deepEqual(got.map((t) => t.token), Array.from({ length: 300 }, (_, i) => (3 + i) % 256));
  assert.deepEqual(got[0], { token: 3, probability: 0.25 });
  assert.equal(bridge.open, 0);
  await assert.rejects(collect(model.generate({ prompt: "ab", length: 3 })), { code: "STATE", message: /no vocabulary/ });
});

test("text in, text out, as soon as a run with a vocabulary has been accepted", async () => {
  const { model } = await fakeModel();
  const data = await textDataset("abcdabcd", { unit: "char" });
  const run = model.train(data, train);
  assert.equal((await collect(model.generate({ prompt: "a", length: 3 }))).map((t) => t.text).join(""), "bcd");
  await run;
  await assert.rejects(collect(model.generate({ prompt: "ab?", length: 3 })), { code: "RANGE", message: /"\?" \(U\+003F\) at character 2/ });
  assert.equal((await collect(model.generate({ prompt: "", length: 1 })))[0]?.text, "a");
});

test("a refused run does not change the vocabulary", async () => {
  const { model, bridge } = await fakeModel();
  await model.train(await textDataset("abcdabcd", { unit: "char" }), train);
  bridge.trainBegin = () => ({ error: { code: "CONFIG", message: "no" } });
  await assert.rejects(model.train(await textDataset("wxyzwxyz", { unit: "char" }), train), { code: "CONFIG" });
  assert.equal((await collect(model.generate({ prompt: "a", length: 1 })))[0]?.text, "b");
});

test("bytes: a character comes whole, with its last byte", async () => {
  const { model, bridge } = await fakeModel();
  tokens(model, 256);
  await model.train(await textDataset("é飛", { unit: "byte" }), train);
  const bytes = [...new TextEncoder().encode("a飛é\ufeff")];
  bridge.generateNext = () => ({ tokens: Int32Array.from(bytes), probabilities: new Float32Array(bytes.length), done: true });
  const texts = (await collect(model.generate({ length: bytes.length }))).map((t) => t.text);
  assert.deepEqual(texts, ["a", "", "", "飛", "", "é", "", "", "\ufeff"]);
  // A prompt that ends inside a character is finished by what comes.
  bridge.generateNext = () => ({ tokens: Int32Array.of(0xa9), probabilities: new Float32Array(1), done: true });
  assert.equal((await collect(model.generate({ prompt: [0xc3], length: 1 })))[0]?.text, "é");
});

test("leaving the loop ends the generation in the engine", async () => {
  const { model, bridge } = await fakeModel();
  for await (const t of model.generate({ length: 1e9 })) if (t.token === 5) break;
  await model.weights();
  assert.equal(bridge.open, 0);
  assert.ok(bridge.calls.includes("generateEnd"));
});

test("AbortSignal ends it with ABORTED", async () => {
  const { model, bridge } = await fakeModel();
  const abort = new AbortController();
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const t of model.generate({ length: 1e9, signal: abort.signal })) {
      seen.push(t.token);
      if (seen.length === 7) abort.abort();
    }
  }, { code: "ABORTED" });
  assert.equal(seen.length, 7);
  await assert.rejects(collect(model.generate({ length: 2, signal: AbortSignal.abort() })), { code: "ABORTED" });
  await model.weights();
  assert.equal(bridge.open, 0);
});

test("it goes on while the model trains, and both finish", async () => {
  const { model } = await fakeModel();
  const data = await textDataset("abcdabcd", { unit: "char" });
  const run = model.train(data, { ...train, iterations: 2000 });
  const [summary, got] = await Promise.all([run, collect(model.generate({ length: 500 }))]);
  assert.equal(summary.step, 2000);
  assert.equal(got.length, 500);
});

test("bad options are thrown by the first next(), and the engine's refusals too", async () => {
  const { model, bridge } = await fakeModel();
  const no = (o: unknown, code: string, message: RegExp): Promise<void> => assert.rejects(collect(model.generate(o as GenerateOptions)), { code, message });
  await no({ length: 3, signal: 5 }, "CONFIG", /signal/);
  await no({ length: 3, prompt: { a: 1 } }, "CONFIG", /prompt is an object/);
  await no({ length: 3, get temperature() { return 1; } }, "CONFIG", /getter/);
  bridge.instead.set("generateBegin", () => ({ error: { code: "RANGE", message: "length is -1" } }));
  await no({ length: -1 }, "RANGE", /length is -1/);
  await model.dispose();
  await no({ length: 3 }, "STATE", /disposed/);
});

test("what is not there yet says so", async () => {
  const { model } = await fakeModel();
  await assert.rejects(model.inspect({ inputs: [0], shape: [1, 1] }, "gates"), { code: "UNSUPPORTED" });
});
