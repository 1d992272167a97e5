import type { Words } from "./language.js";

/** What <unfold-check> says: English, Chinese. */
export const words = {
  "title": ["Gradient check", "梯度检验"],
  "what": [
    "The engine computes in 32 bits, with kernels and packed loops. The same network is also written out as its equations, in 64 bits, the way the textbook has them. Put a batch through both: what is left is rounding.",
    "引擎以 32 位计算，用的是内核和合并的循环；同一个网络还按教科书的方程、以 64 位另写了一份。让同一批数据走两遍：剩下的差别只是舍入。",
  ],
  "run": ["Check the gradients", "检验梯度"],
  "running": ["Checking…", "检验中……"],
  "agrees": [
    "They agree: no gradient is off by more than {worst} of its tensor's largest value. {limit} is allowed.",
    "一致：任何梯度与方程之差都不超过其张量最大值的 {worst}（允许 {limit}）。",
  ],
  "disagrees": [
    "They do not agree: a gradient is off by {worst} of its tensor's largest value. {limit} is allowed.",
    "不一致：有梯度与方程之差达其张量最大值的 {worst}（允许 {limit}）。",
  ],
  "over": ["Step {step}; {sequences} sequences of up to {steps} steps; {milliseconds} ms.", "第 {step} 步；{sequences} 个序列，各至多 {steps} 步；用时 {milliseconds} 毫秒。"],
  "loss": ["loss", "损失"],
  "losses": ["{engine} and {equations} nats or squared units", "{engine} 与 {equations}"],
  "tensor": ["Tensor", "张量"],
  "shape": ["Shape", "形状"],
  "largest": ["Largest |gradient|", "梯度最大绝对值"],
  "difference": ["Largest difference", "最大差"],
  "relative": ["Relative", "相对误差"],
  "caption": ["The engine's gradients against the equations', parameter by parameter", "逐个参数：引擎的梯度与方程的梯度"],
  "axis": ["Bars: relative error from 10⁻⁹ to 1, on a logarithmic scale; the mark is what is allowed.", "条形：相对误差，自 10⁻⁹ 至 1，对数刻度；竖线为允许的界限。"],
  "tooLittle": ["There is too little data for a batch.", "数据太少，凑不成一批。"],
  "stale": ["The network has trained on since.", "此后网络又训练了一段。"],
} as const satisfies Words;
