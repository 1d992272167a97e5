import type { Lesson } from "./lesson.js";
import { hello } from "./hello.js";

export const lesson: Lesson = {
  id: "forward",
  title: ["Forward, by hand", "手算前向"],
  state: "data=austen&cell=rnn&h=8&b=8&T=12",
  panels: ["stage"],
  begin: hello,
  prose: [
    [
      "This network has three hidden units and one word to learn: it reads “hell” and is to say “ello”. It is small enough to see every number.",
      "这个网络只有三个隐藏单元，只学一个词：读 “hell”，说 “ello”。它小到每个数都看得见。",
    ],
    [
      "[Look at h at the first step](h1): a = b + W h(0) + U x, then h = tanh a. There is no past yet, so W h(0) is nothing. [At the second step](h2) the past has come in.",
      "[看第一步的 h](h1)：a = b + W h(0) + U x，再 h = tanh a。此时还没有过去，W h(0) 为零。[到第二步](h2)，过去便进来了。",
    ],
    [
      "[The logits](o) are o = c + V h; [softmax](p) makes them probabilities; [the loss](L) is -log of the one that the true letter got. [Go number by number](slow), or [send the wave](wave).",
      "[o](o) = c + V h；[softmax](p) 把它们变成概率；[损失](L)是真字母概率的 -log。[逐个数走](slow)，或[送出整个波](wave)。",
    ],
  ],
  acts: {
    h1: ({ graph }) => graph?.select({ node: "h", t: 1 }),
    h2: ({ graph }) => graph?.select({ node: "h", t: 2 }),
    o: ({ graph }) => graph?.select({ node: "o", t: 1 }),
    p: ({ graph }) => graph?.select({ node: "p", t: 1 }),
    L: ({ graph }) => graph?.select({ node: "L", t: 1 }),
    slow: ({ graph }) => graph?.step("number"),
    wave: ({ graph }) => graph?.play("forward"),
  },
  question: {
    ask: ["It reads “l” at the third step and again at the fourth. Must it say the same both times?", "第三步与第四步都读到 “l”。两次必须说同一个字母吗？"],
    options: [["Yes: the input is the same", "是：输入相同"], ["No: the state differs", "否：状态不同"]],
    right: 1,
    reveal: ["No. h(3) ≠ h(4), since h(2) ≠ h(3): the same input meets another past. That is how it can say “l” first and “o” next.", "否。因为 h(2) ≠ h(3)，所以 h(3) ≠ h(4)：同样的输入遇上不同的过去。所以它能先说 “l” 再说 “o”。"],
    act: ({ graph }) => graph?.select({ node: "h", t: 4 }),
  },
};
