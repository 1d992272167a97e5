import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { createModel, type Model, type ModelConfig, type OptimizerOptions, type ScheduleOptions, type Tensor } from "unfold-rnn";

// What PyTorch computes (tests/golden/README.md), against the package as a stranger calls it. Tolerances are fractions of
// the tensor's largest element.
const OUTPUTS = 1e-5;
const GRADIENTS = 1e-4;

interface Numbers {
  shape: number[];
  data: number[];
}
type Named = Record<string, Numbers>;
interface Case {
  name: string;
  config: ModelConfig;
  parameters: { name: string; shape: number[] }[];
  batch: { shape: [number, number]; inputs: Numbers; targets: Numbers; lengths?: number[]; mask?: Numbers; state?: Named; forced?: boolean[][] };
  expected: { outputs: Numbers; loss: number; state: Named; gradients: Named; initialState: Named };
}

function golden<C = Case>(name: string): C[] {
  const file = JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8")) as { format: number; cases: C[] };
  assert.equal(file.format, 1);
  assert.ok(file.cases.length > 0);
  return file.cases;
}

function formula({ name, shape }: { name: string; shape: number[] }, k: number): [string, Tensor] {
  const count = shape.reduce((product, n) => product * n, 1);
  const value = (i: number): number => 0.4 * Math.sin(1 + 3 * i + 7 * k) + 0.2 * Math.cos(((2 * i * i) % 1009) + k);
  return [name, { shape, data: Float32Array.from({ length: count }, (_, i) => value(i)) }];
}

async function modelOf({ config, parameters }: Pick<Case, "config" | "parameters">): Promise<Model> {
  const model = await createModel(config, { worker: false });
  const weights = Object.fromEntries(parameters.map(formula));
  const own = await model.weights();
  assert.deepEqual(Object.keys(own), Object.keys(weights), "names, in order");
  for (const [name, { shape }] of Object.entries(weights)) assert.deepEqual(own[name]?.shape, shape, name);
  await model.setWeights(weights);
  return model;
}

const floats = ({ data }: Numbers): Float32Array => Float32Array.from(data);
const named = (tensors: Named): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, { shape: t.shape, data: floats(t) }]));

function batchOf({ batch, config }: Pick<Case, "batch" | "config">) {
  return {
    shape: batch.shape,
    inputs: "tokens" in config.input ? Int32Array.from(batch.inputs.data) : floats(batch.inputs),
    targets: "classes" in config.output ? Int32Array.from(batch.targets.data) : floats(batch.targets),
    ...(batch.lengths && { lengths: Int32Array.from(batch.lengths) }),
    ...(batch.mask && { mask: floats(batch.mask) }),
    ...(batch.state && { state: named(batch.state) }),
  };
}

function near(what: string, got: Tensor | undefined, want: Numbers, tolerance: number): void {
  assert.ok(got, `${what} is missing`);
  assert.deepEqual(got.shape, want.shape, what);
  const largest = Math.max(...want.data.map(Math.abs));
  want.data.forEach((w, i) => {
    const off = Math.abs((got.data[i] as number) - w);
    if (!(off <= tolerance * largest)) assert.fail(`${what}[${i}] is ${got.data[i]}, PyTorch has ${w} (largest ${largest})`);
  });
}

