/**
 * Everything that a caller sees. Dimension letters: B batch, T steps, I inputs, H hidden, O outputs, V vocabulary,
 * E embedding, G gates. Arrays are row-major, batch first.
 */

import type { Dataset } from "./dataset/types.js";

export type * from "./dataset/types.js";

/** Numbers with a shape: `data` holds the product of `shape` elements, the last dimension running fastest. */
export interface Tensor {
  shape: number[];
  data: Float32Array | Int32Array;
}

/** The same in double precision. */
export interface Float64Tensor {
  shape: number[];
  data: Float64Array;
}

/**
 * What a network carries from step to step: `h_l{k}` [B, H] and, for an LSTM, `c_l{k}` [B, H], k = 0 at the bottom. A second
 * direction has the same with `_reverse`: it enters at each sequence's own last valid step and comes out behind step 0. For
 * `recurrence: "output"` it is `y_l0` [B, O] alone.
 */
export type State = Record<string, Tensor>;

/** Token ids 0 … tokens-1, or float vectors of length `features` (I). */
export type InputConfig = { tokens: number } | { features: number };

/**
 * The head and its loss: `classes` softmax + cross-entropy, `values` linear + mean squared error,
 * `labels` sigmoid + binary cross-entropy.
 */
export type OutputConfig = { classes: number } | { values: number } | { labels: number };

/** The shape of a network. */
export interface ModelConfig {
  input: InputConfig;
  /** Width E of a trained embedding; tokens only. Absent: a token selects a column of `weight_ih`. */
  embedding?: number;
  /** Bottom to top, at least one. */
  layers: LayerConfig[];
  /** `"every"` (default): an output each step. `"last"`: one at the end of the sequence. */
  readout?: "every" | "last";
  output: OutputConfig;
  /**
   * `"ctc"`: targets are labellings of their own length, without saying at which step a label stands (A. Graves et al. 2006).
   * With `output.classes`, of which class 0 is the blank, and `readout: "every"`. Absent: the loss of the output.
   */
  loss?: "ctc";
  /** Writes targets of their own length, of `output.classes` tokens; `layers` then read the source. */
  decoder?: DecoderConfig;
  /**
   * What a sequence starts from that is given no state. `"zeros"` (default), or `"learned"`: parameters `rnn.h0_l{k}` [H] and for
   * an LSTM `rnn.c0_l{k}` [H], with `_reverse` for a second direction; for `recurrence: "output"` `rnn.y0_l0` [O]. They begin as zeros.
   */
  initialState?: "zeros" | "learned";
  /** Seed of every draw: initial weights, dropout, sampling. A whole number from 0 to 2^53-1; absent: 0. */
  seed?: number;
}

/** One recurrent layer. */
export interface LayerConfig {
  cell: "rnn" | "lstm" | "gru";
  /** Size H of the hidden state, at least 1. */
  hidden: number;
  /** `rnn` only; default `"tanh"`. */
  activation?: "tanh" | "relu";
  /** `rnn` only: what flows to the next step. `"hidden"` is the default, `"output"` is the Jordan network. */
  recurrence?: "hidden" | "output";
  /** `gru` only: the reset gate acts after the product; default true, as in PyTorch and Keras. */
  resetAfter?: boolean;
  /** A second pass from each sequence's own last valid step; for reading whole sequences. */
  bidirectional?: boolean;
  /** How the two directions are put together; default `"concat"`. */
  merge?: "concat" | "sum" | "average" | "multiply";
  /** Share of this layer's outputs dropped while training, in [0, 1); default 0. */
  dropout?: number;
  layerNorm?: boolean;
  /** Initial weights; default `"pytorch"`: uniform in ±1/√H. */
  init?: "pytorch" | "keras" | "orthogonal";
}

/** The half that writes; docs/api-transduction.md. */
export interface DecoderConfig {
  /**
   * As many as the model's `layers`, of one direction. Layer k starts from the last state of encoder layer k, both directions
   * merged, so its `hidden` is that layer's merged width.
   */
  layers: LayerConfig[];
  /** Width of a trained embedding of the target's tokens. Absent: a token selects a column of `weight_ih`. */
  embedding?: number;
  /** How each step looks at all of the source; default `"none"`. */
  attention?: "none" | "additive" | "multiplicative";
  /** `additive` only: width A of its hidden layer; default: `hidden` of the top decoder layer. */
  units?: number;
  /** The token that is read first, below `output.classes`; default 0. */
  begin?: number;
  /** The token behind which writing ends, below `output.classes`; default 0. */
  end?: number;
}

