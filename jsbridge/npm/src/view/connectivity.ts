import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { problemOf } from "../lab/engine.js";
import type { Shown } from "../lab/looks.js";
import type { Network } from "../lab/network.js";
import { decades, influence, type Passage, passageOf, passageOfText, reach, seen, shade } from "./connectivity-figures.js";
import { words } from "./connectivity-words.js";
import { define } from "./define.js";
import type { ConnectivityElement } from "./elements.js";
import { brief } from "./memory-figures.js";
import { View } from "./view.js";

/** What the network said of one target. */
interface Answer {
  readonly passage: Passage;
  /** The step whose loss it is. */
  readonly t: number;
  readonly norms: Float64Array;
  readonly loss: number;
}

const longest = 120;
const golden = 0.618;

/**
 * Which earlier inputs matter: one is pointed at, and all are shaded by ‖∂L(t)/∂x(t-k)‖, the gradient of its loss.
 *
 * @element unfold-connectivity
 * @attr {string} text - What is read, for a network of text; absent: a piece of the data.
 * @attr {boolean} linear - Shades in proportion to the norm; absent: to its logarithm.
 * @attr {string} for - Id of the element with the lab.
 * @prop {number | undefined} target - The place of the target in the strip, from 0.
 * @prop {Lab} lab - The lab; default: that of the nearest `<unfold-lab>` around.
 * @fires unfold-select - The target changed; detail `{ panel, target }`.
 * @csspart strip - The cells.
 * @csspart cell - One cell.
 * @csspart target - The cell that is the target.
 */
export class ConnectivityView extends View implements ConnectivityElement {
  static override styles = [View.styles, css`
    .all { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
    .own { flex: 1 1 240px; display: flex; gap: 8px; align-items: center; }
    .own input { flex: 1; min-width: 120px; }
    .strip { display: flex; flex-wrap: wrap; gap: 2px; }
    .cell {
      position: relative; min-inline-size: 24px; block-size: 34px; padding: 2px 3px 10px; display: grid; place-items: center; border: 1px solid transparent; border-radius: 4px;
      font: 15px/1 var(--mono); cursor: pointer; background: color-mix(in srgb, var(--pos) calc(var(--shade, 0) * 62%), var(--raised)); white-space: pre;
    }
    .cell i { position: absolute; inset-inline: 3px; inset-block-end: 3px; block-size: 5px; background: linear-gradient(to right, var(--ink) calc(var(--shade, 0) * 100%), transparent 0); }
    .cell.space { color: var(--ink-soft); }
    .cell.behind { opacity: 0.6; }
    .cell[aria-selected="true"] { border: 2px solid var(--neg); background: color-mix(in srgb, var(--neg) 22%, var(--raised)); font-weight: 700; }
    @media (forced-colors: active) { .cell { border-color: CanvasText; } .cell i { forced-color-adjust: none; background: linear-gradient(to right, CanvasText calc(var(--shade, 0) * 100%), transparent 0); } .cell[aria-selected="true"] { outline: 2px solid Highlight; } }
  `];
  static override properties: PropertyDeclarations = { ...View.properties, text: {}, linear: { type: Boolean, reflect: true }, target: { attribute: false } };

  declare text: string | undefined;
  declare linear: boolean;
  declare target: number | undefined;
  protected readonly words = words;
  #share = 0.3;
  #passage: Passage | undefined;
  #of: Network["subject"] | undefined;
  #answer: Answer | undefined;
  #refused: string | undefined;

  constructor() {
    super();
    this.linear = false;
  }