for (const file of ["rnn_tanh", "rnn_relu", "lstm", "gru", "stacks", "written_out"]) {
  describe(`PyTorch's ${file}`, () => {
    for (const one of golden(file)) {
      // Kept for other projects: forced step by step, which the interface draws by chance.
      const forced = one.batch.forced?.flat();
      if (forced && new Set(one.batch.forced?.flatMap((row) => row.slice(1))).size > 1) continue;
      test(one.name, async () => {
        const model = await modelOf(one);
        const batch = batchOf(one);
        const options = forced ? { teacherForcing: one.batch.forced?.[0]?.[1] === true ? 1 : 0 } : undefined;
        const { outputs, loss, state } = await model.forward(batch, options);
        near("outputs", outputs, one.expected.outputs, OUTPUTS);
        assert.ok(Math.abs((loss as number) - one.expected.loss) <= OUTPUTS * one.expected.loss, `loss ${loss}, PyTorch has ${one.expected.loss}`);
        assert.deepEqual(Object.keys(state).sort(), Object.keys(one.expected.state).sort());
        for (const [name, want] of Object.entries(one.expected.state)) near(`state ${name}`, state[name], want, OUTPUTS);
        const { gradients, initialState } = await model.gradients(batch, options);
        for (const [name, want] of Object.entries(one.expected.gradients)) near(`∂L/∂ ${name}`, gradients[name], want, GRADIENTS);
        for (const [name, want] of Object.entries(one.expected.initialState)) near(`∂L/∂ initial ${name}`, initialState?.[name], want, GRADIENTS);
        await model.dispose();
      });
    }
  });
}

interface TrainingCase extends Omit<Case, "expected"> {
  optimizer: string;
  options: { lr?: number; weight_decay?: number; momentum?: number; nesterov?: boolean; alpha?: number; eps?: number; betas?: [number, number]; dampening?: number };
  clipNorm?: number;
  expected: { losses: number[]; gradNorms: number[]; weights: Named };
}

/** torch.optim's class and arguments in our words; undefined where we have none. */
function optimizerOf({ optimizer, options: o, clipNorm }: TrainingCase): OptimizerOptions | undefined {
  if (o.dampening) return undefined;
  const rules: Record<string, OptimizerOptions["name"]> = { RMSprop: "rmsprop", Adagrad: "adagrad", Adam: "adam", AdamW: "adamw" };
  const name = optimizer === "SGD" ? (o.nesterov ? "nesterov" : o.momentum ? "momentum" : "sgd") : rules[optimizer];
  assert.ok(name, optimizer);
  const defaults: Record<string, number> = { sgd: 1e-3, momentum: 1e-3, nesterov: 1e-3, rmsprop: 1e-2, adagrad: 1e-2, adam: 1e-3, adamw: 1e-3 };
  return {
    name, learningRate: o.lr ?? (defaults[name] as number),
    ...(o.weight_decay !== undefined && { weightDecay: o.weight_decay }),
    ...(o.momentum && { momentum: o.momentum }),
    ...(o.alpha !== undefined && { alpha: o.alpha }),
    ...(o.eps !== undefined && { epsilon: o.eps }),
    ...(o.betas && { beta1: o.betas[0], beta2: o.betas[1] }),
    ...(clipNorm !== undefined && clipNorm !== null && { clipNorm }),
  };
}

describe("PyTorch's optimizers, ten steps", () => {
  for (const one of golden<TrainingCase>("optimizers")) {
    const optimizer = optimizerOf(one);
    if (!optimizer) continue;
    test(one.name, async () => {
      const model = await modelOf(one);
      for (const [k, want] of one.expected.losses.entries()) {
        const { loss, gradNorm } = await model.trainStep(batchOf(one), optimizer);
        assert.ok(Math.abs(loss - want) <= 1e-5 * want, `loss ${k} is ${loss}, PyTorch has ${want}`);
        const norm = one.expected.gradNorms[k] as number;
        assert.ok(Math.abs(gradNorm - norm) <= 1e-4 * norm, `norm ${k} is ${gradNorm}, PyTorch has ${norm}`);
      }
      const weights = await model.weights();
      for (const [name, want] of Object.entries(one.expected.weights)) near(name, weights[name], want, 1e-4);
      await model.dispose();
    });
  }
});

interface ScheduleCase {
  name: string;
  schedule: string;
  options: { step_size?: number; gamma?: number; T_max?: number; eta_min?: number; start_factor?: number; total_iters?: number };
  learningRate: number;
  expected: { rates: number[] };
}

