import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { Problem } from "../lab/engine.js";
import { problemOf } from "../lab/engine.js";
import { Lab } from "../lab/lab.js";
import { bounds, type Settings } from "../lab/settings.js";
import type { Source } from "../lab/source.js";
import { contrast, join, judged, linearRange, type Side } from "./compare-figures.js";
import { words } from "./compare-words.js";
import { define } from "./define.js";
import type { CompareElement } from "./elements.js";
import { LinesChart, linesStyles, swatch } from "./lines-chart.js";
import { type Colour, View } from "./view.js";

/** One of the two networks. */
interface Run {
  readonly lab: Lab;
  /** Training has ended, or need not be waited for. */
  end: () => void;
  problem: Problem | undefined;
  sample: string;
}

const names = ["A", "B"] as const;
const looks = [{ colour: "pos", dash: [] }, { colour: "neg", dash: [8, 4] }] as const satisfies readonly { colour: Colour; dash: readonly number[] }[];
const widths = [1.2, 2.6] as const;
const sampled = 200;
// Words and lines need not follow every step.
const everyMs = 100;

/**
 * A | B: two networks on the same data, with the same seed, for as many steps; their losses on the same axes, and what both write in the end.
 * They start on a button, and are freed when the element is removed.
 *
 * @element unfold-compare
 * @attr {number} steps - Training steps; default 300.
 * @attr {string} for - Id of the element with the lab whose data and other settings are taken.
 * @prop {Partial<Side>} a - cell, hidden, learningRate, clipNorm of A; default: the lab's.
 * @prop {Partial<Side>} b - of B; default: as A, with the other cell.
 * @prop {Lab} lab - The lab; default: that of the nearest `<unfold-lab>` around.
 * @csspart settings - Fields and buttons.
 * @csspart chart - The losses.
 * @csspart sample - What a network writes.
 */
export class CompareView extends View implements CompareElement {
  static override styles = [View.styles, linesStyles, css`
    .all { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
    .sides { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
    @container (min-width: 560px) { .sides { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
    fieldset { border: 1px solid var(--line); border-radius: 6px; padding: 6px 10px 10px; margin: 0; min-width: 0; display: grid; gap: 6px 12px; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); }
    legend { font-weight: 600; padding-inline: 4px; display: flex; gap: 8px; align-items: center; }
    label { display: grid; gap: 2px; font-size: 0.92em; }
    label.inline { display: flex; gap: 8px; align-items: center; font-size: 1em; }
    input[type="number"], select { inline-size: 100%; min-inline-size: 0; }
    .inline input { inline-size: 6.5em; }
    td > span { display: inline-flex; gap: 8px; align-items: center; }
    @container (max-width: 420px) { .figures { font-size: 0.88em; } .figures :is(td, th) { padding-inline-end: 6px; } }
    pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 var(--mono); background: var(--raised); border-radius: 6px; padding: 8px 10px; }
    progress { accent-color: var(--accent); inline-size: 120px; }
  `];
  static override properties: PropertyDeclarations = { ...View.properties, steps: { type: Number, reflect: true }, a: { attribute: false }, b: { attribute: false } };

  declare steps: number;
  declare a: Partial<Side>;
  declare b: Partial<Side>;
  protected readonly words = words;
  #runs: readonly [Run, Run] | undefined;
  #source: Source | undefined;
  #running = false;
  #nextWords: ReturnType<typeof setTimeout> | undefined;
  readonly #chart = new LinesChart();

  constructor() {
    super();
    this.steps = 300;
    this.a = {};
    this.b = {};
  }

