import { UnfoldError } from "./errors.js";
import { readFile, readMetadata } from "./file.js";
import { EngineModel } from "./model.js";
import type { Registry } from "./runtime/registry.js";
import type { Bag, Plain } from "./sanitise.js";
import { sanitiseBag } from "./sanitise.js";
import type { CreateModel, EstimateMemory, LoadModel, MemoryEstimate, ModelConfig, RuntimeOptions } from "./types.js";

interface Factory {
  createModel: CreateModel;
  loadModel: LoadModel;
  estimateMemory: EstimateMemory;
}

/** The calls of one build of the package that start an engine; the registry is made at the first. */
export function modelFactory(registry: () => Registry): Factory {
  let shared: Registry | undefined;
  const lease = (runtime: RuntimeOptions | undefined) => (shared ??= registry()).lease(runtime);
  return {
    async createModel(config, runtime) {
      const where = "createModel: config";
      // The model keeps one copy; the other is handed to the engine's thread.
      const kept = freeze(sanitiseBag(config, where)) as unknown as ModelConfig;
      const sent = sanitiseBag(config, where);
      const held = await lease(runtime);
      try {
        const { model } = (await held.runtime.call("create", [sent])) as { model: number };
        return new EngineModel(held, model, kept);
      } catch (thrown) {
        held.release();
        throw thrown;
      }
    },
    async loadModel(file, runtime) {
      const bytes = await readFile(file);
      const held = await lease(runtime);
      try {
        const { metadata } = (await held.runtime.call("metadata", [bytes.slice()])) as { metadata: Record<string, string> };
        const { config, known } = readMetadata(metadata);
        const kept = freeze(savedConfig(config)) as unknown as ModelConfig;
        const sent = savedConfig(config);
        const { model, step } = (await held.runtime.call("load", [sent, bytes])) as { model: number; step: number };
        return new EngineModel(held, model, kept, step, known);
      } catch (thrown) {
        held.release();
        throw thrown;
      }
    },
    async estimateMemory(config, run, runtime) {
      const sent = [sanitiseBag(config, "estimateMemory: config"), sanitiseBag(run, "estimateMemory: run")];
      const held = await lease(runtime);
      try {
        return (await held.runtime.call("estimateMemory", sent)) as unknown as MemoryEstimate;
      } finally {
        held.release();
      }
    },
  };
}

/** What is wrong with a config that stood in a file is the file's fault. */
function savedConfig(config: unknown): Bag {
  try {
    return sanitiseBag(config, "loadModel: the file's rnn.config");
  } catch (thrown) {
    throw new UnfoldError("FORMAT", (thrown as UnfoldError).message, { cause: thrown });
  }
}

function freeze(value: Plain): Plain {
  if (typeof value === "object" && !ArrayBuffer.isView(value)) {
    for (const member of Object.values(value as object)) freeze(member as Plain);
    Object.freeze(value);
  }
  return value;
}
