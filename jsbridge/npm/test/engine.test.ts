import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootEngine } from "../src/engine/boot.js";
import { Stderr, createScope } from "../src/engine/scope.js";
import { UnfoldError, fromWire, toWire } from "../src/errors.js";
import type { Model } from "../src/types.js";
import { FakeBridge, fakeGo, fakeModel, fakeParts } from "./fake.js";

const data = { tokens: 4, ids: Int32Array.of(0, 1, 2, 3) };
const options = { batch: 1, steps: 2, iterations: 1e9, optimizer: { name: "adam", learningRate: 0.1 } } as const;
const dead = { name: "UnfoldError", code: "ENGINE" } as const;

async function everyCallRejects(model: Model, bridge: FakeBridge): Promise<void> {
  const before = bridge.calls.length;
  const batch = { inputs: [1], shape: [1, 1] } as const;
  const calls: (() => PromiseLike<unknown>)[] = [
    () => model.forward(batch), () => model.gradients(batch), () => model.trainStep(batch), () => model.step(0), () => model.weights(),
    () => model.setWeights({}), () => model.train(data, options), () => model.generate({ length: 1 }).next(),
  ];
  for (const call of calls) await assert.rejects(async () => call(), dead);
  assert.equal(bridge.calls.length, before, "a dead engine was called");
}

const ways: [string, (bridge: FakeBridge) => () => unknown][] = [
  ["throws a RangeError", () => () => { throw new RangeError("Maximum call stack size exceeded"); }],
  ["traps", () => () => { throw new WebAssembly.RuntimeError("unreachable"); }],
  ["throws something foreign", () => () => { throw { odd: true }; }],
  ["gives undefined", (bridge) => () => { bridge.instead.set("forward", () => undefined); return undefined; }],
  ["gives a number", () => () => 7],
  ["recovers from a panic", () => () => ({ error: { code: "ENGINE", message: "engine: index out of range" } })],
];
for (const [name, way] of ways) {
  test(`an engine that ${name} is dead: everything rejects with ENGINE and nothing is called again`, async () => {
    const { model, bridge, silenced, terminated } = await fakeModel();
    const run = model.train(data, options);
    const summary = assert.rejects(run, dead);
    const tokens = assert.rejects(async () => {
      for await (const t of model.generate({ length: 1e9 })) assert.ok(t);
    }, dead);
    await sleep(10);
    bridge.instead.set("forward", way(bridge));
    const forward = model.forward({ inputs: [1], shape: [1, 1] });
    const pending = model.weights();
    await assert.rejects(forward, (error: unknown) => {
      assert.ok(error instanceof UnfoldError && error.code === "ENGINE", String(error));
      assert.match(error.message, /engine died/);
      assert.match(error.message, /panic: it is fake/);
      assert.ok(error.message.length <= 2048);
      assert.notEqual(error.cause, undefined);
      return true;
    });
    await assert.rejects(pending, dead);
    await summary;
    await tokens;
    assert.ok(silenced() >= 1);
    assert.equal(terminated(), true);
    await everyCallRejects(model, bridge);
    await model.dispose();
    await assert.rejects(model.weights(), { code: "STATE" });
  });
}

test("an engine that exits inside a call, or between calls, is dead", async () => {
  for (const inside of [true, false]) {
    const { model, bridge, engine } = await fakeModel();
    if (inside) {
      bridge.instead.set("forward", () => {
        engine.exited(2);
        return undefined;
      });
      await assert.rejects(model.forward({ inputs: [1], shape: [1, 1] }), { ...dead, message: /code 2/ });
    } else {
      engine.exited(2);
      await sleep(5);
    }
    await everyCallRejects(model, bridge);
  }
});

test("calls cross sanitised: plain, without prototype, numbers in their own buffers", async () => {
  const { model } = await fakeModel();
  const got = (await model.forward({ inputs: [1, 2, 3], shape: [1, 3] })) as unknown as { outputs: { data: Float32Array }; seen: boolean };
  assert.deepEqual(got.outputs.data, new Float32Array([1, 2, 3]));
  assert.equal(got.seen, true);
});

test("no message carries more than its payload", async () => {
  const { model, posted } = await fakeModel();
  const big = new Float32Array(100_000).fill(1).subarray(5, 9);
  await model.forward({ inputs: big, shape: [1, 4] });
  await model.train(data, { ...options, iterations: 40 });
  for (const reply of posted) {
    if (reply.type === "progress") assert.equal(reply.rows.buffer.byteLength, reply.rows.byteLength);
    if (reply.type === "result") assert.ok(JSON.stringify(reply.value).length < 4096);
  }
});

