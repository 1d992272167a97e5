import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { problemOf } from "../lab/engine.js";
import type { Shown } from "../lab/looks.js";
import { define } from "./define.js";
import type { HeatmapElement } from "./elements.js";
import { scaleOf, statesOf, unitOf } from "./heatmap-figures.js";
import { Holding, type Order } from "./heatmap-hold.js";
import { bestOf, colourScale, findsList, findsTable, matchList, valuesTable } from "./heatmap-lists.js";
import { activeIn, agreement, overlaps, similarSpans } from "./heatmap-match.js";
import { drawOverview, heightFor } from "./heatmap-overview.js";
import { batchOf, endToEnd, firstPieces, markings, ownPieces, type Piece, surveyPieces } from "./heatmap-passage.js";
import { Strip } from "./heatmap-strip.js";
import { heatStyles } from "./heatmap-styles.js";
import { type Ground, groundOf, survey, type Survey } from "./heatmap-survey.js";
import { words } from "./heatmap-words.js";
import { visible } from "./samples-figures.js";
import type { Host } from "./samples-host.js";
import { View } from "./view.js";

/** The text as the network has read it. */
interface Reading {
  readonly step: number;
  readonly pieces: readonly Piece[];
  readonly states: readonly string[];
  readonly state: string;
  /** H. */
  readonly units: number;
  /** [N, H]. */
  readonly values: Float32Array;
  readonly scale: number;
}

const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;
const patience = 300;
const promptTokens = 200;

/**
 * A text coloured by one unit of the network, all units over it, what units of the network go with, where else a selected pattern of units
 * comes, and what is written while a unit is held.
 *
 * @element unfold-heatmap
 * @attr {number} unit - The unit that colours the text, from 0; absent: the one that stands out most.
 * @attr {string} state - `h_l0`, `c_l0`, `h_l1` … as inspect() names it; absent: the lowest.
 * @attr {string} text - What is read; absent: a held-out piece of the data.
 * @fires {CustomEvent} unfold-select - A unit was chosen; `detail` has `panel: "heatmap"`, the state and the unit.
 * @csspart controls - State and unit.
 * @csspart text - The coloured text.
 * @csspart overview - All units over the text.
 * @csspart finds - The units that stand out.
 * @csspart matches - Where a selected pattern comes too.
 * @csspart pair - The free text and the one with the unit held.
 * @csspart button - What starts and stops the writing.
 */
export class HeatmapView extends View implements HeatmapElement {
  static override styles = [View.styles, heatStyles];
  static override properties: PropertyDeclarations = {
    unit: { type: Number }, state: {}, text: {}, reading: { state: true }, found: { state: true }, threshold: { state: true }, share: { state: true }, note: { state: true }, opened: { state: true },
  };

