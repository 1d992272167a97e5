import type { Lesson } from "./lesson.js";

export const lesson: Lesson = {
  id: "gates",
  title: ["Why gates", "为什么要门"],
  state: "data=adding&lag=30&cell=lstm&h=32",
  panels: ["compare", "stage", "loss"],
  prose: [
    [
      "The adding problem: of a long row of numbers two are marked, and their sum is asked for at the end. Whoever answers 1 every time loses 0.167; to do better, both numbers must be kept over many steps.",
      "加法问题：长长一列数中有两个被标记，最后问它们的和。每次都答 1 者，损失为 0.167；要更好，就得把两个数记过许多步。",
    ],
    [
      "[Train an RNN against an LSTM](race): the same data, the same seed, the same steps.",
      "[让 RNN 与 LSTM 同台训练](race)：同样的数据、种子与步数。",
    ],
    [
      "In the LSTM c(t) = f ⊙ c(t-1) + i ⊙ g. Where the forget gate f is near 1, the gradient goes back along c as it came. [Look at c](c) in the graph.",
      "LSTM 中 c(t) = f ⊙ c(t-1) + i ⊙ g。遗忘门 f 接近 1 时，梯度沿 c 几乎原样返回。在图中[看 c](c)。",
    ],
  ],
  acts: {
    race: ({ compare }) => {
      if (compare === undefined) return undefined;
      compare.a = { ...compare.a, cell: "rnn" };
      compare.b = { ...compare.b, cell: "lstm" };
      return compare.start();
    },
    c: ({ graph }) => graph?.select({ node: "c", t: 2 }),
  },
  question: {
    ask: ["Which gate must be open for c to remember through many steps?", "要让 c 记过许多步，哪个门须打开？"],
    options: [["the input gate i", "输入门 i"], ["the forget gate f", "遗忘门 f"], ["the output gate o", "输出门 o"]],
    right: 1,
    reveal: ["The forget gate: what it lets through is what stays. An input gate that is open lets new things overwrite; the output gate only decides what is shown.", "遗忘门：它放行的便是留下的。输入门开着会让新内容覆盖；输出门只决定显示什么。"],
    act: ({ graph }) => graph?.select({ node: "c", t: 2 }),
  },
};
