import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelConfig } from "../src/types.js";
import { equationsOf, letters } from "../src/view/equations-figures.js";
import { figure } from "../src/view/stage/figure.js";
import { type Layout, layoutOf, type Wanted } from "../src/view/stage/layout.js";
import { netOf, nodesOf, symbolOf } from "../src/view/stage/net.js";
import { Player } from "../src/view/stage/player.js";
import { gridOf, stripsOf, unitAt } from "../src/view/stage/strip.js";
import { Wave } from "../src/view/stage/wave.js";

const base: ModelConfig = { input: { tokens: 5 }, layers: [{ cell: "rnn", hidden: 3 }], output: { classes: 5 } };
const configs: Record<string, ModelConfig> = {
  every: base,
  last: { ...base, readout: "last" },
  output: { ...base, layers: [{ cell: "rnn", hidden: 3, recurrence: "output" }] },
  both: { ...base, layers: [{ cell: "rnn", hidden: 3, bidirectional: true }] },
  bothLast: { ...base, readout: "last", layers: [{ cell: "lstm", hidden: 3, bidirectional: true }] },
  stack: { ...base, embedding: 2, layers: [{ cell: "lstm", hidden: 3 }, { cell: "lstm", hidden: 4 }], output: { values: 2 } },
  gru: { ...base, layers: [{ cell: "gru", hidden: 40 }], output: { labels: 2 } },
};
const T = 4;
function wanted(config: ModelConfig, more: Partial<Wanted> = {}): Wanted {
  const net = netOf(config);
  const has = (node: string, t: number): boolean => net.pattern !== "last" || t === T - 1 || !["o", "p", "L", "y"].includes(node);
  return { net, nodes: nodesOf(net), has, freeRunning: false, steps: T, from: 0, count: T, open: 1, width: 900, numbers: false, units: () => 4, ...more };
}

test("nodes and their symbols follow the network", () => {
  const symbols = (config: ModelConfig): string => nodesOf(netOf(config)).map((node) => symbolOf(netOf(config), node)).join(" ");
  assert.equal(symbols(configs.every!), "x h o ŷ L y");
  assert.equal(symbols(configs.both!), "x h g o ŷ L y");
  assert.equal(symbols(configs.stack!), "x e c₁ h₁ c₂ h₂ o L y");
});

test("boxes stand apart, within the picture, and every column has its own", () => {
  for (const [name, config] of Object.entries(configs)) {
    for (const [width, numbers] of [[900, false], [300, false], [900, true]] as const) {
      const { boxes, width: wide, height } = layoutOf(wanted(config, { width, numbers }));
      boxes.forEach((a, i) => {
        assert.ok(a.x - a.w / 2 >= 0 && a.x + a.w / 2 <= wide && a.y - a.h / 2 >= 0 && a.y + a.h / 2 <= height, `${name}: ${JSON.stringify(a)} in ${wide} × ${height}`);
        for (const b of boxes.slice(i + 1)) {
          assert.ok(Math.abs(a.x - b.x) >= (a.w + b.w) / 2 || Math.abs(a.y - b.y) >= (a.h + b.h) / 2, `${name}, ${width}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`);
        }
      });
    }
  }
});

test("each pattern has its arrows", () => {
  const arrows = ({ edges }: Layout): string[] => edges.filter(({ start, t }) => start !== t).map(({ from, start, to, t }) => `${from}${start} ${to}${t}`);
  assert.deepEqual(arrows(layoutOf(wanted(configs.every!))), ["h_l00 h_l01", "h_l01 h_l02", "h_l02 h_l03"]);
  assert.deepEqual(arrows(layoutOf(wanted(configs.output!))), ["y0 h_l01", "y1 h_l02", "y2 h_l03"]);
  assert.deepEqual(arrows(layoutOf(wanted(configs.output!, { freeRunning: true }))), ["p0 h_l01", "p1 h_l02", "p2 h_l03"]);
  assert.deepEqual(arrows(layoutOf(wanted(configs.both!))).filter((arrow) => arrow.includes("reverse")), ["h_l0_reverse1 h_l0_reverse0", "h_l0_reverse2 h_l0_reverse1", "h_l0_reverse3 h_l0_reverse2"]);
  assert.ok(arrows(layoutOf(wanted(configs.bothLast!))).includes("h_l0_reverse0 o3"), "the state that runs from the future is read where it ends");
  const outputs = layoutOf(wanted(configs.last!)).edges.filter(({ to }) => to === "o");
  assert.deepEqual(outputs.map(({ t, kind }) => [t, kind]), [[3, "V"]]);
});

test("folded, all columns are one, and each recurrence is a loop with its delay", () => {
  for (const [name, config] of Object.entries(configs)) {
    const { boxes, loops } = layoutOf(wanted(config, { open: 0 }));
    for (const node of new Set(boxes.map((box) => box.node))) assert.equal(new Set(boxes.filter((box) => box.node === node).map(({ x }) => x)).size, 1, `${name}: ${node}`);
    const states = nodesOf(netOf(config)).filter((node) => /^[hc]_/.test(node)).length;
    assert.equal(loops.filter(({ delay }) => delay).length, name === "output" ? 1 : states, name);
  }
});

test("the unit under the pointer is that whose cell lies there", () => {
  const { boxes } = layoutOf(wanted(configs.gru!));
  const box = boxes.find(({ node }) => node === "h_l0")!;
  const { value } = stripsOf(box, false);
  const { columns, rows } = gridOf(40, value.w, value.h);
  assert.ok(columns * rows >= 40 && rows > 1);
  for (let k = 0; k < 40; k++) {
    const [x, y] = [value.x + ((k % columns) + 0.5) * (value.w / columns), value.y + (Math.floor(k / columns) + 0.5) * (value.h / rows)];
    assert.equal(unitAt(box, 40, false, x, y), k);
  }
});