/** Where and how the engine runs. Models with the same runtime options share one engine. */
export interface RuntimeOptions {
  /** Default true: a worker, and this thread when none can be had. False: this thread, in slices. */
  worker?: boolean;
  /** The same bits on every machine: no fused multiply-add. Default false. */
  deterministic?: boolean;
  /** Where to fetch the engine from. At most one of wasmURL, wasmModule, wasmBytes. */
  wasmURL?: string | URL;
  /** The engine, already compiled (hosts that cannot compile from bytes). */
  wasmModule?: WebAssembly.Module;
  /** The engine's bytes. */
  wasmBytes?: Uint8Array | ArrayBuffer;
  /** A same-origin copy of `unfold-rnn/worker`, for pages whose policy forbids `worker-src blob:`. */
  workerURL?: string | URL;
}

/** Where the engine runs indeed. */
export interface RuntimeInfo {
  readonly mode: "worker" | "main";
  readonly kernels: "simd" | "relaxed-simd" | "portable";
  readonly threads: number;
  /** Present when a worker was wanted and could not be had: what stood in the way. */
  readonly reason?: string;
}

/** B sequences of up to T steps. Plain arrays of numbers are taken wherever typed arrays are. */
export interface Batch {
  /** [B, T] ids, or [B, T, I]. */
  inputs: Int32Array | Float32Array | readonly number[];
  /** [B, T] ids or [B, T, O]; with `readout: "last"` [B] or [B, O]. */
  targets?: Int32Array | Float32Array | readonly number[];
  /** [B, T]. */
  shape: readonly [batch: number, steps: number];
  /** [B], 0 … T; absent: all T. A sequence of length 0 counts nothing in the loss, its outputs are zeros and its state stays. */
  lengths?: Int32Array | readonly number[];
  /** [B, T] weights on the loss, with a decoder [B, S]; absent: all 1. Refused with `loss: "ctc"`. */
  mask?: Float32Array | readonly number[];
  /** With a decoder or `loss: "ctc"`: [B], 0 … S, the length of each target; `targets` are [B, S] ids, S = targets.length / B. Absent: all S. */
  targetLengths?: Int32Array | readonly number[];
  /** Initial state; absent: what the config's `initialState` says. */
  state?: State;
}

/** How a batch is walked through. */
export interface PassOptions {
  /** Share of steps fed the target, in [0, 1]; for `recurrence: "output"`. */
  teacherForcing?: number;
  /**
   * Steps of a segment, `true` for about √T. Only one segment's activations are in memory; the way back computes the others
   * once more from the states at their borders. The same result up to rounding, for the time of one more forward pass. Not for
   * bidirectional layers and `recurrence: "output"`.
   */
  recompute?: number | boolean;
}

/** Update rules and defaults are those of `torch.optim`. */
export interface OptimizerOptions {
  name: "sgd" | "momentum" | "nesterov" | "rmsprop" | "adagrad" | "adam" | "adamw";
  /** Step size; positive. */
  learningRate: number;
  /** How the learning rate changes as optimiser steps go by; absent: it stays. */
  schedule?: ScheduleOptions;
  /** Weight of the L2 penalty; default 0. AdamW: decoupled from the gradient; default 0.01. */
  weightDecay?: number;
  /** Adam: decay of the mean of gradients; default 0.9. */
  beta1?: number;
  /** Adam: decay of the mean of squared gradients; default 0.999. */
  beta2?: number;
  /** Momentum, Nesterov (default 0.9) and RMSProp (default 0): share of the last step that goes on, in [0, 1). */
  momentum?: number;
  /** RMSProp: decay of the mean of squared gradients; default 0.99. */
  alpha?: number;
  /** Keeps the denominator off zero; default 1e-8 (Adam, AdamW, RMSProp), 1e-10 (Adagrad). */
  epsilon?: number;
  /** Gradients whose global L2 norm is larger are scaled down to it; absent: never. */
  clipNorm?: number;
  /** Each gradient element is cut to ± this; absent: never. */
  clipValue?: number;
}

/**
 * Learning rate of step k = 0, 1, … counted from where the schedule began, as a factor of `learningRate`; formulas and
 * defaults are those of `torch.optim.lr_scheduler`, a step for an epoch.
 */
