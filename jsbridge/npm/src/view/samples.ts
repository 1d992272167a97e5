import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { Shown } from "../lab/looks.js";
import { problemOf } from "../lab/engine.js";
import { define } from "./define.js";
import type { SamplesElement } from "./elements.js";
import { follow } from "./samples-cursor.js";
import { type Candidate, likeliest } from "./samples-draw.js";
import { bandOf, extend, interval, remember, type Sample, textOf, visible, type Written } from "./samples-figures.js";
import type { Host } from "./samples-host.js";
import { caption, charactersTable, legend, nameOf, shareOf } from "./samples-parts.js";
import { sampleStyles } from "./samples-styles.js";
import { type Beginning, beginningOf, lossAt, reader, textOfNetwork } from "./samples-text.js";
import { words } from "./samples-words.js";
import { View } from "./view.js";

// Vocabularies of ideographs say more in fewer characters.
const alphabet = 1000;
const lengths = { letters: 200, ideographs: 100 } as const;
const kept = 9;
const offered = 5;
const usual = 0.8;

type Text = NonNullable<ReturnType<typeof textOfNetwork>>["data"];

const tokensOf = (written: readonly Written[]): number[] => written.flatMap(({ tokens }) => tokens);

/** A character whose alternatives are looked at. */
interface Question {
  readonly index: number;
  /** Undefined: the network has not been asked yet. */
  readonly answer?: { readonly step: number; readonly candidates: readonly Candidate[] };
}

/**
 * What the network writes while it learns, each character coloured by how sure the network was of it. A character can be asked for what
 * else could have come there, and writing goes on from another choice.
 *
 * @element unfold-samples
 * @attr {string} prompt - What a sample begins with; characters that the vocabulary lacks are left out.
 * @attr {number} temperature - Divides the logits, 0 … 2; default 0.8. 0: always the likeliest.
 * @attr {number} top-k - Only the k likeliest are drawn; 0, the default: all.
 * @attr {number} top-p - Only the fewest likeliest that reach this probability are drawn, in (0, 1]; default 1.
 * @attr {number} length - Tokens in a sample; default 200, and 100 of vocabularies over 1,000.
 * @fires {CustomEvent} unfold-sample - A sample is complete; `detail` has its step, text, prompt and temperature.
 * @csspart controls - Prompt, temperature, top-k and top-p.
 * @csspart sample - The latest sample.
 * @csspart alternatives - The five likeliest characters at the chosen place.
 * @csspart legend - What the colours stand for.
 * @csspart earlier - The list of earlier samples.
 */
export class SamplesView extends View implements SamplesElement {
  static override styles = [View.styles, sampleStyles];
  static override properties: PropertyDeclarations = {
    prompt: {}, temperature: { type: Number }, topK: { type: Number, attribute: "top-k" }, topP: { type: Number, attribute: "top-p" }, length: { type: Number },
    sample: { state: true }, earlier: { state: true }, question: { state: true }, branch: { state: true }, notes: { state: true }, at: { state: true },
  };

