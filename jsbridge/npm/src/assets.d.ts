// What build.ts puts into the bundles.

/** wasm_exec.js of the Go toolchain that built the engine, as a function of its global object. */
declare module "unfold:wasm-exec" {
  const makeGo: import("./engine/boot.js").GoRuntime;
  export default makeGo;
}
/** worker.ts, bundled: a classic script. */
declare module "unfold:worker" {
  const source: string;
  export default source;
}
/** The small WebAssembly parts: gzip, then base64. */
declare module "unfold:kernels" {
  export const shim: string;
  export const kernels: string;
  /** Of unfold.wasm, hexadecimal. */
  export const sha256: string;
}
/** unfold.wasm: gzip, then base64. */
declare module "unfold:engine" {
  const packed: string;
  export default packed;
}
/** analysis.wasm: gzip, then base64; and its SHA-256, hexadecimal. */
declare module "unfold:analysis" {
  export const packed: string;
  export const sha256: string;
}
/** Subresource integrity of analysis.iife.js. */
declare module "unfold:analysis-integrity" {
  const integrity: string;
  export default integrity;
}
/** The package's version. */
declare module "unfold:version" {
  const version: string;
  export default version;
}
/** A style sheet, as text for a shadow root. */
declare module "*.css" {
  const text: string;
  export default text;
}
/** The beginning of a novel, a list of surnames, and a series in CSV. */
declare module "unfold:data" {
  export const austen: string;
  export const names: string;
  export const sunspots: string;
}
