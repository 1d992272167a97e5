import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as unfold from "unfold-rnn";
import type { Inspection, LayerConfig, ModelConfig } from "unfold-rnn";
import { Algebra } from "../../jsbridge/npm/src/view/stage/algebra.js";
import type { Example } from "../../jsbridge/npm/src/view/stage/example.js";
import { type Formula, formulasOf } from "../../jsbridge/npm/src/view/stage/formula.js";
import { Hello } from "../../jsbridge/npm/src/view/stage/hello.js";
import { layersOf, netOf } from "../../jsbridge/npm/src/view/stage/net.js";
import { Scene } from "../../jsbridge/npm/src/view/stage/scene.js";
import { gathered, sharesOf } from "../../jsbridge/npm/src/view/stage/shares.js";
import { Stage } from "../../jsbridge/npm/src/view/stage/stage.js";
import { ids, withModel } from "./models.js";

const aspects = ["activations", "gates", "gradients", "shares"] as const;
const T = 5;

/** A stage on one drawn sequence, its numbers and its weights. */
async function onStage(config: ModelConfig, freeRunning: boolean, use: (algebra: Algebra, scene: Scene, seen: Inspection) => void): Promise<void> {
  await withModel(config, {}, async (model) => {
    const net = netOf(config);
    const real = (length: number, seed: number): Float32Array => Float32Array.from(ids(length, 1000, seed), (id) => id / 400 - 1);
    const answers = net.pattern === "last" ? 1 : T;
    const batch = {
      inputs: net.tokens ? ids(T, net.inputs, 1) : real(T * net.inputs, 1),
      targets: net.loss === "classes" ? ids(answers, net.outputs, 2) : net.loss === "values" ? real(answers * net.outputs, 2) : Float32Array.from(ids(answers * net.outputs, 2, 5)),
      shape: [1, T] as [number, number],
    };
    const example: Example = { batch, steps: T, inputNames: [], outputNames: [] };
    const { inputs, targets } = batch;
    const seen = await model.inspect({ ...batch, inputs: inputs.slice(), targets: targets.slice() }, aspects, net.pattern === "output" ? { teacherForcing: freeRunning ? 0 : 1 } : {});
    const scene = new Scene(net, example, seen, 0, freeRunning);
    use(new Algebra(scene, await model.weights()), scene, seen);
  });
}

const pieceSum = ({ pieces }: Formula): string => pieces.map((piece) => (typeof piece === "string" ? piece : String(piece.value))).join("");

const layer = (cell: LayerConfig["cell"], more: Partial<LayerConfig> = {}): LayerConfig => ({ cell, hidden: 4, ...more });
const tokens = { input: { tokens: 6 }, output: { classes: 5 }, seed: 3 } as const;
const cases: [name: string, config: ModelConfig, freeRunning?: boolean][] = [
  ["tanh", { ...tokens, layers: [layer("rnn")] }],
  ["relu, labels", { input: { tokens: 6 }, output: { labels: 3 }, layers: [layer("rnn", { activation: "relu" })], seed: 4 }],
  ["gru, two layers, values", { input: { features: 2 }, output: { values: 2 }, layers: [layer("gru"), layer("gru", { hidden: 3 })], seed: 5 }],
  ["lstm, embedding", { ...tokens, embedding: 3, layers: [layer("lstm")] }],
  ["lstm, two layers, one output at the end", { ...tokens, readout: "last", layers: [layer("lstm"), layer("lstm")] }],
  ["bidirectional tanh, two layers", { ...tokens, layers: [layer("rnn", { bidirectional: true }), layer("rnn", { bidirectional: true })] }],
  ["bidirectional lstm, one output at the end", { input: { features: 3 }, output: { classes: 4 }, readout: "last", layers: [layer("lstm", { bidirectional: true })], seed: 6 }],
  ["Jordan, teacher forcing", { ...tokens, output: { classes: 6 }, layers: [layer("rnn", { recurrence: "output" })] }],
  ["Jordan, free-running", { ...tokens, output: { classes: 6 }, layers: [layer("rnn", { recurrence: "output" })] }, true],
  ["Jordan, free-running, values", { input: { features: 2 }, output: { values: 2 }, layers: [layer("rnn", { recurrence: "output" })], seed: 8 }, true],
];