  declare unit: number | undefined;
  declare state: string | undefined;
  declare text: string;
  private declare reading: Reading | undefined;
  private declare found: Survey | undefined;
  /** As a share of the scale. */
  private declare threshold: number;
  private declare share: number;
  private declare note: string;
  /** The tables can be seen. */
  private declare opened: boolean;
  protected readonly words = words;
  #pieces: readonly Piece[] = [];
  #ground: Ground | undefined;
  readonly #strip = new Strip(() => this.#moved(), () => this.requestUpdate());
  readonly #host: Host = {
    requestUpdate: () => this.requestUpdate(), say: (key, values) => this.say(key, values), number: (value, options) => this.number(value, options),
  };
  readonly #holding = new Holding(this.#host);
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    Object.assign(this, { text: "", threshold: 0.3, share: 0.8, note: "", opened: false });
  }

  protected override attached(): void {
    this.#begin();
    this.hear("network", () => this.#begin());
  }

  #begin(): void {
    this.reading = undefined;
    this.found = undefined;
    this.#ground = undefined;
    this.#holding.reset();
    this.#choosePieces();
  }

  #choosePieces(): void {
    const network = this.lab?.network;
    this.note = "";
    this.#strip.reset();
    let own: Piece[] = [];
    if (network !== undefined && this.text) {
      try {
        const { pieces, unknown } = ownPieces(network, this.text);
        own = pieces;
        if (unknown.length > 0) this.note = this.say("skipped", { characters: unknown.map(visible).join(" ") });
      } catch (thrown) {
        this.note = this.say("unreadable", { reason: problemOf(thrown).message });
      }
    }
    this.#pieces = network === undefined ? [] : own.length > 0 ? own : firstPieces(network);
  }

  override get awake(): boolean {
    return super.awake && this.#pieces.length > 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#holding.reset();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has("text") && this.lab !== undefined) this.#choosePieces();
    if (["text", "state"].some((name) => changed.has(name))) this.urge();
  }

  override async look({ model, step, live }: Shown): Promise<void> {
    const network = this.lab?.network;
    const pieces = this.#pieces;
    if (network === undefined || pieces.length === 0) return;
    const { activations = {} } = await model.inspect(batchOf(pieces), "activations");
    if (pieces !== this.#pieces) return this.urge();
    const states = statesOf(activations);
    const state = states.find((one) => one === this.state) ?? states[0];
    if (state === undefined) return;
    const tensor = activations[state] as NonNullable<(typeof activations)[string]>;
    const values = endToEnd(tensor, pieces);
    const { cell, activation } = network.settings;
    const bounded = state.startsWith("h_") && !(cell === "rnn" && activation === "relu");
    this.reading = { step, pieces, states, state, units: tensor.shape[2] as number, values, scale: scaleOf(values, bounded) };
    const last = this.found;
    const due = last === undefined || last.state !== state || step < last.step || (live ? step >= 1.3 * last.step + 20 : step !== last.step);
    if (!due) return;
    this.#ground ??= groundOf(surveyPieces(network));
    const found = this.#ground.marks.length > 0 ? await survey(model, step, state, this.#ground, () => new Promise((resolve) => setTimeout(resolve))) : undefined;
    if (network === this.lab?.network) this.found = found;
  }

  #moved(): void {
    this.#holding.again(this.#order());
    this.requestUpdate();
  }

  get #unit(): number {
    const units = this.reading?.units ?? 1;
    const unit = this.unit ?? this.found?.units[0]?.unit ?? 0;
    return Math.max(0, Math.min(units - 1, Math.floor(unit) || 0));
  }

  #choose(unit: number): void {
    const units = this.reading?.units ?? 1;
    this.unit = ((Math.floor(unit) % units) + units) % units || 0;
    const detail = { panel: "heatmap", state: this.reading?.state, unit: this.unit };
    this.dispatchEvent(new CustomEvent("unfold-select", { bubbles: true, composed: true, detail }));
    this.#holding.again(this.#order());
  }

  /** What the writing with a held unit goes on from: the text up to the cursor or the end of the selection. Undefined: nothing can be held. */
  #order(): Order | undefined {
    const { lab, reading } = this;
    const network = lab?.network;
    if (lab === undefined || network === undefined || reading === undefined) return undefined;
    const { subject, settings } = network;
    const marks = markings(network);
    if (subject.kind !== "text" || settings.pattern === "output" || settings.bidirectional || marks === undefined) return undefined;
    const end = this.#strip.selection?.to ?? (this.#strip.at > 0 ? this.#strip.at + 1 : Math.min(80, reading.pieces[0]?.ids.length ?? 0));
    const ids = [...(reading.pieces[0]?.ids.subarray(Math.max(0, end - promptTokens), end) ?? [])];
    return ids.length === 0 ? undefined : { lab, state: reading.state, unit: this.#unit, scale: reading.scale, ids, marks };
  }

  override updated(): void {
    const { reading } = this;
    if (reading === undefined) return;
    const { pieces, values, units, scale } = reading;
    const unit = this.#unit;
    const column = unitOf(values, units, unit);
    this.#strip.paint(this.renderRoot, pieces, { values: column, scale, like: this.#like(reading), describe: (n) => this.#value(reading, n) });
    const canvas = this.renderRoot.querySelector("canvas");
    const palette = { pos: this.colour("pos"), neg: this.colour("neg"), surface: this.colour("surface"), ink: this.colour("ink") };
    if (canvas === null) return;
    canvas.style.height = `${heightFor(units)}px`;
    drawOverview(canvas, values, units, scale, unit, this.#strip.at, palette);
  }

  #active({ values, units, scale }: Reading): ReturnType<typeof activeIn> {
    const { selection } = this.#strip;
    return selection ? activeIn(values, units, selection, this.threshold * scale) : [];
  }

  /** Spans of the shown text that are like the selected one. */
  #like(reading: Reading): ReturnType<typeof similarSpans> {
    const { selection } = this.#strip;
    const active = this.#active(reading);
    if (selection === undefined || active.length === 0) return [];
    const shares = agreement(reading.values, reading.units, active, this.threshold * reading.scale);
    return similarSpans(shares, reading.pieces.map(({ ids }) => ids.length), selection.to - selection.from, this.share).filter((span) => !overlaps(span, selection));
  }

  #value({ pieces, values, units }: Reading, token: number): string {
    const [unit, mark] = [this.#unit, pieces.flatMap(({ marks }) => marks)[token] ?? ""];
    return this.say("value", { name: visible(mark), unit, value: this.number(values[token * units + unit] ?? NaN, two) });
  }

  #nameOf(state: string): string {
    const layer = Number(/_l(\d+)/.exec(state)?.[1] ?? 0) + 1;
    const name = this.say(state.startsWith("c_") ? "c" : "h", { layer });
    return state.endsWith("_reverse") ? this.say("reverse", { name }) : name;
  }

  override render(): TemplateResult {
    const { reading } = this;
    const network = this.lab?.network;
    if (network !== undefined && markings(network) === undefined) return html`<p class="note">${this.say("none")}</p>`;
    if (network === undefined || reading === undefined) return html`<p class="note">${this.say("waiting")}</p>`;
    const { pieces, values, units, scale } = reading;
    const unit = this.#unit;
    const tokens = values.length / units;
    const range = { least: this.number(-scale, two), most: this.number(scale, two) };
    return html`<div class="panes">
      <div class="reading">
        ${this.#controls(reading, unit)}
        ${this.#strip.template(pieces, network.subject.kind === "task", this.say("text", { count: tokens, unit, ...range }))}
        ${colourScale(scale, this.#host)}
        <p class="readout">${this.#value(reading, this.#strip.over ?? this.#strip.at)}</p>
        <canvas part="overview" role="img" aria-label=${this.say("overview", { count: units, unit })} @click=${(event: MouseEvent) => this.#onOverview(event, reading)}></canvas>
        ${this.#own()}
      </div>
      <div><h4>${this.say("finds")}</h4>${this.found ? findsList(this.found, unit, this.#host, (next) => this.#choose(next)) : nothing}
        <h4>${this.say("match")}</h4>${this.#matching(reading)}</div>
      <div class="below"><h4>${this.say("clamp")}</h4>${this.#held(reading)}</div>
      <details class="data below" @toggle=${(event: Event) => (this.opened = (event.target as HTMLDetailsElement).open)}><summary>${this.say("table")}</summary>
        ${this.opened ? this.#tables(reading, unit) : nothing}</details>
    </div>`;
  }

  #controls({ states, state, units }: Reading, unit: number): TemplateResult {
    return html`<div class="row" part="controls">
      <label>${this.say("state")} <select @change=${(event: Event) => (this.state = (event.target as HTMLSelectElement).value)}>
        ${states.map((one) => html`<option value=${one} ?selected=${one === state}>${this.#nameOf(one)}</option>`)}</select></label>
      <label>${this.say("unit")} <input type="number" min="0" max=${units - 1} .value=${String(unit)} @change=${(event: Event) => this.#choose(Number((event.target as HTMLInputElement).value))}></label>
      <span><button aria-label=${this.say("before")} @click=${() => this.#choose(unit - 1)}>‹</button> <button aria-label=${this.say("after")} @click=${() => this.#choose(unit + 1)}>›</button></span>
      <span class="note">${this.say("of", { count: units })}${this.found && html` · ${bestOf(this.found, unit, this.#host)}`}</span>
    </div>`;
  }

  #own(): TemplateResult {
    const typed = (event: Event): void => {
      clearTimeout(this.#typing);
      // An input method has not decided yet.
      if ((event as InputEvent).isComposing) return;
      const { value } = event.target as HTMLTextAreaElement;
      this.#typing = setTimeout(() => (this.text = value), patience);
    };
    return html`<details ?open=${Boolean(this.text)}><summary class="note">${this.say("own")}</summary>
      <textarea aria-label=${this.say("own")} placeholder=${this.say("ownHint")} maxlength="20000" .value=${this.text ?? ""} @input=${typed} @compositionend=${typed}></textarea></details>
      ${this.note ? html`<p class="note" role="status">${this.note}</p>` : nothing}`;
  }

  #matching(reading: Reading): TemplateResult {
    const { selection } = this.#strip;
    if (selection === undefined || this.found?.state !== reading.state) return html`<p class="note">${this.say("matchHint")}</p>`;
    const active = this.#active(reading);
    const threshold = this.threshold * reading.scale;
    const span = visible(reading.pieces.flatMap(({ marks }) => marks).slice(selection.from, selection.to).join("")).slice(0, 60);
    const { values, width, lengths } = this.found;
    const shares = agreement(values, width, active, threshold);
    const set = (name: "threshold" | "share") => (event: Event) => (this[name] = Number((event.target as HTMLInputElement).value));
    return html`<div class="row"><label>${this.say("threshold")} <input type="range" min="0.05" max="0.95" step="0.05" .value=${String(this.threshold)} @input=${set("threshold")}>
        <output>${this.number(threshold, two)}</output></label>
        <label>${this.say("share")} <input type="range" min="0.5" max="1" step="0.05" .value=${String(this.share)} @input=${set("share")}> <output>${this.number(this.share, { style: "percent" })}</output></label></div>
      <p>${this.say(active.length > 0 ? "active" : "noneActive", { count: active.length, threshold: this.number(threshold, two), span })}${active.length > 0 ? html` ${this.say("together")}` : nothing}</p>
      ${active.length > 0 ? matchList(this.found, similarSpans(shares, lengths, selection.to - selection.from, this.share), this.#host) : nothing}`;
  }

  #held(reading: Reading): TemplateResult {
    const order = this.#order();
    if (order === undefined) return html`<p class="note">${this.say("clampNot")}</p>`;
    return this.#holding.template(order, reading.state.endsWith(`_l${(this.lab?.network?.settings.layers ?? 1) - 1}`));
  }

  #tables({ pieces, values, units }: Reading, unit: number): TemplateResult {
    const choose = (next: number): void => this.#choose(next);
    const marks = pieces.flatMap((piece) => piece.marks);
    return html`<div class="scroll" tabindex="0">${valuesTable(marks, unitOf(values, units, unit), unit, this.#host)}</div>
      ${this.found && html`<h4>${this.say("units")}</h4><div class="scroll" tabindex="0">${findsTable(this.found, this.found.units, this.#host, choose)}</div>
        <h4>${this.say("detectors")}</h4><div class="scroll" tabindex="0">${findsTable(this.found, this.found.named, this.#host, choose)}</div>`}`;
  }

  #onOverview(event: MouseEvent, { units, values }: Reading): void {
    const { left, top, width, height } = (event.target as HTMLElement).getBoundingClientRect();
    this.#strip.at = Math.min(values.length / units - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * (values.length / units))));
    this.#choose(Math.min(units - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * units))));
    this.requestUpdate();
  }
}

define("unfold-heatmap", HeatmapView);
