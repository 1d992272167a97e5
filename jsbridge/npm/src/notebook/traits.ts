import { UnfoldError } from "../errors.js";
import type { ModelConfig, OptimizerOptions, TextUnit, TokenDataset, TrainOptions } from "../types.js";
import type { WidgetModel } from "./afm.js";

/** Where a widget's training stands. */
export type Status = "idle" | "starting" | "training" | "paused" | "done" | "stopped" | "error" | "disconnected";

/** What is seen of a training, under the names of the Python class. */
export interface Results {
  status: Status;
  running: boolean;
  /** Optimiser steps of the model so far. */
  step: number;
  /** Nats per token. */
  loss: number | null;
  validation_loss: number | null;
  /** Rows of [step, loss, validation loss or null]. */
  history: Point[];
  sample: string;
  error: { code: string; message: string } | null;
  /** A safetensors file. */
  weights: DataView;
  /** Where the engine runs. */
  runtime: Record<string, unknown>;
}

export type Point = [step: number, loss: number, validation: number | null];

/** Text, or ids when there is no text. */
export interface Source {
  text: string;
  unit: TextUnit;
  validation: number;
  ids: Int32Array;
  tokens: number;
}

/** How samples are written. */
export interface Writing {
  prompt: string;
  length: number;
  temperature: number;
  /** Optimiser steps between two samples; 0: at the end alone. */
  every: number;
}

const get = <T>(model: WidgetModel, name: string): T => model.get(name) as T;

export function readSource(model: WidgetModel): Source {
  const ids = readBytes(model, "_ids");
  if (ids.length % 4 !== 0) throw new UnfoldError("FORMAT", `ids: ${ids.length} bytes came; a multiple of 4 is wanted, an int32 each`);
  return {
    text: get(model, "text"), unit: get(model, "unit"), validation: get(model, "validation"),
    ids: new Int32Array(ids.buffer), tokens: get(model, "tokens"),
  };
}

/** A copy of a Bytes trait: widgets give a DataView into a message. */
export function readBytes(model: WidgetModel, name: string): Uint8Array<ArrayBuffer> {
  const value = model.get(name);
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength).slice();
  return new Uint8Array(0);
}

export function readWriting(model: WidgetModel): Writing {
  return { prompt: get(model, "prompt"), length: get(model, "sample_length"), temperature: get(model, "temperature"), every: get(model, "sample_every") };
}

/** Absent options stay absent: null stands for them in Python's traits. */
const present = <K extends string, V>(name: K, value: V | null | undefined): { [key in K]?: V } =>
  (value === null || value === undefined ? {} : { [name]: value }) as { [key in K]?: V };

export function readConfig(model: WidgetModel, data: TokenDataset): ModelConfig {
  const layer = { cell: get<"rnn" | "lstm" | "gru">(model, "cell"), hidden: get<number>(model, "hidden"), dropout: get<number>(model, "dropout") };
  return {
    input: { tokens: data.tokens },
    ...present("embedding", get<number | null>(model, "embedding")),
    layers: Array.from({ length: get<number>(model, "layers") }, () => ({ ...layer })),
    output: { classes: data.tokens },
    seed: get<number>(model, "seed"),
  };
}

export function readTraining(model: WidgetModel, data: TokenDataset): TrainOptions {
  const optimizer: OptimizerOptions = {
    name: get<OptimizerOptions["name"]>(model, "optimizer"),
    learningRate: get<number>(model, "learning_rate"),
    ...present("clipNorm", get<number | null>(model, "clip_norm")),
  };
  return {
    batch: get(model, "batch"), steps: get(model, "steps"), iterations: get(model, "iterations"), stateful: get(model, "stateful"),
    optimizer, validation: (data.validationIds?.length ?? 0) > 1,
  };
}
