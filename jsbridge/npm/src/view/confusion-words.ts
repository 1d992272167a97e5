import type { Words } from "./language.js";

/** What <unfold-confusion> says: English, Chinese. */
export const words = {
  "title": ["Which class it takes for which", "把哪一类认作哪一类"],
  "heldOut": ["{total} held-out answers, step {step}: {accuracy} are right.", "留出数据的 {total} 个回答，第 {step} 步：答对 {accuracy}。"],
  "training": ["Nothing is held out. {total} answers on the training part, step {step}: {accuracy} are right.", "没有留出数据。训练数据的 {total} 个回答，第 {step} 步：答对 {accuracy}。"],
  "corner": ["true ↓ said →", "真值↓ 回答→"],
  "found": ["found", "召回"],
  "foundTitle": ["Of those of this class, the share that was found", "该类之中被认出的比例"],
  "right": ["right", "准确"],
  "rightTitle": ["Of those said to be this class, the share that was right", "被说成该类者之中说对的比例"],
  "others": ["others", "其余"],
  "caption": ["Rows: the true class. Columns: what the network said.", "行：真实类别。列：网络的回答。"],
  "cell": ["true {truth}, said {said}: {count}", "真为 {truth}，答为 {said}：{count}"],
  "examples": ["True {truth}, said {said}: the surest {shown} of {count}", "真为 {truth}，答为 {said}：{count} 个中最有把握的 {shown} 个"],
  "pick": ["Choose a cell to see its examples.", "点一格，看其中的例子。"],
  "sure": ["{share} sure", "把握 {share}"],
  "at": ["example {number}, step {step}", "第 {number} 例，第 {step} 步"],
  "example": ["example {number}", "第 {number} 例"],
  "close": ["Close", "关闭"],
  "none": ["Here classes are confused; this network answers something else.", "此处比较类别；当前网络的输出不是类别。"],
  "waiting": ["Nothing has been answered yet.", "尚无回答。"],
  "picture": ["its values, step by step from top to bottom", "其数值，自上而下逐步排列"],
} as const satisfies Words;