test("errors cross whole", () => {
  const error = new UnfoldError("SHAPE", "x is [2]", { cause: new RangeError("inner") });
  const back = fromWire(structuredClone(toWire(error)));
  assert.ok(back instanceof UnfoldError && back instanceof Error);
  assert.equal(back.name, "UnfoldError");
  assert.equal(back.code, "SHAPE");
  assert.equal(back.message, "x is [2]");
  assert.equal((back.cause as Error).name, "RangeError");
  assert.equal((back.cause as Error).message, "inner");
  assert.equal(fromWire(toWire(new TypeError("odd"))).code, "ENGINE");
  assert.equal(fromWire(toWire(new UnfoldError("ABORTED", "m", { cause: "text" }))).cause, "text");
});

test("stderr keeps a panic from its first line, at most 2 KB, and otherwise the last words", () => {
  const write = (stderr: Stderr, text: string): void => stderr.write(new TextEncoder().encode(text));
  const panicked = new Stderr();
  write(panicked, "hello\n".repeat(3000));
  write(panicked, "panic: runtime error: index out of ");
  write(panicked, "range [5]\n\ngoroutine 1 [running]:\n" + "main.f(0x1)\n".repeat(2000));
  assert.match(panicked.text(), /^panic: runtime error: index out of range \[5\]\n/);
  assert.ok(panicked.text().length <= 2048);
  const quiet = new Stderr();
  write(quiet, "a".repeat(9000) + "end");
  assert.ok(quiet.text().endsWith("end") && quiet.text().length === 2048);
});

test("the scope is private, has what wasm_exec.js asks for, and refuses files", async () => {
  const failures: unknown[] = [];
  const scope = createScope(new Stderr(), () => {}, (thrown) => failures.push(thrown));
  assert.equal(Object.getPrototypeOf(scope), null);
  const names = Object.keys(globalThis).length;
  const fs = scope.fs as Record<string, (...args: unknown[]) => void>;
  const error = await new Promise<Error & { code: string }>((resolve) => fs.open?.("/etc/passwd", 0, 0, resolve));
  assert.equal(error.code, "ENOSYS");
  (scope.setTimeout as (task: () => void, delay: number) => void)(() => { throw new Error("in a timer"); }, 1);
  await sleep(10);
  assert.equal((failures[0] as Error).message, "in a timer");
  assert.equal(Object.keys(globalThis).length, names);
});

test("booting: the bridge comes through ready(); an exit before is BOOT; timers of a dead program are cleared", async () => {
  const parts = await fakeParts();
  const bridge = new FakeBridge();
  let fired = 0;
  let exit: (code: number) => void = () => {};
  const engine = await bootEngine(parts, fakeGo(bridge, (go) => {
    assert.deepEqual(go.env, { UNFOLD_KERNELS: "portable" });
    exit = go.exit;
    go._scheduledTimeouts.set(1, setTimeout(() => fired++, 5));
  }));
  assert.deepEqual(engine.call("info"), { kernels: "portable" });
  exit(2);
  await sleep(15);
  assert.equal(fired, 0);
  assert.throws(() => engine.call("info"), dead);

  const early = new FakeBridge();
  const makeGo = fakeGo(early);
  await assert.rejects(bootEngine(parts, (scope) => {
    const Go = makeGo(Object.assign(Object.create(null), scope, { unfold: { ready: () => {} } }));
    return class extends Go {
      override async run(instance: WebAssembly.Instance): Promise<void> {
        void super.run(instance);
        this.exit(3);
      }
    };
  }), { code: "BOOT", message: /code 3 before it was ready/ });
});

test("memory that grew outside of Go is seen at the next call", async () => {
  const parts = await fakeParts();
  let go: { mem: DataView } | undefined;
  let memory: WebAssembly.Memory | undefined;
  const bridge = new FakeBridge();
  const makeGo = fakeGo(bridge, (program) => (go = program));
  const engine = await bootEngine(parts, (scope) => {
    const Go = makeGo(scope);
    return class extends Go {
      override run(instance: WebAssembly.Instance): Promise<void> {
        memory = instance.exports.mem as WebAssembly.Memory;
        return super.run(instance);
      }
    };
  });
  memory?.grow(1);
  engine.call("info");
  assert.equal(go?.mem.buffer, memory?.buffer);
});
