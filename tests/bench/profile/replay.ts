import { median } from "../rounds.js";
import { type Call, player } from "./module.js";
import type { Recorder } from "./recorder.js";
import { workOf } from "./work.js";

/** Kernels' parameters, from the registry; a kind is a type of Go, e.g. "[]float32" or "int". */
export type Registry = ReadonlyMap<string, readonly { readonly name: string; readonly kind: string }[]>;

/** All calls of one kernel with the same sizes in one step. */
export interface Group {
  readonly kernel: string;
  /** e.g. "m 32 n 512 k 128". */
  readonly sizes: string;
  readonly calls: readonly Call[];
  /** Of all calls together; NaN where it is not known or does not apply. */
  readonly flop: number;
  readonly bytes: number;
}

export function groupsOf(calls: readonly Call[], registry: Registry): Group[] {
  const groups = new Map<string, { kernel: string; sizes: string; calls: Call[]; flop: number; bytes: number }>();
  for (const call of calls) {
    const params = registry.get(call.name) ?? [];
    const named = Object.fromEntries(params.map(({ name }, place) => [name, call.args[place] as number]));
    // Distances between rows say nothing about the work.
    const sizes = params.filter(({ name, kind }) => kind === "int" && !name.startsWith("ld")).map(({ name }) => `${name} ${named[name]}`).join(" ");
    const key = `${call.name} ${sizes}`;
    const group = groups.get(key) ?? { kernel: call.name, sizes, calls: [], flop: 0, bytes: 0 };
    const { flop, bytes } = workOf(call.name, named);
    group.calls.push(call);
    group.flop += flop;
    group.bytes += bytes;
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * Plays groups of a recorded step again, on a copy of the engine's memory as it was after the step, with the same addresses:
 * each group alone, from WebAssembly as the engine does it. The memory is put back before each, since kernels work in place; the
 * group is played once to bring its data to the caches and once against the clock.
 */
export class Replay {
  private readonly memory: WebAssembly.Memory;
  private readonly then: Uint8Array;
  private readonly play: Record<string, () => void>;

  constructor(recorder: Recorder, readonly groups: readonly Group[]) {
    const { buffer } = recorder.memory;
    this.then = new Uint8Array(buffer.slice(0));
    this.memory = new WebAssembly.Memory({ initial: buffer.byteLength / 65536 });
    const table = new WebAssembly.Table({ element: "anyfunc", initial: 256 });
    const kernels = new WebAssembly.Instance(recorder.module, { go: { mem: this.memory }, shim: { table } }).exports;
    const module = player(recorder.signatures, groups.map(({ calls }) => calls));
    this.play = new WebAssembly.Instance(new WebAssembly.Module(module), { k: kernels }).exports as typeof this.play;
  }

  /** Seconds of each group, once. */
  round(): number[] {
    const now = new Uint8Array(this.memory.buffer);
    return this.groups.map((_, index) => {
      const play = this.play[index] as () => void;
      now.set(this.then);
      play();
      const start = performance.now();
      play();
      return (performance.now() - start) / 1000;
    });
  }
}

export const medians = (rounds: readonly (readonly number[])[]): number[] => (rounds[0] ?? []).map((_, index) => median(rounds.map((round) => round[index] as number)));
