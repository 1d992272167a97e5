import { css, html, nothing, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import uPlot from "uplot";
import type { Mark } from "../lab/history.js";
import type { Lab } from "../lab/lab.js";
import type { Baseline } from "../lab/source.js";
import { Chart, chartStyles } from "./chart.js";
import { define } from "./define.js";
import type { LossElement } from "./elements.js";
import { height, readingAt, stepsForTable } from "./loss-figures.js";
import { words } from "./loss-words.js";
import { styles } from "./styles.js";
import { View } from "./view.js";

const bitsPerNat = 1 / Math.LN2;
// Chart and words need not follow every frame: training has better use for the processor.
const chartMs = 120;
const wordsMs = 250;

/**
 * The loss over training steps: training and held-out, what there is to beat, what happened, and a slider that takes every view of the lab
 * back to an earlier step.
 *
 * @element unfold-loss
 * @attr {"bits" | "nats"} unit - of losses that are entropies; default bits
 * @csspart chart - the plot
 * @csspart legend - names, colours and values at the pointer
 * @csspart scrubber - the slider over checkpoints
 * @cssprop --unfold-chart-height - height of the plot; default 220px
 */
export class LossView extends View implements LossElement {
  static override styles = [styles, chartStyles, css`
    .legend { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline; min-height: 28px; font-variant-numeric: tabular-nums; }
    .swatch { display: inline-block; width: 14px; height: 0; border-top: 3px solid var(--pos); vertical-align: middle; margin-inline-end: 4px; }
    .swatch.held { border-top-color: var(--neg); border-top-style: double; border-top-width: 4px; }
    .swatch.rule { border-top: 2px dashed var(--ink-soft); }
    .unit { margin-inline-start: auto; }
    .scrubber { display: grid; grid-template-columns: 1fr auto; gap: 4px 10px; align-items: center; }
    .scrubber input { width: 100%; }
    .scrubber .row { grid-column: 1 / -1; min-height: 30px; }
  `];
  static override properties = { ...View.properties, unit: {} };

  declare unit: "bits" | "nats";
  protected readonly words = words;
  #baselines: readonly Baseline[] = [];
  #pointer: number | undefined;
  #nextChart = 0;
  #nextWords = 0;
  readonly #place = createRef<HTMLElement>();
  readonly #chart = new Chart(() => this.#options());

  constructor() {
    super();
    this.unit = "bits";
  }

  protected override attached(lab: Lab): void {
    this.hear("network", () => this.#begin());
    this.hear("progress", () => this.#draw());
    this.hear("shown", () => this.#draw(true));
    this.hear("checkpoint", () => this.#draw());
    this.hear("state", () => this.#draw(true));
    if (lab.network !== undefined) this.#begin();
  }

  protected override visible(seen: boolean): void {
    if (seen) this.#draw(true);
  }

  #begin(): void {
    const network = this.lab?.network;
    this.#baselines = [];
    this.#pointer = undefined;
    this.#chart.restyle();
    this.#draw(true);
    void network?.subject.baselines.then((baselines) => {
      if (this.lab?.network?.subject !== network.subject) return;
      this.#baselines = baselines;
      this.#draw(true);
    }, () => {}); // they are an ornament: training goes on without them
  }

  /** While training runs, plot and words follow a few times a second. */
  #draw(now = false): void {
    if (!this.isConnected || document.hidden) return;
    const network = this.lab?.network;
    const time = performance.now();
    if (network !== undefined && (now || time >= this.#nextChart)) {
      this.#nextChart = time + chartMs;
      const [steps, training, heldOut] = network.history.columns();
      const k = this.#factor;
      this.#chart.data = [steps, training.map((loss) => loss * k), heldOut.map((loss) => loss && loss * k)];
    }
    if (!now && time < this.#nextWords) return;
    this.#nextWords = time + wordsMs;
    this.requestUpdate();
  }

  get #entropy(): boolean {
    return this.lab?.network?.subject.unit !== "mse";
  }
  get #factor(): number {
    return this.#entropy && this.unit !== "nats" ? bitsPerNat : 1;
  }
  get #unitName(): string {
    return this.say(this.#entropy ? (this.unit === "nats" ? "nats" : "bits") : "mse");
  }
  #loss(value: number | null | undefined): string {
    return this.number(value ?? NaN, this.#entropy ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumSignificantDigits: 3 });
  }

  #options(): Omit<uPlot.Options, "width" | "height"> {
    const ink = this.colour("ink-soft");
    const axis: uPlot.Axis = {
      stroke: ink, font: "12px system-ui, sans-serif", grid: { stroke: this.colour("line"), width: 1 }, ticks: { show: false },
      values: (_plot, splits) => splits.map((split) => this.number(split)),
    };
    return {
      padding: [10, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: (_plot, _low, high) => [0, Math.max(20, high ?? 0)] },
        y: { range: (plot) => height([...(plot.data[1] ?? []), ...(plot.data[2] ?? [])], this.#baselines.map(({ loss }) => loss * this.#factor), this.#entropy) },
      },
      axes: [{ ...axis, size: 26, space: 70 }, { ...axis, size: 44, space: 32 }],
      series: [
        {},
        { stroke: this.colour("pos"), width: 2, points: { show: false } },
        { stroke: this.colour("neg"), width: 2.5, spanGaps: true, points: { show: false } },
      ],
      hooks: {
        drawAxes: [(plot) => this.#drawRules(plot)],
        draw: [(plot) => this.#drawMarks(plot)],
        setCursor: [(plot) => {
          this.#pointer = plot.cursor.idx ?? undefined;
          this.requestUpdate();
        }],
      },
    };
  }

  #drawRules(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    Object.assign(ctx, { font: `${12 * ratio}px system-ui, sans-serif`, textAlign: "right", textBaseline: "bottom", lineWidth: ratio });
    let lowest = -Infinity;
    for (const { name, loss } of [...this.#baselines].sort((a, b) => b.loss - a.loss)) {
      const y = Math.round(plot.valToPos(loss * this.#factor, "y", true)) + 0.5;
      if (!(y >= bbox.top - 1 && y <= bbox.top + bbox.height + 1)) continue;
      ctx.strokeStyle = this.colour("ink-soft");
      ctx.setLineDash([5 * ratio, 4 * ratio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.setLineDash([]);
      // Labels stand on their lines, and below the one before where two lines nearly meet.
      lowest = Math.max(y - 2 * ratio, lowest + 14 * ratio);
      Object.assign(ctx, { strokeStyle: this.colour("surface"), lineWidth: 4 * ratio });
      ctx.strokeText(this.say(name), bbox.left + bbox.width - 4 * ratio, lowest);
      Object.assign(ctx, { fillStyle: this.colour("ink-soft"), lineWidth: ratio });
      ctx.fillText(this.say(name), bbox.left + bbox.width - 4 * ratio, lowest);
    }
    ctx.restore();
  }

  /** What happened, as ticks at the foot; and the step that is shown, as a line. */
  #drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    for (const { step, what } of this.lab?.network?.history.marks ?? []) {
      const x = Math.round(plot.valToPos(step, "x", true));
      ctx.fillStyle = this.colour(what === "clipped" ? "ink-soft" : what === "numeric" ? "warn" : "accent");
      ctx.fillRect(x, bbox.top + bbox.height - (what === "clipped" ? 5 : 12) * ratio, (what === "clipped" ? 1 : 2) * ratio, (what === "clipped" ? 5 : 12) * ratio);
    }
    const past = this.#past;
    if (past !== undefined) {
      ctx.fillStyle = this.colour("accent");
      ctx.fillRect(Math.round(plot.valToPos(past, "x", true)) - ratio, bbox.top, 2 * ratio, bbox.height);
    }
    ctx.restore();
  }

  /** The step shown, while it is not the present. */
  get #past(): number | undefined {
    const { lab } = this;
    return lab?.looksBack ? lab.shown?.step : undefined;
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    this.#chart.place = this.isConnected ? this.#place.value : undefined;
    if (changed.has("unit") || changed.has("language")) {
      this.#chart.restyle();
      this.#draw();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#chart.place = undefined;
  }

  override render(): TemplateResult {
    const network = this.lab?.network;
    const columns = network?.history.columns() ?? [[], [], [], []];
    const k = this.#factor;
    const reading = readingAt(columns, this.#pointer);
    const [training, heldOut] = [this.#loss(reading && reading.training * k), this.#loss(reading?.heldOut && reading.heldOut * k)];
    const baselines = this.#baselines.map(({ name, loss }) => `${this.say(name)} ${this.#loss(loss * k)}`).join(", ");
    const said = reading ? this.say("chart", { step: reading.step, training, heldOut, unit: this.#unitName, baselines }) : this.say("empty");
    const { kind } = network?.subject ?? {};
    return html`
      <div class="legend" part="legend">
        ${reading ? html`<span>${this.say("step", { step: reading.step })}</span>` : nothing}
        <span><i class="swatch"></i>${this.say("training")} <b>${training}</b></span>
        <span><i class="swatch held"></i>${this.say("heldOut")} <b>${heldOut}</b></span>
        ${this.#baselines.map(({ name, loss }) => html`<span class="note"><i class="swatch rule"></i>${this.say(name)} ${this.#loss(loss * k)}</span>`)}
        ${this.#entropy
          ? html`<button class="unit" @click=${() => (this.unit = this.unit === "nats" ? "bits" : "nats")}>${this.say(kind === "text" ? "perToken" : "perTarget", { unit: this.#unitName })}</button>`
          : html`<span class="unit note">${this.say("plain", { unit: this.#unitName })}</span>`}
      </div>
      <div class="chart" part="chart" role="img" aria-label=${said} ${ref(this.#place)}></div>
      ${this.#scrubber(network?.checkpoints.steps ?? [])}
      ${this.#table(columns, network?.history.marks ?? [])}
    `;
  }

  #scrubber(steps: readonly number[]): TemplateResult | typeof nothing {
    if (steps.length < 2) return nothing;
    const past = this.#past;
    const at = past === undefined ? steps.length : Math.max(0, steps.indexOf(past));
    const shown = past ?? this.lab?.step ?? 0;
    const seek = (event: Event): void => void this.lab?.seek(steps[Number((event.target as HTMLInputElement).value)]);
    return html`
      <div class="scrubber" part="scrubber">
        <input type="range" min="0" max=${steps.length} step="1" .value=${String(at)} aria-label=${this.say("scrub")} aria-valuetext=${this.say("step", { step: shown })} @input=${seek}>
        <span>${this.say("step", { step: shown })}</span>
        <div class="row" role="status">${past === undefined ? nothing : html`
          <span class="note">${this.say("past", { step: past })}</span>
          <button @click=${() => void this.lab?.seek(undefined)}>${this.say("present")}</button>
          <button @click=${() => void this.lab?.fork()}>${this.say("fork")}</button>`}
        </div>
      </div>`;
  }

  #table(columns: ReturnType<NonNullable<Lab["network"]>["history"]["columns"]>, marks: readonly Mark[]): TemplateResult {
    const k = this.#factor;
    const [steps, training, heldOut, gradNorm] = columns;
    const said = ({ what, value }: Mark): string => this.say(what === "clipNorm" && value === 0 ? "clipOff" : what, { value: this.number(value, { maximumSignificantDigits: 3 }) });
    const rows = (event: Event): void => {
      if ((event.target as HTMLDetailsElement).open) this.requestUpdate();
    };
    const open = this.renderRoot.querySelector<HTMLDetailsElement>("details.data")?.open ?? false;
    return html`
      <details class="data" @toggle=${rows}>
        <summary>${this.say("data")}</summary>
        ${open ? html`<div class="scroll" tabindex="0" role="region" aria-label=${this.say("data")}><table>
          <thead><tr><th>${this.say("step", { step: "" }).trim()}</th><th>${this.say("training")}</th><th>${this.say("heldOut")}</th><th>${this.say("gradNorm")}</th></tr></thead>
          <tbody>${stepsForTable(steps).map((i) => html`<tr>
            <td>${this.number(steps[i] ?? NaN)}</td><td>${this.#loss((training[i] ?? NaN) * k)}</td><td>${this.#loss(heldOut[i] == null ? null : heldOut[i] * k)}</td>
            <td>${this.number(gradNorm[i] ?? NaN, { maximumSignificantDigits: 3 })}</td></tr>`)}
          </tbody></table>
          ${marks.length === 0 ? nothing : html`<table><thead><tr><th>${this.say("step", { step: "" }).trim()}</th><th>${this.say("event")}</th></tr></thead>
          <tbody>${marks.slice(-50).map((mark) => html`<tr><td>${this.number(mark.step)}</td><td>${said(mark)}</td></tr>`)}</tbody></table>`}
        </div>` : nothing}
      </details>`;
  }
}

define("unfold-loss", LossView);
