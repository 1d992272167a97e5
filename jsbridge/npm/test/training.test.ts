import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Progress, TokenDataset, TrainOptions } from "../src/types.js";
import { FakeBridge, fakeModel } from "./fake.js";

const data: TokenDataset = { tokens: 4, ids: Int32Array.of(0, 1, 2, 3, 2, 1) };
const options = (iterations: number, more: object = {}): TrainOptions => ({ batch: 1, steps: 2, iterations, optimizer: { name: "adam", learningRate: 0.1, clipNorm: 5 }, ...more });

test("iterating gives every step once, in order, then the promise the summary", async () => {
  const { model } = await fakeModel();
  const run = model.train(data, options(30));
  const seen: Progress[] = [];
  for await (const p of run) seen.push(p);
  assert.deepEqual(seen.map((p) => p.step), Array.from({ length: 30 }, (_, i) => i + 1));
  assert.deepEqual(seen[2], { step: 3, epoch: 0, loss: 1 / 3, validationLoss: 2 / 3, gradNorm: 0.5, learningRate: 0.1, tokensPerSecond: 1000 });
  assert.ok(!("validationLoss" in (seen[0] as Progress)));
  assert.deepEqual(await run, { step: 30, epoch: 0, loss: 1 / 30, validationLoss: 2 / 30, reason: "completed" });
  const next = await model.train(data, options(2));
  assert.equal(next.step, 32);
});

test("awaited only, it runs freely", async () => {
  const { model, bridge } = await fakeModel();
  const summary = await model.train(data, options(400));
  assert.equal(summary.step, 400);
  assert.equal(bridge.calls.filter((c) => c === "trainSlice").length, 100);
});

test("a slow consumer holds the host back, and loses nothing", async () => {
  const { model, bridge } = await fakeModel();
  let steps = 0;
  for await (const p of model.train(data, options(40))) {
    assert.equal(p.step, ++steps);
    if (steps % 4 === 2) await sleep(5);
    const slices = bridge.calls.filter((c) => c === "trainSlice").length;
    assert.ok(slices * bridge.perSlice - steps <= 5 * bridge.perSlice, `${slices} slices at step ${steps}`);
  }
  assert.equal(steps, 40);
});

test("slices without a row, as within a long validation, do not use up the credit", async () => {
  const { model } = await fakeModel();
  let steps = 0;
  for await (const p of model.train(data, options(20, { silent: 50 }))) assert.equal(p.step, ++steps);
  assert.equal(steps, 20);
});

test("nobody looks: it starts, then waits; a late iteration gets everything", async () => {
  const { model, bridge } = await fakeModel();
  const run = model.train(data, options(100));
  await sleep(60);
  const slices = bridge.calls.filter((c) => c === "trainSlice").length;
  assert.ok(slices >= 1 && slices <= 5, `${slices} slices`);
  let steps = 0;
  for await (const p of run) assert.equal(p.step, ++steps);
  assert.equal(steps, 100);
});

test("awaited and iterated at once: nothing is lost", async () => {
  const { model } = await fakeModel();
  const run = model.train(data, options(50));
  const summary = run.then((s) => s.step);
  let steps = 0;
  for await (const p of run) assert.equal(p.step, ++steps);
  assert.equal(steps, 50);
  assert.equal(await summary, 50);
});

test("leaving the loop stops the run; another may begin at once", async () => {
  const { model, bridge } = await fakeModel();
  const run = model.train(data, options(1e9));
  for await (const p of run) if (p.step === 10) break;
  const summary = await run;
  assert.equal(summary.reason, "stopped");
  assert.ok(summary.step >= 10 && summary.step < 60, `stopped at ${summary.step}`);
  assert.equal(bridge.open, 0);
  assert.equal((await model.train(data, options(3))).reason, "completed");
});

test("pause, resume, stop", async () => {
  const { model, bridge } = await fakeModel();
  const run = model.train(data, options(1e9));
  const summary = run.then((s) => s);
  await sleep(20);
  assert.equal(run.paused, false);
  run.pause();
  assert.equal(run.paused, true);
  await sleep(20);
  const slices = bridge.calls.length;
  await sleep(30);
  assert.equal(bridge.calls.length, slices);
  await model.weights(); // served while paused
  run.resume();
  assert.equal(run.paused, false);
  await sleep(20);
  assert.ok(bridge.calls.length > slices + 2);
  assert.equal((await run.stop()).reason, "stopped");
  assert.equal((await summary).reason, "stopped");
  assert.equal(bridge.open, 0);
});

test("live learning rate and clip; what cannot be one is refused at the setter", async () => {
  const { model } = await fakeModel();
  const run = model.train(data, options(1e9));
  assert.equal(run.learningRate, 0.1);
  assert.equal(run.clipNorm, 5);
  let changed = 0;
  for await (const p of run) {
    if (p.step === 2) {
      run.learningRate = 1e6;
      run.clipNorm = 1;
      assert.equal(run.learningRate, 1e6);
      assert.equal(run.clipNorm, 1);
    }
    if (p.learningRate === 1e6) {
      changed = p.step;
      break;
    }
  }
  assert.ok(changed > 2 && changed < 50);
  for (const value of [NaN, Infinity, -1, 0]) assert.throws(() => (run.learningRate = value), { code: "RANGE" });
  assert.throws(() => (run.clipNorm = "1" as unknown as number), { code: "CONFIG" });
});

