import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ModelConfig, State } from "unfold-rnn";
import { assertRefused, modes, withModel } from "./models.js";

// A step has two ways: in shared memory, for what is exactly as it should be; through the bridge for everything else. Both must say the same.

const configs: Record<string, ModelConfig> = {
  "tokens, two layers": { input: { tokens: 7 }, embedding: 4, layers: [{ cell: "lstm", hidden: 6 }, { cell: "gru", hidden: 5 }], output: { classes: 7 }, seed: 3 },
  "vectors": { input: { features: 3 }, layers: [{ cell: "rnn", hidden: 5 }], output: { values: 2 }, seed: 3 },
  "output recurrence": { input: { tokens: 7 }, layers: [{ cell: "rnn", hidden: 5, recurrence: "output" }], output: { classes: 7 }, seed: 3 },
};

const input = (config: ModelConfig, t: number): number | Float32Array =>
  "tokens" in config.input ? (t * 3) % 7 : Float32Array.from({ length: config.input.features }, (_, i) => Math.sin(t + i));

/** As JSON would bring it back: plain arrays, which take the long way. */
const detour = (value: number | Float32Array): number | number[] => (typeof value === "number" ? value : Array.from(value));
const long = (state: State): State =>
  Object.fromEntries(Object.entries(state).map(([name, { shape, data }]) => [name, { shape: [...shape], data: Array.from(data) as unknown as Float32Array }]));

for (const { mode, runtime } of modes) {
  describe(`time steps, ${mode}`, () => {
    for (const [name, config] of Object.entries(configs)) {
      test(`both ways give the same bits: ${name}`, () =>
        withModel(config, runtime, async (model) => {
          let short: State | undefined;
          let other: State | undefined;
          for (let t = 0; t < 8; t++) {
            const x = input(config, t);
            const a = await model.step(x, short);
            const b = await model.step(detour(x), other && long(other));
            assert.deepEqual(a.output, b.output);
            assert.deepEqual(a.state, b.state);
            assert.ok(a.output.buffer.byteLength === a.output.byteLength, "a copy of its own");
            short = a.state;
            other = b.state;
          }
          const again = await model.step(input(config, 0));
          assert.deepEqual(again.output, (await model.step(detour(input(config, 0)))).output, "without a state a step starts anew");
        }));
    }

    test("steps come after the calls before them", () =>
      withModel(configs["tokens, two layers"] as ModelConfig, runtime, async (model) => {
        const before = await model.step(1);
        const weights = await model.weights();
        for (const { data } of Object.values(weights)) data.fill(0);
        const [, after] = await Promise.all([model.setWeights(weights), model.step(1)]);
        assert.notDeepEqual(after.output, before.output);
        assert.deepEqual(after.output, new Float32Array(7).fill(Math.fround(1 / 7)));
      }));

    test("what is wrong is named, and the next step is as if nothing had been", () =>
      withModel(configs["tokens, two layers"] as ModelConfig, runtime, async (model) => {
        const { output, state } = await model.step(2);
        const bent = (change: (s: Record<string, { shape: number[]; data: unknown }>) => void): State => {
          const copy = structuredClone(state) as unknown as Record<string, { shape: number[]; data: unknown }>;
          change(copy);
          return copy as unknown as State;
        };
        await assertRefused(() => model.step(7), "RANGE", /7.*0 … 6/);
        await assertRefused(() => model.step(-1), "RANGE", /-1/);
        await assertRefused(() => model.step(1.5), "RANGE", /1\.5/);
        await assertRefused(() => model.step(NaN), "RANGE", /NaN/);
        await assertRefused(() => model.step("1" as unknown as number), "CONFIG", /token id/);
        await assertRefused(() => model.step(1, bent((s) => { delete s.h_l0; })), "STATE", /h_l0/);
        await assertRefused(() => model.step(1, bent((s) => { s.extra = s.h_l0 as never; })), "STATE", /extra/);
        await assertRefused(() => model.step(1, bent((s) => { (s.h_l0 as { data: unknown }).data = new Float32Array(5); })), "SHAPE", /h_l0/);
        await assertRefused(() => model.step(1, bent((s) => { (s.h_l0 as { shape: number[] }).shape = [2, 3]; })), "SHAPE", /h_l0/);
        await assertRefused(() => model.step(1, bent((s) => { (s.h_l0 as { data: unknown }).data = new Float32Array(6).fill(NaN); })), "NUMERIC", /h_l0/);
        assert.deepEqual((await model.step(2)).output, output);
      }));

    test("hostile states run no code in the engine", () =>
      withModel(configs["tokens, two layers"] as ModelConfig, runtime, async (model) => {
        const { output, state } = await model.step(2);
        const trap = (): never => { throw new Error("a trap"); };
        await assertRefused(() => model.step(2, new Proxy(state, { ownKeys: trap })), "CONFIG", /a trap/);
        await assertRefused(() => model.step(2, new Proxy(state, { getOwnPropertyDescriptor: trap })), "CONFIG", /a trap/);
        await assertRefused(() => model.step(2, Object.defineProperty({ ...state }, "h_l0", { enumerable: true, get: trap })), "CONFIG", /getter/);
        class Liar extends Float32Array {
          override get length(): number {
            return 6;
          }
        }
        const lying = { ...state, h_l0: { shape: [1, 6], data: new Liar(60) } };
        await assertRefused(() => model.step(2, lying), "SHAPE", /h_l0/);
        assert.deepEqual((await model.step(2)).output, output);
      }));

    test("steps during training read the weights as they are, and training does not notice", async () => {
      const config = configs["tokens, two layers"] as ModelConfig;
      const data = { tokens: 7, ids: Int32Array.from({ length: 400 }, (_, i) => (i * i) % 7) };
      const options = { batch: 4, steps: 6, iterations: 60, optimizer: { name: "adam", learningRate: 0.01 }, sliceMs: 1 } as const;
      const ends: Record<string, unknown>[] = [];
      for (const steps of [false, true]) {
        await withModel(config, { ...runtime, deterministic: true }, async (model) => {
          const outputs = new Set<string>();
          for await (const _ of model.train(data, options)) if (steps) outputs.add(String((await model.step(1)).output));
          if (steps) assert.ok(outputs.size > 1, "the weights moved");
          ends.push(await model.weights());
        });
      }
      assert.deepEqual(ends[0], ends[1]);
    });
  });
}
