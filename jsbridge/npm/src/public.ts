// What both builds of the package export besides createModel.
export { sequenceDataset } from "./dataset/sequence.js";
export { seriesDataset } from "./dataset/series.js";
export * as tasks from "./dataset/tasks/index.js";
export { textDataset } from "./dataset/text.js";
export { UnfoldError } from "./errors.js";
export type { ErrorCode } from "./errors.js";
export type * from "./types.js";
