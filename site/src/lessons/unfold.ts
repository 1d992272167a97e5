import type { Lesson } from "./lesson.js";

export const lesson: Lesson = {
  id: "unfold",
  title: ["A loop is a long chain", "循环即长链"],
  state: "data=austen&cell=rnn&h=16&b=16&T=16",
  panels: ["stage", "loss"],
  prose: [
    [
      "A recurrent network has one small circuit. [Fold it](fold): the state h goes round a loop, and the square on the loop delays it by one step.",
      "循环网络只有一个小电路。[把它折叠](fold)：状态 h 绕着环走，环上的方块让它延迟一步。",
    ],
    [
      "[Unfold it](unfold), and every time step gets a column of its own: h(t) = f(h(t-1), x(t); θ). Nothing is added. It is the same f with the same weights θ in every column.",
      "[展开](unfold)后，每个时间步各占一列：h(t) = f(h(t-1), x(t); θ)。并没有多出什么：每一列都是同一个 f、同一组权重 θ。",
    ],
    [
      "So one network takes sequences of any length: [three columns](short), [or ten](long). [Send a wave through it](wave) and see the values pass from left to right.",
      "所以同一个网络可以读任意长度的序列：[三列](short)，[或十列](long)。[送一个波过去](wave)，看数值从左往右传。",
    ],
  ],
  acts: {
    fold: ({ graph }) => graph?.fold(),
    unfold: ({ graph }) => graph?.fold(false),
    short: ({ graph }) => graph && (graph.columns = 3),
    long: ({ graph }) => graph && (graph.columns = 10),
    wave: ({ graph }) => graph?.play("forward"),
  },
  question: {
    ask: ["From three columns to ten: how many more weights does the network have?", "从三列变成十列，网络多了多少权重？"],
    options: [["About three times as many", "大约三倍"], ["None", "一个也没多"], ["One set more for each column", "每多一列多一组"]],
    right: 1,
    reveal: ["None. All columns share one set, and so the gradient of a weight is a sum over all columns: that sum is backpropagation through time.", "一个也没多。所有列共用一组权重，因此一个权重的梯度是对所有列求和；这个求和就是通过时间反向传播。"],
    act: ({ graph }) => graph?.play("both"),
  },
};
