import { UnfoldError, describe } from "./errors.js";
import { kindOf } from "./options.js";

/** Plain data: all that ever reaches the engine. Objects have no prototype. */
export type Plain = undefined | boolean | number | string | Plain[] | ArrayBufferView | { [name: string]: Plain };

const MAX_DEPTH = 64;
const MAX_NODES = 200_000;

// Properties that hold numbers by the thousand: a plain array there becomes one Float64Array.
const NUMERIC = new Set(["data", "inputs", "targets", "lengths", "targetLengths", "mask", "prompt", "stop", "ids", "validationIds", "at"]);

type ViewConstructor = new (from: ArrayLike<number>) => ArrayBufferView;
const VIEWS: Record<string, ViewConstructor> = Object.assign(Object.create(null), {
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
});
// The tag getter reads an internal slot, so neither a subclass nor another frame's array can pretend.
const viewTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

function viewName(value: object): string | undefined {
  return viewTag?.call(value) as string | undefined;
}

/** A copy that owns exactly its bytes: posting a view posts the whole buffer behind it. */
export function copyView(view: ArrayBufferView, where: string): ArrayBufferView {
  const name = viewName(view);
  const Constructor = name === undefined ? undefined : VIEWS[name];
  if (!Constructor) {
    throw new UnfoldError("CONFIG", `${where} is a ${name ?? "DataView"}; Int32Array, Float32Array, Float64Array or an array of numbers is wanted`);
  }
  try {
    return new Constructor(view as unknown as ArrayLike<number>);
  } catch (cause) {
    throw new UnfoldError("CONFIG", `${where}: the ${name} cannot be copied (${describe(cause)})`, { cause });
  }
}

function refuse(where: string, what: string): never {
  throw new UnfoldError("CONFIG", `${where} is ${what}; plain data is wanted`);
}

/** Copies one argument of a call; carries the bookkeeping of one walk. */
class Walk {
  private nodes = 0;
  private readonly ancestors = new Set<object>();
  /** What is being read, for the message when it throws. */
  at = "";

  copy(value: unknown, where: string, depth: number, numeric: boolean): Plain {
    switch (typeof value) {
      case "undefined":
      case "boolean":
      case "number":
      case "string":
        return value;
      case "object":
        break;
      default:
        return refuse(where, `a ${typeof value}`);
    }
    if (value === null) return refuse(where, "null");
    if (ArrayBuffer.isView(value)) return copyView(value, where);
    if (depth > MAX_DEPTH) return refuse(where, `nested deeper than ${MAX_DEPTH}`);
    this.at = where;
    if (++this.nodes > MAX_NODES) return refuse(where, `part of more than ${MAX_NODES} objects`);
    if (this.ancestors.has(value)) return refuse(where, "part of a cycle");
    this.ancestors.add(value);
    const copy = Array.isArray(value)
      ? numeric ? this.numbers(value, where) : this.array(value, where, depth)
      : this.object(value, where, depth);
    this.ancestors.delete(value);
    return copy;
  }

  private numbers(value: unknown[], where: string): Float64Array {
    const { length } = value;
    const out = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const element = dataProperty(value, i, where);
      if (typeof element !== "number") {
        throw new UnfoldError("CONFIG", `${where}[${i}] is ${kindOf(element)}; a flat array of numbers is wanted`);
      }
      out[i] = element;
    }
    return out;
  }

  private array(value: unknown[], where: string, depth: number): Plain[] {
    const { length } = value;
    if (length > MAX_NODES) return refuse(where, `an array of ${length}`);
    const out: Plain[] = [];
    for (let i = 0; i < length; i++) out.push(this.copy(dataProperty(value, i, where), `${where}[${i}]`, depth + 1, false));
    return out;
  }

  /** `skip`: properties that somebody else reads. */
  object(value: object, where: string, depth: number, skip: readonly string[] = []): Plain {
    const prototype: unknown = Object.getPrototypeOf(value);
    // A plain object of another frame has another Object.prototype, but nothing above it.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) refuse(where, "an instance of a class");
    this.ancestors.add(value);
    const out = Object.create(null) as { [name: string]: Plain };
    for (const name of Reflect.ownKeys(value)) {
      this.at = where;
      const descriptor = Object.getOwnPropertyDescriptor(value, name);
      if (!descriptor?.enumerable || skip.includes(name as string)) continue;
      if (typeof name === "symbol") refuse(`${where}[${String(name)}]`, "a property named by a symbol");
      const path = `${where}.${name.slice(0, 64)}`;
      if (name === "__proto__") refuse(path, "a property that no option is called by");
      if (!Object.hasOwn(descriptor, "value")) refuse(path, "a getter or setter");
      const copy = this.copy(descriptor.value, path, depth + 1, NUMERIC.has(name));
      if (copy !== undefined) out[name] = copy;
    }
    return out;
  }
}

