import type { Algebra } from "./algebra.js";
import type { Kind } from "./drawing.js";
import type { Edge } from "./layout.js";
import { type Layer, layersOf } from "./net.js";
import { sharesOf } from "./shares.js";
import type { Side } from "./wave.js";

/** How much goes along the arrows, as shares of the largest of the sequence, and what each step adds to the gradients; computed once. */
export class Flows {
  readonly #known = new Map<string, { forward: number; backward: number }>();
  readonly #shares = new Map<string, Float64Array>();
  #most: { forward: number; backward: number } | undefined;

  constructor(private readonly algebra: Algebra | undefined) {}

  /** Undefined where it is not known: without weights, or for an arrow that has none. */
  share(edge: Edge, side: Side): number | undefined {
    const { algebra } = this;
    if (algebra === undefined || !algebra.scene.net.plain || edge.kind === "plain" || edge.layer === undefined) return undefined;
    this.#most ??= this.#largest(algebra);
    const most = this.#most[side];
    const t = edge.kind === "V" ? edge.start : edge.t;
    return most > 0 ? this.#flow(algebra, edge.kind, edge.layer.suffix, t)[side] / most : 0;
  }

  /** Share of each step in the gradient of a parameter; undefined where it is not known. */
  gathered(kind: Kind, layer: Layer): Float64Array | undefined {
    const { algebra } = this;
    if (algebra === undefined || !algebra.scene.net.plain) return undefined;
    const key = `${kind} ${layer.suffix}`;
    const found = this.#shares.get(key) ?? sharesOf(algebra, kind, layer);
    this.#shares.set(key, found);
    return found;
  }

  #flow(algebra: Algebra, kind: "U" | "W" | "V", suffix: string, t: number): { forward: number; backward: number } {
    const key = `${kind} ${suffix} ${t}`;
    let found = this.#known.get(key);
    const layer = layersOf(algebra.scene.net).find((one) => one.suffix === suffix);
    if (found === undefined && layer !== undefined) this.#known.set(key, (found = algebra.flow(kind, layer, t)));
    return found ?? { forward: 0, backward: 0 };
  }

  #largest(algebra: Algebra): { forward: number; backward: number } {
    const { net, steps } = algebra.scene;
    let [forward, backward] = [0, 0];
    for (const layer of layersOf(net)) {
      for (const kind of ["U", "W", "V"] as const) {
        if (kind === "V" && layer.level < net.levels.length - 1) continue;
        for (let t = 0; t < steps; t++) {
          const flow = this.#flow(algebra, kind, layer.suffix, t);
          [forward, backward] = [Math.max(forward, flow.forward), Math.max(backward, flow.backward)];
        }
      }
    }
    return { forward, backward };
  }
}
