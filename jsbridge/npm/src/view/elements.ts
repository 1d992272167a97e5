import type { Problem } from "../lab/engine.js";
import type { Lab, LabState } from "../lab/lab.js";
import type { Source } from "../lab/source.js";
import type { GenerateOptions, Model, RuntimeOptions } from "../types.js";

/** What every view has. Types of the elements stand here, so that those who use them need no types of Lit. */
export interface ViewElement extends HTMLElement {
  /** What is shown; absent: the lab of the `<unfold-lab>` around, or of the one that `for` names. */
  lab: Lab | undefined;
  /** Id of the `<unfold-lab>` whose lab is shown. */
  for: string | undefined;
}

export interface LossElement extends ViewElement {
  /** Of losses that are entropies; default bits. */
  unit: "bits" | "nats";
}

/** `<unfold-check>`: the engine's gradients against the equations in float64. */
export interface CheckElement extends ViewElement {
  /** Makes the check; resolves when its result is shown. */
  run(): Promise<void>;
}

/** How far back networks remember. */
export interface MemoryElement extends ViewElement {
  /** ρ(W_hh) at which the three small networks start, 0.2 to 2. */
  radius: number;
  /** Whether their gradients are clipped. */
  clip: boolean;
  direction: "backward" | "forward";
}

/** Which earlier inputs matter. */
export interface ConnectivityElement extends ViewElement {
  text: string | undefined;
  /** Shades in proportion to the norm, not to its logarithm. */
  linear: boolean;
  /** Place in the text, from 0. */
  target: number | undefined;
}

/** The hidden state's way over a text. */
export interface StatesElement extends ViewElement {
  text: string | undefined;
  /** The step that is marked, from 0. */
  t: number;
}

/** What one of two compared networks may differ in. */
export interface ComparedSettings {
  cell: "rnn" | "gru" | "lstm";
  hidden: number;
  learningRate: number;
  clipNorm: number;
}

/** Two networks on the same data. */
export interface CompareElement extends ViewElement {
  steps: number;
  a: Partial<ComparedSettings>;
  b: Partial<ComparedSettings>;
  /** Trains both from new weights; resolves when both have ended. */
  start(): Promise<void>;
}

/** `<unfold-graph>`: the recurrent circuit and its unfolding. Steps and units count from 1. */
export interface GraphElement extends ViewElement {
  folded: boolean;
  /** A network of its own that learns to write "hello". */
  hello: boolean;
  mode: "lab" | "hello";
  /** Time steps that are shown, 3 … 12. */
  columns: number;
  /** The passage that is read; "": one of the data. */
  text: string;
  /** Hidden units of the "hello" network, 2 … 4. */
  units: number;
  fold(folded?: boolean): Promise<void>;
  play(which?: "forward" | "backward" | "both"): Promise<void>;
  step(what?: "time" | "number"): void;
  /** Ends a wave: all numbers stand again. */
  showAll(): void;
  select(place: { node: string; t: number; unit?: number } | undefined): void;
}

/** `<unfold-equations>`: the equations of the lab's network. */
export interface EquationsElement extends ViewElement {
  /** A Jordan network that reads its own outputs. */
  freeRunning: boolean;
}

/** What `<unfold-lab>` tells; all bubble and leave shadow roots. */
export interface LabElementEvents {
  "unfold-ready": CustomEvent<{ weights: number }>;
  "unfold-step": CustomEvent<{ step: number; loss: number; valLoss: number | undefined; gradNorm: number; tokensPerSec: number }>;
  "unfold-sample": CustomEvent<{ text: string; prompt: GenerateOptions["prompt"]; step?: number; temperature?: number }>;
  "unfold-select": CustomEvent<{ panel: string } & Record<string, unknown>>;
  "unfold-state": CustomEvent<{ state: LabState }>;
  "unfold-error": CustomEvent<Problem>;
}

/** `<unfold-lab>`: data, model, training and samples in one. */
export interface LabElement extends HTMLElement {
  readonly lab: Lab;
  readonly model: Model | undefined;
  text: string | undefined;
  series: readonly number[] | string | undefined;
  source: Source | undefined;
  runtime: RuntimeOptions | undefined;
  play(): void;
  pause(): void;
  step(count?: number): Promise<void>;
  reset(): Promise<void>;
  sample(options?: Partial<GenerateOptions>): Promise<string>;
  exportModel(format?: "safetensors" | "onnx"): Promise<Uint8Array>;
}

/** `<unfold-samples>`: what the network writes while it learns. */
export interface SamplesElement extends ViewElement {
  prompt: string;
  /** 0 … 2; 0: always the likeliest. */
  temperature: number;
  /** 0: all. */
  topK: number;
  /** In (0, 1]. */
  topP: number;
  /** Tokens in a sample; absent: 200, and 100 of vocabularies over 1,000. */
  length: number | undefined;
}

/** `<unfold-heatmap>`: a text coloured by one unit of the network. */
export interface HeatmapElement extends ViewElement {
  /** From 0; absent: the one that stands out most. */
  unit: number | undefined;
  /** `h_l0`, `c_l0` … as inspect() names it; absent: the lowest. */
  state: string | undefined;
  /** What is read; empty: a held-out piece of the data. */
  text: string;
}

declare global {
  interface HTMLElementEventMap extends LabElementEvents {}
  interface HTMLElementTagNameMap {
    "unfold-equations": EquationsElement;
    "unfold-graph": GraphElement;
    "unfold-lab": LabElement;
    "unfold-loss": LossElement;
    "unfold-check": CheckElement;
    "unfold-confusion": ViewElement;
    "unfold-forecast": ViewElement;
    "unfold-memory": MemoryElement;
    "unfold-connectivity": ConnectivityElement;
    "unfold-states": StatesElement;
    "unfold-compare": CompareElement;
    "unfold-heatmap": HeatmapElement;
    "unfold-samples": SamplesElement;
  }
}
