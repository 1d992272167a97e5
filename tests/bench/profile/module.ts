/** WebAssembly modules of the profile's own: what lets calls of the kernels be recorded, and played again. */

/** A function's type as the type section has it: 0x60, parameters, results. */
export interface Signature {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

const [i32, f32, f64] = [0x7f, 0x7d, 0x7c];

/** Types of the functions that a module of the kernels exports, by name. */
export function signaturesOf(module: Uint8Array): Map<string, Signature> {
  const types: Signature[] = [];
  const functions: number[] = [];
  const exported = new Map<string, Signature>();
  const text = new TextDecoder();
  let at = 8;
  const unsigned = () => {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = module[at++] as number;
      value += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte > 127);
    return value;
  };
  const take = (count: number) => module.subarray(at, (at += count));
  while (at < module.length) {
    const [section, size] = [unsigned(), unsigned()];
    const end = at + size;
    // Imported functions would stand before the module's own; the kernels import none.
    if (section === 1) for (let n = unsigned(); n > 0; n--) at++, types.push({ params: [...take(unsigned())], results: [...take(unsigned())] });
    if (section === 3) for (let n = unsigned(); n > 0; n--) functions.push(unsigned());
    if (section === 7) {
      for (let n = unsigned(); n > 0; n--) {
        const [name, kind, index] = [text.decode(take(unsigned())), unsigned(), unsigned()];
        const type = types[functions[index] ?? -1];
        if (kind === 0 && type) exported.set(name, type);
      }
    }
    at = end;
  }
  return exported;
}

/** A call with the numbers that were given. */
export interface Call {
  readonly name: string;
  readonly args: readonly number[];
}

const unsigned = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]);

function signed(value: number): number[] {
  const [low, rest] = [value & 127, value >> 7];
  const isLast = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
  return isLast ? [low] : [low | 128, ...signed(rest)];
}

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const name = (text: string): number[] => [...unsigned(text.length), ...[...text].map((letter) => letter.charCodeAt(0))];
const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const typeOf = ({ params, results }: Signature): number[] => [0x60, ...unsigned(params.length), ...params, ...unsigned(results.length), ...results];
const imports = (names: readonly string[]) => section(2, vector(names.map((one, type) => [...name("k"), ...name(one), 0, ...unsigned(type)])));

/**
 * Imports each function as "k" and exports it again: a JavaScript function goes in, and what comes out can be put into a table
 * of functions.
 */
export function passThrough(signatures: ReadonlyMap<string, Signature>): Uint8Array<ArrayBuffer> {
  const names = [...signatures.keys()];
  const exports = vector(names.map((one, index) => [...name(one), 0, ...unsigned(index)]));
  return Uint8Array.from([...header, ...section(1, vector([...signatures.values()].map(typeOf))), ...imports(names), ...section(7, exports)]);
}

/** Exports a function "0", "1", … for each list, that makes its calls one after another. */
export function player(signatures: ReadonlyMap<string, Signature>, lists: readonly (readonly Call[])[]): Uint8Array<ArrayBuffer> {
  const names = [...signatures.keys()];
  const index = new Map(names.map((one, place) => [one, place]));
  const types = [...[...signatures.values()].map(typeOf), typeOf({ params: [], results: [] })];
  const bodies = lists.map((calls) => {
    const code = calls.flatMap((call) => codeOf(call, signatures.get(call.name), index.get(call.name)));
    return [...unsigned(code.length + 2), 0, ...code, 0x0b];
  });
  return Uint8Array.from([
    ...header,
    ...section(1, vector(types)),
    ...imports(names),
    ...section(3, vector(lists.map(() => unsigned(names.length)))),
    ...section(7, vector(lists.map((_, place) => [...name(String(place)), 0, ...unsigned(names.length + place)]))),
    ...section(10, vector(bodies)),
  ]);
}

function codeOf({ name, args }: Call, signature: Signature | undefined, index: number | undefined): number[] {
  if (!signature || index === undefined || signature.params.length !== args.length) throw new Error(`profile: ${name} takes no ${args.length} arguments`);
  const constants = signature.params.flatMap((type, place) => constant(type, args[place] as number));
  return [...constants, 0x10, ...unsigned(index), ...(signature.results.length > 0 ? [0x1a] : [])];
}

function constant(type: number, value: number): number[] {
  if (type === i32) return [0x41, ...signed(value)];
  if (type === f32) return [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
  if (type === f64) return [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
  throw new Error(`profile: a kernel takes a parameter of type ${type}`);
}
