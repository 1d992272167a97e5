/// <reference path="./assets.d.ts" />
import packed from "unfold:engine";
import { kernels, sha256, shim } from "unfold:kernels";
import packageVersion from "unfold:version";
import makeGo from "unfold:wasm-exec";
import workerSource from "unfold:worker";
import { modelFactory } from "./create.js";
import { loadAnalysis } from "./runtime/analysis-module.js";
import { Registry } from "./runtime/registry.js";
import type { CreateModel, EstimateMemory, LoadModel } from "./types.js";

export * from "./public.js";

/** The version of this package. */
export const version: string = packageVersion;

const factory = /* @__PURE__ */ modelFactory(
  () => new Registry({ version, workerSource, makeGo }, { kind: "inside", packed }, { shim, kernels, sha256 }, loadAnalysis),
);

/** Makes a model. The engine is inside this file: nothing is fetched. */
export const createModel: CreateModel = /* @__PURE__ */ factory.createModel;

/** Makes the model that model.save() wrote: with its weights, its vocabulary and, if they were saved, its optimiser's moments. */
export const loadModel: LoadModel = /* @__PURE__ */ factory.loadModel;

/** What a model would need to be trained: the same reckoning by which calls are refused with `MEMORY`. */
export const estimateMemory: EstimateMemory = /* @__PURE__ */ factory.estimateMemory;
