/** The char LSTM as an ONNX model, from weights under PyTorch's names. Field numbers are those of onnx.proto3. */
import { encode, type Message, message } from "./protobuf.js";

export interface LSTMWeights {
  readonly vocabulary: number;
  readonly hidden: number;
  /** [4H, V] and [4H, H], gates i, f, g, o. */
  readonly weightIH: Float32Array;
  readonly weightHH: Float32Array;
  /** [4H] each. */
  readonly biasIH: Float32Array;
  readonly biasHH: Float32Array;
  /** [V, H] and [V]. */
  readonly headWeight: Float32Array;
  readonly headBias: Float32Array;
}

const [int64, float] = [7, 1];

/**
 * x [T, B, V] one-hot, h and c [1, B, H] → y [T, B, V] probabilities, hN and cN: LSTM, Squeeze of its direction, MatMul, Add,
 * Softmax.
 */
export function lstmModel(weights: LSTMWeights): Uint8Array<ArrayBuffer> {
  const { vocabulary: V, hidden: H, weightIH, weightHH, biasIH, biasHH, headWeight, headBias } = weights;
  const bias = new Float32Array(8 * H);
  bias.set(inONNXOrder(biasIH, H), 0);
  bias.set(inONNXOrder(biasHH, H), 4 * H);
  const graph = message(
    [1, [
      node("LSTM", ["x", "W", "R", "B", "", "h", "c"], ["states", "hN", "cN"], [attribute("hidden_size", H)]),
      node("Squeeze", ["states", "direction"], ["squeezed"]),
      node("MatMul", ["squeezed", "V"], ["products"]),
      node("Add", ["products", "b"], ["logits"]),
      node("Softmax", ["logits"], ["y"]),
    ]],
    [2, "lstm"],
    [5, [
      floats("W", [1, 4 * H, V], inONNXOrder(weightIH, H)),
      floats("R", [1, 4 * H, H], inONNXOrder(weightHH, H)),
      floats("B", [1, 8 * H], bias),
      floats("V", [H, V], transposed(headWeight, V, H)),
      floats("b", [V], headBias),
      tensor("direction", [1], int64, BigInt64Array.of(1n)),
    ]],
    [11, [value("x", ["T", "B", V]), value("h", [1, "B", H]), value("c", [1, "B", H])]],
    [12, [value("y", ["T", "B", V]), value("hN", [1, "B", H]), value("cN", [1, "B", H])]],
  );
  const opset = message([1, ""], [2, 17]);
  return encode(message([1, 8], [7, graph], [8, [opset]]));
}

/** Rows of gates i, f, g, o as ONNX's i, o, f, c. */
function inONNXOrder(rows: Float32Array, hidden: number): Float32Array {
  const size = (rows.length / (4 * hidden)) * hidden;
  const ordered = new Float32Array(rows.length);
  [0, 3, 1, 2].forEach((gate, place) => ordered.set(rows.subarray(gate * size, (gate + 1) * size), place * size));
  return ordered;
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] as number);
}

/** NodeProto. */
const node = (operator: string, inputs: string[], outputs: string[], attributes: Message[] = []) =>
  message([1, inputs], [2, outputs], [4, operator], [5, attributes]);

/** AttributeProto of a whole number. */
const attribute = (name: string, number: number) => message([1, name], [3, number], [20, 2]);

/** TensorProto with raw, little-endian data. */
const tensor = (name: string, shape: number[], type: number, data: ArrayBufferView<ArrayBufferLike>) =>
  message([1, shape], [2, type], [8, name], [9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
const floats = (name: string, shape: number[], data: Float32Array) => tensor(name, shape, float, data);

/** ValueInfoProto of floats; a dimension is a size or a name. */
function value(name: string, shape: readonly (number | string)[]): Message {
  const dimensions = shape.map((size) => (typeof size === "number" ? message([1, size]) : message([2, size])));
  return message([1, name], [2, message([1, message([1, float], [2, message([1, dimensions])])])]);
}
