import { UnfoldError } from "./errors.js";
import type { Model, RuntimeOptions } from "./types.js";

// Parts of the interface that this version refuses by name.

/** Reads what model.save() wrote. Not in this version: rejects with `UNSUPPORTED`. */
export async function loadModel(_file: Uint8Array | ArrayBuffer | Blob | Response, _runtime?: RuntimeOptions): Promise<Model> {
  throw new UnfoldError("UNSUPPORTED", "loadModel is not in this version; createModel() and setWeights() are");
}

/** Makes a dataset of rows of numbers. Not in this version: rejects with `UNSUPPORTED`. */
export async function seriesDataset(_rows: unknown, _options?: unknown): Promise<never> {
  throw new UnfoldError("UNSUPPORTED", "seriesDataset is not in this version; textDataset is");
}

/** Makes a dataset of sequences with a label each. Not in this version: rejects with `UNSUPPORTED`. */
export async function sequenceDataset(_examples: unknown, _options?: unknown): Promise<never> {
  throw new UnfoldError("UNSUPPORTED", "sequenceDataset is not in this version; textDataset is");
}