function scheduleOf({ schedule, options: o, learningRate }: ScheduleCase): ScheduleOptions | undefined {
  switch (schedule) {
    case "StepLR":
      return { name: "step", every: o.step_size as number, gamma: o.gamma ?? 0.1 };
    case "ExponentialLR":
      return { name: "exponential", gamma: o.gamma as number };
    case "CosineAnnealingLR":
      return { name: "cosine", steps: o.T_max as number, floor: (o.eta_min ?? 0) / learningRate };
    case "LinearLR":
      return { name: "warmup", steps: o.total_iters ?? 5, start: o.start_factor ?? 1 / 3 };
    default:
      return undefined; // a plateau watches what train() holds out; core/optim has that test
  }
}

describe("PyTorch's schedules", () => {
  for (const one of golden<ScheduleCase>("schedules")) {
    const schedule = scheduleOf(one);
    if (!schedule) continue;
    test(one.name, async () => {
      const model = await createModel({ input: { tokens: 3 }, layers: [{ cell: "rnn", hidden: 2 }], output: { classes: 3 } }, { worker: false });
      const batch = { inputs: [0, 1], targets: [1, 2], shape: [1, 2] as const };
      // PyTorch's cosine rises again behind T_max; ours stays at the floor.
      const rates = schedule.name === "cosine" ? one.expected.rates.slice(0, (schedule.steps as number) + 1) : one.expected.rates;
      for (const [k, want] of rates.entries()) {
        const { learningRate } = await model.trainStep(batch, { name: "sgd", learningRate: one.learningRate, schedule });
        assert.ok(Math.abs(learningRate - want) <= 1e-12, `rate ${k} is ${learningRate}, PyTorch has ${want}`);
      }
      await model.dispose();
    });
  }
});

interface TranslationCase extends Pick<Case, "name" | "parameters"> {
  config: { attention: "none" | "additive" | "multiplicative"; bidirectional: boolean; embedding: number; hidden: number; units: number; sourceTokens: number; targetTokens: number; begin: number };
  sources: number[][];
  targets: number[][];
  expected: { outputs: Numbers[]; alphas: Numbers[]; loss: number; gradients: Named };
}

function translatorConfig({ config: c }: TranslationCase): ModelConfig {
  return {
    input: { tokens: c.sourceTokens },
    embedding: c.embedding,
    layers: [{ cell: "gru", hidden: c.bidirectional ? c.hidden / 2 : c.hidden, bidirectional: c.bidirectional }],
    output: { classes: c.targetTokens },
    decoder: {
      layers: [{ cell: "gru", hidden: c.hidden }], embedding: c.embedding, attention: c.attention, begin: c.begin,
      ...(c.attention === "additive" && { units: c.units }),
    },
  };
}

/** Sequences as [B, longest], with their lengths. */
function padded(sequences: number[][]): { ids: Int32Array; lengths: number[]; longest: number } {
  const longest = Math.max(...sequences.map((s) => s.length));
  const ids = new Int32Array(sequences.length * longest);
  sequences.forEach((s, b) => ids.set(s, b * longest));
  return { ids, lengths: sequences.map((s) => s.length), longest };
}

/** Rows [T, width] of sequence b out of [B, S, ·]. */
function rowsOf({ shape, data }: Tensor, b: number, { shape: [steps, width] }: Numbers): Tensor {
  const [, all, wide] = shape as [number, number, number];
  const out = new Float32Array((steps as number) * (width as number));
  for (let s = 0; s < (steps as number); s++) out.set((data as Float32Array).subarray((b * all + s) * wide, (b * all + s) * wide + (width as number)), s * (width as number));
  return { shape: [steps as number, width as number], data: out };
}

