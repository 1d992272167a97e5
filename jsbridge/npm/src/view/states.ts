import { css, html, nothing, type PropertyDeclarations, svg, type TemplateResult } from "lit";
import { problemOf } from "../lab/engine.js";
import type { Shown } from "../lab/looks.js";
import type { Network } from "../lab/network.js";
import { seen } from "./connectivity-figures.js";
import { define } from "./define.js";
import type { StatesElement } from "./elements.js";
import { draw, shapes } from "./states-canvas.js";
import { align, type Basis, explained, halfWidth, nearest, project } from "./states-figures.js";
import { fitted, type Paths, pathsOf, statesOf } from "./states-paths.js";
import { words } from "./states-words.js";
import { type Colour, View } from "./view.js";

const colours = ["pos", "neg", "accent", "warn", "ink-soft", "ink"] as const satisfies readonly Colour[];
const longest = 120;
const golden = 0.618;
// A plane that holds less than this share of what it held when it was fitted hides more than it shows.
const aged = 0.7;

/**
 * The hidden state's way over a text: h(t) on the plane of two principal components. The plane stays as it is while the network trains, until it
 * is fitted anew; then it is turned to lie as near as it can to the one before.
 *
 * @element unfold-states
 * @attr {string} text - What is read, for a network of text; absent: a piece of the data.
 * @attr {string} for - Id of the element with the lab.
 * @prop {number} t - The step that is marked, from 0.
 * @prop {Lab} lab - The lab; default: that of the nearest `<unfold-lab>` around.
 * @fires unfold-select - Another step is marked; detail `{ panel, t }`.
 * @csspart picture - The canvas.
 * @csspart strip - The text under it.
 */
export class StatesView extends View implements StatesElement {
  static override styles = [View.styles, css`
    .all { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
    canvas { inline-size: 100%; aspect-ratio: 1; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); touch-action: pan-y; cursor: crosshair; }
    .picture { inline-size: min(100%, 520px); }
    .beside { display: grid; gap: 10px; align-content: start; min-width: 0; }
    .step { display: flex; gap: 8px; align-items: center; }
    .step input { flex: 1; min-width: 100px; }
    .own { flex: 1 1 200px; display: flex; gap: 8px; align-items: center; }
    .own input { flex: 1; min-width: 100px; }
    .strip { font: 14px/1.6 var(--mono); overflow-wrap: anywhere; white-space: pre-wrap; }
    mark { background: var(--ink); color: var(--surface); border-radius: 2px; padding-inline: 2px; }
    ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 14px; }
    li { display: flex; gap: 6px; align-items: center; }
    li svg { inline-size: 14px; block-size: 14px; fill: currentColor; stroke: currentColor; }
    select { max-inline-size: 240px; }
    @container (min-width: 760px) { .all { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } .wide { grid-column: 1 / -1; } }
  `];
  static override properties: PropertyDeclarations = { ...View.properties, text: {}, t: { type: Number }, path: { state: true } };

  declare text: string | undefined;
  declare t: number;
  declare path: number;
  protected readonly words = words;
  #share = 0.3;
  #of: Network["subject"] | undefined;
  #paths: Paths | undefined;
  /** The plane, since when, and how much of the variance it held then. */
  #basis: (Basis & { step: number; held: number }) | undefined;
  #before: Basis | undefined;
  #points: Float64Array | undefined;
  #half: number | undefined;
  #variance = NaN;
  #state: "idle" | "loading" | { message: string } = "idle";
  #refused: string | undefined;
  #frame = 0;
  #resize: ResizeObserver | undefined;

  constructor() {
    super();
    this.t = 24;
    this.path = 0;
  }

  protected override attached(): void {
    this.hear("network", () => this.#begin());
    this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize?.disconnect();
    this.#resize = undefined;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #begin(): void {
    this.#basis = undefined;
    this.#before = undefined;
    this.#state = "idle";
    this.#half = undefined;
    this.#read();
  }

  #read(): void {
    const network = this.lab?.network;
    this.#of = network?.subject;
    this.#points = undefined;
    this.#refused = undefined;
    this.#paths = undefined;
    if (network !== undefined) {
      try {
        this.#paths = pathsOf(network, this.text, this.#share);
      } catch (thrown) {
        this.#refused = problemOf(thrown).message;
        this.#paths = pathsOf(network, undefined, this.#share);
      }
    }
    this.path = 0;
    if (this.#paths !== undefined) this.t = Math.min(this.t, this.#last());
    this.urge();
    this.requestUpdate();
  }

  #last = (): number => (this.#paths?.paths[this.path]?.labels.length ?? 1) - 1;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has("text") && (changed.get("text") ?? "") !== (this.text ?? "")) this.#read();
  }

