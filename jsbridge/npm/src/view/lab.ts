import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import * as unfold from "../index.js";
import type { Problem } from "../lab/engine.js";
import { problemOf } from "../lab/engine.js";
import { Lab } from "../lab/lab.js";
import type { Source } from "../lab/source.js";
import type { GenerateOptions, Model, RuntimeOptions } from "../types.js";
import { define } from "./define.js";
import type { LabElement } from "./elements.js";
import { LabEventsOf } from "./lab-events.js";
import { panelsOf, type PanelName, settingAttributes, settingsOf, sourceNamed, suggested, untilOf } from "./lab-attributes.js";
import { stateOf } from "./lab-state.js";
import { words } from "./lab-words.js";
import { formatNumber, type Language, languageOf, onLanguage, phrase, type Values } from "./language.js";
import { styles } from "./styles.js";

const known: ReadonlySet<string> = new Set([
  ...settingAttributes, "data", "src", "steps", "autoplay", "panels", "height", "lang", "theme", "state",
  "id", "class", "style", "slot", "part", "title", "dir", "role", "tabindex",
]);

/** The panels that mean something for data of a kind. */
const fitting: Partial<Record<PanelName, readonly Source["kind"][]>> = { samples: ["text"], heatmap: ["text"], forecast: ["series"], confusion: ["classes", "task"] };

/**
 * A network that trains where it stands: data, training, samples. It starts when it is seen, and frees everything when it is removed; all labs
 * on a page share one engine. Data come from `data`, `src`, a `<script type="text/plain">` inside, or the property `text` or `series`.
 *
 * @element unfold-lab
 * @attr {string} data - austen, names, sunspots, sine, adding, copy, parity, reber
 * @attr {string} src - address of a text (.txt) or a series (.csv)
 * @attr {"rnn" | "gru" | "lstm"} cell
 * @attr {number} units - hidden size H
 * @attr {number} hidden - the same; a style sheet that hides all that has HTML's own attribute of this name hides it too
 * @attr {number} layers
 * @attr {number} seq-len - window T of truncated backpropagation through time
 * @attr {number} batch - B
 * @attr {number} lr - learning rate
 * @attr {number} seed
 * @attr {number} steps - training ends there; absent: it goes on
 * @attr {"" | "false"} autoplay - "false": waits for the button; where motion is to be reduced it always waits
 * @attr {string} panels - of graph, loss, samples, heatmap, memory, connectivity, states, compare, forecast, confusion, check
 * @attr {string} height - of the plot, a CSS length
 * @attr {"en" | "zh"} lang
 * @attr {"light" | "dark"} theme
 * @attr {string} state - "#v=1&data=names&hidden=64": attributes in one, as the page's links have them
 * @fires unfold-ready - {weights}: a network stands
 * @fires unfold-step - {step, loss, valLoss, gradNorm, tokensPerSec}: at most 20 a second
 * @fires unfold-sample - {text, prompt}
 * @fires unfold-select - {panel, …}: something in a panel was chosen
 * @fires unfold-state - {state}: loading, training, paused, error
 * @fires unfold-error - {code, message}
 * @slot - shown until the elements work; a `<script type="text/plain">` in it is the data
 * @slot title - above all
 * @slot caption - below all
 * @csspart toolbar - the buttons
 * @csspart button - each of them
 * @csspart panel - one view with its title
 * @csspart error - what went wrong
 */