describe("PyTorch's encoder_decoder", () => {
  for (const one of golden<TranslationCase>("encoder_decoder")) {
    test(one.name, async () => {
      const model = await modelOf({ config: translatorConfig(one), parameters: one.parameters });
      const [source, target] = [padded(one.sources), padded(one.targets)];
      const batch = { inputs: source.ids, lengths: source.lengths, shape: [one.sources.length, source.longest] as [number, number], targets: target.ids, targetLengths: target.lengths };
      const { outputs, loss, attention } = await model.forward(batch);
      one.expected.outputs.forEach((want, b) => near(`outputs of ${b}`, rowsOf(outputs, b, want), want, OUTPUTS));
      if (one.config.attention !== "none") one.expected.alphas.forEach((want, b) => near(`attention of ${b}`, rowsOf(attention as Tensor, b, want), want, OUTPUTS));
      assert.ok(Math.abs((loss as number) - one.expected.loss) <= OUTPUTS * one.expected.loss, `loss ${loss}, PyTorch has ${one.expected.loss}`);
      const { gradients } = await model.gradients(batch);
      for (const [name, want] of Object.entries(one.expected.gradients)) near(`∂L/∂ ${name}`, gradients[name], want, GRADIENTS);
      await model.dispose();
    });
  }
});

interface LabellingCase {
  name: string;
  blank: number;
  lengths: number[];
  labels: number[][];
  logits: Numbers;
  expected: { losses: number[]; gradients: Numbers };
}

/** A network whose logits are what it reads: h = relu [x; -x], o = h₁ - h₂. */
async function passing(classes: number): Promise<Model> {
  const model = await createModel({ input: { features: classes }, layers: [{ cell: "rnn", hidden: 2 * classes, activation: "relu" }], output: { classes }, loss: "ctc" }, { worker: false });
  const weights = await model.weights();
  for (const { data } of Object.values(weights)) data.fill(0);
  for (let k = 0; k < classes; k++) {
    const [into, out] = [weights["rnn.weight_ih_l0"]?.data, weights["head.weight"]?.data] as [Float32Array, Float32Array];
    into[k * classes + k] = out[k * 2 * classes + k] = 1;
    into[(classes + k) * classes + k] = out[k * 2 * classes + classes + k] = -1;
  }
  await model.setWeights(weights);
  return model;
}

describe("PyTorch's ctc", () => {
  for (const one of golden<LabellingCase>("ctc")) {
    test(one.name, async () => {
      const [B, T, C] = one.logits.shape as [number, number, number];
      const model = await passing(C);
      // The blank is class 0 here.
      const own = (k: number): number => (k === one.blank ? 0 : k === 0 ? one.blank : k);
      const swapped = ({ shape, data }: Numbers): Numbers => ({ shape, data: data.map((_, i) => data[i - (i % C) + own(i % C)] as number) });
      const x = swapped(one.logits);
      const target = padded(one.labels.map((labels) => labels.map(own)));
      const batch = { inputs: floats(x), shape: [B, T] as const, lengths: one.lengths, targets: target.ids, targetLengths: target.lengths };
      // reduction: "mean" counts each sequence by its length.
      const share = one.labels.map((labels) => 1 / (B * Math.max(1, labels.length)));
      const want = one.expected.losses.reduce((sum, loss, b) => sum + loss * (share[b] as number), 0);
      const { loss, gradients } = await model.gradients(batch);
      assert.ok(Math.abs(loss - want) <= OUTPUTS * want, `loss ${loss}, PyTorch has ${want}`);
      const bias: Numbers = { shape: [C], data: new Array<number>(C).fill(0) };
      const head: Numbers = { shape: [C, 2 * C], data: new Array<number>(2 * C * C).fill(0) };
      swapped(one.expected.gradients).data.forEach((d, i) => {
        const [row, k] = [Math.floor(i / C), i % C];
        const scaled = d * (share[Math.floor(row / T)] as number);
        (bias.data[k] as number) += scaled;
        for (let j = 0; j < 2 * C; j++) {
          const read = x.data[row * C + (j % C)] as number;
          (head.data[k * 2 * C + j] as number) += scaled * Math.max(0, j < C ? read : -read);
        }
      });
      near("∂L/∂ head.bias", gradients["head.bias"], bias, GRADIENTS);
      near("∂L/∂ head.weight", gradients["head.weight"], head, GRADIENTS);
      await model.dispose();
    });
  }
});
