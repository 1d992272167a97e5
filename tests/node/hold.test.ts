import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Model, State, Tensor } from "unfold-rnn";
import { Pcg32 } from "../../jsbridge/npm/src/dataset/random.js";
import { type Pair, writeTwice } from "../../jsbridge/npm/src/view/heatmap-clamp.js";
import { draw, reshape } from "../../jsbridge/npm/src/view/samples-draw.js";
import { assertClose, ids, withModel } from "./models.js";

const [tokens, hidden, length] = [9, 12, 30];
const prompt = ids(7, tokens);
const drawing = { temperature: 0.9, topK: 6, topP: 0.97 };
const sharp = { learningRate: 0.05, name: "adam" } as const;

async function trained(cell: "rnn" | "lstm" | "gru", layers: number, use: (model: Model) => Promise<void>): Promise<void> {
  const config = { input: { tokens }, layers: Array.from({ length: layers }, () => ({ cell, hidden })), output: { classes: tokens }, seed: 5 };
  await withModel(config, {}, async (model) => {
    const text = Int32Array.from({ length: 121 }, (_, t) => (t * t + (t >> 2)) % tokens);
    for (let i = 0; i < 20; i++) await model.trainStep({ inputs: text.slice(0, -1), targets: text.slice(1), shape: [1, 120] }, sharp);
    await use(model);
  });
}

async function all(pairs: AsyncIterable<Pair>): Promise<Pair[]> {
  const found: Pair[] = [];
  for await (const pair of pairs) found.push(pair);
  return found;
}

/** The same by single steps: the state's entry is overwritten after each, and the head's logits are computed anew where the unit is the head's. */
async function bySteps(model: Model, clamp: { state: string; unit: number; value: number } | undefined, layers: number): Promise<{ token: number; probability: number }[]> {
  const random = new Pcg32(3);
  const weights = await model.weights();
  const [V, b] = [weights["head.weight"] as Tensor, weights["head.bias"] as Tensor];
  let state: State | undefined;
  let output = new Float32Array(0) as Float32Array;
  for (const id of prompt) ({ state, output } = await model.step(id, state));
  const found: { token: number; probability: number }[] = [];
  for (let n = 0; n < length; n++) {
    let p: ArrayLike<number> = output;
    if (clamp && state) {
      const entry = state[clamp.state] as Tensor;
      const h = (state[clamp.state.replace("c_", "h_")] as Tensor).data as Float32Array;
      const was = Math.tanh(entry.data[clamp.unit] as number);
      entry.data[clamp.unit] = clamp.value;
      if (clamp.state.startsWith("c_")) h[clamp.unit] = ((h[clamp.unit] as number) / was) * Math.tanh(clamp.value);
      if (clamp.state.endsWith(`_l${layers - 1}`)) {
        const logits = Array.from({ length: tokens }, (_, o) => h.reduce((sum, value, k) => sum + value * (V.data[o * hidden + k] as number), b.data[o] as number));
        const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
        p = logits.map((logit) => Math.exp(logit) / sum);
      }
    }
    const token = draw(reshape(p, drawing), random.unit());
    found.push({ token, probability: p[token] as number });
    ({ state, output } = await model.step(token, state));
  }
  return found;
}

describe("holding a unit", () => {
  for (const [cell, layers, name, value] of [["rnn", 1, "h_l0", 0.95], ["gru", 2, "h_l1", -0.9], ["gru", 2, "h_l0", 0.9], ["lstm", 2, "h_l1", 0.8], ["lstm", 1, "c_l0", 1.5], ["lstm", 2, "c_l0", -1.5]] as const) {
    test(`${layers} ${cell}, ${name}: both texts are what single steps write, of one seed`, async () => {
      await trained(cell, layers, async (model) => {
        let differs = 0;
        for (const unit of [0, 5, 11]) {
          const clamp = { state: name, unit, value };
          const pairs = await all(writeTwice(model, prompt, clamp, { ...drawing, length, seed: 3 }));
          const [free, held] = [await bySteps(model, undefined, layers), await bySteps(model, clamp, layers)];
          assert.deepEqual(pairs.map((pair) => pair.free.token), free.map(({ token }) => token));
          assert.deepEqual(pairs.map((pair) => pair.held.token), held.map(({ token }) => token));
          assertClose("held", pairs.map((pair) => pair.held.probability), held.map(({ probability }) => probability), 1e-4);
          differs += pairs.filter((pair) => pair.free.token !== pair.held.token).length;
        }
        assert.ok(differs > 0, "a held unit changes what is written");
      });
    });
  }

  test("a unit that nothing reads changes nothing", async () => {
    await trained("lstm", 1, async (model) => {
      const weights = await model.weights();
      const column = ({ shape, data }: Tensor): void => {
        for (let row = 0; row < (shape[0] as number); row++) data[row * hidden + 4] = 0;
      };
      column(weights["head.weight"] as Tensor);
      column(weights["rnn.weight_hh_l0"] as Tensor);
      await model.setWeights(weights);
      const pairs = await all(writeTwice(model, prompt, { state: "h_l0", unit: 4, value: 1 }, { ...drawing, length, seed: 3 }));
      assert.equal(pairs.length, length);
      for (const { free, held } of pairs) assert.deepEqual(held.token, free.token);
    });
  });
});
