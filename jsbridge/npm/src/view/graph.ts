import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Shown } from "../lab/looks.js";
import { define } from "./define.js";
import type { GraphElement } from "./elements.js";
import { controls, helloControls } from "./stage/controls.js";
import { Desk } from "./stage/desk.js";
import type { Kind, Place } from "./stage/drawing.js";
import { type Example, exampleOf } from "./stage/example.js";
import { figure } from "./stage/figure.js";
import type { Box } from "./stage/layout.js";
import { panels } from "./stage/panels.js";
import { Pixels, rgb } from "./stage/pixels.js";
import { arranged, type Arranged } from "./stage/picture.js";
import { Stage } from "./stage/stage.js";
import { type Ink, paint, unitAt } from "./stage/strip.js";
import { graphStyles } from "./stage/styles.js";
import type { Side } from "./stage/wave.js";
import { words } from "./stage/words.js";
import { View } from "./view.js";

const opening = 650;
// Milliseconds between two looks while it trains. Each fetches all weights: of many, more seldom.
const rest = (weights: number): number => (weights <= 150_000 ? 150 : 1000);

/**
 * The recurrent circuit, which unfolds into one column a time step: values forward, gradients backward through time, every number and
 * its formula. Steps and units count from 1, as in the equations. Nodes: `x`, `h`, `g` (runs from the future), `c` (of an LSTM), `o`,
 * `p` (ŷ), `L`, `y`; in a stack `h_l0`, `h_l1` …
 *
 * @element unfold-graph
 * @attr {string} for - Id of the `<unfold-lab>` whose network is shown; absent: the one around.
 * @attr {boolean} folded - The circuit instead of its columns.
 * @attr {boolean} hello - A small network of its own that learns to write "hello" under the visitor's hands, every number in sight.
 * @attr {number} columns - Time steps that are shown, 3 … 12; default 6.
 * @attr {string} text - The passage that is read, where the data are text; absent: one of the data.
 * @attr {number} units - Hidden units of the "hello" network, 2 … 4; default 3.
 * @prop {Lab | undefined} lab - The lab.
 * @prop {"lab" | "hello"} mode - Whose network is shown.
 * @fires unfold-select - A node is looked at. `detail`: `{ panel: "graph", node, t, unit, value, gradient }`, without a node when none is looked at any more.
 * @csspart toolbar - The controls.
 * @csspart stage - The graph.
 * @csspart detail - The numbers and formulas of one node.
 * @csspart bars - What each step adds to the gradients of the weights.
 * @cssprop --unfold-pos - Colour of positive numbers.
 * @cssprop --unfold-neg - Colour of negative numbers.
 * @cssprop --unfold-accent - Colour of gradients on their way and of what is looked at.
 */
export class GraphView extends View implements GraphElement {
  static override properties: PropertyDeclarations = {
    folded: { type: Boolean, reflect: true }, hello: { type: Boolean, reflect: true }, columns: { type: Number }, text: {}, units: { type: Number },
    freeRunning: { state: true }, rate: { state: true },
  };
  static override styles = [View.styles, graphStyles];

