import { EngineModel } from "./model.js";
import type { Registry } from "./runtime/registry.js";
import type { Plain } from "./sanitise.js";
import { sanitiseBag } from "./sanitise.js";
import type { CreateModel, ModelConfig } from "./types.js";

/** createModel() of one build of the package; the registry is made at the first call. */
export function modelFactory(registry: () => Registry): CreateModel {
  let made: Registry | undefined;
  return async (config, runtime) => {
    const where = "createModel: config";
    // The model keeps one copy; the other is handed to the engine's thread.
    const kept = freeze(sanitiseBag(config, where)) as unknown as ModelConfig;
    const sent = sanitiseBag(config, where);
    made ??= registry();
    const lease = await made.lease(runtime);
    try {
      const { model } = (await lease.runtime.call("create", [sent])) as { model: number };
      return new EngineModel(lease, model, kept);
    } catch (thrown) {
      lease.release();
      throw thrown;
    }
  };
}

function freeze(value: Plain): Plain {
  if (typeof value === "object" && !ArrayBuffer.isView(value)) {
    for (const member of Object.values(value as object)) freeze(member as Plain);
    Object.freeze(value);
  }
  return value;
}
