import type { Lesson } from "./lesson.js";

export const lesson: Lesson = {
  id: "vanishing",
  title: ["Gradients that vanish", "梯度消失"],
  state: "data=austen&cell=rnn&h=32&b=16&T=48&rho=0.6",
  panels: ["memory", "connectivity", "loss"],
  prose: [
    [
      "To blame an input k steps back, the loss must pass k factors Wᵀ D. The figure shows ‖∂L(t)/∂h(t-k)‖ over k, on a logarithmic axis: a straight line downwards means that every step back costs the same share.",
      "要追究 k 步前的输入，损失须穿过 k 个因子 Wᵀ D。图中是 ‖∂L(t)/∂h(t-k)‖ 随 k 的变化，纵轴为对数：直线下降意味着每退一步都损失同样的比例。",
    ],
    [
      "Set the spectral radius of W to [0.5](half), to [0.9](nine), to [1](one). D is at most 1, so with a radius below 1 the product can only shrink.",
      "把 W 的谱半径设为 [0.5](half)、[0.9](nine)、[1](one)。D 不超过 1，所以半径小于 1 时乘积只会缩小。",
    ],
    [
      "Look at the LSTM beside it: its cell has a path from step to step on which nothing is squashed.",
      "再看旁边的 LSTM：它的单元里有一条逐步相传、不被压缩的通路。",
    ],
  ],
  acts: {
    half: ({ memory }) => memory && (memory.radius = 0.5),
    nine: ({ memory }) => memory && (memory.radius = 0.9),
    one: ({ memory }) => memory && (memory.radius = 1),
  },
  question: {
    ask: ["With radius 0.5, about what is left of a gradient after 10 steps?", "谱半径为 0.5 时，10 步之后梯度大约还剩多少？"],
    options: [["a tenth", "十分之一"], ["a hundredth", "百分之一"], ["a thousandth or less", "千分之一或更少"]],
    right: 2,
    reveal: ["0.5¹⁰ ≈ 0.001, and D makes it less. What lies ten steps back hardly moves the weights: the network learns what is near, and not what is far.", "0.5¹⁰ ≈ 0.001，D 还会让它更小。十步之前的内容几乎推不动权重：网络学得到近的，学不到远的。"],
    act: ({ memory }) => memory && (memory.radius = 0.5),
  },
};
