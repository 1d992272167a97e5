import type { Lesson, Scene } from "./lesson.js";

const both = (bidirectional: boolean) => ({ lab }: Scene) => lab.change({ bidirectional });

export const lesson: Lesson = {
  id: "bidirectional",
  title: ["Reading from both ends", "从两端读：双向RNN"],
  state: "data=surnames&cell=gru&h=32&emb=16&bi=1",
  panels: ["stage", "confusion", "loss", "model"],
  prose: [
    [
      "To tell the language of a surname, its end says as much as its beginning. A bidirectional network is two: h reads from left to right, g from right to left; what both know goes to the answer.",
      "要判断姓氏的语言，词尾与词首同样重要。双向网络是两个网络：h 从左往右读，g 从右往左读；两者所知一起用来作答。",
    ],
    [
      "[Look at h](h) at the last letter and [at g](g) at the first: each has read the whole name. [Read from one end only](one), [from both](two), and watch the held-out loss.",
      "看最后一个字母处的 [h](h) 与第一个字母处的 [g](g)：两者都读完了整个姓。[只从一端读](one)，[从两端读](two)，比较留出损失。",
    ],
  ],
  acts: {
    h: ({ graph }) => graph?.select({ node: "h", t: 4 }),
    g: ({ graph }) => graph?.select({ node: "g", t: 1 }),
    one: both(false),
    two: both(true),
  },
  question: {
    ask: ["Can a bidirectional network write a text, letter by letter?", "双向网络能逐字写文章吗？"],
    options: [["Yes, better than others", "能，而且更好"], ["No", "不能"]],
    right: 1,
    reveal: ["No. To write the next letter, g would have to read from the end of a text that is not there yet. It is for what is given whole: names, sentences to tag, signals.", "不能。要写下一个字，g 得从尚不存在的文末往回读。它适合整个给出的东西：姓名、待标注的句子、信号。"],
    act: both(true),
  },
};
