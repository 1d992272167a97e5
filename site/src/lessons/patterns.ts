import type { Lesson, Scene } from "./lesson.js";

const pattern = (name: "every" | "output" | "last") => ({ lab }: Scene) => lab.change({ pattern: name });

export const lesson: Lesson = {
  id: "patterns",
  title: ["Three patterns", "三种模式"],
  state: "data=sunspots&cell=rnn&h=8&T=12&b=16",
  panels: ["stage", "forecast", "loss", "model"],
  prose: [
    [
      "What goes round the loop, and when an answer is asked for, makes three patterns. The data are sunspots: one number a year, and the next is to be forecast.",
      "环上传的是什么、何时要答案，决定了三种模式。这里的数据是太阳黑子：每年一个数，要预测下一年。",
    ],
    [
      "[Pattern 1](one): the hidden state goes round, and every step has an output and a loss. [Pattern 3](three): the state goes round, but one output is asked for at the end; its loss reaches the early steps only through the whole chain.",
      "[模式一](one)：隐藏状态循环，每步都有输出与损失。[模式三](three)：状态循环，但只在末尾要一个输出；其损失须经整条链才能传到前面。",
    ],
    [
      "[Pattern 2](two): only the output goes back. While it trains, the true value can stand in for it. This is teacher forcing: no step waits for another, and all can be computed at once.",
      "[模式二](two)：只有输出返回。训练时可用真值代替它，即导师驱动过程：各步互不等待，可同时计算。",
    ],
  ],
  acts: { one: pattern("every"), two: pattern("output"), three: pattern("last") },
  question: {
    ask: ["Which pattern cannot carry what its output does not say?", "哪一种模式无法传递输出中没有的信息？"],
    options: [["Pattern 1", "模式一"], ["Pattern 2", "模式二"], ["Pattern 3", "模式三"]],
    right: 1,
    reveal: ["Pattern 2. All that it remembers must pass through its output, and the output is trained to be the target and nothing else. It is the weakest of the three, and the easiest to train.", "模式二。它能记的都须经过输出，而输出被训练成只等于目标。它最弱，也最易训练。"],
    act: pattern("output"),
  },
};
