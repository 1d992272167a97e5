import type { Place } from "./drawing.js";
import type { Side, Wave } from "./wave.js";

/** How far a wave has come: all moments before this one, and of this one so many numbers. */
interface Cursor {
  readonly side: Side;
  readonly moment: number;
  /** Infinity: all of the moment. */
  readonly numbers: number;
}

/** Takes the waves forward and backward through the graph, by time steps or by single numbers. Without a cursor everything is there. */
export class Player {
  #cursor: Cursor | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended: ((through: boolean) => void) | undefined;

  /** `units`: how many numbers a node has. */
  constructor(private readonly wave: () => Wave | undefined, private readonly units: (node: string, t: number) => number, private readonly changed: () => void) {}

  get side(): Side | undefined {
    return this.#cursor?.side;
  }
  get playing(): boolean {
    return this.#timer !== undefined;
  }

  /** How many units of a node have their value, or their gradient: 0 … Infinity. */
  reached(side: Side, node: string, t: number): number {
    const [cursor, wave] = [this.#cursor, this.wave()];
    if (cursor === undefined || wave === undefined) return Infinity;
    if (side !== cursor.side) return side === "forward" ? Infinity : 0;
    const moment = wave.moment(side, node, t);
    if (moment !== cursor.moment) return moment < cursor.moment ? Infinity : 0;
    if (node === "y") return Infinity;
    let before = 0;
    for (const one of wave.nodesAt(side, moment)) {
      const count = this.units(one.node, one.t);
      if (one.node === node && one.t === t) return cursor.numbers >= before + count ? Infinity : Math.max(0, cursor.numbers - before);
      before += count;
    }
    return 0;
  }

  /** The column that a wave is at. */
  get front(): number | undefined {
    const [cursor, wave] = [this.#cursor, this.wave()];
    return cursor && wave?.nodesAt(cursor.side, cursor.moment)[0]?.t;
  }

  /** The number that came last. */
  get latest(): Place | undefined {
    const [cursor, wave] = [this.#cursor, this.wave()];
    if (cursor === undefined || wave === undefined || cursor.numbers === Infinity) return undefined;
    let left = cursor.numbers - 1;
    for (const { node, t } of wave.nodesAt(cursor.side, cursor.moment)) {
      const count = this.units(node, t);
      if (left < count) return { node, t, unit: left };
      left -= count;
    }
    return undefined;
  }

  /** One time step further. Behind the last backward everything is there again. */
  step(): void {
    this.stop();
    this.#advance();
  }

  /** One number further. */
  slow(): void {
    this.stop();
    const [cursor, wave] = [this.#cursor, this.wave()];
    if (wave === undefined) return;
    const all = cursor === undefined ? 0 : wave.nodesAt(cursor.side, cursor.moment).reduce((sum, { node, t }) => sum + this.units(node, t), 0);
    if (cursor !== undefined && cursor.numbers < all) this.#set({ ...cursor, numbers: cursor.numbers + 1 });
    else this.#advance(1);
  }

  /** Plays a wave, or both; resolves to whether it came through, when it has or was stopped. */
  async play(which: Side | "both", pause: number): Promise<boolean> {
    this.stop();
    const wave = this.wave();
    if (wave === undefined) return false;
    this.#set({ side: which === "backward" ? "backward" : "forward", moment: 0, numbers: Infinity });
    const through = await new Promise<boolean>((resolve) => {
      this.#ended = resolve;
      const tick = (): void => {
        const cursor = this.#cursor;
        const last = cursor !== undefined && cursor.moment >= wave.moments - 1;
        if (cursor === undefined || (last && (which === "forward" || cursor.side === "backward"))) return this.stop(true);
        this.#advance();
        this.#timer = setTimeout(tick, cursor.moment >= wave.moments - 2 ? 2 * pause : pause);
      };
      this.#timer = setTimeout(tick, pause);
    });
    this.changed();
    return through;
  }

  stop(through = false): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ended?.(through);
    this.#ended = undefined;
  }

  /** Everything is there. */
  clear(): void {
    this.stop();
    this.#set(undefined);
  }

  #advance(numbers = Infinity): void {
    const [cursor, wave] = [this.#cursor, this.wave()];
    if (wave === undefined) return;
    if (cursor === undefined) return this.#set({ side: "forward", moment: 0, numbers });
    if (cursor.moment + 1 < wave.moments) return this.#set({ ...cursor, moment: cursor.moment + 1, numbers });
    this.#set(cursor.side === "forward" ? { side: "backward", moment: 0, numbers } : undefined);
  }

  #set(cursor: Cursor | undefined): void {
    this.#cursor = cursor;
    this.changed();
  }
}
