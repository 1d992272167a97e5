import assert from "node:assert/strict";
import { test } from "node:test";
import * as unfold from "unfold-rnn";
import { defaults } from "unfold-rnn/views";
import { type Described, embedFor, scriptFor, torchFor } from "../src/share/code.js";

const described = (change: Partial<Described> = {}): Described => ({
  kind: "text", name: "austen", settings: { ...defaults, hidden: 6, batch: 2, steps: 5 }, input: { tokens: 4 }, output: { classes: 4 }, batch: 2, ...change,
});

/** Runs an exported script, for a few steps, with what it says it imports. */
async function run(script: string, given: Record<string, unknown>): Promise<void> {
  const [first = "", ...rest] = script.split("\n");
  const names = /^import \{ (.*) \} from "unfold-rnn";$/.exec(first)?.[1]?.split(", ");
  assert.ok(names, first);
  const body = rest.join("\n").replace("iterations: 2000", "iterations: 3");
  const scope = { ...Object.fromEntries(names.map((name) => [name, unfold[name as keyof typeof unfold]])), console: { log: () => {} }, ...given };
  const make = new Function(...Object.keys(scope), `return (async () => { ${body}\nawait model.dispose(); })()`) as (...values: unknown[]) => Promise<void>;
  await make(...Object.values(scope));
}

test("the exported script runs, for every kind of data", async () => {
  await run(scriptFor(described()), { text: "abcabdabc\n".repeat(20) });
  await run(scriptFor(described({ settings: { ...defaults, pattern: "output", cell: "rnn", hidden: 5, steps: 4, batch: 2, activation: "relu", radius: 0 } })), { text: "abcabdabc\n".repeat(20) });
  const series = { ...defaults, pattern: "last", cell: "gru", hidden: 4, steps: 6, batch: 4, radius: 0.9, clipNorm: 0 } as const;
  const csv = `v\n${Array.from({ length: 60 }, (_, i) => Math.sin(i)).join("\n")}`;
  await run(scriptFor(described({ kind: "series", name: "x", settings: series, options: { columns: ["v"] }, batch: 4 })), { csv });
  const examples = Array.from({ length: 30 }, (_, i) => ({ input: i % 2 ? "abc" : "cba", target: i % 2 ? "odd" : "even" }));
  await run(scriptFor(described({ kind: "classes", name: "x", settings: { ...series, radius: 0, bidirectional: true, embedding: 3, layers: 2 }, options: { unit: "char" }, batch: 4 })), { examples });
  for (const name of ["adding", "copy", "parity", "reber"]) {
    const perStep = name === "copy" || name === "reber";
    await run(scriptFor(described({ kind: "task", name, lag: 24, settings: { ...series, pattern: perStep ? "every" : "last" }, batch: 4 })).replace("sequences: 4000", "sequences: 40"), {});
  }
});

test("the PyTorch module has the sizes and the layer of the network; where torch has none, there is no code", () => {
  const code = torchFor(described({ settings: { ...defaults, hidden: 6, layers: 2, embedding: 3, bidirectional: true, pattern: "last", cell: "gru" } })) ?? "";
  assert.match(code, /torch\.nn\.Embedding\(4, 3\)/);
  assert.match(code, /torch\.nn\.GRU\(3, 6, num_layers=2, batch_first=True, bidirectional=True\)/);
  assert.match(code, /torch\.nn\.Linear\(12, 4\)/);
  assert.match(torchFor(described()) ?? "", /one_hot\(x, 4\)/);
  assert.equal(torchFor(described({ settings: { ...defaults, pattern: "output" } })), undefined);
});

test("the embed line has the attributes of the network", () => {
  assert.match(embedFor(described(), "1.2.3"), /unfold-rnn@1\.2\.3\/dist\/unfold\.iife\.js"><\/script>\n<unfold-lab data="austen" cell="lstm" hidden="6" seq-len="5" batch="2" lr="0.01" seed="7"><\/unfold-lab>/);
  assert.match(embedFor(described({ kind: "series", name: "own" }), "1"), /src="series\.csv"/);
});
