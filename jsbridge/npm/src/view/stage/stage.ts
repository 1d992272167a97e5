import type { Model } from "../../types.js";
import { Algebra } from "./algebra.js";
import type { Place } from "./drawing.js";
import type { Example } from "./example.js";
import { Flows } from "./flows.js";
import { netOf, symbolOf } from "./net.js";
import { Player } from "./player.js";
import { Scene } from "./scene.js";
import { Wave, type Window } from "./wave.js";

const aspects = ["activations", "gates", "gradients"] as const;

/** What stands on the stage: one sequence in one network, the columns of it that are in sight, and how far the waves have come. */
export class Stage {
  scene: Scene | undefined;
  algebra: Algebra | undefined;
  flows = new Flows(undefined);
  readonly player: Player;
  #wave: Wave | undefined;
  #columns = 6;
  #from: number | undefined;
  #ticket = 0;

  constructor(changed: () => void) {
    this.player = new Player(() => this.#wave, (node, t) => this.units(node, t), changed);
  }

  set columns(columns: number) {
    this.#columns = columns;
    this.#arrange();
  }

  /** The columns in sight. */
  get window(): Window {
    const steps = this.scene?.steps ?? 1;
    const count = Math.min(steps, this.#columns);
    const from = this.#from ?? (this.scene?.net.pattern === "last" ? steps - count : 0);
    return { from: Math.max(0, Math.min(steps - count, from)), count };
  }
  get moments(): number {
    return this.#wave?.moments ?? 1;
  }

  /** Forgets the sequence. */
  empty(): void {
    this.#ticket++;
    this.player.clear();
    this.scene = this.algebra = this.#wave = this.#from = undefined;
  }

  /** Puts a sequence through a network and shows it, unless a wave is under way or another one has been asked for meanwhile. */
  async take(model: Model, example: Example, step: number, freeRunning: boolean): Promise<void> {
    const ticket = ++this.#ticket;
    const net = netOf(model.config);
    const jordan = net.pattern === "output";
    const { inputs, targets, shape, lengths } = example.batch;
    const batch = { inputs: inputs.slice(), targets: targets.slice(), shape, lengths: Int32Array.from(lengths ?? [example.steps]) };
    // Asked in one breath, they are answered between the same two training steps.
    const [seen, weights] = await Promise.all([
      model.inspect(batch, aspects, jordan ? { teacherForcing: freeRunning ? 0 : 1 } : {}),
      model.weights(),
    ]);
    if (this.player.side !== undefined || ticket !== this.#ticket) return;
    this.scene = new Scene(net, example, seen, step, jordan && freeRunning);
    this.algebra = new Algebra(this.scene, weights);
    this.#arrange();
  }

  /** Brings a step among the columns. */
  show(t: number): void {
    const { from, count } = this.window;
    if (t < from) this.moveTo(t);
    if (t >= from + count) this.moveTo(t - count + 1);
  }

  /** Makes a step the first column. */
  moveTo(from: number): void {
    this.#from = from;
    this.#arrange();
    this.player.clear();
  }

  #arrange(): void {
    const { scene } = this;
    this.#wave = scene && new Wave(scene.net, this.window, scene.nodes, (node, t) => scene.has(node, t));
    this.flows = new Flows(this.algebra);
  }

  /** Numbers of a node that come one by one: a token is one. */
  units(node: string, t: number): number {
    const { scene } = this;
    if (scene === undefined) return 1;
    return node === "x" && scene.net.tokens ? 1 : scene.values(node, t).length;
  }

  /** Whether a place is one of this sequence. */
  stands({ node, t, unit }: Place): boolean {
    return this.#inside(node, t, unit)?.unit === unit;
  }

  /** The place that is meant by a node's name or symbol, a step and a unit, counted from 1. Undefined: there is none. */
  find({ node, t, unit = 1 }: { node: string; t: number; unit?: number }): Place | undefined {
    const { scene } = this;
    if (scene === undefined) return undefined;
    const named = [(name: string) => name === node, (name: string) => symbolOf(scene.net, name) === node, (name: string) => name.startsWith(`${node}_`)];
    const found = named.map((test) => scene.nodes.find(test)).find((name) => name !== undefined);
    return found === undefined ? undefined : this.#inside(found, t - 1, unit - 1);
  }

  #inside(node: string, t: number, unit: number): Place | undefined {
    const { scene } = this;
    if (scene === undefined || !scene.nodes.includes(node) || !Number.isInteger(t) || t < 0 || t >= scene.steps || !scene.has(node, t)) return undefined;
    return { node, t, unit: Math.max(0, Math.min(scene.values(node, t).length - 1, Math.trunc(unit) || 0)) };
  }

  /** Where a key leads from a place; undefined: nowhere, or the key leads nowhere ever. */
  neighbour({ node, t, unit }: Place, key: string): Place | undefined {
    const { scene } = this;
    if (scene === undefined) return undefined;
    const row = (direction: 1 | -1): Place | undefined => {
      let at = scene.nodes.indexOf(node) + direction;
      while (scene.nodes[at] !== undefined && !scene.has(scene.nodes[at] as string, t)) at += direction;
      return this.#inside(scene.nodes[at] ?? "", t, unit);
    };
    switch (key) {
      case "ArrowLeft": return this.#inside(node, t - 1, unit);
      case "ArrowRight": return this.#inside(node, t + 1, unit);
      case "Home": return this.#inside(node, 0, unit);
      case "End": return this.#inside(node, scene.steps - 1, unit);
      case "ArrowUp": return row(1);
      case "ArrowDown": return row(-1);
      case "PageUp": return this.#inside(node, t, unit - 1);
      case "PageDown": return this.#inside(node, t, unit + 1);
      default: return undefined;
    }
  }
}
