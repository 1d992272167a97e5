// What both builds of the package export besides createModel.
export { textDataset } from "./dataset/text.js";
export { UnfoldError } from "./errors.js";
export type { ErrorCode } from "./errors.js";
export { loadModel, sequenceDataset, seriesDataset } from "./later.js";
export type * from "./types.js";
