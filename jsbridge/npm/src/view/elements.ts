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

/** What `<unfold-lab>` tells; all bubble and leave shadow roots. */
export interface LabElementEvents {
  "unfold-ready": CustomEvent<{ weights: number }>;
  "unfold-step": CustomEvent<{ step: number; loss: number; valLoss: number | undefined; gradNorm: number; tokensPerSec: number }>;
  "unfold-sample": CustomEvent<{ text: string; prompt: GenerateOptions["prompt"] }>;
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

declare global {
  interface HTMLElementEventMap extends LabElementEvents {}
  interface HTMLElementTagNameMap {
    "unfold-lab": LabElement;
    "unfold-loss": LossElement;
    "unfold-check": CheckElement;
    "unfold-confusion": ViewElement;
    "unfold-forecast": ViewElement;
  }
}
