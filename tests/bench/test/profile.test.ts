/** The profile's modules: kernels' types are read, calls are heard, and played again they do the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createModel } from "unfold-rnn";
import { fileBytes } from "../platform.js";
import { type Call, player, signaturesOf } from "../profile/module.js";
import { watchLinking } from "../profile/recorder.js";
import { groupsOf, type Registry, Replay } from "../profile/replay.js";
import { workOf } from "../profile/work.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const list = JSON.parse(execFileSync("go", ["run", "./tests/bench/registry"], { cwd: root, encoding: "utf8" })) as { name: string; params: { name: string; kind: string }[] }[];
const registry: Registry = new Map(list.map(({ name, params }) => [name, params]));

test("each kernel of the registry is exported with as many parameters, and its work is described", async () => {
  const signatures = signaturesOf(await fileBytes("build/wasm/kernels.wasm"));
  for (const [name, params] of registry) {
    assert.equal(signatures.get(name)?.params.length, params.length, name);
    const { flop, bytes } = workOf(name, Object.fromEntries(params.map((param) => [param.name, 2])));
    assert.ok(flop > 0 || bytes > 0, `profile/work.ts says nothing of ${name}`);
  }
});

test("a played call writes what the call wrote", async () => {
  const bytes = await fileBytes("build/wasm/kernels.wasm");
  const memory = new WebAssembly.Memory({ initial: 1 });
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 256 });
  const kernels = new WebAssembly.Instance(new WebAssembly.Module(bytes), { go: { mem: memory }, shim: { table } }).exports;
  const x = new Float32Array(memory.buffer, 4096, 70).map((_, i) => i - 35);
  const floats = new Float32Array(memory.buffer);
  floats.set(x, 1024);
  const calls: Call[] = [
    { name: "scale", args: [4096, 70, -0.5] },
    { name: "sum_squares", args: [4096, 70] }, // has a result, which is dropped
    { name: "add", args: [4096, 4096, 70] },
  ];
  const played = new WebAssembly.Instance(new WebAssembly.Module(player(signaturesOf(bytes), [[], calls])), { k: kernels }).exports as Record<string, () => void>;
  played["0"]?.();
  assert.deepEqual([...floats.subarray(1024, 1094)], [...x]);
  played["1"]?.();
  assert.deepEqual([...floats.subarray(1024, 1094)], [...x].map((value) => -value));
});

test("a recorded step holds the products that the network needs; recorded or not, the engine computes the same", async () => {
  const linked = watchLinking("simd");
  const make = () => createModel({ input: { tokens: 7 }, layers: [{ cell: "lstm", hidden: 12 }], output: { classes: 7 }, seed: 3 }, { worker: false, deterministic: true });
  const batch = { inputs: new Int32Array(20).fill(3), targets: new Int32Array(20).fill(4), shape: [4, 5] as const };
  const optimizer = { name: "adam", learningRate: 0.01 } as const;
  const [heard, alone] = [await make(), await make()];
  let loss = NaN;
  const recorder = linked();
  const calls = await recorder.record(async () => ({ loss } = await heard.trainStep(batch, optimizer)));
  assert.equal(loss, (await alone.trainStep(batch, optimizer)).loss);
  assert.deepEqual(await recorder.record(async () => {}), []);

  const groups = groupsOf(calls, registry);
  const flop = groups.reduce((sum, group) => sum + (Number.isNaN(group.flop) ? 0 : group.flop), 0);
  assert.equal(flop, 3 * 2 * 20 * (4 * 12 * 12 + 12 * 7));
  assert.equal(groups.find(({ kernel }) => kernel === "adam")?.calls.length, 1);
  const seconds = new Replay(recorder, groups).round();
  assert.equal(seconds.length, groups.length);
  assert.ok(seconds.every((time) => time >= 0 && time < 1));
  await heard.dispose();
  await alone.dispose();
});
