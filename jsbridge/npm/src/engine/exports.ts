import type { State } from "../types.js";
import type { Bridge } from "./bridge.js";
import { PROGRESS_FIELDS } from "./bridge.js";

/** The functions that a program exports beside the bridge: numbers in, a number out. */
export interface Exports {
  unfold_step?: (model: number, token: number, resumed: number) => number;
  unfold_slice?: (model: number, milliseconds: number) => number;
}

const STEPPED = 1;
const PANICKED = -1;
const DONE = 1;
const FAULTED = 2;
const SHIFT = 2;

const panic = (where: string): object => ({ error: { code: "ENGINE", message: `engine: ${where} panicked` } });

/** Where the floats of a model's time steps stand: features, state and output, one behind the other. */
interface Place {
  address: number;
  features: number;
  state: { name: string; width: number }[];
  outputs: number;
}

// Intrinsic getters: no property of a caller's array can stand in for them.
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagOf = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)?.get;
const lengthOf = Object.getOwnPropertyDescriptor(typedArray, "length")?.get;

function isFloats(value: unknown, length: number): value is Float32Array {
  return ArrayBuffer.isView(value) && tagOf?.call(value) === "Float32Array" && lengthOf?.call(value) === length;
}

/** An own property that is data; a getter does not run. */
function own(holder: unknown, name: string): unknown {
  return typeof holder === "object" && holder !== null ? Object.getOwnPropertyDescriptor(holder, name)?.value : undefined;
}

/** A step at once, or undefined where the bridge's own step must be called. */
export type Take = (model: number, input: unknown, state: unknown) => object | undefined;

/** The bridge, with the calls that are made by the thousand led through the exports of the module, where it has them. */
export function withExports(bridge: Bridge, exports: Exports, memory: WebAssembly.Memory): { bridge: Bridge; take: Take } {
  const { unfold_step: step, unfold_slice: slice } = exports;
  if (!step || !slice) return { bridge, take: () => undefined };
  const steps = new Stepping(bridge, step, memory);
  const progress = new Map<unknown, number>();
  const led: Bridge = {
    ...bridge,
    step: (model, input, state) => steps.take(model as number, input, state) ?? bridge.step(model, input, state),
    trainBegin(model, data, options) {
      const begun = bridge.trainBegin(model, data, options);
      const address = own(begun, "progress");
      if (typeof address === "number") progress.set(model, address);
      return begun;
    },
    trainSlice(model, milliseconds) {
      const flags = slice(model as number, milliseconds as number);
      if (flags === PANICKED) return panic("trainSlice");
      const rows = new Float64Array(memory.buffer, progress.get(model) ?? 0, (flags >> SHIFT) * PROGRESS_FIELDS.length).slice();
      if ((flags & FAULTED) !== 0) return { ...(bridge.trainFault(model) as object), progress: rows };
      return { progress: rows, done: (flags & DONE) !== 0 };
    },
    dispose(model) {
      steps.forget(model as number);
      progress.delete(model);
      return bridge.dispose(model);
    },
  };
  return { bridge: led, take: (model, input, state) => steps.take(model, input, state) };
}

/** The arrays that a step begins with, features then state, or undefined where one of them is not what it should be. */
function gather(place: Place, input: unknown, state: unknown): Float32Array[] | undefined {
  const given: Float32Array[] = [];
  if (place.features > 0) {
    if (!isFloats(input, place.features)) return undefined;
    given.push(input);
  } else if (typeof input !== "number" || (input | 0) !== input) {
    return undefined;
  }
  if (state === undefined) return given;
  try {
    if (typeof state !== "object" || state === null || Object.keys(state).length !== place.state.length) return undefined;
    for (const { name, width } of place.state) {
      const tensor = own(state, name);
      if (typeof tensor !== "object" || tensor === null || Object.keys(tensor).length !== 2) return undefined;
      const data = own(tensor, "data");
      const shape = own(tensor, "shape");
      if (!isFloats(data, width) || own(shape, "length") !== 2 || own(shape, "0") !== 1 || own(shape, "1") !== width) return undefined;
      given.push(data);
    }
  } catch {
    return undefined; // a Proxy: who sanitises has the words for it
  }
  return given;
}

/** Time steps in shared memory. */
class Stepping {
  /** Undefined: the model takes no steps, or what stands in the way is for the bridge to say. */
  private readonly places = new Map<number, Place | undefined>();
  private floats: Float32Array;

  constructor(private readonly bridge: Bridge, private readonly step: NonNullable<Exports["unfold_step"]>, private readonly memory: WebAssembly.Memory) {
    this.floats = new Float32Array(memory.buffer);
  }

  forget(model: number): void {
    this.places.delete(model);
  }

  /** One step, or undefined where the bridge must look at what came, or at what came out. Takes any objects: none of their code reaches the engine. */
  take(model: number, input: unknown, state: unknown): object | undefined {
    const place = this.place(model);
    if (!place) return undefined;
    const given = gather(place, input, state);
    if (!given) return undefined;
    let at = this.view(place);
    for (const values of given) {
      this.floats.set(values, at);
      at += values.length;
    }
    const result = this.step(model, place.features > 0 ? 0 : (input as number), state === undefined ? 0 : 1);
    if (result === PANICKED) return panic("step");
    return result === STEPPED ? this.read(place) : undefined;
  }

  private place(model: number): Place | undefined {
    if (!this.places.has(model)) {
      const opened = this.bridge.stepOpen(model) as Place;
      this.places.set(model, Object.hasOwn(opened, "error") ? undefined : opened);
    }
    return this.places.get(model);
  }

  /** Index of a place's first float, in a view that is current: memory may have grown. */
  private view(place: Place): number {
    if (this.floats.buffer !== this.memory.buffer) this.floats = new Float32Array(this.memory.buffer);
    return place.address >>> 2;
  }

  private read(place: Place): { output: Float32Array; state: State } {
    let at = this.view(place) + place.features;
    const state: State = {};
    for (const { name, width } of place.state) {
      state[name] = { shape: [1, width], data: this.floats.slice(at, at + width) };
      at += width;
    }
    return { output: this.floats.slice(at, at + place.outputs), state };
  }
}