  protected override attached(lab: Lab): void {
    this.hear("network", () => {
      if (lab.source !== this.#source) this.#free();
      this.requestUpdate();
    });
    this.hear("settings", () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#free();
    this.#chart.set(undefined, undefined);
  }

  /** Ends both networks. */
  #free(): void {
    clearTimeout(this.#nextWords);
    this.#nextWords = undefined;
    for (const { lab } of this.#runs ?? []) lab.dispose();
    this.#runs = undefined;
    this.#running = false;
    this.requestUpdate();
  }

  /** Settings of both sides, as they stand. */
  #sides(settings: Side): [Side, Side] {
    const a = { ...pick(settings), ...this.a };
    return [a, { ...contrast(a), ...this.b }];
  }

  /** Trains both from new weights. */
  async start(): Promise<void> {
    const [lab, source] = [this.lab, this.lab?.source];
    if (lab?.network === undefined || source === undefined) return;
    this.#free();
    const base = lab.network.settings;
    const runs = this.#sides(base).map((side): Run => ({ lab: new Lab(lab.engine, { ...base, activation: "tanh", ...side }, lab.runtime), end: () => {}, problem: undefined, sample: "" })) as unknown as [Run, Run];
    this.#runs = runs;
    this.#source = source;
    this.#running = true;
    this.requestUpdate();
    await Promise.all(runs.map((run) => this.#follow(run, source)));
    if (this.#runs !== runs) return;
    this.#running = false;
    this.requestUpdate();
    if (lab.network?.subject.kind === "text") await Promise.all(runs.map((run) => this.#write(run)));
    this.requestUpdate();
  }

  /** Opens and trains; resolves when training has ended. */
  async #follow(run: Run, source: Source): Promise<void> {
    const { lab } = run;
    const ended = new Promise<void>((resolve) => (run.end = resolve));
    lab.on("state", (state) => {
      if (state === "error" || state === "empty" || (state === "paused" && lab.step > 0)) run.end();
    });
    lab.on("failed", (problem) => (run.problem = problem));
    lab.on("progress", () => this.#soon());
    if (await lab.open(source, {}, this.steps)) await ended;
  }

  async #write(run: Run): Promise<void> {
    const model = run.lab.network?.model;
    if (model === undefined || run.problem !== undefined) return;
    try {
      for await (const { text = "" } of model.generate({ length: sampled, temperature: 0.8, seed: 1 })) {
        run.sample += text;
        this.#soon();
      }
    } catch (thrown) {
      if (run.lab.network?.model === model) run.problem = problemOf(thrown);
    }
  }

  #stop = (): void => {
    for (const { lab, end } of this.#runs ?? []) {
      lab.pause();
      end();
    }
  };

  #soon(): void {
    this.#nextWords ??= setTimeout(() => {
      this.#nextWords = undefined;
      this.requestUpdate();
    }, everyMs);
  }

  override updated(): void {
    const place = (this.isConnected && this.renderRoot.querySelector<HTMLElement>(".chart")) || undefined;
    const [a, b] = (this.#runs ?? []).map(({ lab }) => lab.network?.history.columns());
    const { steps, losses } = join(a, b);
    if (steps.length < 2) return this.#chart.set(place, undefined);
    this.#chart.set(place, {
      x: steps, log: false, range: linearRange(losses.flat()), ink: this.colour("ink-soft"), grid: this.colour("line"), font: "system-ui, sans-serif",
      lines: losses.map((values, i) => ({ values, colour: this.colour(looks[i >> 1 ? 1 : 0].colour), dash: looks[i >> 1 ? 1 : 0].dash, width: widths[i & 1 ? 1 : 0] })),
      xNumber: (value) => this.number(value), yNumber: (value) => this.number(value, { maximumSignificantDigits: 3 }),
    });
  }

  override render(): TemplateResult {
    const network = this.lab?.network;
    if (network === undefined) return html`<p class="note">${this.say("waiting")}</p>`;
    const runs = this.#runs;
    return html`<div class="all">
      <p class="note">${this.say("intro")}</p>
      <div class="sides" part="settings">${this.#sides(network.settings).map((side, i) => this.#fields(side, i))}</div>
      <div class="row">
        <label class="inline">${this.say("steps")}<input type="number" min="10" max="100000" step="10" .value=${String(this.steps)} ?disabled=${this.#running}
          @change=${(event: Event) => (this.steps = within((event.target as HTMLInputElement).valueAsNumber, 1, 100_000, this.steps, true))}></label>
        ${this.#running
          ? html`<button @click=${this.#stop}>${this.say("stop")}</button>${runs?.map(({ lab }, i) => html`<progress max=${this.steps} .value=${lab.step} aria-label=${this.say("progress", { side: names[i] as string, step: lab.step, steps: this.steps })}></progress>`)}
              <span class="note">${runs?.every(({ lab }) => lab.network) ? runs.map(({ lab }, i) => this.say("progress", { side: names[i] as string, step: lab.step, steps: this.steps })).join(" · ") : this.say("making")}</span>`
          : html`<button @click=${() => void this.start()}>${this.say(runs ? "again" : "start")}</button>`}
      </div>
      ${runs ? this.#results(runs, network.subject.unit) : nothing}
    </div>`;
  }

  #fields(side: Side, i: number): TemplateResult {
    const key = i === 0 ? "a" : "b";
    const set = (change: Partial<Side>): void => void (this[key] = { ...this[key], ...change });
    const number = (name: "hidden" | "learningRate" | "clipNorm", step: string): TemplateResult => {
      const [least, most] = bounds[name];
      return html`<label>${this.say(name)}<input type="number" min=${least} max=${most} step=${step} .value=${String(side[name])} ?disabled=${this.#running}
        @change=${(event: Event) => set({ [name]: within((event.target as HTMLInputElement).valueAsNumber, least, most, side[name], name === "hidden") })}></label>`;
    };
    return html`<fieldset><legend>${this.say("side", { side: names[i] as string })}${swatch({ ...looks[i ? 1 : 0], width: 2.6 })}</legend>
      <label>${this.say("cell")}<select ?disabled=${this.#running} @change=${(event: Event) => set({ cell: (event.target as HTMLSelectElement).value as Settings["cell"] })}>
        ${(["rnn", "gru", "lstm"] as const).map((cell) => html`<option value=${cell} .selected=${cell === side.cell}>${cell.toUpperCase()}</option>`)}</select></label>
      ${number("hidden", "1")}${number("learningRate", "any")}${number("clipNorm", "any")}</fieldset>`;
  }

  #loss = (value: number): string => this.number(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

  #results(runs: readonly [Run, Run], unit: "nats" | "mse"): TemplateResult {
    const latest = runs.map(({ lab: { network, step } }, i) => this.say("latest", { side: names[i] as string, step, training: this.#loss(network?.history.smoothed ?? NaN), heldOut: this.#loss(network?.history.heldOut ?? NaN) }));
    return html`<p class="note">${this.say("loss", { unit: this.say(unit) })}</p>
      <div class="chart" part="chart" role="img" aria-label=${this.say("summary", { a: latest[0] as string, b: latest[1] as string })}></div>
      <div class="figures"><table><thead><tr>${[this.say("line"), this.say("weights"), this.say("atStep"), this.say("loss", { unit: this.say(unit) })].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${runs.flatMap(({ lab: { network, step } }, i) => (["training", "heldOut"] as const).map((what, w) => html`<tr>
        <td><span>${swatch({ ...looks[i ? 1 : 0], width: widths[w ? 1 : 0] })}${this.say(what, { side: names[i] as string })}</span></td><td>${this.number(network?.weights ?? NaN)}</td><td>${this.number(step)}</td>
        ${this.#cell(names[i] as string, what, (what === "training" ? network?.history.smoothed : network?.history.heldOut) ?? NaN)}</tr>`))}</tbody></table></div>
      ${runs.map(({ problem }, i) => (problem ? html`<p class="note" role="status">${this.say("failed", { side: names[i] as string, message: problem.message })}</p>` : nothing))}
      ${this.#running ? nothing : this.#verdict(runs)}
      ${runs.some(({ sample }) => sample !== "") ? html`<div class="sides">${runs.map(({ sample }, i) => html`<div><p class="note">${this.say("sample", { side: names[i] as string })}</p><pre part="sample">${sample}</pre></div>`)}</div>` : nothing}
      ${this.#numbers(runs)}`;
  }

  #cell = (side: string, what: string, loss: number): TemplateResult => html`<td data-side=${side} data-loss=${what} data-value=${loss}>${this.#loss(loss)}</td>`;

  #verdict(runs: readonly [Run, Run]): TemplateResult | typeof nothing {
    const [a, b] = runs.map(({ lab: { network } }) => network && judged(network.history.columns()));
    if (a === undefined || b === undefined || a.step !== b.step) return nothing;
    const { step } = a;
    if (this.#loss(a.loss) === this.#loss(b.loss)) return html`<p>${this.say("same", { steps: step, loss: this.#loss(a.loss) })}</p>`;
    const [i, better, worse] = a.loss < b.loss ? ([0, a, b] as const) : ([1, b, a] as const);
    const network = runs[i].lab.network;
    return html`<p>${this.say("better", { steps: step, side: names[i], cell: network?.settings.cell.toUpperCase() ?? "", weights: network?.weights ?? 0, loss: this.#loss(better.loss), other: this.#loss(worse.loss) })}</p>`;
  }

  #numbers(runs: readonly [Run, Run]): TemplateResult {
    const { steps, losses } = join(runs[0].lab.network?.history.columns(), runs[1].lab.network?.history.columns());
    const every = Math.max(1, Math.ceil(steps.length / 40));
    const heads = names.flatMap((side) => [this.say("training", { side }), this.say("heldOut", { side })]);
    return html`<details class="data"><summary>${this.say("numbers")}</summary><div class="scroll" tabindex="0" role="region" aria-label=${this.say("numbers")}><table>
      <thead><tr><th scope="col">${this.say("atStep")}</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>${steps.map((step, i) => (i % every === 0 || i === steps.length - 1 ? html`<tr><th scope="row">${this.number(step)}</th>${losses.map((values) => html`<td>${this.#loss(values[i] ?? NaN)}</td>`)}</tr>` : nothing))}</tbody></table></div></details>`;
  }
}

const pick = ({ cell, hidden, learningRate, clipNorm }: Side): Side => ({ cell, hidden, learningRate, clipNorm });

/** What was typed, where it may lie; as it was before, where it is no number. */
function within(value: number, least: number, most: number, before: number, whole: boolean): number {
  if (!Number.isFinite(value)) return before;
  return Math.min(most, Math.max(least, whole ? Math.round(value) : value));
}

define("unfold-compare", CompareView);
