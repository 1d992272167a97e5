import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { problemOf } from "../lab/engine.js";
import type { Lab } from "../lab/lab.js";
import type { Shown } from "../lab/looks.js";
import type { Network } from "../lab/network.js";
import { define } from "./define.js";
import type { MemoryElement } from "./elements.js";
import { LinesChart, linesStyles, swatch } from "./lines-chart.js";
import { brief, type Curve, factorPerStep, halving, logRange, powerOfTen, scaled } from "./memory-figures.js";
import { cells, type Direction, jacobianRadius, lagCurves, largest, piecesOf, Trial } from "./memory-trials.js";
import { words } from "./memory-words.js";
import { type Colour, View } from "./view.js";

/** One line of the chart with its row of the table. */
interface Row {
  /** For who reads the page by its parts: rnn, gru, lstm, own, and with `-c` their cells. */
  readonly key: string;
  readonly name: string;
  readonly curve: Curve;
  readonly factor: number;
  readonly gradNorm: number;
  /** By which the clip scales it. */
  readonly kept: number;
  readonly colour: Colour;
  readonly dash: readonly number[];
  readonly width: number;
}

const stepsOfTraining = 100;
const clipNorm = 1;
const strokes = { rnn: ["neg", []], gru: ["accent", [8, 3]], lstm: ["pos", [12, 3, 2, 3]] } as const satisfies Record<string, readonly [Colour, readonly number[]]>;

/**
 * How far back a network remembers: the norm of the gradient ∂L(t)/∂h(t-k) over the lag k, of an RNN, a GRU and an LSTM of the same size side by
 * side and of the lab's own network while it trains.
 *
 * @element unfold-memory
 * @attr {number} radius - ρ(W_hh) at which the three small networks start, 0.2 to 2; default 1.
 * @attr {boolean} clip - Whether their gradients are clipped to norm 1.
 * @attr {"backward" | "forward"} direction - Gradients back in time (default), or changes of state forward in time.
 * @attr {string} for - Id of the element with the lab.
 * @prop {Lab} lab - The lab; default: that of the nearest `<unfold-lab>` around.
 * @csspart controls - The slider, switches and buttons.
 * @csspart chart - The chart.
 * @csspart table - A row of figures for each line.
 */
export class MemoryView extends View implements MemoryElement {
  static override styles = [View.styles, linesStyles, css`
    .all { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
    .radius { flex: 1 1 220px; display: flex; gap: 8px; align-items: center; }
    .radius input { flex: 1; min-width: 90px; }
    output { font-variant-numeric: tabular-nums; min-width: 2.4em; }
    label { display: inline-flex; gap: 6px; align-items: center; min-height: 28px; }
    input[type="checkbox"] { inline-size: 18px; block-size: 18px; accent-color: var(--accent); }
    td > span { display: inline-flex; gap: 8px; align-items: center; }
    .chart { height: var(--unfold-chart-height, 280px); }
    @container (max-width: 420px) { .figures { font-size: 0.88em; } .figures :is(td, th) { padding-inline-end: 6px; } }
    /* What the factor says too. */
    @container (max-width: 380px) { .figures :is(td, th):nth-child(4) { display: none; } .swatch { inline-size: 18px; } }
  `];
  static override properties: PropertyDeclarations = { ...View.properties,
    radius: { type: Number, reflect: true }, clip: { type: Boolean, reflect: true }, direction: { reflect: true }, lag: { state: true },
  };

  declare radius: number;
  declare clip: boolean;
  declare direction: Direction;
  /** Where the table reads the lines. */
  declare lag: number;
  protected readonly words = words;
  #trials: Trial[] = [];
  #of: Network["subject"] | undefined;
  #batch: ReturnType<typeof piecesOf>;
  #own: { curves: NonNullable<ReturnType<typeof lagCurves>>; step: number } | undefined;
  #eigen: number | "loading" | { message: string } | undefined;
  #problem: string | undefined;
  #training = false;
  #running = false;
  #again: "remake" | "measure" | undefined;
  readonly #chart = new LinesChart((place) => (this.lag = place));

  constructor() {
    super();
    this.radius = 1;
    this.clip = false;
    this.direction = "backward";
    this.lag = 20;
  }

