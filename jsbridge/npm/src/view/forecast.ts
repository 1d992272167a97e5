import { css, html, unsafeCSS, type CSSResultGroup, type PropertyDeclarations, type TemplateResult } from "lit";
import sheet from "uplot/dist/uPlot.min.css";
import type { Shown } from "../lab/looks.js";
import { define } from "./define.js";
import { ForecastChart, type Lines, type Look } from "./forecast-chart.js";
import { ForecastState } from "./forecast-state.js";
import { words } from "./forecast-words.js";
import { View } from "./view.js";

const lengths = [12, 24, 48, 96, 192];

/**
 * A series and what the network makes of it: one step ahead of the truth, and freely from an origin that can be dragged.
 *
 * @element unfold-forecast
 * @attr for - id of the `<unfold-lab>` to look at; else the one around
 * @prop {Lab} lab - the lab to look at
 * @csspart chart - the chart
 * @csspart errors - the table of errors
 */
export class Forecast extends View {
  static override properties: PropertyDeclarations = { ...View.properties, pointed: { state: true }, open: { state: true } };
  static override styles: CSSResultGroup = [View.styles as CSSResultGroup, unsafeCSS(sheet), css`
    .all { display: grid; gap: 10px; }
    .chart { height: 280px; min-width: 0; overflow: hidden; transition: color 1ms; }
    label { display: flex; align-items: center; gap: 6px; }
    label.origin { flex: 1 1 240px; }
    label.origin input { flex: 1; min-width: 120px; }
    output { min-width: 5em; font-variant-numeric: tabular-nums; }
    .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 0; padding: 0; font-size: 0.92em; }
    .legend li { display: flex; align-items: center; gap: 6px; }
    .legend i { width: 24px; border-top: 2px solid; }
    .legend b { font-weight: 400; color: var(--ink-soft); font-variant-numeric: tabular-nums; }
    .truth i { border-color: var(--ink); }
    .oneStep i { border-color: var(--pos); border-top-style: dashed; }
    .free i { border-color: var(--neg); border-top-width: 3px; }
    .flat i { border-color: var(--ink-soft); border-top-style: dotted; }
    [part=errors] { justify-self: start; }
    td.number, th.number { text-align: end; }
    caption { text-align: start; color: var(--ink-soft); }
    @container (max-width: 480px) { .chart { height: 220px; } }
  `];

  protected override readonly words = words;
  declare pointed: number | undefined;
  declare open: boolean;
  #state: ForecastState | undefined;
  #chart: ForecastChart | undefined;
  #drawn: { language: string; dark: string } | undefined;

  constructor() {
    super();
    this.open = false;
  }

  protected override attached(): void {
    this.#begin();
    this.hear("network", () => this.#begin());
  }

  #begin(): void {
    const network = this.lab?.network;
    this.#state = network && ForecastState.of(network);
    this.pointed = undefined;
    this.requestUpdate();
  }

  override get awake(): boolean {
    return super.awake && this.#state !== undefined;
  }

  override async look(shown: Shown): Promise<void> {
    const state = this.#state;
    if (state === undefined || this.lab?.network === undefined) return;
    await state.look(shown);
    if (this.#state === state) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#chart?.dispose();
    this.#chart = undefined;
  }

  /** Colours that are inherited come by a transition: so a change of theme is heard of. */
  readonly #recoloured = (): void => this.requestUpdate();

  #move(row: number): void {
    if (this.#state?.move(row) !== true) return;
    this.urge();
    this.requestUpdate();
  }

  override render(): TemplateResult {
    const state = this.#state;
    const { subject } = this.lab?.network ?? {};
    if (subject === undefined) return html`<p class="note">${this.say("waiting")}</p>`;
    if (subject.kind !== "series") return html`<p class="note">${this.say("none")}</p>`;
    if (state === undefined) return html`<p class="note">${this.say("short", { window: subject.data.window })}</p>`;
    const lines = state.lines();
    return html`<div class="all" role="group" aria-label=${this.say("title")}>
      ${this.#controls(state)}
      ${this.#legend(lines)}
      <div class="chart" part="chart" role="img" aria-label=${this.#summary(state)} @transitionend=${this.#recoloured}></div>
      ${state.looked ? this.#errors(state) : html`<p class="note">${this.say("waiting")}</p>`}
      <p class="note">${this.say("what", { window: state.data.window })}</p>
      ${this.#table(lines)}
    </div>`;
  }

  #controls(state: ForecastState): TemplateResult {
    const [least, most] = state.origins;
    const { target } = state.data;
    const choose = (event: Event): number => Number((event.target as HTMLSelectElement).value);
    return html`<div class="row">
      ${target.length > 1 ? html`<label>${this.say("column")}
        <select @change=${(event: Event) => { state.column = choose(event); this.requestUpdate(); }}>
          ${target.map((name, k) => html`<option value=${k} ?selected=${k === state.column}>${name}</option>`)}
        </select></label>` : ""}
      <label class="origin">${this.say("origin")}
        <input type="range" min=${least} max=${most} .value=${String(state.origin)} aria-valuetext=${this.say("originText", { row: state.origin })}
          @input=${(event: Event) => this.#move(choose(event))}>
        <output>${this.number(state.origin)}</output></label>
      <label>${this.say("length")}
        <select @change=${(event: Event) => { state.length = choose(event); this.urge(); }}>
          ${[...new Set([...lengths, state.length])].sort((a, b) => a - b).map((n) => html`<option value=${n} ?selected=${n === state.length}>${this.number(n)}</option>`)}
        </select></label>
    </div>`;
  }