export class LabView extends LitElement implements LabElement {
  static override styles = [styles, css`
    :host { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 12px; }
    :host([hidden]) { display: block; }
    :host([hidden=""]), :host([hidden="hidden"]), :host([hidden="until-found"]) { display: none; }
    :host([theme="light"]) { color-scheme: light; }
    :host([theme="dark"]) { color-scheme: dark; }
    .toolbar { margin-bottom: 10px; }
    .toolbar .facts { margin-inline-start: auto; }
    .panels { display: grid; gap: 14px; grid-template-columns: minmax(0, 1fr); }
    @container (min-width: 760px) { .panels { grid-template-columns: repeat(2, minmax(0, 1fr)); } .wide { grid-column: 1 / -1; } }
    h3 { font-size: 1em; margin: 0 0 4px; }
    .error { border: 1px solid var(--warn); border-radius: 8px; padding: 8px 12px; margin-bottom: 10px; overflow-wrap: anywhere; }
    .source { display: none; }
  `];
  static override properties = { runtime: { attribute: false }, language: { state: true }, problem: { state: true }, seen: { state: true } };
  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, "data", "src", "panels", "height", "state", "steps", "autoplay", ...settingAttributes];
  }

  declare runtime: RuntimeOptions | undefined;
  protected declare language: Language;
  protected declare problem: Problem | undefined;
  protected declare seen: boolean;
  readonly #given: { text?: string; series?: readonly number[] | string; source?: Source } = {};
  #lab: Lab | undefined;
  #told: LabEventsOf | undefined;
  #observer: IntersectionObserver | undefined;
  #offLanguage: (() => void) | undefined;
  #opening = 0;
  #abort: AbortController | undefined;
  #nextDraw = 0;

  constructor() {
    super();
    this.language = "en";
    this.problem = undefined;
    this.seen = false;
  }

  /** What the views inside look at. */
  get lab(): Lab {
    if (this.#lab === undefined) {
      this.#lab = new Lab(unfold, {}, this.runtime);
      this.#told = new LabEventsOf(this, this.#lab);
      this.#lab.on("failed", (problem) => this.#fail(problem));
      this.#lab.on("refused", (problem) => this.#fail(problem));
      for (const name of ["state", "network", "settings", "shown"] as const) this.#lab.on(name, () => this.requestUpdate());
      this.#lab.on("progress", () => {
        if (performance.now() < this.#nextDraw) return;
        this.#nextDraw = performance.now() + 250;
        this.requestUpdate();
      });
    }
    return this.#lab;
  }
  /** The network, when one stands. */
  get model(): Model | undefined {
    return this.#lab?.network?.model;
  }
  get text(): string | undefined {
    return this.#given.text;
  }
  /** A text to learn from. */
  set text(text: string | undefined) {
    this.#give("text", text);
  }
  get series(): readonly number[] | string | undefined {
    return this.#given.series;
  }
  /** Numbers of one column, or CSV whose columns are all read. */
  set series(series: readonly number[] | string | undefined) {
    this.#give("series", series);
  }
  get source(): Source | undefined {
    return this.#given.source ?? this.#lab?.source;
  }
  /** Anything that a lab learns from. */
  set source(source: Source | undefined) {
    this.#give("source", source);
  }

  play(): void {
    this.problem = undefined;
    if (this.lab.network === undefined && this.lab.state !== "loading") void this.#open(true);
    else this.lab.play(this.#until());
  }
  pause(): void {
    this.lab.pause();
  }
  /** Trains so many steps; resolves when they are done. */
  async step(count = 1): Promise<void> {
    if (this.lab.network === undefined) await this.#open(false);
    await this.lab.advance(count);
  }
  /** New weights, from the seed. */
  async reset(): Promise<void> {
    this.problem = undefined;
    if (this.lab.network === undefined) await this.#open(true);
    else await this.lab.reset();
  }
  /** Has it write; also told as `unfold-sample`. */
  async sample(options: Partial<GenerateOptions> = {}): Promise<string> {
    const { model } = this;
    if (model === undefined) throw new unfold.UnfoldError("STATE", "<unfold-lab>.sample(): no network stands yet; await the event unfold-ready");
    let text = "";
    // A network that has not trained yet does not know what its tokens are.
    const { subject } = this.lab.network ?? {};
    const prompt = subject?.kind === "text" && typeof options.prompt === "string" ? subject.data.encode(options.prompt) : options.prompt;
    for await (const { token } of model.generate({ length: 200, ...options, ...(prompt !== undefined && { prompt }) })) {
      text += subject?.kind === "text" ? subject.data.vocabulary[token] : `${token} `;
    }
    this.#told?.tell("unfold-sample", { text, prompt: options.prompt ?? "" });
    return text;
  }
  /** The model as a file. */
  async exportModel(format: "safetensors" | "onnx" = "safetensors"): Promise<Uint8Array> {
    const { model } = this;
    if (model === undefined) throw new unfold.UnfoldError("STATE", "<unfold-lab>.exportModel(): no network stands yet; await the event unfold-ready");
    return model.save({ format });
  }

  override connectedCallback(): void {
    for (const name of ["runtime", "text", "series", "source"] as const) this.#upgrade(name);
    super.connectedCallback();
    this.language = languageOf(this);
    this.#offLanguage = onLanguage(() => (this.language = languageOf(this)));
    this.#observer = new IntersectionObserver((entries) => {
      if (entries.at(-1)?.isIntersecting !== true || this.seen) return;
      this.seen = true;
      void this.#open(this.#autoplay());
    }, { rootMargin: "200px" });
    this.#observer.observe(this);
    // For views elsewhere that wait for this lab.
    this.dispatchEvent(new CustomEvent("unfold-connected", { bubbles: true, composed: true }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#offLanguage?.();
    this.#observer?.disconnect();
    this.#abort?.abort();
    this.#opening++;
    this.#told?.end();
    this.#lab?.dispose();
    this.#lab = this.#told = undefined;
    this.seen = false;
  }

  override attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    super.attributeChangedCallback(name, before, now);
    if (before === now || !this.seen) return;
    if (name === "panels" || name === "height") this.requestUpdate();
    else if ((settingAttributes as readonly string[]).includes(name) && this.lab.network !== undefined) void this.#change();
    else if (name !== "steps" && name !== "autoplay") void this.#open(this.lab.state !== "paused");
  }

  /** A property set before the element was defined hides the accessor: it is set again. */
  #upgrade(name: "runtime" | "text" | "series" | "source"): void {
    if (!Object.hasOwn(this, name)) return;
    const value = (this as Record<string, unknown>)[name];
    delete (this as Record<string, unknown>)[name];
    (this as Record<string, unknown>)[name] = value;
  }

  #give(name: "text" | "series" | "source", value: unknown): void {
    for (const other of ["text", "series", "source"] as const) delete this.#given[other];
    if (value !== undefined) Object.assign(this.#given, { [name]: value });
    if (this.seen) void this.#open(this.lab.state !== "paused");
  }

  #get = (attribute: string): string | null => this.getAttribute(attribute) ?? stateOf(this.getAttribute("state")).get(attribute) ?? null;
  #until(): number | undefined {
    return untilOf(this.#get("steps"));
  }
  #autoplay(): boolean {
    return this.#get("autoplay") !== "false" && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  async #open(play: boolean): Promise<void> {
    // Also when it was asked for before it was seen: it is not opened once more then.
    this.seen = true;
    const ticket = ++this.#opening;
    this.problem = undefined;
    this.#abort?.abort();
    this.#abort = new AbortController();
    try {
      const stranger = this.getAttributeNames().find((name) => !known.has(name) && !/^(aria|data)-|^on/.test(name));
      if (stranger !== undefined) throw new unfold.UnfoldError("CONFIG", `<unfold-lab>: ${JSON.stringify(stranger)} is not an attribute; known are ${[...known].slice(0, 17).join(", ")}`);
      const [until, source] = [this.#until(), await this.#source(this.#abort.signal)];
      panelsOf(this.#get("panels"));
      if (ticket !== this.#opening || source === undefined) return;
      await this.lab.open(source, settingsOf(this.#get, suggested(source)), play && (until ?? true));
    } catch (thrown) {
      if (ticket === this.#opening) this.#fail(problemOf(thrown));
    }
  }

  async #change(): Promise<void> {
    try {
      await this.lab.change(settingsOf(this.#get));
    } catch (thrown) {
      this.#fail(problemOf(thrown));
    }
  }

  async #source(signal: AbortSignal): Promise<Source | undefined> {
    const { text, series, source } = this.#given;
    if (source !== undefined) return source;
    if (text !== undefined) return { kind: "text", name: "text", text };
    if (series !== undefined) return seriesSource("series", series);
    const inline = this.querySelector<HTMLScriptElement>('script[type="text/plain"], script[type="text/csv"]');
    if (inline !== null) {
      const written = inline.textContent.trim();
      return inline.type === "text/csv" ? seriesSource("inline", written) : { kind: "text", name: "inline", text: written };
    }
    const src = this.#get("src");
    if (src !== null) return fetchSource(src, signal);
    const data = this.#get("data");
    return data === null ? undefined : sourceNamed(data);
  }

  #fail(problem: Problem): void {
    this.problem = problem;
    this.dispatchEvent(new CustomEvent("unfold-error", { bubbles: true, composed: true, detail: { ...problem } }));
  }

  #say(key: keyof typeof words, values?: Values): string {
    return phrase(this.language, words[key], values);
  }

  override updated(): void {
    this.style.setProperty("--unfold-chart-height", this.#get("height") ?? "");
  }

  override render(): TemplateResult {
    const { lab, problem } = this;
    return html`
      <slot name="title"></slot>
      <div role="group" aria-label=${this.getAttribute("aria-label") ?? this.#say("label")}>
        ${this.#toolbar(lab)}
        ${problem === undefined ? nothing : html`
          <div class="error" part="error" role="alert">
            <p><b>${this.#say("wrong")}</b> ${problem.code}</p><p class="note">${problem.message}</p>
            <p class="row"><button part="button" @click=${() => this.play()}>${this.#say("retry")}</button><button part="button" @click=${() => (this.problem = undefined)}>${this.#say("dismiss")}</button></p>
          </div>`}
        <div class="panels">${this.#panels(lab)}</div>
      </div>
      <div class=${lab.network === undefined ? "" : "source"}><slot></slot></div>
      <slot name="caption"></slot>
    `;
  }

  #toolbar(lab: Lab): TemplateResult {
    const { state, network } = lab;
    const training = state === "training";
    const latest = network?.history.latest;
    const figures = { cell: (network?.settings.cell ?? "").toUpperCase(), hidden: network?.settings.hidden ?? 0, layers: network?.settings.layers ?? 0, weights: network?.weights ?? 0 };
    return html`
      <div class="toolbar row" part="toolbar">
        <button part="button" ?disabled=${state === "loading"} @click=${() => (training ? this.pause() : this.play())}>${this.#say(training ? "pause" : "play")}</button>
        <button part="button" ?disabled=${state === "loading"} @click=${() => void this.step()}>${this.#say("step")}</button>
        <button part="button" ?disabled=${state === "loading"} @click=${() => void this.reset()}>${this.#say("reset")}</button>
        <span class="note facts">
          ${this.#say(state)}${network === undefined ? nothing : html`, ${this.#say("at", { step: lab.shown?.step ?? 0 })}${latest ? html`, ${this.#say("speed", { speed: formatNumber(this.language, latest.tokensPerSecond, { maximumSignificantDigits: 3 }) })}` : nothing} · ${this.#say("network", figures)}`}
        </span>
      </div>`;
  }

  #panels(lab: Lab): TemplateResult[] {
    let names: PanelName[];
    try {
      names = panelsOf(this.#get("panels"));
    } catch {
      return []; // told when it was opened
    }
    const kind = lab.network?.subject.kind;
    return names.filter((name) => kind === undefined ? name === "loss" && lab.state === "loading" : (fitting[name]?.includes(kind) ?? true)).map((name) => html`
      <section class=${name === "graph" || name === "heatmap" ? "wide" : ""} part="panel"><h3>${this.#say(name)}</h3>${view(name, lab)}</section>`);
  }
}

function view(name: PanelName, lab: Lab): TemplateResult {
  switch (name) {
    case "graph": return html`<unfold-graph .lab=${lab}></unfold-graph>`;
    case "loss": return html`<unfold-loss .lab=${lab}></unfold-loss>`;
    case "samples": return html`<unfold-samples .lab=${lab}></unfold-samples>`;
    case "heatmap": return html`<unfold-heatmap .lab=${lab}></unfold-heatmap>`;
    case "memory": return html`<unfold-memory .lab=${lab}></unfold-memory>`;
    case "connectivity": return html`<unfold-connectivity .lab=${lab}></unfold-connectivity>`;
    case "compare": return html`<unfold-compare .lab=${lab}></unfold-compare>`;
    case "check": return html`<unfold-check .lab=${lab}></unfold-check>`;
    case "states": return html`<unfold-states .lab=${lab}></unfold-states>`;
    case "forecast": return html`<unfold-forecast .lab=${lab}></unfold-forecast>`;
    case "confusion": return html`<unfold-confusion .lab=${lab}></unfold-confusion>`;
  }
}

function seriesSource(name: string, rows: readonly number[] | string): Source {
  if (typeof rows !== "string") return { kind: "series", name, rows, options: { columns: ["value"] } };
  const head = rows.slice(0, rows.search(/\r?\n|$/)).split(",").map((column) => column.trim().replace(/^"|"$/g, ""));
  // A first column of times or dates orders the rows; the others are read.
  return { kind: "series", name, rows, options: { columns: head.length > 1 ? head.slice(1) : head, missing: "interpolate" } };
}

async function fetchSource(src: string, signal: AbortSignal): Promise<Source> {
  let response: Response;
  try {
    response = await fetch(src, { signal });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    throw new unfold.UnfoldError("FORMAT", `<unfold-lab src=${JSON.stringify(src.slice(0, 200))}>: cannot be fetched; offline, another origin without CORS, or a Content-Security-Policy whose connect-src leaves it out`, { cause: thrown });
  }
  if (!response.ok) throw new unfold.UnfoldError("FORMAT", `<unfold-lab src=${JSON.stringify(src.slice(0, 200))}>: the server answered ${response.status}`);
  const text = await response.text();
  const csv = /\.csv($|[?#])/i.test(src) || /^text\/csv/i.test(response.headers.get("content-type") ?? "");
  return csv ? seriesSource(src, text) : { kind: "text", name: src, text };
}

define("unfold-lab", LabView);