describe("stage", () => {
  for (const [name, config, freeRunning = false] of cases) {
    test(`every formula comes to the engine's number: ${name}`, () => onStage(config, freeRunning, (algebra, scene, { shares }) => {
      for (const layer of layersOf(scene.net)) {
        const { suffix } = layer;
        const names = { c: "head.bias", V: "head.weight", b: `rnn.bias_ih_${suffix}`, W: `rnn.weight_${algebra.jordan ? "oh_l0" : `hh_${suffix}`}`, U: `rnn.weight_ih_${suffix}` };
        for (const kind of gathered) {
          const want = shares?.[names[kind]]?.data as Float32Array;
          const got = sharesOf(algebra, kind, layer);
          assert.ok(want.some((share) => share > 0), `${names[kind]}: ${want}`);
          want.forEach((share, t) => assert.ok(Math.abs((got[t] as number) - share) <= 1e-4 * Math.max(...want.map(Math.abs)), `share of step ${t} in ${names[kind]}: ${got[t]}, the engine has ${share}`));
        }
      }
      let [forward, backward] = [0, 0];
      for (const node of scene.nodes) {
        const gradients = Array.from({ length: T }, (_, t) => Array.from(scene.has(node, t) ? (scene.gradient(node, t) ?? []) : [])).flat();
        const scale = Math.max(...gradients.map(Math.abs), 0);
        for (let t = 0; t < T; t++) {
          if (!scene.has(node, t)) continue;
          for (let unit = 0; unit < scene.values(node, t).length; unit++) {
            const formulas = formulasOf(algebra, node, t, unit);
            const where = `${node} ${t} ${unit}`;
            const value = formulas.filter(({ side }) => side === "forward").at(-1);
            if (value) {
              const want = scene.values(node, t)[unit] as number;
              assert.ok(Math.abs(value.result - want) <= 1e-5, `${where}: ${pieceSum(value)} = ${value.result}, the engine has ${want}`);
              forward++;
            }
            const gradient = formulas.find(({ side }) => side === "backward");
            if (gradient) {
              const want = scene.gradient(node, t)?.[unit] as number;
              assert.ok(scale > 0 && Math.abs(gradient.result - want) <= 1e-4 * scale, `dL/d${where}: ${pieceSum(gradient)} = ${gradient.result}, the engine has ${want}`);
              backward++;
            }
          }
        }
      }
      assert.ok(forward > 20 && backward > 20, `${forward} and ${backward} formulas`);
      assert.ok(Math.abs(scene.loss - Array.from({ length: T }, (_, t) => (scene.answers(t) ? scene.lossAt(t) : 0)).reduce((a, b) => a + b) / (config.readout === "last" ? 1 : T)) < 1e-5);
    }));
  }

  test("\"hello\" by hand: all numbers on the stage are those of the equations, and the update is w - η dL/dw", async () => {
    const hello = await Hello.make(unfold, {}, 3, 2);
    try {
      const [H, V, steps, rate] = [3, 4, 4, 0.5];
      await hello.train(5, rate);
      const stage = new Stage(() => {});
      await stage.take(hello.model, hello.example, hello.step, false);
      const scene = stage.scene as Scene;
      assert.equal(scene.at, 5);

      // The equations, in the notes' order; every index from 0.
      const weights = await hello.model.weights();
      const w = (name: string, i: number, j = 0): number => weights[name]!.data[i * (weights[name]!.shape[1] ?? 1) + j] as number;
      const U = (i: number, j: number): number => w("rnn.weight_ih_l0", i, j);
      const W = (i: number, j: number): number => w("rnn.weight_hh_l0", i, j);
      const Vw = (k: number, j: number): number => w("head.weight", k, j);
      const [x, y] = [[0, 1, 2, 2], [1, 2, 2, 3]]; // h e l l, then o
      const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
      const sum = (n: number, f: (i: number) => number): number => range(n).reduce((s, i) => s + f(i), 0);
      const [h, o, p, L, dO, dh] = [[] as number[][], [] as number[][], [] as number[][], [] as number[], [] as number[][], [] as number[][]];
      for (let t = 0; t < steps; t++) {
        const a = range(H).map((i) => w("rnn.bias_ih_l0", i) + w("rnn.bias_hh_l0", i) + (t > 0 ? sum(H, (j) => W(i, j) * h[t - 1]![j]!) : 0) + U(i, x[t]!));
        h[t] = a.map(Math.tanh);
        o[t] = range(V).map((k) => w("head.bias", k) + sum(H, (j) => Vw(k, j) * h[t]![j]!));
        const total = sum(V, (k) => Math.exp(o[t]![k]!));
        p[t] = o[t]!.map((value) => Math.exp(value) / total);
        L[t] = -Math.log(p[t]![y[t]!]!);
        dO[t] = p[t]!.map((value, k) => (value - (k === y[t] ? 1 : 0)) / steps);
      }
      const da = (t: number, i: number): number => (1 - h[t]![i]! ** 2) * dh[t]![i]!;
      for (let t = steps - 1; t >= 0; t--) {
        dh[t] = range(H).map((j) => (t + 1 < steps ? sum(H, (i) => W(i, j) * da(t + 1, i)) : 0) + sum(V, (k) => Vw(k, j) * dO[t]![k]!));
      }
      const dW = (t: number): number[] => range(H).flatMap((i) => range(H).map((j) => (t > 0 ? da(t, i) * h[t - 1]![j]! : 0)));
      const whole = range(H * H).map((i) => sum(steps, (t) => dW(t)[i]!));
      const square = sum(H * H, (i) => whole[i]! ** 2);

      const near = (where: string, got: ArrayLike<number> | undefined, want: readonly number[]): void => {
        assert.equal(got?.length, want.length, where);
        const scale = Math.max(...want.map(Math.abs));
        want.forEach((value, i) => assert.ok(Math.abs((got as ArrayLike<number>)[i]! - value) <= 2e-5 * scale, `${where}[${i}]: ${got![i]}, want ${value}`));
      };
      near("loss", [scene.loss], [sum(steps, (t) => L[t]!) / steps]);
      near("shares of W", stage.flows.gathered("W", layersOf(scene.net)[0]!), range(steps).map((t) => sum(H * H, (i) => dW(t)[i]! * whole[i]!) / square));
      for (let t = 0; t < steps; t++) {
        assert.deepEqual([scene.token("x", t), scene.token("y", t)], [x[t], y[t]]);
        near(`h(${t})`, scene.values("h_l0", t), h[t]!);
        near(`o(${t})`, scene.values("o", t), o[t]!);
        near(`p(${t})`, scene.values("p", t), p[t]!);
        near(`L(${t})`, scene.values("L", t), [L[t]!]);
        near(`dL/do(${t})`, scene.gradient("o", t), dO[t]!);
        near(`dL/dh(${t})`, scene.gradient("h_l0", t), dh[t]!);
        for (const i of range(H)) {
          const formulas = formulasOf(stage.algebra as Algebra, "h_l0", t, i);
          near(`formulas of h${i}(${t})`, formulas.map(({ result }) => result), [Math.atanh(h[t]![i]!), h[t]![i]!, dh[t]![i]!, da(t, i)]);
          // With so few units every term of the sum is there: b, H of W but for the first step, the column of U; then the products behind.
          assert.equal(formulas[0]!.pieces.filter((piece) => typeof piece !== "string").length, 1 + (t > 0 ? 2 * H : 0) + 2);
        }
      }
      for (const { name, before, gradient, after } of hello.updates) {
        near(name, after, Array.from(before, (value, i) => value - rate * (gradient[i] as number)));
        assert.notDeepEqual(Array.from(before), Array.from(after));
      }
      const first = scene.loss;
      await hello.train(200, rate);
      await stage.take(hello.model, hello.example, hello.step, false);
      assert.ok((stage.scene as Scene).loss < first / 10, `it learns: ${(stage.scene as Scene).loss}`);
    } finally {
      hello.dispose();
    }
  });
});
