/**
 * What happens when the engine dies under a caller. The probe (tests/probe) is the real one whose forward fails
 * as the number of steps asks for.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createModel, type RuntimeOptions, textDataset } from "unfold-rnn";
import { assertRefused, configOf, ids, modes, verse, withModel } from "./models.js";
import { buildProbe } from "./probe.js";
import type { Network } from "./reference.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const net: Network = { vocabulary: 9, cells: ["lstm"], hidden: 6 };
const steps = (count: number) => ({ inputs: ids(count, 9), shape: [1, count] as [number, number] });

const uncaught: unknown[] = [];
process.on("uncaughtException", (error) => uncaught.push(error));
process.on("unhandledRejection", (reason) => uncaught.push(reason));

let wasmModule: WebAssembly.Module;
before(async () => {
  wasmModule = await buildProbe();
});

const faults: { name: string; steps: number; words?: RegExp }[] = [
  { name: "a Go panic", steps: 101, words: /planned fault/ },
  { name: "os.Exit", steps: 102, words: /3/ },
  { name: "a trap in a kernel", steps: 103 },
  { name: "a stack overflow", steps: 104 },
  { name: "an answer of undefined", steps: 107 },
];
const delayed = [
  { name: "a panic between calls", steps: 105, words: /planned fault, later/ },
  { name: "an exit between calls, with a timer pending", steps: 106 },
];

const causeOf = (error: Error) => `${error.message} ${String((error.cause as Error | undefined)?.message ?? error.cause ?? "")}`;

for (const { mode, runtime } of modes) {
  describe(`a dying engine, ${mode}`, () => {
    const faulty = (): RuntimeOptions => ({ ...runtime, wasmModule });

    for (const fault of faults) {
      test(`${fault.name}: ENGINE, for this call, those that wait and those that come`, async () => {
        const model = await createModel(configOf(net), faulty());
        const neighbour = await createModel(configOf(net), faulty());
        assert.ok((await model.forward(steps(5))).outputs.data.length > 0);
        const calls = [model.forward(steps(fault.steps)), model.forward(steps(5)), neighbour.weights()];
        const outcomes = await Promise.allSettled(calls);
        const failure = await assertRefused(() => calls[0], "ENGINE");
        if (fault.words !== undefined) assert.match(causeOf(failure), fault.words);
        assert.ok(failure.message.length <= 4096, `a message of ${failure.message.length} characters`);
        for (const outcome of outcomes.slice(1)) {
          if (outcome.status === "fulfilled") assert.notEqual(outcome.value, undefined);
          else assert.equal(outcome.reason.code, "ENGINE");
        }
        const start = performance.now();
        for (const late of [() => model.forward(steps(5)), () => model.weights(), () => model.step(1), () => neighbour.forward(steps(5))]) {
          await assertRefused(late, "ENGINE");
        }
        assert.ok(performance.now() - start < 1000, "later calls are refused at once");
        await model.dispose();
        await neighbour.dispose();
        await withModel(configOf(net), faulty(), async (fresh) => {
          assert.ok((await fresh.forward(steps(5))).outputs.data.length > 0, "a new model boots a new engine");
        });
      });
    }

    for (const fault of delayed) {
      test(`${fault.name}: the next call is refused with ENGINE`, async () => {
        const model = await createModel(configOf(net), faulty());
        await model.forward(steps(fault.steps));
        await new Promise((resolve) => setTimeout(resolve, 300));
        const failure = await assertRefused(() => model.forward(steps(5)), "ENGINE");
        if (fault.words !== undefined) assert.match(causeOf(failure), fault.words);
        await model.dispose();
      });
    }

    test("a training run ends with ENGINE when the engine dies under it", async () => {
      const data = await textDataset(verse, { unit: "char" });
      const config = { ...configOf(net), input: { tokens: data.tokens }, output: { classes: data.tokens } };
      const model = await createModel(config, faulty());
      const training = model.train(data, { batch: 2, steps: 8, iterations: 1_000_000, optimizer: { name: "adam", learningRate: 0.01 } });
      const run = training.then(() => "completed", (error: { code: string }) => error.code);
      await assertRefused(() => model.forward(steps(101)), "ENGINE");
      assert.equal(await run, "ENGINE");
      await model.dispose();
    });
  });
}

test("calls in every state of life: before, during and after", async () => {
  const model = createModel(configOf(net), { wasmModule });
  const running = await model;
  const pending = running.forward(steps(5));
  const disposal = running.dispose();
  const outcome = await Promise.allSettled([pending]);
  if (outcome[0].status === "rejected") assert.equal(outcome[0].reason.code, "STATE");
  await disposal;
  await assertRefused(() => running.forward(steps(5)), "STATE");
});

test("a worker that cannot start: this thread takes over and the reason is told", async () => {
  const runtime = { workerURL: path.join(root, "tests/node/no-such-worker.js") };
  await withModel(configOf(net), runtime, async (model) => {
    assert.ok((await model.forward(steps(5))).outputs.data.length > 0);
    assert.ok(model.runtime.mode === "main" || (model.runtime.reason ?? "").length > 0, JSON.stringify(model.runtime));
    assert.ok((model.runtime.reason ?? "").length > 0, "the reason is kept");
  });
});

test("an idle worker does not keep the process alive", () => {
  const program = `
    const { createModel } = await import("unfold-rnn");
    const model = await createModel(${JSON.stringify(configOf(net))});
    console.log(model.runtime.mode, (await model.forward({ inputs: [1, 2], shape: [1, 2] })).outputs.data.length);`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: path.join(root, "tests"), timeout: 20_000, encoding: "utf8" });
  assert.equal(out.trim(), "worker 18");
});

test("nothing was left uncaught", async () => {
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(uncaught, []);
});