export type ScheduleOptions =
  /** gamma^⌊k / every⌋; defaults 1000, 0.1. */
  | { name: "step"; every?: number; gamma?: number }
  /** gamma^k; default 0.999. */
  | { name: "exponential"; gamma?: number }
  /** Half a cosine from 1 to `floor` in `steps`, then `floor`; defaults 1000, 0. */
  | { name: "cosine"; steps?: number; floor?: number }
  /** Linear from `start` to 1 in `steps`; defaults 100, 1/3. */
  | { name: "warmup"; steps?: number; start?: number }
  /** Times `factor` when the held-out loss of train() has not fallen for `patience` evaluations; defaults 0.1, 10, 1e-4, 0, 0. */
  | { name: "plateau"; factor?: number; patience?: number; threshold?: number; cooldown?: number; floor?: number };

/** How to train on a dataset. */
export interface TrainOptions {
  /** B: sequences side by side. */
  batch: number;
  /** T: window of truncated backpropagation through time; data of whole sequences need none. */
  steps?: number;
  /** Passes over the data; this or `iterations`. */
  epochs?: number;
  /** Optimiser steps; this or `epochs`. */
  iterations?: number;
  optimizer: OptimizerOptions;
  /** Carry the state from window to window. */
  stateful?: boolean;
  /**
   * New steps in a window, 1 … `steps` (default): truncated backpropagation that looks back over `steps` every `stride` steps.
   * The other steps of a window are history: their loss was counted in an earlier window, the first of a stream counts whole.
   * The next window starts from the state behind the first `stride` steps. Below `steps` it goes with one long text and `stateful`.
   */
  stride?: number;
  /** As in PassOptions, also while the held-out part is judged. */
  recompute?: number | boolean;
  /** Evaluate on the held-out part: every so many steps, on at most so many tokens. */
  validation?: boolean | { every?: number; tokens?: number };
  /** Ends the run when the held-out loss has not fallen by `minDelta` (default 0) in `patience` evaluations; the weights of the lowest are put back. */
  earlyStopping?: { patience: number; minDelta?: number };
  /** `recurrence: "output"`: share of steps fed the target, in [0, 1]; default 1. */
  teacherForcing?: number;
  /** Ends the run with `ABORTED`. */
  signal?: AbortSignal;
  /** Milliseconds of work between two looks at messages, 1 … 1000; default 25 in a worker, 12 on this thread. */
  sliceMs?: number;
}

/** One optimiser step. */
export interface Progress {
  /** Optimiser steps of this model so far, from 1; goes on over several runs. */
  step: number;
  epoch: number;
  /** Mean over the batch, nats per token. */
  loss: number;
  /** Mean over the held-out part, nats per token; present in steps that evaluated it. */
  validationLoss?: number;
  /** Global L2 norm of the gradient before clipping. */
  gradNorm: number;
  learningRate: number;
  tokensPerSecond: number;
}

/** How a run ended; `loss` is NaN when no step was made. */
export interface TrainingSummary {
  step: number;
  epoch: number;
  loss: number;
  /** The last one that was evaluated. */
  validationLoss?: number;
  reason: "completed" | "stopped";
}

/**
 * A run under way: it starts when it is created. Iterate it for one Progress a step (the engine keeps a few slices ahead
 * at most, and leaving the loop stops it), or await it for the summary (it runs freely). Left alone, it waits after a few slices.
 */
export interface Training extends AsyncIterable<Progress>, Promise<TrainingSummary> {
  /** Acts from the next step on; finite and positive. */
  learningRate: number;
  /** Acts from the next step on; positive. Undefined as long as the run clips nothing. */
  get clipNorm(): number | undefined;
  set clipNorm(value: number);
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** Ends the run after the step under way. */
  stop(): Promise<TrainingSummary>;
}

/** How to sample from a model of tokens. */
export interface GenerateOptions {
  /** Text, when the model knows its vocabulary, or ids. */
  prompt?: string | Int32Array | readonly number[];
  /** Tokens to generate. */
  length: number;
  /** Divides the logits; default 1. */
  temperature?: number;
  /** Only the k likeliest tokens are drawn. */
  topK?: number;
  /** Only the fewest likeliest tokens whose probabilities reach p, in (0, 1], are drawn. */
  topP?: number;
  /** Only tokens at least so likely as this share, in [0, 1), of the likeliest are drawn. */
  minP?: number;
  /** 1 or more: divides the positive logits, and multiplies the negative ones, of tokens that came before, the prompt's included. */
  repetitionPenalty?: number;
  /** Writing ends behind this text, or these ids. */
  stop?: string | Int32Array | readonly number[];
  seed?: number;
  /** State to start from; absent: what the config's `initialState` says. */
  state?: State;
  /** Ends the generation with `ABORTED`. */
  signal?: AbortSignal;
}

