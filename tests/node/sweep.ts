/**
 * Every option of every public call with hostile values. Rows are by interface and property of the package's types:
 * sweep.test.ts reads these plainly, so that an option without a row is a failing test.
 */

/** What a property may hold, which says what it must refuse. */
export type Kind = "count" | "counter" | "seed" | "number" | "boolean" | "word" | "text" | "object" | "list" | "numbers" | "shape" | "signal" | "address" | "module" | "bytes";

const thrower = (): never => {
  throw new Error("trap");
};
const trap = (target: object) => new Proxy(target, { get: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower, getPrototypeOf: thrower });
const revoked = Proxy.revocable([], {});
revoked.revoke();

/** Wrong whatever is wanted. */
const never: [string, unknown][] = [
  ["null", null],
  ["a symbol", Symbol("x")],
  ["a bigint", 1n],
  ["a function", () => 1],
  ["a Map", new Map()],
  ["a Proxy that throws", trap({})],
  ["a Proxy of an array that throws", trap([])],
  ["a revoked Proxy", revoked.proxy],
];
const numbers: [string, unknown][] = [["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity], ["-1", -1]];
const fraction: [string, unknown] = ["a fraction", 1.5];
const beyond: [string, unknown][] = [["2^53", 2 ** 53], ["1e300", 1e300]];
const text: [string, unknown] = ["a string", "no such word"];
const flag: [string, unknown] = ["true", true];
const list: [string, unknown] = ["an array", []];
const object: [string, unknown] = ["an object", { nothing: 1 }];

/** The hostile values of a kind. */
export const hostile: Record<Kind, [string, unknown][]> = {
  count: [...never, ...numbers, ["0", 0], fraction, ...beyond, text, flag, list, object],
  counter: [...never, ...numbers, fraction, ...beyond, text, flag, list, object],
  seed: [...never, ...numbers, fraction, ...beyond, text, flag, list, object],
  number: [...never, ...numbers, text, flag, list, object],
  boolean: [...never, ...numbers, ["0", 0], text, list, object],
  word: [...never, ...numbers, ["0", 0], text, ["an empty string", ""], flag, list, object],
  text: [...never, ...numbers, ["0", 0], flag, object],
  object: [...never, ...numbers, ["0", 0], text, list, ["a typed array", new Float32Array(2)], object],
  list: [...never, ...numbers, ["0", 0], text, flag, list, object],
  numbers: [...never, ...numbers, ["0", 0], text, flag, list, object, ["strings", ["a"]], ["holes", new Array(6)], ["bigints", new BigInt64Array(6)], ["NaNs", new Float32Array(6).fill(NaN)]],
  shape: [...never, ...numbers, text, flag, list, object, ["zeros", [0, 0]], ["fractions", [1.5, 2]], ["2^53", [2 ** 53, 2]], ["huge", [2 ** 31, 2 ** 31]], ["one number", [6]]],
  signal: [...never, ...numbers, text, flag, list, object, ["an heir of a signal", Object.create(AbortSignal.prototype)], ["a Proxy of a signal", trap(new AbortController().signal)]],
  address: [...never, ...numbers, ["an empty string", ""], flag, list, object, ["a Proxy of a URL", trap(new URL("http://localhost/"))], ["an heir of URL", Object.create(URL.prototype)]],
  module: [...never, ...numbers, text, flag, list, object, ["an heir of Module", Object.create(WebAssembly.Module.prototype)]],
  bytes: [...never, ...numbers, text, flag, list, object, ["a Proxy of bytes", trap(new Uint8Array(4))], ["an heir of ArrayBuffer", Object.create(ArrayBuffer.prototype)]],
};

/** Properties by interface; `except`: hostile values that this property takes. */
export type Rows = Record<string, Kind | { kind: Kind; except: string[] }>;

export const rows: Record<string, Rows> = {
  ModelConfig: {
    input: "object", embedding: "count", layers: "list", readout: "word", output: "object", loss: "word", decoder: "object",
    initialState: "word", seed: "seed",
  },
  LayerConfig: {
    cell: "word", hidden: "count", activation: "word", recurrence: "word", resetAfter: "boolean", bidirectional: "boolean",
    merge: "word", dropout: "number", layerNorm: "boolean", init: "word",
  },
  DecoderConfig: { layers: "list", embedding: "count", attention: "word", units: "count", begin: "counter", end: "counter" },
  RuntimeOptions: { worker: "boolean", deterministic: "boolean", wasmURL: "address", wasmModule: "module", wasmBytes: "bytes", workerURL: "address" },
  Batch: { inputs: "numbers", targets: "numbers", shape: "shape", lengths: "numbers", mask: "numbers", targetLengths: "numbers", state: "object" },
  PassOptions: { teacherForcing: "number", recompute: { kind: "count", except: ["true", "2^53"] } },
  OptimizerOptions: {
    name: "word", learningRate: "number", schedule: "object", weightDecay: "number", beta1: "number", beta2: "number", momentum: "number",
    alpha: "number", epsilon: "number", clipNorm: "number", clipValue: "number",
  },
  TrainOptions: {
    batch: "count", steps: "count", epochs: { kind: "count", except: ["Infinity"] }, iterations: { kind: "count", except: ["Infinity"] },
    optimizer: "object", stateful: "boolean", stride: "count", recompute: { kind: "count", except: ["true", "2^53"] },
    validation: "object", earlyStopping: "object", teacherForcing: "number", signal: "signal", sliceMs: "number",
  },
  GenerateOptions: {
    prompt: { kind: "numbers", except: ["an array"] }, length: "counter", temperature: "number", topK: "count", topP: "number", minP: "number",
    repetitionPenalty: { kind: "count", except: ["a fraction", "2^53", "1e300"] }, stop: { kind: "numbers", except: ["an array"] }, seed: "seed",
    state: "object", signal: "signal",
  },
  InspectOptions: { at: "numbers", components: "count" },
  DecodeOptions: { beam: "count", length: "count", lengthPenalty: "number" },
  RunSize: { batch: "count", steps: "count", recompute: { kind: "count", except: ["true", "2^53"] }, optimizer: "word" },
  ScheduleOptions: {
    name: "word", every: "count", gamma: "number", steps: "count", floor: "number", start: "number", factor: "number", patience: "counter",
    threshold: "number", cooldown: "counter",
  },
  "TrainOptions.validation": { every: "count", tokens: "count" },
  "TrainOptions.earlyStopping": { patience: "count", minDelta: "number" },
  save: { format: "word", optimizer: "boolean" },
  TextDatasetOptions: { unit: "word", validation: "number", vocabulary: "object" },
  VocabularyOptions: { size: "count", unknown: "text" },
  SeriesOptions: {
    columns: "list", target: "list", window: "count", horizon: "count", normalize: "word", missing: "word", validation: "number", stride: "count",
    perStep: "boolean", separator: "word",
  },
  SequenceOptions: {
    unit: "word", vocabulary: "object", tokens: "count", features: "count", classes: "list", labels: "list", values: "count", sequence: "object",
    perStep: "boolean", validation: "number", seed: "seed",
  },
  Tensor: { shape: "shape", data: "numbers" },
};

/** Interfaces that calls give, or that tests of their own hold to account (data: datasets' tests). */
export const given: readonly string[] = ["Model", "Training", "RuntimeInfo", "Progress", "TrainingSummary", "Generated", "Inspection", "Components", "Float64Tensor", "Forwarded", "Decoded", "MemoryEstimate", "TokenDataset", "Sequences",
  "SequenceData", "Baselines", "TextDataset", "ForecastError", "SeriesBaselines", "SeriesDataset", "ClassCounts", "SequenceBaselines", "SequenceDataset",
  "TaskDataset", "TaskOptions", "CopyOptions", "AddingOptions", "ParityOptions", "ReberOptions", "Example", "TargetSequenceOptions",
];
