import assert from "node:assert/strict";
import { test } from "node:test";

// The linear memory of the latest instance.
let memory: WebAssembly.Memory | undefined;
const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (...args: unknown[]) => Promise<WebAssembly.Instance>;
Object.assign(WebAssembly, {
  async instantiate(...args: unknown[]) {
    const instance = await instantiate(...args);
    const exported = instance.exports?.["mem"];
    if (exported instanceof WebAssembly.Memory) memory = exported;
    return instance;
  },
});
const { createModel, estimateMemory } = await import("unfold-rnn");
type ModelConfig = Parameters<typeof createModel>[0];
type RunSize = Parameters<typeof estimateMemory>[1];

const runtime = { worker: false };
const linear = (): number => memory?.buffer.byteLength ?? NaN;

const cases: [string, ModelConfig, RunSize][] = [
  ["a long LSTM", { input: { tokens: 64 }, layers: [{ cell: "lstm", hidden: 128 }], output: { classes: 64 } }, { batch: 16, steps: 2048 }],
  ["two GRUs of features", { input: { features: 8 }, layers: [{ cell: "gru", hidden: 96 }, { cell: "gru", hidden: 96, layerNorm: true }], output: { values: 4 } }, { batch: 8, steps: 2048 }],
  ["both directions, read last", { input: { features: 16 }, layers: [{ cell: "lstm", hidden: 64, bidirectional: true }], readout: "last", output: { labels: 5 } }, { batch: 32, steps: 512 }],
  ["many weights", { input: { tokens: 500 }, embedding: 256, layers: [{ cell: "lstm", hidden: 768 }], output: { classes: 500 } }, { batch: 4, steps: 64, optimizer: "sgd" }],
];

for (const [name, config, run] of cases) {
  test(`the memory that was foretold is the memory that is taken: ${name}`, async () => {
    const small = await createModel({ input: { tokens: 2 }, layers: [{ cell: "rnn", hidden: 1 }], output: { classes: 2 } }, runtime);
    const before = linear();
    const model = await createModel(config, runtime);
    const want = await model.memory(run);
    assert.deepEqual(await estimateMemory(config, run, runtime), want);
    assert.equal(want.totalBytes, want.weightsBytes + want.optimizerBytes + want.runBytes);

    const [B, T] = [run.batch, run.steps];
    const answers = B * (config.readout === "last" ? 1 : T);
    const inputs = "tokens" in config.input ? new Int32Array(B * T) : new Float32Array(B * T * config.input.features);
    const targets = "classes" in config.output ? new Int32Array(answers) : new Float32Array(answers * (Object.values(config.output)[0] as number));
    await model.trainStep({ inputs, targets, shape: [B, T] }, { name: run.optimizer ?? "adam", learningRate: 1e-3 });
    // trainStep keeps no copy of weights and moments; what crossed, and the room that the bridge makes, is no part of the plan.
    const moments = run.optimizer === "sgd" ? 0 : 2;
    const held = want.totalBytes - 4 * want.parameters * (1 + moments);
    const taken = linear() - before - 4 * (inputs.length + targets.length) - 4 * 2 ** 20;
    const off = taken / held - 1;
    assert.ok(Math.abs(off) <= 0.15, `foretold ${held}, taken ${taken}: ${(100 * off).toFixed(1)} % more`);
    await model.dispose();
    await small.dispose();
  });
}

test("a run that cannot fit is foretold, and refused with the segment that would", async () => {
  const config: ModelConfig = { input: { tokens: 32 }, layers: [{ cell: "lstm", hidden: 256 }], output: { classes: 32 } };
  const model = await createModel(config, runtime);
  const run = { batch: 32, steps: 16_384 };
  assert.equal((await model.memory(run)).fits, false);
  const before = linear();
  const batch = { inputs: new Int32Array(32 * 16_384), targets: new Int32Array(32 * 16_384), shape: [32, 16_384] as const };
  const refusal = await model.trainStep(batch, { name: "sgd", learningRate: 0.1 }).then(() => undefined, (error: { code: string; message: string }) => error);
  assert.equal(refusal?.code, "MEMORY");
  const segment = Number(/recompute (\d+) would need/.exec(refusal.message)?.[1]);
  assert.ok(segment >= 1, refusal.message);
  assert.equal((await model.memory({ ...run, recompute: segment })).fits, true);
  assert.ok(linear() - before < 32 * 2 ** 20, "only the batch crossed");
  await assert.rejects(model.memory({ batch: 0, steps: 1 }), /batch is 0/);
  await assert.rejects(model.memory({ batch: 1, steps: 1, optimizer: "adamax" as "adam" }), /adamax/);
  await assert.rejects(estimateMemory({ ...config, layers: [] }, run, runtime), /layers is empty/);
  await model.dispose();
});