test("a second train() on a model that trains: STATE, and the first goes on", async () => {
  const { model } = await fakeModel();
  const first = model.train(data, options(200));
  const done = first.then((s) => s.step);
  await assert.rejects(model.train(data, options(3)), { code: "STATE", message: /already training/ });
  assert.equal(await done, 200);
});

test("NUMERIC: the steps before it come, then the error, on both ends", async () => {
  const { model, bridge } = await fakeModel();
  const run = model.train(data, options(100, { failAt: 7 }));
  const steps: number[] = [];
  await assert.rejects(async () => {
    for await (const p of run) steps.push(p.step);
  }, { name: "UnfoldError", code: "NUMERIC", message: /step 7/ });
  assert.deepEqual(steps, [1, 2, 3, 4, 5, 6]);
  await assert.rejects(run, { code: "NUMERIC" });
  await assert.rejects(model.train(data, options(100, { failAt: 2 })), { code: "NUMERIC" });
  assert.equal(bridge.open, 0);
  assert.equal((await model.train(data, options(4))).reason, "completed");
});

test("no unhandled rejection, whoever looks or does not", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  const { model } = await fakeModel();
  await assert.rejects(async () => {
    for await (const p of model.train(data, options(100, { failAt: 3 }))) assert.ok(p);
  });
  await assert.rejects(model.train(data, options(100, { failAt: 3 })));
  model.train(data, options(100, { failAt: 3 })); // nobody
  await sleep(30);
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
});

test("AbortSignal: ABORTED on both ends, and the model stays usable", async () => {
  const { model, bridge } = await fakeModel();
  const abort = new AbortController();
  const run = model.train(data, options(1e9, { signal: abort.signal }));
  await assert.rejects(async () => {
    for await (const p of run) if (p.step === 5) abort.abort(new Error("enough"));
  }, { code: "ABORTED", message: /enough/ });
  await assert.rejects(run, { code: "ABORTED" });
  await assert.rejects(model.train(data, options(5, { signal: AbortSignal.abort() })), { code: "ABORTED" });
  assert.equal((await model.train(data, options(5))).reason, "completed");
  assert.equal(bridge.open, 0);
});

test("bad arguments reject, they do not throw", async () => {
  const { model } = await fakeModel();
  const no = (d: unknown, o: unknown, code: string, message: RegExp): Promise<void> =>
    assert.rejects(model.train(d as TokenDataset, o as TrainOptions), { name: "UnfoldError", code, message });
  await no({ tokens: 5, ids: data.ids }, options(1), "SHAPE", /5 tokens, the model was made for 4/);
  await no(undefined, options(1), "CONFIG", /dataset is nothing/);
  await no({ tokens: 4, ids: "abc" }, options(1), "CONFIG", /dataset\.ids is a string/);
  await no({ tokens: 4, get ids() { return data.ids; } }, options(1), "CONFIG", /getter/);
  await no(data, options(1, { signal: {} }), "CONFIG", /signal is an object/);
  await no(data, options(1, { sliceMs: 0 }), "RANGE", /sliceMs is 0/);
  await no(data, options(1, { sliceMs: "5" }), "CONFIG", /sliceMs is a string/);
  await no(data, options(1, { callback: () => 1 }), "CONFIG", /callback is a function/);
  await no(data, "fast", "CONFIG", /options is a string/);
});

test("disposing ends the run as stopped and refuses what comes later", async () => {
  const { model, terminated } = await fakeModel();
  const run = model.train(data, options(1e9));
  const summary = run.then((s) => s.reason);
  await model.dispose();
  await model.dispose();
  assert.equal(await summary, "stopped");
  assert.equal(terminated(), true);
  await assert.rejects(model.train(data, options(1)), { code: "STATE", message: /disposed/ });
  await assert.rejects(model.weights(), { code: "STATE" });
});

test("two models train in turns on one engine", async () => {
  const bridge = new FakeBridge();
  const { model, runtime } = await fakeModel(bridge);
  const { model: handle } = (await runtime.call("create", [{}])) as { model: number };
  const order: number[] = [];
  const slice = bridge.trainSlice;
  bridge.trainSlice = (m: unknown): unknown => {
    order.push(m as number);
    return slice(m);
  };
  const { EngineModel } = await import("../src/model.js");
  const other = new EngineModel({ runtime, release: () => {}, analysis: async () => runtime }, handle, model.config);
  await Promise.all([model.train(data, options(40)), other.train(data, options(40))]);
  const changes = order.filter((m, i) => i > 0 && m !== order[i - 1]).length;
  assert.ok(changes >= 12, `turns: ${order.join("")}`);
});