test("a wave visits every node once each way; a level of two directions is through before it is read", () => {
  for (const [name, config] of Object.entries(configs)) {
    const { net, nodes, has } = wanted(config);
    const wave = new Wave(net, { from: 0, count: T }, nodes, has);
    for (const side of ["forward", "backward"] as const) {
      const seen = Array.from({ length: wave.moments }, (_, moment) => wave.nodesAt(side, moment)).flat().map(({ node, t }) => `${node} ${t}`);
      const all = nodes.filter((node) => !(side === "forward" ? ["y"] : ["y", "p", "L"]).includes(node)).flatMap((node) => Array.from({ length: T }, (_, t) => t).filter((t) => has(node, t)).map((t) => `${node} ${t}`));
      assert.deepEqual([...seen].sort(), all.sort(), `${name} ${side}`);
      const at = (one: string): number => seen.indexOf(one);
      for (let t = 1; t < T; t++) {
        assert.ok(side === "forward" ? at(`h_l0 ${t - 1}`) < at(`h_l0 ${t}`) : at(`h_l0 ${t - 1}`) > at(`h_l0 ${t}`), name);
        if (name !== "both") continue;
        assert.ok((at(`h_l0_reverse ${t}`) < at(`h_l0_reverse ${t - 1}`)) === (side === "forward"));
        assert.ok((at("o 0") > at("h_l0_reverse 0")) === (side === "forward"));
      }
    }
  }
});

test("the player goes forward, then back, by steps and by numbers, and ends where everything is there", async () => {
  const { net, nodes, has } = wanted(configs.every!);
  const wave = new Wave(net, { from: 0, count: T }, nodes, has);
  const player = new Player(() => wave, (node) => (node === "x" || node === "L" ? 1 : 3), () => {});
  assert.equal(player.reached("backward", "h_l0", 0), Infinity);
  player.slow();
  assert.deepEqual([player.latest, player.reached("forward", "x", 0), player.reached("forward", "h_l0", 0)], [{ node: "x", t: 0, unit: 0 }, Infinity, 0]);
  player.slow();
  player.slow();
  assert.deepEqual([player.latest, player.reached("forward", "h_l0", 0), player.reached("forward", "o", 0)], [{ node: "h_l0", t: 0, unit: 1 }, 2, 0]);
  player.step();
  assert.deepEqual([player.reached("forward", "L", 1), player.reached("forward", "x", 2), player.reached("backward", "o", 3)], [Infinity, 0, 0]);
  for (let i = 0; i < 3; i++) player.step();
  assert.deepEqual([player.side, player.reached("forward", "L", 0), player.reached("backward", "h_l0", 3), player.reached("backward", "h_l0", 2)], ["backward", Infinity, Infinity, 0]);
  for (let i = 0; i < 4; i++) player.step();
  assert.equal(player.side, undefined);
  assert.equal(await player.play("both", 1), true);
  assert.deepEqual([player.side, player.reached("backward", "x", 0)], ["backward", Infinity]);
  const stopped = player.play("forward", 1000);
  player.stop();
  assert.equal(await stopped, false);
});

test("every network has its own equations; what is not there is not in them", () => {
  const of = (config: ModelConfig, free = false): string[] => equationsOf(netOf(config), free).map(({ parts }) => parts.map(({ text }) => text).join(""));
  assert.deepEqual(of(configs.every!).slice(0, 5), ["a(t) = b + W h(t−1) + U x(t)", "h(t) = tanh a(t)", "o(t) = c + V h(t)", "ŷ(t) = softmax o(t)", "L = 1/T Σₜ −log ŷ(t)[y(t)]"]);
  assert.ok(of(configs.every!).includes("dL/dh(t) = Wᵀ da(t+1) + Vᵀ dL/do(t)"));
  assert.ok(of(configs.last!).includes("dL/dh(t) = Wᵀ da(t+1)"));
  assert.ok(of(configs.output!).includes("dL/dh(t) = Vᵀ dL/do(t)"), "with the teacher, steps are independent");
  assert.ok(of(configs.output!, true).includes("dL/do(t) = (ŷ(t) − 1_y(t)) / T + J(t) Wᵀ da(t+1)"));
  assert.ok(of(configs.both!).includes("g(t) = tanh a′(t)"));
  assert.ok(of(configs.stack!).includes("dL/dc(t) = dL/dh(t) ⊙ q(t) ⊙ (1 − tanh² c(t)) + f(t+1) ⊙ dL/dc(t+1)"));
  assert.ok(of(configs.gru!).includes("h(t) = (1 − z(t)) ⊙ n(t) + z(t) ⊙ h(t−1)"));
  assert.deepEqual(letters("dL/da_i = tanh h").map(({ text, kind }) => `${kind} ${text}`), ["letter dL", "plain /", "letter da", "index i", "plain  = ", "plain tanh", "plain  ", "letter h"]);
});

test("numbers in little room keep their sign and their size", () => {
  assert.deepEqual([0, 1, -0.25, 0.00004, -1e-7, 123456, NaN, Infinity, 250.25].map((value) => figure(value)), ["0", "1", "−0.250", "4.0e−5", "−1.0e−7", "1.2e5", "–", "∞", "250.3"]);
});
