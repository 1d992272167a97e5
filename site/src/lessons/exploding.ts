import type { Lesson } from "./lesson.js";

export const lesson: Lesson = {
  id: "exploding",
  title: ["Gradients that explode, and the clip", "梯度爆炸与裁剪"],
  state: "data=austen&cell=rnn&act=relu&h=32&b=16&T=48&rho=1.5&lr=0.003&clip=0",
  panels: ["memory", "loss", "model"],
  prose: [
    [
      "With a spectral radius above 1 the same product grows. Set it to [1.2](a), to [1.6](b): far steps now shout down near ones.",
      "谱半径大于 1 时，同样的乘积会增长。设为 [1.2](a)、[1.6](b)：远处的步盖过了近处的。",
    ],
    [
      "The network of this lesson starts at 1.5, with ReLU, whose D does not shrink, and without a clip. Watch its loss. Then [clip the norm of the gradient at 1](clip): its direction stays, its length is bounded. [Take the clip away](noclip), and compare.",
      "本课的网络从 1.5 开始，用 ReLU（其 D 不缩小），也不裁剪。看它的损失。再[把梯度范数裁剪到 1](clip)：方向不变，长度有界。[去掉裁剪](noclip)，作比较。",
    ],
  ],
  acts: {
    a: ({ memory }) => memory && (memory.radius = 1.2),
    b: ({ memory }) => memory && (memory.radius = 1.6),
    clip: ({ lab, memory }) => {
      if (memory) memory.clip = true;
      return lab.change({ clipNorm: 1 }).then(() => lab.play());
    },
    noclip: ({ lab, memory }) => {
      if (memory) memory.clip = false;
      return lab.change({ clipNorm: 0 });
    },
  },
  question: {
    ask: ["Does clipping also help against vanishing gradients?", "裁剪对梯度消失也有用吗？"],
    options: [["Yes", "有"], ["No", "没有"]],
    right: 1,
    reveal: ["No. A clip bounds what is too long; it adds nothing to what is too short. Against vanishing one needs another path: gates.", "没有。裁剪只限制过长的，不会给过短的添任何东西。要对付消失，需要另一条通路：门。"],
    act: ({ memory }) => memory && (memory.radius = 0.5),
  },
};