/** One sampled token. `text` is there when the model knows its vocabulary; of bytes, a character comes with its last byte. */
export interface Generated {
  token: number;
  text?: string;
  /** Probability that the model gave this token, at temperature 1 whatever temperature drew it: how sure it was. In (0, 1]. */
  probability: number;
}

/**
 * What inspect() shows. "gradients", "lag", "shares" and "equations" want targets in the batch. "spectralRadius", "components" and
 * "equations" are computed by a part of the package that is loaded when it is first asked for.
 */
export type Aspect = "activations" | "gates" | "gradients" | "lag" | "shares" | "jacobian" | "spectralRadius" | "components" | "equations";

export interface InspectOptions extends PassOptions {
  /** "lag": the steps t whose losses L(t) are looked at, 0 for one that the mask leaves out; absent: each sequence's last one that counts. */
  at?: Int32Array | readonly number[];
  /** "components": how many; default 2. */
  components?: number;
}

/**
 * Tensors by name, batch first, zero past a sequence's end. Names of a layer's tensors end with its number, and for a reverse direction
 * with `_reverse`; steps are always those of the sequence as it was given.
 */
export interface Inspection {
  /** Where the batch has targets. */
  loss?: number;
  /** `h_l0`, `c_l0`, `y_l0` [B, T, H]; `embedding` [B, T, E]; `logits`, `outputs` [B, T, O] or [B, O]. */
  activations?: Record<string, Tensor>;
  /** `i_l0`, `f_l0`, `g_l0`, `o_l0`; `r_l0`, `z_l0`, `n_l0`; of an `rnn` the pre-activation `a_l0` [B, T, H]. */
  gates?: Record<string, Tensor>;
  /** dL/dh(t), dL/dc(t) [B, T, H] whole, as backpropagation through time passes them on; `x` [B, T, I], for tokens without an embedding of the one-hot vector; `logits`: dL/do(t). */
  gradients?: Record<string, Tensor>;
  /**
   * [B, A, T]: element k is ‖∂L(t)/∂h(t-k)‖ for t = at[A], in a reverse direction ‖∂L(t)/∂h(t+k)‖; `c_l0` and `x` likewise: which earlier inputs
   * matter. Where a layer is bidirectional also the other side of each: `x_ahead`, `h_l0_ahead`, `h_l0_reverse_behind`.
   */
  lag?: Record<string, Tensor>;
  /** Every parameter [T]: ⟨dW(t), dW⟩ / ‖dW‖² of dW = Σ dW(t). They sum to 1. */
  shares?: Record<string, Tensor>;
  /** With "shares": every parameter [T], ‖dW(t)‖. */
  norms?: Record<string, Tensor>;
  /** `s_l0` [B, T, S, S]: ∂s(t)/∂s(t-1), s being h or, of an LSTM, h and then c. */
  jacobian?: Record<string, Tensor>;
  /** `s_l0` [B, T]: the largest modulus of the Jacobian's eigenvalues. */
  spectralRadius?: Record<string, Tensor>;
  /** Of every hidden state `h_l0` …, over the valid steps of the batch. */
  components?: Record<string, Components>;
  /**
   * Loss and gradients as gradients() gives them, computed once more by another program: the equations in float64, from the weights as they
   * are, dropout off. The difference is the engine's rounding; compare while nothing trains. Some 30 to 100 times slower.
   * Refused: `loss: "ctc"`, a decoder, and a `teacherForcing` between 0 and 1, whose draws are the engine's own.
   */
  equations?: { loss: number; gradients: Record<string, Float64Tensor> };
}

/** Principal components; a direction's element of largest modulus is positive. */
export interface Components {
  /** [H]. */
  mean: Tensor;
  /** [K, H], unit vectors, the widest spread first. */
  directions: Tensor;
  /** [K]. */
  variance: Tensor;
  /** [B, T, K]: (h(t) - mean) · direction. */
  projected: Tensor;
}

/** What forward() gives. */
export interface Forwarded {
  outputs: Tensor;
  loss?: number;
  state: State;
  attention?: Tensor;
}

