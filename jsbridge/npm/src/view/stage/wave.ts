import { layerOf, type Net } from "./net.js";

export type Side = "forward" | "backward";

/** The steps that stand as columns. */
export interface Window {
  readonly from: number;
  readonly count: number;
}

/**
 * In which moment of a wave each node gets its number. Forward: column by column, a layer that reads from the future from its own end;
 * where a level has two directions, what is above it begins when both are through. Backward: the same, the other way round.
 */
export class Wave {
  readonly moments: number;

  constructor(private readonly net: Net, readonly window: Window, private readonly nodes: readonly string[], private readonly has: (node: string, t: number) => boolean) {
    this.moments = this.#waited("y") + window.count;
  }

  /** Moments that pass before the first node of this row. */
  #waited(node: string): number {
    const level = layerOf(this.net, node)?.level ?? (node === "x" || node === "e" ? 0 : this.net.levels.length);
    return this.net.levels.slice(0, level).filter((directions) => directions.length > 1).length * this.window.count;
  }

  /** The moment, from 0, in which a node is reached. */
  moment(side: Side, node: string, t: number): number {
    const { from, count } = this.window;
    const forward = this.#waited(node) + (layerOf(this.net, node)?.reverse ? from + count - 1 - t : t - from);
    return side === "forward" ? forward : this.moments - 1 - forward;
  }

  /** The nodes of a moment that are computed in it, in their order. */
  nodesAt(side: Side, moment: number): { node: string; t: number }[] {
    const order = side === "forward" ? this.nodes.filter((node) => node !== "y") : this.nodes.filter((node) => !["y", "p", "L"].includes(node)).reverse();
    const columns = Array.from({ length: this.window.count }, (_, i) => this.window.from + i);
    return order.flatMap((node) => columns.filter((t) => this.has(node, t) && this.moment(side, node, t) === moment).map((t) => ({ node, t })));
  }
}