  declare prompt: string;
  declare temperature: number;
  declare topK: number;
  declare topP: number;
  declare length: number | undefined;
  private declare sample: Sample | undefined;
  private declare earlier: readonly Sample[];
  private declare question: Question | undefined;
  /** What was chosen to go on from, behind the prompt. */
  private declare branch: readonly Written[] | undefined;
  private declare notes: readonly string[];
  /** The character that the keyboard is at. */
  private declare at: number;
  protected readonly words = words;
  #began = 0;
  #due = 0;
  #again = false;
  #writing = 0;
  #toFocus = false;
  readonly #host: Host = {
    requestUpdate: () => this.requestUpdate(), say: (key, values) => this.say(key, values), number: (value, options) => this.number(value, options),
  };

  constructor() {
    super();
    Object.assign(this, { prompt: "", temperature: usual, topK: 0, topP: 1, earlier: [], notes: [], at: 0 });
  }

  protected override attached(): void {
    this.#begin();
    this.hear("network", () => this.#begin());
    this.hear("state", () => this.requestUpdate());
  }

  #begin(): void {
    Object.assign(this, { sample: undefined, earlier: [], question: undefined, branch: undefined, notes: [], at: 0 });
    this.#began = performance.now();
    this.#due = 0;
    this.#writing++;
  }

  override get awake(): boolean {
    if (!super.awake || textOfNetwork(this.lab?.network) === undefined) return false;
    if (this.question !== undefined) return this.question.answer === undefined;
    return this.#again || this.lab?.shown?.live !== true || performance.now() >= this.#due;
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    const asked = ["prompt", "temperature", "topK", "topP", "length", "branch"].some((name) => changed.has(name));
    if (asked && this.sample !== undefined) this.#ask();
    if (this.#toFocus && this.question?.answer) {
      this.#toFocus = false;
      this.renderRoot.querySelector<HTMLElement>(".alternatives button")?.focus();
    }
  }

  /** What is written from now on is wanted otherwise. */
  #ask(): void {
    this.#writing++;
    this.#again = true;
    this.urge();
  }

  override async look(shown: Shown): Promise<void> {
    if (this.question !== undefined) return this.#answer(shown, this.question);
    this.#again = false;
    this.#due = performance.now() + interval(performance.now() - this.#began);
    await this.#write(shown);
  }

  async #write({ model, step }: Shown): Promise<void> {
    const ticket = ++this.#writing;
    const { network } = this.lab ?? {};
    const text = textOfNetwork(network);
    const beginning = this.#beginning();
    if (network === undefined || text === undefined || beginning === undefined) return;
    const { prompt } = beginning;
    const { temperature, topK, topP, length } = this.#drawing(text.data.tokens);
    let written: readonly Written[] = this.branch ?? [];
    const ids = [...beginning.ids, ...tokensOf(written)];
    const read = reader(text.data, ids);
    const loss = lossAt(network.history, step);
    const show = (): void => void (ticket === this.#writing && (this.sample = { step, loss, temperature, prompt, written }));
    let frame = 0;
    for await (const { token, probability } of model.generate({ prompt: ids, length, temperature, seed: step, ...(topK > 0 && { topK }), ...(topP < 1 && { topP }) })) {
      if (ticket !== this.#writing) break;
      written = extend(written, token, read(token), probability);
      frame ||= requestAnimationFrame(() => ((frame = 0), show()));
    }
    cancelAnimationFrame(frame);
    if (ticket !== this.#writing) return;
    show();
    if (model === network.model && this.branch === undefined) this.earlier = remember(this.earlier, this.sample as Sample, kept);
    this.dispatchEvent(new CustomEvent("unfold-sample", { bubbles: true, composed: true, detail: { step, text: textOf(written), prompt, temperature } }));
  }

  /** What an attribute has that is none of these numbers counts as its default. */
  #drawing(tokens: number): { temperature: number; topK: number; topP: number; length: number } {
    const within = (value: number | undefined, least: number, most: number, fallback: number): number =>
      typeof value === "number" && value >= least && value <= most ? value : fallback;
    return {
      temperature: within(this.temperature, 0, 10, usual),
      topK: Math.floor(within(this.topK, 1, tokens - 1, 0)),
      topP: within(this.topP, 1e-6, 1, 1),
      length: Math.floor(within(this.length, 1, 10_000, tokens < alphabet ? lengths.letters : lengths.ideographs)),
    };
  }

  /** Undefined: it cannot be read, which is said. */
  #beginning(): Beginning | undefined {
    const text = textOfNetwork(this.lab?.network);
    if (text === undefined) return undefined;
    try {
      const beginning = beginningOf(this.prompt ?? "", text);
      this.notes = beginning.unknown.length > 0 ? [this.say("skipped", { characters: beginning.unknown.map(visible).join(" ") })] : [];
      return beginning;
    } catch (thrown) {
      this.notes = [this.say("unreadable", { reason: problemOf(thrown).message })];
      return undefined;
    }
  }

  async #answer({ model, step }: Shown, question: Question): Promise<void> {
    const beginning = this.#beginning();
    if (this.sample === undefined || beginning === undefined) return;
    const inputs = Int32Array.from([...beginning.ids, ...tokensOf(this.sample.written.slice(0, question.index))]);
    const { outputs } = await model.forward({ inputs, shape: [1, inputs.length] });
    const behind = outputs.data.subarray(outputs.data.length - (outputs.shape.at(-1) as number));
    if (this.question === question) this.question = { ...question, answer: { step, candidates: likeliest(behind, offered) } };
  }

  /** Holds the sample and asks for what else could have come. */
  #open(index: number, focus: boolean): void {
    if (this.sample?.written[index] === undefined) return;
    this.#writing++;
    this.at = index;
    this.#toFocus = focus;
    this.question = { index };
    this.urge();
  }

  #close(): void {
    this.question = undefined;
    this.renderRoot.querySelector<HTMLElement>("[role=listbox]")?.focus();
    this.#ask();
  }

  #choose(token: number, data: Text): void {
    const { question, sample } = this;
    if (question === undefined || sample === undefined) return;
    const before = sample.written.slice(0, question.index);
    const probability = question.answer?.candidates.find((one) => one.token === token)?.probability ?? 0;
    this.question = undefined;
    this.branch = extend(before, token, reader(data, tokensOf(before))(token), probability);
    this.renderRoot.querySelector<HTMLElement>("[role=listbox]")?.focus();
  }

  #onKey(event: KeyboardEvent): void {
    const count = this.sample?.written.length ?? 0;
    if (count === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") this.#open(Math.min(this.at, count - 1), true);
    else if (event.key === "Escape" && this.question !== undefined) this.#close();
    else {
      const options = this.renderRoot.querySelectorAll<HTMLElement>("[role=option]");
      const to = follow(event.key, Math.min(this.at, count - 1), count, (i) => {
        const { left, top } = (options[i] as HTMLElement).getBoundingClientRect();
        return { left, top };
      });
      if (to === undefined) return;
      this.at = to;
      options[to]?.scrollIntoView({ block: "nearest" });
    }
    event.preventDefault();
  }

  override render(): TemplateResult {
    const text = textOfNetwork(this.lab?.network);
    if (text === undefined) return html`<p class="note">${this.say(this.lab?.network === undefined ? "waiting" : "none")}</p>`;
    const earlier = this.earlier.filter(({ step }) => step !== this.sample?.step).reverse();
    return html`
      ${this.#controls()}
      ${this.notes.map((note) => html`<p class="note" role="status">${note}</p>`)}
      ${this.sample === undefined ? html`<p class="note">${this.say("waiting")}</p>` : this.#latest(this.sample)}
      ${this.question && this.sample ? this.#alternatives(this.question, this.sample, text.data) : nothing}
      ${legend(this.#host)}
      ${earlier.length === 0 ? nothing : html`<details open><summary class="note">${this.say("earlier")}</summary>
        <ol class="earlier" part="earlier">${earlier.map((one) => html`<li><p class="note">${caption(one, this.#host)}</p><p class="text">${this.#pieces(one)}</p></li>`)}</ol>
      </details>`}
      ${this.sample === undefined ? nothing : charactersTable(this.sample, this.#host)}`;
  }

  #controls(): TemplateResult {
    const number = (name: "temperature" | "topP" | "topK") => (event: Event) => (this[name] = Number((event.target as HTMLInputElement).value));
    const written = (event: Event): void => {
      // An input method has not decided yet.
      if (!(event as InputEvent).isComposing) this.prompt = (event.target as HTMLInputElement).value;
    };
    const hundredths = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    return html`<div class="row controls" part="controls">
      <label>${this.say("prompt")} <input type="text" .value=${this.prompt ?? ""} placeholder=${this.say("promptHint")} maxlength="2000" @input=${written} @compositionend=${written}></label>
      <label title=${this.say("greedy")}>${this.say("temperature")} <input type="range" min="0" max="2" step="0.05" .value=${String(this.temperature)} @input=${number("temperature")}>
        <output>${this.number(this.temperature, hundredths)}</output></label>
      <label>${this.say("topK")} <input type="number" min="0" step="1" placeholder=${this.say("topKAll")} .value=${this.topK > 0 ? String(this.topK) : ""} @change=${number("topK")}></label>
      <label>${this.say("topP")} <input type="range" min="0.05" max="1" step="0.05" .value=${String(this.topP)} @input=${number("topP")}> <output>${this.number(this.topP, hundredths)}</output></label>
    </div>`;
  }

  #latest(sample: Sample): TemplateResult {
    const at = Math.min(this.at, sample.written.length - 1);
    const label = this.say("sample", { step: sample.step, count: sample.written.length, beginning: textOf(sample.written.slice(0, 40)) });
    const state = this.question ? this.say("held") : this.branch ? this.say("branch") : this.lab?.state === "training" ? this.say("live") : "";
    return html`<div class="row note"><span>${caption(sample, this.#host)}${state && html` · ${state}`}</span>
        ${this.question ? html`<button @click=${() => this.#close()}>${this.say("go")}</button>` : nothing}
        ${this.branch && !this.question ? html`<button @click=${() => (this.branch = undefined)}>${this.say("afresh")}</button>` : nothing}</div>
      <div class="sample" part="sample"><span class="given">${sample.prompt}</span><span role="listbox" tabindex="0" aria-label=${label}
        aria-activedescendant=${`c${at}`} @keydown=${(event: KeyboardEvent) => this.#onKey(event)} @click=${(event: Event) => this.#onClick(event)}
        >${sample.written.map((one, i) => html`<span role="option" id=${`c${i}`} aria-selected=${i === this.question?.index}
          class=${`b${bandOf(one.probability)}${i === at ? " at" : ""}`} aria-label=${nameOf(one, this.#host)}>${one.text === "\n" ? "↵\n" : one.text}</span>`)}</span></div>`;
  }

  #onClick(event: Event): void {
    const id = (event.target as HTMLElement).closest?.("[role=option]")?.id;
    if (id !== undefined) this.#open(Number(id.slice(1)), false);
  }

  #alternatives({ index, answer }: Question, sample: Sample, data: Text): TemplateResult {
    const name = visible(sample.written[index]?.text ?? "");
    const first = sample.written[index]?.tokens[0];
    return html`<div class="alternatives" part="alternatives" role="group" aria-label=${this.say("instead", { name, step: answer?.step ?? sample.step })}
      @keydown=${(event: KeyboardEvent) => void (event.key === "Escape" && this.#close())}>
      <p>${answer ? this.say("instead", { name, step: answer.step }) : this.say("asking")}</p>
      <div class="row">${answer?.candidates.map(({ token, probability }) => {
        const text = visible(data.vocabulary[token] as string);
        return html`<button aria-pressed=${token === first} aria-label=${this.say("pick", { name: text, share: shareOf(probability, this.#host) })} class=${`b${bandOf(probability)}`}
          @click=${() => this.#choose(token, data)}><span>${text}</span><span>${shareOf(probability, this.#host)}</span></button>`;
      })}<button @click=${() => this.#close()}>${this.say("close")}</button></div>
    </div>`;
  }

  #pieces({ prompt, written }: Sample): TemplateResult {
    // Empty lines at the beginning say nothing.
    return html`<span class="given">${prompt}</span>${prompt === "" ? textOf(written).replace(/^\n+/, "") : textOf(written)}`;
  }
}

define("unfold-samples", SamplesView);