/** How decode() looks for the likeliest target. */
export interface DecodeOptions {
  /** Hypotheses that are kept, 1 … 1024; default 1: the likeliest token at every step, or with `loss: "ctc"` the likeliest path. */
  beam?: number;
  /** Decoder only: at most so many tokens are written, the end mark counted; default: twice the steps of the batch and ten. */
  length?: number;
  /** α, 0 or more: n tokens of probability p are ranked by ln p / ((5+n)/6)^α; default 0: by p alone. */
  lengthPenalty?: number;
}

/** A target that the model has written. */
export interface Decoded {
  /** Without the end mark, without blanks. */
  tokens: Int32Array;
  /** When the model knows its target vocabulary. */
  text?: string;
  /**
   * Natural logarithm of the probability of the tokens and, where one was written, the end mark behind them. With `loss: "ctc"` that
   * of all paths that become these tokens, whatever the beam.
   */
  logProbability: number;
}

/** A training run whose memory is asked for. */
export interface RunSize {
  /** B. */
  batch: number;
  /** T. */
  steps: number;
  /** As in PassOptions. */
  recompute?: number | boolean;
  /** The rule that is to update the weights; default `"adam"`. */
  optimizer?: OptimizerOptions["name"];
}

/** What a model needs to be trained. Calls that would need more than `limitBytes` are refused with `MEMORY` by the same reckoning. */
export interface MemoryEstimate {
  /** How many numbers the model learns. */
  parameters: number;
  /** Weights, their gradients and the packed forms that the products read. */
  weightsBytes: number;
  /** What the optimiser remembers, and the copy of weights and memory that train() puts back when a run diverges. */
  optimizerBytes: number;
  /** The batch and all that is kept from the forward pass for the way back. */
  runBytes: number;
  totalBytes: number;
  limitBytes: number;
  fits: boolean;
}

/** A network. Every call may be made while it trains. */
export interface Model {
  readonly config: ModelConfig;
  readonly runtime: RuntimeInfo;
  /**
   * Outputs are probabilities for `classes` and `labels`. The loss comes when there are targets. A decoder wants targets, and
   * gives [B, S, O] and, where it attends, `attention` [B, S, T]; `state` is that of the encoder.
   */
  forward(batch: Batch, options?: PassOptions): Promise<Forwarded>;
  /** Un-clipped; the weights stay as they are. */
  gradients(batch: Batch, options?: PassOptions): Promise<{ loss: number; gradients: Record<string, Tensor>; initialState?: State }>;
  /** One optimiser step. The optimiser's state belongs to the model. */
  trainStep(batch: Batch, optimizer?: OptimizerOptions, options?: PassOptions): Promise<{ loss: number; gradNorm: number; step: number; learningRate: number }>;
  train(data: Dataset, options: TrainOptions): Training;
  /** One time step of one sequence: an id or a vector [I], and the state it carries. */
  step(input: number | ArrayLike<number>, state?: State): Promise<{ output: Float32Array; state: State }>;
  generate(options: GenerateOptions): AsyncIterableIterator<Generated>;
  /** Writes targets for a batch of sources: at most `beam` for each of the B sequences, the best first. Targets and mask are not looked at. */
  decode(batch: Batch, options?: DecodeOptions): Promise<Decoded[][]>;
  /** What happens inside while the network reads a batch; the weights stay as they are, and training that is under way does not notice. */
  inspect(batch: Batch, what: Aspect | readonly Aspect[], options?: InspectOptions): Promise<Inspection>;
  /** Copies, under PyTorch's names and shapes. */
  weights(): Promise<Record<string, Tensor>>;
  setWeights(weights: Record<string, Tensor>): Promise<void>;
  /** What a training run of this size needs; nothing is allocated. */
  memory(run: RunSize): Promise<MemoryEstimate>;
  save(options?: { format?: "safetensors" | "onnx"; optimizer?: boolean }): Promise<Uint8Array>;
  /** Frees it; the last model of a runtime ends its worker. Twice is fine. */
  dispose(): Promise<void>;
}

/** Makes a model, and starts the engine when no model with the same runtime options has. */
export type CreateModel = (config: ModelConfig, runtime?: RuntimeOptions) => Promise<Model>;

/** loadModel(): anything that save() wrote. */
export type LoadModel = (file: Uint8Array | ArrayBuffer | Blob | Response, runtime?: RuntimeOptions) => Promise<Model>;

/** What a model of this config would need; the engine is started, but no model is made. */
export type EstimateMemory = (config: ModelConfig, run: RunSize, runtime?: RuntimeOptions) => Promise<MemoryEstimate>;