  protected override attached(): void {
    this.hear("network", () => this.#forget());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
    this.#chart.set(undefined, undefined);
  }

  #forget(): void {
    for (const trial of this.#trials) trial.dispose();
    this.#trials = [];
    this.#of = undefined;
    this.#own = undefined;
    this.#problem = undefined;
    this.#training = false;
    this.requestUpdate();
  }

  override async look({ model, step }: Shown): Promise<void> {
    const network = this.lab?.network;
    if (network === undefined) return;
    if (this.#of !== network.subject) {
      this.#of = network.subject;
      this.#batch = piecesOf(network);
      this.#refresh("remake");
    }
    const batch = this.#batch;
    if (batch === undefined || this.direction !== "backward" || network.settings.pattern === "output") return;
    const curves = lagCurves(network.settings, await model.inspect(batch, "lag"), batch);
    if (this.lab?.network !== network) return;
    this.#own = curves && { curves, step };
    this.requestUpdate();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has("radius") && this.#trials.length > 0) this.#refresh("remake");
    if (changed.has("direction") && this.#of !== undefined) {
      this.#refresh("measure");
      this.urge();
    }
  }

  /** Measures the small networks, from new weights or as they are; a wish that comes meanwhile is met afterwards. */
  #refresh(what: "remake" | "measure"): void {
    this.#again = this.#again === "remake" ? "remake" : what;
    if (!this.#running && !this.#training) void this.#meet();
  }

  async #meet(): Promise<void> {
    this.#running = true;
    while (this.#again !== undefined) {
      const what = this.#again;
      this.#again = undefined;
      const [lab, subject] = [this.lab, this.#of];
      if (lab?.network === undefined || subject === undefined || this.#batch === undefined) continue;
      try {
        if (what === "remake") await this.#remake(lab, lab.network);
        for (const trial of this.#trials) await trial.measure(this.#batch, this.direction);
        this.#problem = undefined;
        this.requestUpdate();
        await this.#lookAtEigenvalues();
      } catch (thrown) {
        if (this.#of === subject && this.#again === undefined) this.#problem = problemOf(thrown).message;
      }
      this.requestUpdate();
    }
    this.#running = false;
  }

  async #remake(lab: Lab, network: Network): Promise<void> {
    const made = await Promise.allSettled(cells.map((cell) => Trial.make(cell, lab.engine, lab.runtime, network, this.radius)));
    const fresh = made.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const refused = made.find((one) => one.status === "rejected");
    if (this.#of !== network.subject || refused) for (const trial of fresh) trial.dispose();
    if (refused) throw refused.reason;
    if (this.#of !== network.subject) return;
    for (const trial of this.#trials) trial.dispose();
    this.#trials = fresh;
  }

  async #lookAtEigenvalues(): Promise<void> {
    const rnn = this.#trials.find(({ cell }) => cell === "rnn");
    if (rnn === undefined || this.#batch === undefined || this.#again !== undefined) return;
    if (typeof this.#eigen !== "number") this.#eigen = "loading";
    this.requestUpdate();
    try {
      this.#eigen = await jacobianRadius(rnn, this.#batch);
    } catch (thrown) {
      this.#eigen = { message: problemOf(thrown).message };
    }
  }

  async #train(): Promise<void> {
    const network = this.lab?.network;
    if (network === undefined || this.#training || this.#running) return;
    this.#training = true;
    const trials = this.#trials;
    await Promise.all(trials.map((trial) => trial.train(network, stepsOfTraining, this.clip ? clipNorm : 0, () => this.requestUpdate())));
    if (this.#trials !== trials) return;
    this.#training = false;
    this.#refresh("measure");
    this.requestUpdate();
  }

  #rows(): Row[] {
    const rows: Row[] = [];
    const add = (key: string, name: string, curve: Curve, gradNorm: number, colour: Colour, dash: readonly number[], width: number): void => {
      const kept = this.clip && this.direction === "backward" && gradNorm > clipNorm ? clipNorm / gradNorm : 1;
      rows.push({ key, name, curve: scaled(curve, kept), factor: factorPerStep(curve.middle), gradNorm, kept, colour, dash, width });
    };
    for (const { cell, steps, settings, measured } of this.#trials) {
      if (measured === undefined) continue;
      const [colour, dash] = strokes[cell];
      const name = this.say("trial", { cell: cell.toUpperCase(), hidden: settings.hidden, step: steps });
      add(cell, name, measured.hidden, measured.gradNorm, colour, dash, 2);
      if (measured.memory) add(`${cell}-c`, `${cell.toUpperCase()}: ${this.say("memory")}`, measured.memory, measured.gradNorm, colour, [2, 3], 1.5);
    }
    const network = this.lab?.network;
    if (this.#own !== undefined && network !== undefined && this.direction === "backward") {
      const { cell, hidden } = network.settings;
      const { curves, step } = this.#own;
      add("own", this.say("own", { cell: cell.toUpperCase(), hidden, step }), curves.hidden, NaN, "ink", [], 2.5);
      if (curves.memory) add("own-c", this.say("memory"), curves.memory, NaN, "ink", [2, 3], 1.5);
    }
    return rows;
  }

  override updated(): void {
    const rows = this.#rows();
    const place = (this.isConnected && this.renderRoot.querySelector<HTMLElement>(".chart")) || undefined;
    const last = Math.max(0, ...rows.map(({ curve }) => curve.middle.length)) - 1;
    if (place === undefined || last < 1) return this.#chart.set(place, undefined);
    const range = logRange(rows.flatMap(({ curve }) => curve.middle));
    const within = (values: readonly (number | null)[]): (number | null)[] => values.map((value) => (value === null || value < range[0] ? null : value));
    const above = (values: readonly (number | null)[]): (number | null)[] => values.map((value) => (value === null ? null : Math.min(range[1], Math.max(range[0], value))));
    this.#chart.set(place, {
      x: Array.from({ length: last + 1 }, (_, k) => k), log: true, range, ink: this.colour("ink-soft"), grid: this.colour("line"), font: "system-ui, sans-serif",
      lines: rows.map(({ curve, colour, dash, width }) => ({ values: within(curve.middle), low: above(curve.low), high: above(curve.high), colour: this.colour(colour), dash, width })),
      mark: Math.min(this.lag, last), rules: [{ at: 1, colour: this.colour("ink-soft") }],
      xNumber: (value) => this.number(value), yNumber: (value) => powerOfTen(Math.round(Math.log10(value))),
    });
  }

  override render(): TemplateResult {
    const network = this.lab?.network;
    if (network === undefined) return html`<p class="note">${this.say("waiting")}</p>`;
    if (this.#of === network.subject && this.#batch === undefined) return html`<p class="note">${this.say("little")}</p>`;
    const rows = this.#rows();
    return html`<div class="all">
      ${this.#controls(rows.length > 0)}
      <div class="chart" part="chart" role="img" aria-label=${this.#summary(rows)}></div>
      ${rows.length > 0 ? this.#table(rows) : html`<p class="note" role="status">${this.#problem ? nothing : this.say("making", { hidden: Math.min(largest, network.settings.hidden) })}</p>`}
      ${this.#notes(network)}
      ${rows.length > 0 ? this.#numbers(rows) : nothing}
    </div>`;
  }

  #controls(ready: boolean): TemplateResult {
    const done = Math.min(...this.#trials.map(({ steps, failed }) => (failed ? Infinity : steps)));
    const pressed = (direction: Direction): TemplateResult =>
      html`<button aria-pressed=${this.direction === direction} @click=${() => (this.direction = direction)}>${this.say(direction)}</button>`;
    return html`<div class="row" part="controls">
      <label class="radius" title=${this.say("radiusHint")}>${this.say("radius")}
        <input type="range" min="0.2" max="2" step="0.05" .value=${String(this.radius)} ?disabled=${this.#training} @input=${(event: Event) => (this.radius = Number((event.target as HTMLInputElement).value))}>
        <output>${this.number(this.radius, { minimumFractionDigits: 2 })}</output></label>
      <label><input type="checkbox" .checked=${this.clip} ?disabled=${this.#training} @change=${(event: Event) => (this.clip = (event.target as HTMLInputElement).checked)}>${this.say("clip", { norm: clipNorm })}</label>
      <span class="row" role="group" aria-label=${this.say("direction")}>${pressed("backward")}${pressed("forward")}</span>
      ${this.#training
        ? html`<button @click=${() => this.#trials.forEach((trial) => trial.stop())}>${this.say("stop")}</button>
            <span class="note">${this.say("training", { done: Number.isFinite(done) ? done : 0, total: stepsOfTraining })}</span>`
        : html`<button ?disabled=${!ready} @click=${() => void this.#train()}>${this.say("train", { steps: stepsOfTraining })}</button>
            <button ?disabled=${!ready} @click=${() => this.#refresh("remake")}>${this.say("initial")}</button>`}
    </div>`;
  }

  #table(rows: readonly Row[]): TemplateResult {
    const last = Math.max(...rows.map(({ curve }) => curve.middle.length)) - 1;
    const lag = Math.min(this.lag, last);
    return html`<label class="radius">${this.say("lag")}
        <input type="range" min="0" max=${last} .value=${String(lag)} @input=${(event: Event) => (this.lag = Number((event.target as HTMLInputElement).value))}><output>${lag}</output></label>
      <div class="figures"><table part="table"><thead><tr>${[this.say("network"), this.say("atLag", { lag }), this.say("factor"), this.say("halves"), this.say("gradient")].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr data-row=${row.key}>
        <td><span>${swatch(row)}${row.name}</span></td>
        <td>${brief(row.curve.middle[lag] ?? NaN)}</td>
        <td data-figure="factor" data-value=${row.factor}>${brief(row.factor)} ${this.#kind(row.factor)}</td>
        <td>${this.#halves(row.factor)}</td>
        <td data-figure="gradient" data-value=${row.gradNorm}>${Number.isNaN(row.gradNorm) ? "" : row.kept < 1 ? this.say("clipped", { norm: brief(row.gradNorm), factor: brief(row.kept) }) : brief(row.gradNorm)}</td></tr>`)}</tbody></table></div>`;
  }

  #kind(factor: number): string {
    if (Number.isNaN(factor)) return "";
    return this.say(factor < 0.95 ? "vanishing" : factor > 1.05 ? "exploding" : "steady");
  }

  #halves(factor: number): string {
    const steps = halving(factor);
    if (!Number.isFinite(steps) || Math.abs(steps) > 1000) return "–";
    return steps > 0 ? this.say("steps", { steps: brief(steps) }) : this.say("doubles", { steps: brief(-steps) });
  }

  #notes(network: Network): TemplateResult {
    const rnn = this.#trials.find(({ cell }) => cell === "rnn")?.measured;
    const eigen = this.#eigen;
    const notes: string[] = [];
    if (rnn?.theory) {
      const { radius, openness } = rnn.theory;
      notes.push(this.say("theory", { radius: brief(radius), open: brief(openness), product: brief(radius * openness), factor: brief(factorPerStep(rnn.hidden.middle)) }));
      if (typeof eigen === "number") notes.push(this.say("eigenvalue", { radius: brief(eigen) }));
      else if (eigen === "loading") notes.push(this.say("eigenLoading"));
      else if (eigen) notes.push(this.say("eigenFailed", eigen));
    }
    if (this.clip) notes.push(this.say("clipNote"));
    for (const { cell, failed, steps } of this.#trials) if (failed) notes.push(this.say("failedTrial", { cell: cell.toUpperCase(), step: steps, message: failed.message }));
    if (this.#problem !== undefined) notes.push(this.say("failed", { message: this.#problem }));
    if (network.settings.pattern === "output") notes.push(this.say("jordan"));
    if (this.direction === "forward") notes.push(this.say("ownForward"));
    const count = this.#batch?.shape[0] ?? 0;
    notes.push(this.direction === "backward" ? this.say("band", { count }) : this.say("bandForward", { count: 5 }));
    return html`${notes.map((note) => html`<p class="note">${note}</p>`)}`;
  }

  #summary(rows: readonly Row[]): string {
    const list = rows.map(({ name, factor }) => `${name}: ${brief(factor)}`).join("; ");
    return this.say(this.direction === "backward" ? "summary" : "summaryForward", { list });
  }

  #numbers(rows: readonly Row[]): TemplateResult {
    const last = Math.max(...rows.map(({ curve }) => curve.middle.length));
    return html`<details class="data"><summary>${this.say("numbers")}</summary><div class="scroll" tabindex="0" role="region" aria-label=${this.say("numbers")}><table>
      <thead><tr><th scope="col">${this.say("lag")}</th>${rows.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${Array.from({ length: last }, (_, k) => html`<tr><th scope="row">${k}</th>${rows.map(({ key, curve }) => html`<td data-curve=${key} data-value=${curve.middle[k] ?? NaN}>${brief(curve.middle[k] ?? NaN)}</td>`)}</tr>`)}</tbody></table></div></details>`;
  }
}

define("unfold-memory", MemoryView);
