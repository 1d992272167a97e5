/// <reference path="./assets.d.ts" />
import { kernels, sha256, shim } from "unfold:kernels";
import packageVersion from "unfold:version";
import makeGo from "unfold:wasm-exec";
import workerSource from "unfold:worker";
import { modelFactory } from "./create.js";
import { Registry } from "./runtime/registry.js";
import type { CreateModel, EstimateMemory, LoadModel } from "./types.js";

export * from "./public.js";

/** The version of this package. */
export const version: string = packageVersion;

// Called at the first createModel(): in a module that was loaded from a blob there is no address to be relative to.
const engineURL = (): URL => new URL("./unfold.wasm", import.meta.url);

const analysis = async () => ({ kind: "beside" as const, url: (): URL => new URL("./analysis.wasm", import.meta.url), sha256: undefined });

const factory = /* @__PURE__ */ modelFactory(
  () => new Registry({ version, workerSource, makeGo }, { kind: "beside", url: engineURL }, { shim, kernels, sha256 }, analysis),
);

/** Makes a model. The engine is fetched from `unfold.wasm` beside this file, or from runtime.wasmURL. */
export const createModel: CreateModel = /* @__PURE__ */ factory.createModel;

/** Makes the model that model.save() wrote: with its weights, its vocabulary and, if they were saved, its optimiser's moments. */
export const loadModel: LoadModel = /* @__PURE__ */ factory.loadModel;

/** What a model would need to be trained: the same reckoning by which calls are refused with `MEMORY`. */
export const estimateMemory: EstimateMemory = /* @__PURE__ */ factory.estimateMemory;