function dataProperty(value: unknown[], index: number, where: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(value, index);
  if (!descriptor) return refuse(`${where}[${index}]`, "a hole");
  if (!Object.hasOwn(descriptor, "value")) return refuse(`${where}[${index}]`, "a getter or setter");
  return descriptor.value;
}

/** Whatever a hostile object throws while it is read becomes `CONFIG`. */
function guarded(read: (walk: Walk) => Plain, where: string): Plain {
  const walk = new Walk();
  try {
    return read(walk);
  } catch (thrown) {
    if (thrown instanceof UnfoldError) throw thrown;
    throw new UnfoldError("CONFIG", `${walk.at || where} cannot be read (${describe(thrown)}); plain data is wanted`, { cause: thrown });
  }
}

/**
 * Deep copy of what a caller handed in: own enumerable data properties only. Getters, functions, symbols, BigInt,
 * null, class instances, cycles, `__proto__` and Proxies that throw are refused with `CONFIG` and the path.
 * `numeric`: a plain array at the top is one of numbers.
 */
export function sanitise(value: unknown, where: string, numeric = false): Plain {
  return guarded((walk) => walk.copy(value, where, 0, numeric), where);
}

export type Bag = { [name: string]: Plain };

/** As sanitise, for an argument that must be an object, without the properties in `skip`. */
export function sanitiseBag(value: unknown, where: string, skip: readonly string[] = []): Bag {
  return guarded((walk) => {
    if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
      throw new UnfoldError("CONFIG", `${where} is ${kindOf(value)}; an object is wanted`);
    }
    return walk.object(value, where, 0, skip);
  }, where) as Bag;
}

/** Own properties that are not plain data (an AbortSignal, a Module), read without running a getter. */
export function readOwn(value: unknown, names: readonly string[], where: string): Record<string, unknown> {
  const taken = Object.create(null) as Record<string, unknown>;
  if (typeof value !== "object" || value === null) return taken;
  for (const name of names) {
    let descriptor: PropertyDescriptor | undefined;
    try {
      descriptor = Object.getOwnPropertyDescriptor(value, name);
    } catch (thrown) {
      throw new UnfoldError("CONFIG", `${where} cannot be read (${describe(thrown)}); plain data is wanted`, { cause: thrown });
    }
    if (!descriptor?.enumerable) continue;
    if (!Object.hasOwn(descriptor, "value")) refuse(`${where}.${name}`, "a getter or setter");
    taken[name] = descriptor.value;
  }
  return taken;
}

/**
 * The buffers to hand over with a message, after making sure that every typed array in it owns its whole buffer.
 * Arrays that do not are replaced by copies in place.
 */
export function ownBuffers(value: unknown, into: Set<ArrayBuffer> = new Set()): Set<ArrayBuffer> {
  if (typeof value !== "object" || value === null) return into;
  for (const name of Object.keys(value)) {
    const holder = value as Record<string, unknown>;
    let member = holder[name];
    if (ArrayBuffer.isView(member)) {
      if (member.byteLength !== member.buffer.byteLength || into.has(member.buffer as ArrayBuffer)) {
        member = holder[name] = copyView(member, name);
      }
      into.add((member as ArrayBufferView).buffer as ArrayBuffer);
    } else {
      ownBuffers(member, into);
    }
  }
  return into;
}

/** The same data on objects without prototype: what structured cloning takes away. Typed arrays are shared, not copied. */
export function bare(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(bare);
  const out = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(value)) out[name] = bare((value as Record<string, unknown>)[name]);
  return out;
}