  override async look({ model, step }: Shown): Promise<void> {
    const [network, paths] = [this.lab?.network, this.#paths];
    if (network === undefined || paths === undefined || this.#of !== network.subject || typeof this.#state === "object") return;
    const top = `h_l${network.settings.layers - 1}`;
    if (this.#basis === undefined) {
      this.#state = "loading";
      this.requestUpdate();
      try {
        const { components } = await model.inspect(fitted(network, paths), "components");
        const found = components?.[top];
        if (this.lab?.network !== network || found === undefined) return;
        this.#basis = { ...align({ mean: Float64Array.from(found.mean.data), directions: Float64Array.from(found.directions.data) }, this.#before), step, held: NaN };
        this.#state = "idle";
      } catch (thrown) {
        if (this.lab?.network === network) this.#state = { message: problemOf(thrown).message };
        this.requestUpdate();
        return;
      }
    }
    const { activations } = await model.inspect({ ...paths.batch }, "activations");
    const h = activations?.[top];
    const basis = this.#basis;
    if (this.#paths !== paths || h === undefined || basis === undefined || h.shape[2] !== basis.mean.length) return;
    const states = statesOf(h, paths.paths);
    this.#points = project(states, basis);
    this.#variance = explained(states, basis);
    if (Number.isNaN(basis.held)) basis.held = this.#variance;
    this.#half = halfWidth(this.#points, this.#half);
    this.requestUpdate();
  }

  #anew = (): void => {
    this.#before = this.#basis ?? this.#before;
    this.#basis = undefined;
    this.#half = undefined;
    this.#state = "idle";
    this.urge();
    this.requestUpdate();
  };

  #another = (): void => {
    this.#share = (this.#share + golden) % 1;
    this.text = "";
    this.#read();
  };

  #starts(): number[] {
    let at = 0;
    return [0, ...(this.#paths?.paths ?? []).map(({ labels }) => (at += labels.length))];
  }

  override updated(): void {
    const canvas = this.renderRoot.querySelector("canvas");
    if (!this.isConnected) return;
    if (canvas !== null && this.#resize === undefined) {
      this.#resize = new ResizeObserver(() => this.#ask());
      this.#resize.observe(canvas);
    }
    this.#ask();
  }

  #ask(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const canvas = this.renderRoot.querySelector("canvas");
    const [paths, points] = [this.#paths, this.#points];
    const context = canvas?.getContext("2d");
    if (canvas === null || !context || paths === undefined) return;
    const [size, ratio] = [canvas.clientWidth, devicePixelRatio];
    if (canvas.width !== Math.round(size * ratio)) canvas.width = canvas.height = Math.round(size * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (points === undefined) return context.clearRect(0, 0, size, size);
    const starts = this.#starts();
    const at = (starts[this.path] ?? 0) + this.t;
    draw(context, size, {
      points, starts, at, half: this.#half ?? 1, path: this.path, label: this.#label(), groups: paths.paths.flatMap(({ groups }) => groups),
      colours: colours.map((name) => this.colour(name)), ink: this.colour("ink"), line: this.colour("line"), surface: this.colour("surface"),
    });
  }

  #label = (): string => seen(this.#paths?.paths[this.path]?.labels[this.t] ?? "");

  #said(): string {
    const labels = this.#paths?.paths[this.path]?.labels ?? [];
    const before = labels.slice(Math.max(0, this.t - 10), this.t).map(seen).join(apart(labels));
    return this.say("at", { t: this.t, label: this.#label(), before });
  }

  #choose(t: number, path = this.path): void {
    if (t === this.t && path === this.path) return;
    this.path = path;
    this.t = Math.max(0, Math.min(this.#last(), t));
    this.dispatchEvent(new CustomEvent("unfold-select", { detail: { panel: "states", t: this.t }, bubbles: true, composed: true }));
  }

  #point = (event: PointerEvent): void => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    if (this.#points === undefined) return;
    const [size, half] = [canvas.clientWidth, this.#half ?? 1];
    const unit = (2 * half) / size;
    const i = nearest(this.#points, event.offsetX * unit - half, half - event.offsetY * unit, 16 * unit);
    if (i === undefined) return;
    const starts = this.#starts();
    const path = starts.filter((start) => start <= i).length - 1;
    this.#choose(i - (starts[path] as number), path);
  };

  override render(): TemplateResult {
    const [network, paths] = [this.lab?.network, this.#paths];
    if (network === undefined) return html`<p class="note">${this.say("waiting")}</p>`;
    if (paths === undefined) return html`<p class="note">${this.say("little")}</p>`;
    const state = this.#state;
    const steps = paths.paths[this.path]?.labels.length ?? 0;
    return html`<div class="all">
      <div class="row wide">
        ${network.subject.kind === "text"
          ? html`<label class="own">${this.say("own")}<input maxlength=${longest} .value=${this.text ?? ""} spellcheck="false" autocomplete="off" @change=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)}></label>`
          : nothing}
        <button @click=${this.#another}>${this.say("another")}</button>
        <button ?disabled=${state === "loading"} @click=${this.#anew}>${this.say(typeof state === "object" ? "retry" : "anew")}</button>
      </div>
      ${this.#refused === undefined ? nothing : html`<p class="note wide" role="status">${this.say("refused", { message: this.#refused })}</p>`}
      ${typeof state === "object" ? html`<p class="note wide" role="status">${this.say("failed", state)}</p>` : nothing}
      <div class="picture"><canvas part="picture" role="img" aria-label=${this.say("summary", { steps, at: this.#said() })} @pointermove=${this.#point} @pointerdown=${this.#point}></canvas></div>
      <div class="beside">
        ${this.#legend(paths)}
        ${paths.paths.length > 1 ? this.#select(paths) : nothing}
        <label class="step">${this.say("step")}<input type="range" min="0" max=${steps - 1} .value=${String(this.t)} @input=${(event: Event) => this.#choose(Number((event.target as HTMLInputElement).value))}><output>${this.t}</output></label>
        <p>${this.#said()}</p>
        ${this.#strip(paths)}
        <p class="note">${state === "loading" ? this.say("loading") : this.#plane(network)}</p>
        ${this.#numbers(paths)}
      </div>
    </div>`;
  }

  #plane({ settings: { hidden } }: Network): string {
    if (this.#basis === undefined || Number.isNaN(this.#variance)) return "";
    const plane = this.say("plane", { hidden, fitted: this.#basis.step, share: this.number(this.#variance, { style: "percent", maximumFractionDigits: 0 }) });
    return this.#variance < aged * this.#basis.held ? `${plane} ${this.say("aged")}` : plane;
  }

  #group = ({ by, legend }: Paths, group: number): string => (by === "tokens" ? this.say(legend[group] as string) : legend[group] ?? "");

  #legend(paths: Paths): TemplateResult {
    const used = new Set(paths.paths.flatMap(({ groups }) => groups));
    const by = { tokens: "byTokens", classes: "byClasses", answers: "byAnswers", sequences: "bySequences" }[paths.by];
    return html`<ul aria-label=${this.say("legend")}>${paths.legend.map((_, group) => (used.has(group) ? html`<li><svg viewBox="-7 -7 14 14" aria-hidden="true" .style=${`color: var(--${colours[group % colours.length]})`}>${glyph(group)}</svg>${this.#group(paths, group)}</li>` : nothing))}</ul>
      <p class="note">${this.say(by)}</p>`;
  }

  #select(paths: Paths): TemplateResult {
    const option = ({ labels, groups }: Paths["paths"][number], i: number): TemplateResult =>
      html`<option value=${i} ?selected=${i === this.path}>${this.say("named", { name: this.#group(paths, groups[0] ?? 0), text: labels.slice(0, 24).map(seen).join(apart(labels)) })}</option>`;
    return html`<label class="step">${this.say("sequence")}<select @change=${(event: Event) => this.#choose(0, (event.target as HTMLSelectElement).selectedIndex)}>${paths.paths.map(option)}</select></label>`;
  }

  #strip(paths: Paths): TemplateResult {
    const labels = paths.paths[this.path]?.labels ?? [];
    const text = (from: number, to: number): string => labels.slice(from, to).map((label) => `${label}${apart(labels)}`).join("");
    return html`<p class="strip" part="strip">${text(0, this.t)}<mark>${this.#label()}</mark>${apart(labels)}${text(this.t + 1, labels.length)}</p>`;
  }

  #numbers(paths: Paths): TemplateResult | typeof nothing {
    const points = this.#points;
    if (points === undefined) return nothing;
    const [from, path] = [this.#starts()[this.path] ?? 0, paths.paths[this.path]];
    const value = (i: number): string => this.number(points[i] as number, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
    return html`<details class="data"><summary>${this.say("numbers")}</summary><div class="scroll" tabindex="0" role="region" aria-label=${this.say("numbers")}><table>
      <thead><tr>${["t", this.say("input"), this.say("kind"), "x", "y"].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${path?.labels.map((label, t) => html`<tr data-t=${t} data-x=${points[2 * (from + t)]} data-y=${points[2 * (from + t) + 1]}><th scope="row">${t}</th><td>${seen(label)}</td><td>${this.#group(paths, path.groups[t] ?? 0)}</td><td>${value(2 * (from + t))}</td><td>${value(2 * (from + t) + 1)}</td></tr>`)}</tbody></table></div></details>`;
  }
}

/** Characters stand close; longer labels are kept apart. */
const apart = (labels: readonly string[]): string => (labels.some((label) => [...label].length > 1) ? " · " : "");

/** A group's mark, for the legend: as states-canvas.ts draws it. */
const glyph = (group: number): TemplateResult =>
  ({
    disc: svg`<circle r="4"></circle>`,
    ring: svg`<circle r="4" fill="none" stroke-width="2"></circle>`,
    square: svg`<rect x="-4" y="-4" width="8" height="8"></rect>`,
    triangle: svg`<path d="M0-5 5 4-5 4z"></path>`,
    diamond: svg`<path d="M0-5 5 0 0 5-5 0z"></path>`,
    cross: svg`<path d="M-4-4 4 4M-4 4 4-4" stroke-width="2"></path>`,
  })[shapes[group % shapes.length] ?? "disc"];

define("unfold-states", StatesView);