  #legend(lines: Lines): TemplateResult {
    const at = this.pointed === undefined ? -1 : lines.rows.indexOf(this.pointed);
    return html`<ul class="legend">
      ${(["truth", "oneStep", "free", "flat"] as const).map((name) => html`<li class=${name}><i aria-hidden="true"></i>${this.say(name)} <b>${at < 0 ? "" : this.#value(lines[name][at])}</b></li>`)}
      ${at < 0 ? "" : html`<li><b>${this.say("originText", { row: lines.rows[at] as number })}</b></li>`}
    </ul>`;
  }

  #value(value: number | null | undefined): string {
    return this.number(value ?? NaN, { maximumSignificantDigits: 4 });
  }

  #summary(state: ForecastState): string {
    const { oneStep, still, free, flat } = state.errors();
    return this.say("summary", {
      column: state.data.target[state.column] as string, origin: state.origin, free: this.#value(free), flat: this.#value(flat), oneStep: this.#value(oneStep), still: this.#value(still),
    });
  }

  #errors(state: ForecastState): TemplateResult {
    const { oneStep, still, free, flat, judged: [from, to] } = state.errors();
    const last = Math.min(state.origin + state.length, state.data.rows) - 1;
    const row = (name: string, network: number, persistence: number): TemplateResult =>
      html`<tr><th scope="row">${name}</th><td class="number">${this.#value(network)}</td><td class="number">${this.#value(persistence)}</td></tr>`;
    return html`<table part="errors">
      <caption>${this.say("error")}</caption>
      <thead><tr><td></td><th scope="col" class="number">${this.say("network")}</th><th scope="col" class="number">${this.say("persistence")}</th></tr></thead>
      <tbody>
        ${row(this.say("shownRows", { from, to }), oneStep, still)}
        ${last >= state.origin ? row(this.say("freeRows", { from: state.origin, to: last }), free, flat) : ""}
      </tbody>
    </table>`;
  }

  #table(lines: Lines): TemplateResult {
    const names = ["truth", "oneStep", "free", "flat"] as const;
    return html`<details class="data" @toggle=${(event: Event) => (this.open = (event.target as HTMLDetailsElement).open)}>
      <summary>${this.say("table")}</summary>
      ${this.open ? html`<div class="scroll" tabindex="0" role="region" aria-label=${this.say("table")}><table>
        <thead><tr><th scope="col">${this.say("row")}</th>${names.map((name) => html`<th scope="col" class="number">${this.say(name)}</th>`)}</tr></thead>
        <tbody>${lines.rows.map((row, i) => html`<tr><th scope="row">${this.number(row)}</th>${names.map((name) => html`<td class="number">${this.#value(lines[name][i])}</td>`)}</tr>`)}</tbody>
      </table></div>` : ""}
    </details>`;
  }

  override updated(): void {
    const place = this.renderRoot.querySelector<HTMLElement>(".chart");
    if (place === null || this.#state === undefined) {
      this.#chart?.dispose();
      this.#chart = undefined;
      return;
    }
    this.#chart ??= new ForecastChart(place, () => this.#look(), (row) => this.#move(row), (row) => (this.pointed = row));
    const now = { language: this.language, dark: this.colour("ink") };
    if (this.#drawn !== undefined && (this.#drawn.language !== now.language || this.#drawn.dark !== now.dark)) this.#chart.restyle();
    this.#drawn = now;
    this.#chart.set(this.#state.lines());
  }

  #look(): Look {
    const colours = { truth: "ink", oneStep: "pos", free: "neg", flat: "ink-soft", ink: "ink-soft", line: "line", wash: "raised", origin: "neg" } as const;
    return {
      colour: (of) => this.colour(colours[of]), number: (value) => this.number(value), font: "system-ui, sans-serif",
      labels: { heldOut: this.say("heldOut"), origin: this.say("from") },
    };
  }
}

define("unfold-forecast", Forecast);