  protected override attached(): void {
    this.hear("network", () => this.#read());
    this.#read();
  }

  /** The passage to be read: the reader's own, or a piece of the data. */
  #read(): void {
    const network = this.lab?.network;
    this.#of = network?.subject;
    this.#answer = undefined;
    this.#refused = undefined;
    let passage: Passage | undefined;
    if (network !== undefined && this.text) {
      try {
        passage = passageOfText(network, this.text, longest);
      } catch (thrown) {
        this.#refused = problemOf(thrown).message;
      }
    }
    this.#passage = passage ?? (network && passageOf(network, this.#share, longest));
    const places = this.#passage?.labels.length ?? 0;
    if (places > 0) this.target = Math.min(this.target ?? places - 1, places - 1);
    this.urge();
    this.requestUpdate();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has("text") && (changed.get("text") ?? "") !== (this.text ?? "")) this.#read();
    if (changed.has("target")) this.urge();
  }

  /** The step whose loss is that of the target. */
  #step(passage: Passage): number {
    const last = passage.batch.shape[1] - 1;
    if (passage.answers.length === 1) return last;
    return Math.max(0, Math.min(last, (this.target ?? last) - (passage.next ? 1 : 0)));
  }

  override async look({ model }: Shown): Promise<void> {
    const passage = this.#passage;
    if (this.lab?.network === undefined || passage === undefined || this.#of !== this.lab.network.subject) return;
    const t = this.#step(passage);
    const [T, mask] = [passage.batch.shape[1], passage.answers.length > 1];
    const only = mask ? { ...passage.batch, mask: Float32Array.from({ length: T }, (_, step) => (step === t ? 1 : 0)) } : passage.batch;
    // The mask leaves L(t) alone in the loss, and "lag" takes the last step that it counts.
    const { loss = NaN, lag } = await model.inspect(only, "lag");
    if (this.#passage !== passage || lag?.["x"] === undefined) return;
    this.#answer = { passage, t, norms: influence(lag["x"], lag["x_ahead"], t), loss };
    if (this.#step(passage) !== t) this.urge();
    this.requestUpdate();
  }

  override render(): TemplateResult {
    const [network, passage] = [this.lab?.network, this.#passage];
    if (network === undefined) return html`<p class="note">${this.say("waiting")}</p>`;
    if (passage === undefined) return html`<p class="note">${this.say("little")}</p>`;
    const intro = passage.next ? "intro" : passage.answers.length === 1 ? "introLast" : "introSteps";
    const answer = this.#answer?.passage === passage ? this.#answer : undefined;
    const largest = Math.max(0, ...(answer?.norms ?? []));
    return html`<div class="all">
      <p class="note">${this.say(intro)}</p>
      ${this.#controls(network)}
      ${this.#refused === undefined ? nothing : html`<p class="note" role="status">${this.say("refused", { message: this.#refused })}</p>`}
      <div class="strip" part="strip" role="listbox" data-target=${answer ? (passage.next ? answer.t + 1 : answer.t) : nothing} aria-orientation="horizontal" aria-label=${this.say("strip")} @keydown=${this.#key} @pointerover=${this.#point} @pointerdown=${this.#point}>
        ${passage.labels.map((label, place) => this.#cell(label, place, answer, largest))}
      </div>
      ${answer ? this.#said(answer, largest) : nothing}
      ${network.settings.pattern === "output" ? html`<p class="note">${this.say("jordan")}</p>` : nothing}
      ${answer ? this.#numbers(answer) : nothing}
    </div>`;
  }

  #controls(network: Network): TemplateResult {
    const scale = (linear: boolean): TemplateResult =>
      html`<button aria-pressed=${this.linear === linear} @click=${() => (this.linear = linear)}>${this.say(linear ? "linear" : "log")}</button>`;
    return html`<div class="row">
      ${network.subject.kind === "text"
        ? html`<label class="own">${this.say("own")}<input maxlength=${longest} .value=${this.text ?? ""} spellcheck="false" autocomplete="off"
            @change=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)}></label>`
        : nothing}
      <button @click=${this.#another}>${this.say("another")}</button>
      <span class="row" role="group" aria-label=${this.say("scale")}>${scale(false)}${scale(true)}</span></div>`;
  }

  #another = (): void => {
    this.#share = (this.#share + golden) % 1;
    this.text = "";
    this.target = undefined;
    this.#read();
  };

  #cell(label: string, place: number, answer: Answer | undefined, largest: number): TemplateResult {
    const norm = answer?.norms[place] ?? 0;
    const many = answer !== undefined && answer.passage.answers.length > 1;
    const target = place === this.target && (answer === undefined || many);
    const behind = many && place > answer.t && norm === 0 && !target;
    const lag = answer ? answer.t - place : 0;
    const name = target ? "cellTarget" : behind ? "cellUnread" : lag < 0 ? "cellAhead" : "cell";
    // A target of text is not read; of other data its own step is.
    const dark = target && answer?.passage.next ? 0 : shade(norm, largest, !this.linear);
    return html`<span class="cell ${seen(label) === label ? "" : "space"} ${behind ? "behind" : ""}" part=${target ? "cell target" : "cell"} role="option" data-place=${place} data-value=${norm}
      tabindex=${place === this.target ? 0 : -1} aria-selected=${target} aria-label=${this.say(name, { label: seen(label), lag: Math.abs(lag), norm: brief(norm) })}
      .style=${`--shade: ${dark.toFixed(3)}`} @focus=${() => this.#choose(place)}>${seen(label)}<i></i></span>`;
  }

  #choose(place: number): void {
    if (place === this.target) return;
    this.target = place;
    this.dispatchEvent(new CustomEvent("unfold-select", { detail: { panel: "connectivity", target: place }, bubbles: true, composed: true }));
  }

  #point = ({ target }: PointerEvent): void => {
    const place = (target as Element).closest<HTMLElement>("[data-place]")?.dataset["place"];
    if (place !== undefined) this.#choose(Number(place));
  };

  #key = (event: KeyboardEvent): void => {
    const last = (this.#passage?.labels.length ?? 1) - 1;
    const at = this.target ?? last;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, PageUp: at - 10, PageDown: at + 10 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#choose(Math.max(0, Math.min(last, to)));
    this.renderRoot.querySelector<HTMLElement>(`[data-place="${this.target}"]`)?.focus();
  };

  #said({ passage, t, norms, loss }: Answer, largest: number): TemplateResult {
    const label = passage.answers[passage.answers.length === 1 ? 0 : t] ?? "";
    const before = passage.labels.slice(Math.max(0, t - 11), t + 1).map(seen).join("");
    const said = passage.next
      ? this.say("target", { label: seen(label), before, probability: this.number(Math.exp(-loss), { style: "percent", maximumFractionDigits: 1 }), loss: this.number(loss, { maximumFractionDigits: 2 }) })
      : this.say("answer", { step: t + 1, label, loss: this.number(loss, { maximumSignificantDigits: 3 }) });
    const end = this.linear ? this.say("endLinear") : this.say("endLog", { least: brief(largest / 10 ** decades) });
    return html`<p>${said} ${this.say("reach", { steps: reach(norms, t, 0.9) })}</p><p class="note">${this.say("legend", { largest: brief(largest), end })}</p>`;
  }

  #numbers({ passage, t, norms }: Answer): TemplateResult {
    const steps = Array.from(norms, (norm, step) => ({ norm, step })).filter(({ norm, step }) => step <= t || norm > 0).reverse();
    return html`<details class="data"><summary>${this.say("numbers")}</summary><div class="scroll" tabindex="0" role="region" aria-label=${this.say("numbers")}><table>
      <thead><tr><th scope="col">${this.say("lag")}</th><th scope="col">${this.say("label")}</th><th scope="col">${this.say("norm")}</th></tr></thead>
      <tbody>${steps.map(({ norm, step }) => html`<tr><th scope="row">${t - step}</th><td>${seen(passage.labels[step] ?? "")}</td><td>${brief(norm)}</td></tr>`)}</tbody></table></div></details>`;
  }
}

define("unfold-connectivity", ConnectivityView);