  declare folded: boolean;
  declare hello: boolean;
  declare columns: number;
  declare text: string;
  declare units: number;
  protected declare freeRunning: boolean;
  protected declare rate: number;
  protected readonly words = words;
  readonly #stage = new Stage(() => this.#waved());
  readonly #desk = new Desk(this.#stage, () => this.requestUpdate());
  #arranged: Arranged | undefined;
  #open = 1;
  #frame = 0;
  #width = 0;
  #index = 0;
  #selected: Place | undefined;
  /** What was to be looked at before there was anything. */
  #wish: { node: string; t: number; unit?: number } | undefined;
  #hovered: Place | undefined;
  #kind: Kind | undefined;
  #problem = "";
  #notBefore = 0;
  #ink: Ink | undefined;
  #pixels: Pixels | undefined;
  #revealed: number | undefined;
  readonly #size = new ResizeObserver((entries) => {
    this.#width = entries.at(-1)?.contentRect.width ?? this.#width;
    this.requestUpdate();
  });

  constructor() {
    super();
    Object.assign(this, { folded: false, hello: false, columns: 6, text: "", units: 3, freeRunning: false, rate: 0.5 });
  }

  get mode(): "lab" | "hello" {
    return this.hello ? "hello" : "lab";
  }
  set mode(mode: "lab" | "hello") {
    this.hello = mode === "hello";
  }

  /** Folds the graph up, or unfolds it; resolves when it stands. */
  async fold(folded = true): Promise<void> {
    this.folded = folded;
    await this.updateComplete;
    while (this.#frame !== 0) await new Promise((resolve) => requestAnimationFrame(resolve));
  }

  /** Takes the forward wave, the backward wave or both through the graph; resolves when they are through. */
  async play(which: Side | "both" = "both"): Promise<void> {
    if (this.folded) await this.fold(false);
    const through = await this.#stage.player.play(which, still() ? 900 : Math.max(180, Math.min(700, 3600 / this.#stage.moments)));
    if (which === "both" && through) this.showAll();
  }

  /** One time step further, or with `"number"` one number. */
  step(what: "time" | "number" = "time"): void {
    if (this.folded) void this.fold(false);
    if (what === "time") this.#stage.player.step();
    else this.#stage.player.slow();
  }

  /** All numbers, and whatever training makes of them. */
  showAll(): void {
    this.#stage.player.clear();
    this.urge();
  }

  /** Looks at a node: `{ node: "h", t: 2 }`, or a unit of it; with undefined at none, which also follows from a node that is not there. */
  select(place: { node: string; t: number; unit?: number } | undefined): void {
    this.#hovered = undefined;
    this.#wish = this.#stage.scene === undefined ? place : undefined;
    this.#select(place && this.#stage.find(place));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
    this.#stage.player.stop();
    this.#desk.close();
  }

  // ---- what is shown

  override get awake(): boolean {
    return super.awake && !this.hello && this.#stage.player.side === undefined && performance.now() >= this.#notBefore;
  }

  protected override attached(): void {
    this.hear("network", () => {
      if (this.hello) return;
      this.#problem = "";
      this.#select(undefined);
      this.#stage.empty();
    });
    if (this.hello) void this.#begin();
  }

  override async look({ model, step, live }: Shown): Promise<void> {
    const network = this.lab?.network;
    if (network === undefined || this.hello) return;
    let example: Example | undefined;
    try {
      example = exampleOf(network.subject, { text: this.text, index: this.#index, steps: this.#columns });
      this.#problem = example === undefined ? this.say("noSequence") : "";
    } catch (thrown) {
      this.#problem = thrown instanceof Error ? thrown.message : String(thrown);
    }
    if (example !== undefined) await this.#stage.take(model, example, step, this.freeRunning);
    if (this.#wish !== undefined && this.#stage.scene !== undefined) this.select(this.#wish);
    const pause = rest(network.weights);
    this.#notBefore = live ? performance.now() + pause : 0;
    // It may have been passed over meanwhile, and nothing new come since.
    if (live) setTimeout(() => this.lab?.wake(), pause + 1);
    this.requestUpdate();
  }

  async #begin(anew = false): Promise<void> {
    if (this.lab === undefined) return;
    await this.#desk.begin(this.lab, Math.max(2, Math.min(4, Math.round(this.units) || 3)), anew);
    this.#select(this.#wish === undefined ? (this.#selected ?? this.#stage.find({ node: "h", t: 2 })) : this.#stage.find(this.#wish));
    this.#wish = undefined;
  }

  // ---- what visitors do

  get #place(): Place | undefined {
    return [this.#hovered, this.#selected].find((place) => place !== undefined && this.#stage.stands(place));
  }
  get #columns(): number {
    return Math.max(3, Math.min(12, Math.round(this.columns) || 6));
  }

  #waved(): void {
    const latest = this.#stage.player.latest;
    if (latest !== undefined) {
      this.#hovered = undefined;
      this.#select(latest);
    }
    this.requestUpdate();
  }

  #select(place: Place | undefined): void {
    this.#selected = place;
    if (place !== undefined) this.#stage.show(place.t);
    this.#tell();
  }

  #hover(place: Place | undefined): void {
    const before = this.#hovered;
    if (before?.node === place?.node && before?.t === place?.t && before?.unit === place?.unit) return;
    this.#hovered = place;
    this.#tell();
  }

  #tell(): void {
    const [place, { scene }] = [this.#place, this.#stage];
    const detail = place && scene && {
      panel: "graph", node: place.node, t: place.t + 1, unit: place.unit + 1, value: scene.values(place.node, place.t)[place.unit], gradient: scene.gradient(place.node, place.t)?.[place.unit],
    };
    this.dispatchEvent(new CustomEvent("unfold-select", { detail: detail ?? { panel: "graph" }, bubbles: true, composed: true }));
    this.requestUpdate();
  }

  #boxOf(event: Event): Box | undefined {
    const group = (event.target as Element).closest(".node");
    const [node, t] = [group?.getAttribute("data-node"), Number(group?.getAttribute("data-t")) - 1];
    return this.#arranged?.picture.layout.boxes.find((box) => box.node === node && box.t === t);
  }

  readonly #point = (event: MouseEvent): void => {
    const [box, { scene }] = [this.#boxOf(event), this.#stage];
    const frame = (event.currentTarget as Element).getBoundingClientRect();
    const units = box && scene ? scene.values(box.node, box.t).length : 0;
    const place = box && { node: box.node, t: box.t, unit: unitAt(box, units, this.hello, event.clientX - frame.left, event.clientY - frame.top) };
    if (event.type !== "click") return this.#hover(place);
    this.#hovered = undefined;
    this.#select(place);
  };
  readonly #leave = (): void => this.#hover(undefined);

  readonly #key = (event: KeyboardEvent): void => {
    const box = this.#boxOf(event);
    if (box === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const place = { node: box.node, t: box.t, unit: this.#selected?.unit ?? 0 };
    if (event.key === "Escape") this.#select(undefined);
    const next = event.key === "Enter" || event.key === " " ? place : this.#stage.neighbour(place, event.key);
    if (next === undefined) return;
    event.preventDefault();
    this.#hovered = undefined;
    this.#select(next);
    void this.updateComplete.then(() => this.renderRoot.querySelector<SVGElement>(`.node[data-node="${next.node}"][data-t="${next.t + 1}"]`)?.focus());
  };

  readonly #focus = (event: FocusEvent): void => {
    const box = this.#boxOf(event);
    if (box === undefined || (this.#selected?.node === box.node && this.#selected.t === box.t)) return;
    this.#select({ node: box.node, t: box.t, unit: 0 });
  };

  /** The page's colours have changed, by whatever means. */
  readonly #recolour = (): void => {
    this.#ink = undefined;
    this.requestUpdate();
  };

  // ---- the picture

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("folded")) this.#morph();
    if (this.hasUpdated && (changed.has("hello") || changed.has("units"))) {
      this.#stage.empty();
      this.#selected = this.#hovered = undefined;
      this.#desk.close();
      if (this.hello) void this.#begin();
      else this.urge();
    }
    if (changed.has("columns") || changed.has("text") || changed.has("freeRunning")) {
      this.#stage.player.clear();
      this.#stage.columns = this.#columns;
      this.urge();
    }
  }

  override render(): TemplateResult {
    const { scene, player, window } = this.#stage;
    const say = (key: string, values?: Record<string, string | number>): string => this.say(key, values);
    this.#arranged = scene && this.#width > 0 ? arranged(this.#stage, { width: this.#width - 2, open: this.#open, numbers: this.hello, place: this.#place, stop: this.#selected, kind: this.#kind, say }) : undefined;
    const problem = this.hello ? this.#desk.problem : this.#problem;
    const pick = (unit: number): void => this.#select(this.#place && this.#stage.find({ ...this.#place, t: this.#place.t + 1, unit: unit + 1 }));
    return html`<span class="theme" @transitionrun=${this.#recolour}></span>${controls({
      folded: this.folded, playing: player.playing, partial: player.side !== undefined, columns: this.#columns, hello: this.hello, kind: this.lab?.network?.subject.kind, text: this.text,
      jordan: scene?.net.pattern === "output", freeRunning: this.freeRunning, window: scene && window.count < scene.steps ? { ...window, steps: scene.steps } : undefined,
      fold: () => void this.fold(!this.folded), play: () => void this.play(), stop: () => player.stop(), step: (what) => this.step(what), all: () => this.showAll(),
      setColumns: (count) => (this.columns = count), setText: (text) => (this.text = text), setFree: (free) => (this.freeRunning = free), setFrom: (from) => this.#stage.moveTo(from),
      another: () => { this.#index++; this.showAll(); }, toggleHello: () => (this.hello = !this.hello),
    }, say)}
    ${this.hello ? helloControls({ step: this.#desk.hello?.step ?? 0, loss: figure(scene?.loss ?? NaN), hidden: this.units, rate: this.rate, ready: this.#desk.ready }, {
      train: (times) => void this.#desk.train(times, this.rate), setRate: (rate) => (this.rate = rate > 0 ? rate : this.rate), restart: () => void this.#begin(true),
    }, say) : nothing}
    ${problem ? html`<p class="problem" role="status">${problem}</p>` : nothing}
    ${this.#arranged === undefined ? html`<p class="note">${problem ? nothing : this.say("nothing")}</p>` : panels(this.#arranged, this.#stage, {
      place: this.#place, kind: this.#kind, updates: this.#desk.hello?.updates ?? [], say, pick, light: (kind) => { this.#kind = this.#kind === kind ? undefined : kind; this.requestUpdate(); },
      point: this.#point, leave: this.#leave, key: this.#key, focus: this.#focus,
    })}`;
  }

  override updated(): void {
    const canvas = this.renderRoot.querySelector<HTMLCanvasElement>(".stage canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context || this.#arranged === undefined) return;
    this.#ink ??= { surface: rgb(this.colour("surface")), pos: rgb(this.colour("pos")), neg: rgb(this.colour("neg")) };
    const { picture } = this.#arranged;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [Math.round(picture.layout.width * ratio), Math.round(picture.layout.height * ratio)];
    if (this.#pixels?.width !== width || this.#pixels.height !== height || this.#pixels.ratio !== ratio) this.#pixels = new Pixels(width, height, ratio);
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      Object.assign(canvas.style, { width: `${picture.layout.width}px`, height: `${picture.layout.height}px` });
    }
    paint(this.#pixels, picture, this.#ink);
    this.#pixels.put(context);
    this.#reveal();
  }

  /** Brings the column that is spoken of into sight, once: of a network that answers at the end, the last one. */
  #reveal(): void {
    const { scene, window, player } = this.#stage;
    const scroller = this.renderRoot.querySelector(".stage");
    const t = player.front ?? (scene?.net.pattern === "last" ? window.from + window.count - 1 : window.from);
    const x = this.#arranged?.picture.layout.columns[t - window.from];
    if (scroller === null || x === undefined || this.#revealed === t) return;
    this.#revealed = t;
    scroller.scrollLeft = x - scroller.clientWidth / 2;
  }

  #morph(): void {
    const [from, to] = [this.#open, this.folded ? 0 : 1];
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.hasUpdated || still()) {
      this.#open = to;
      return;
    }
    const began = performance.now();
    const frame = (): void => {
      const share = Math.min(1, (performance.now() - began) / opening);
      this.#open = from + (to - from) * (share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) ** 2);
      this.#frame = share < 1 && this.isConnected ? requestAnimationFrame(frame) : 0;
      this.requestUpdate();
    };
    this.#frame = requestAnimationFrame(frame);
  }
}

const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

define("unfold-graph", GraphView);
