import type { Lesson } from "./lesson.js";
import { hello } from "./hello.js";

export const lesson: Lesson = {
  id: "backward",
  title: ["Backward through time, by hand", "手算通过时间反向传播"],
  state: "data=austen&cell=rnn&h=8&b=8&T=12",
  panels: ["stage", "check"],
  begin: hello,
  prose: [
    [
      "The way back begins where the loss is. [At the logits](o) it is the simplest of all: dL/do = ŷ - onehot(y), what was said minus what was true.",
      "反向从损失处开始。[在 o 处](o)最简单：dL/do = ŷ - onehot(y)，即所说减去真值。",
    ],
    [
      "[At the last state](last) only its own loss speaks: Vᵀ do. [At an earlier one](early) two voices add up: its own loss, and what comes back from the next state, Wᵀ D dh(t+1) with D = diag(1 - h²).",
      "[最后一个状态](last)只听到自己的损失：Vᵀ do。[更早的状态](early)有两股相加：自己的损失，以及下一状态传回的 Wᵀ D dh(t+1)，其中 D = diag(1 - h²)。",
    ],
    [
      "[Send the wave back](wave). Below the graph every step pays into the gradients of W, U, V, b, c: a weight that all steps share gets the sum.",
      "[送出反向波](wave)。图下可见每一步对 W、U、V、b、c 的梯度各贡献多少：各步共用的权重得到总和。",
    ],
    [
      "Is it right? [Check it](check): the same gradients once more, by the equations in float64.",
      "算得对吗？[检验](check)：用方程以 float64 再算一遍同样的梯度。",
    ],
  ],
  acts: {
    o: ({ graph }) => graph?.select({ node: "o", t: 4 }),
    last: ({ graph }) => graph?.select({ node: "h", t: 4 }),
    early: ({ graph }) => graph?.select({ node: "h", t: 2 }),
    wave: ({ graph }) => graph?.play("backward"),
    check: ({ check }) => check?.run(),
  },
  question: {
    ask: ["Only the loss at the last step is kept, all others are dropped. Does the first input still get a gradient?", "只保留最后一步的损失，其余都去掉。第一个输入还有梯度吗？"],
    options: [["No, its own loss is gone", "没有，它自己的损失没了"], ["Yes, through the states between", "有，经由中间的各状态"]],
    right: 1,
    reveal: ["Yes: through three factors Wᵀ D, one for each state between. What becomes of a product of many such factors is the next lesson.", "有：经过三个因子 Wᵀ D，每个中间状态一个。许多这样的因子相乘会怎样，是下一课。"],
    act: ({ graph }) => graph?.select({ node: "x", t: 1 }),
  },
};
