/** The part of the protocol buffers' wire format that an ONNX file needs: https://protobuf.dev/programming-guides/encoding. */

/** A field and its number; a list is a repeated field. Undefined and empty lists are left out. */
export type Field = readonly [number: number, value: Value | readonly Value[] | undefined];
type Value = number | string | Uint8Array | Message;

export class Message {
  constructor(readonly fields: readonly Field[]) {}
}

export const message = (...fields: Field[]): Message => new Message(fields);

const text = new TextEncoder();

/** Whole numbers from 0 to 2^53-1, low groups of seven bits first. */
function varint(value: number): number[] {
  if (!(Number.isSafeInteger(value) && value >= 0)) throw new Error(`protobuf: ${value} is not a whole number from 0`);
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

function concat(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function encode({ fields }: Message): Uint8Array<ArrayBuffer> {
  const parts: ArrayLike<number>[] = [];
  for (const [number, value] of fields) {
    for (const one of Array.isArray(value) ? (value as Value[]) : value === undefined ? [] : [value as Value]) {
      if (typeof one === "number") {
        parts.push(varint(number * 8), varint(one));
        continue;
      }
      const bytes = typeof one === "string" ? text.encode(one) : one instanceof Message ? encode(one) : one;
      parts.push(varint(number * 8 + 2), varint(bytes.length), bytes);
    }
  }
  return concat(parts);
}
