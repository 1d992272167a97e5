import { UnfoldError } from "../errors.js";
import type { Tensor } from "../types.js";

const WHERE = "load_state_dict";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [from: number, to: number];
}

/** The float32 tensors of a safetensors file: eight bytes of length, a JSON header, numbers (little-endian). */
export function readTensors(file: Uint8Array<ArrayBuffer>): Record<string, Tensor> {
  const refuse = (what: string): never => {
    throw new UnfoldError("FORMAT", `${WHERE}: ${what}`);
  };
  if (file.length < 8) refuse(`${file.length} bytes came; a safetensors file has 8 or more`);
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  if (length > file.length - 8) refuse(`a header of ${length} bytes in a file of ${file.length}`);
  let header: object;
  try {
    header = Object(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + length)))) as object;
  } catch {
    return refuse("the header is not JSON");
  }
  const tensors: Record<string, Tensor> = {};
  for (const [name, entry] of Object.entries(header) as [string, Partial<Entry>][]) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: [from, to] = [] } = entry;
    if (dtype !== "F32") refuse(`tensor ${JSON.stringify(name)} is ${String(dtype)}; F32 is wanted`);
    const size = Array.isArray(shape) ? shape.reduce((product, n) => product * n, 4) : NaN;
    if (!((to as number) - (from as number) === size && (from as number) >= 0 && 8 + length + (to as number) <= file.length)) {
      refuse(`tensor ${JSON.stringify(name)}: offsets [${String(from)} ${String(to)}] in a file of ${file.length} bytes, shape [${String(shape)}] needs ${size}`);
    }
    const start = 8 + length + (from as number);
    tensors[name] = { shape: shape as number[], data: new Float32Array(file.slice(start, start + size).buffer) };
  }
  return tensors;
}
