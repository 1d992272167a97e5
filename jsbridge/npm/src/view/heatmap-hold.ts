import { html, nothing, type TemplateResult } from "lit";
import { type Problem, problemOf } from "../lab/engine.js";
import type { Lab } from "../lab/lab.js";
import type { Model } from "../types.js";
import { type Pair, writeTwice } from "./heatmap-clamp.js";
import type { Host } from "./samples-host.js";

/** What is to be held, and what the writing goes on from. */
export interface Order {
  readonly lab: Lab;
  readonly state: string;
  readonly unit: number;
  readonly scale: number;
  readonly ids: readonly number[];
  /** How tokens are written, by id. */
  readonly marks: readonly string[];
}

const length = 140;
const patience = 250;
const hundredths = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;

/** Writes side by side what the network writes, and what it writes while one unit is held. */
export class Holding {
  /** As a share of the state's scale. */
  #value = 1;
  #temperature = 0.6;
  #pairs: readonly Pair[] = [];
  #of: { readonly unit: number; readonly value: number } | undefined;
  #running = false;
  #ticket = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #problem: Problem | undefined;

  constructor(private readonly host: Host) {}

  /** Ends the writing; what stands stays. */
  stop(): void {
    this.#ticket++;
    clearTimeout(this.#timer);
    this.#running = false;
    this.host.requestUpdate();
  }

  reset(): void {
    this.stop();
    this.#pairs = [];
    this.#of = undefined;
    this.#problem = undefined;
  }

  /** Something of the order has changed: what has been written once is written anew. */
  again(order: Order | undefined): void {
    if (this.#of === undefined || order === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#write(order), patience);
  }

  async #write({ lab, state, unit, scale, ids }: Order): Promise<void> {
    const ticket = ++this.#ticket;
    const { shown } = lab;
    if (shown === undefined) return;
    const value = this.#value * scale;
    this.#pairs = [];
    this.#of = { unit, value };
    this.#running = true;
    this.#problem = undefined;
    let copy: Model | undefined;
    let frame = 0;
    try {
      // Of a network that trains, both texts would be of many networks: a copy of it as it is now writes.
      copy = await lab.engine.loadModel(await shown.model.save(), lab.runtime);
      const seed = lab.settings.seed;
      for await (const pair of writeTwice(copy, ids, { state, unit, value }, { length, seed, temperature: this.#temperature })) {
        if (ticket !== this.#ticket) break;
        this.#pairs = [...this.#pairs, pair];
        frame ||= requestAnimationFrame(() => ((frame = 0), this.host.requestUpdate()));
      }
    } catch (thrown) {
      if (ticket === this.#ticket) this.#problem = problemOf(thrown);
    } finally {
      cancelAnimationFrame(frame);
      if (ticket === this.#ticket) this.#running = false;
      this.host.requestUpdate();
      void copy?.dispose().catch(() => {});
    }
  }

  template(order: Order, top: boolean): TemplateResult {
    const { host } = this;
    const value = this.#value * order.scale;
    const set = (change: (value: number) => void) => (event: Event): void => {
      change(Number((event.target as HTMLInputElement).value));
      host.requestUpdate();
      this.again(order);
    };
    const label = host.say("held", { unit: order.unit, value: host.number(value, hundredths) });
    return html`<p class="note">${host.say("clampNote", { unit: order.unit })}${top ? nothing : ` ${host.say("clampBelow")}`}</p>
      <div class="row">
        <label>${host.say("hold")} <input type="range" min="-1" max="1" step="0.05" .value=${String(this.#value)} @input=${set((next) => (this.#value = next))}>
          <output>${host.number(value, hundredths)}</output></label>
        <label>${host.say("temperature")} <input type="range" min="0" max="1.5" step="0.05" .value=${String(this.#temperature)} @input=${set((next) => (this.#temperature = next))}>
          <output>${host.number(this.#temperature, hundredths)}</output></label>
        <button part="button" @click=${() => (this.#running ? this.stop() : void this.#write(order))}>${host.say(this.#running ? "stop" : "write")}</button>
      </div>
      ${this.#problem ? html`<p class="note" role="status">${this.#problem.message}</p>` : nothing}
      ${this.#of === undefined ? nothing : html`<div class="pair" part="pair">
        ${this.#side(host.say("free"), order.marks, ({ free }) => free.token)}
        ${this.#side(this.#of.unit === order.unit ? label : host.say("held", { unit: this.#of.unit, value: host.number(this.#of.value, hundredths) }), order.marks, ({ held }) => held.token)}
      </div>
      <p class="note">${host.say("differ", { count: this.#pairs.filter(({ free, held }) => free.token !== held.token).length, all: this.#pairs.length })}</p>`}`;
  }

  #side(title: string, marks: readonly string[], token: (pair: Pair) => number): TemplateResult {
    return html`<div><p class="note">${title}</p><p class="out">${this.#pairs.map((pair) => {
      const text = marks[token(pair)] as string;
      return pair.free.token === pair.held.token ? text : html`<b>${text}</b>`;
    })}</p></div>`;
  }
}
