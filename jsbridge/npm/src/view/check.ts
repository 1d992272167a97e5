import { css, html, type CSSResultGroup, type PropertyDeclarations, type TemplateResult } from "lit";
import { problemOf } from "../lab/engine.js";
import type { Lab } from "../lab/lab.js";
import { type Checked, checkGradients } from "./check-run.js";
import { type Compared, tolerance } from "./check-figures.js";
import { words } from "./check-words.js";
import { define } from "./define.js";
import { View } from "./view.js";

/** Powers of ten that a bar runs over, from nothing to everything. */
const decades = 9;

/**
 * A button that puts a batch through the engine and through its equations in float64, and a table of how far their gradients are apart.
 *
 * @element unfold-check
 * @attr for - id of the `<unfold-lab>` to look at; else the one around
 * @prop {Lab} lab - the lab to look at
 * @csspart button - what starts the check
 * @csspart verdict - what came of it
 * @csspart table - a row a tensor
 */
export class Check extends View {
  static override properties: PropertyDeclarations = { ...View.properties, checked: { state: true }, busy: { state: true }, problem: { state: true } };
  static override styles: CSSResultGroup = [View.styles as CSSResultGroup, css`
    .all { display: grid; gap: 10px; }
    .verdict { padding: 8px 12px; border-inline-start: 4px solid var(--accent); background: var(--raised); border-radius: 4px; }
    .verdict.off { border-color: var(--warn); }
    .verdict b { color: var(--accent); }
    .verdict.off b { color: var(--warn); }
    td.name { font-family: var(--mono); overflow-wrap: anywhere; }
    td.number, th.number { text-align: end; white-space: nowrap; }
    .bar { position: relative; width: 110px; height: 12px; background: var(--raised); border: 1px solid var(--line); }
    .bar i { position: absolute; inset: 0 auto 0 0; background: var(--pos); }
    .bar.off i { background: var(--neg); }
    .bar u { position: absolute; inset: -3px auto -3px auto; width: 2px; background: var(--ink); }
    caption { text-align: start; color: var(--ink-soft); padding-bottom: 4px; }
    @container (max-width: 560px) { .wide { display: none; } .bar { width: 60px; } td, th { padding-inline-end: 6px; } }
    @media (forced-colors: active) { .bar i { background: Highlight; } .bar u { background: CanvasText; } }
  `];

  protected override readonly words = words;
  declare checked: Checked | "tooLittle" | undefined;
  declare busy: boolean;
  declare problem: string | undefined;
  #ticket = 0;

  constructor() {
    super();
    this.busy = false;
  }

  override get awake(): boolean {
    return false; // it looks when it is asked
  }

  protected override attached(_lab: Lab): void {
    this.#forget();
    this.hear("network", () => this.#forget());
    this.hear("shown", () => this.requestUpdate());
    this.hear("state", () => this.requestUpdate());
  }

  #forget(): void {
    this.#ticket++;
    this.busy = false;
    this.checked = undefined;
    this.problem = undefined;
  }

  /** Makes the check; resolves when its result is shown. */
  async run(): Promise<void> {
    const { lab } = this;
    if (lab === undefined || this.busy) return;
    const ticket = ++this.#ticket;
    this.busy = true;
    this.problem = undefined;
    let [checked, problem]: [Check["checked"], string | undefined] = [undefined, undefined];
    try {
      checked = (await checkGradients(lab)) ?? "tooLittle";
    } catch (thrown) {
      problem = problemOf(thrown).message;
    }
    if (ticket !== this.#ticket) return;
    this.busy = false;
    this.checked = checked;
    this.problem = problem;
    await this.updateComplete;
  }

  /** Two digits and a power of ten; a number of usual size as it is. */
  #small(value: number): string {
    if (!(value > 0 && value < 0.01)) return this.number(value, { maximumSignificantDigits: 3 });
    const exponent = Math.floor(Math.log10(value));
    const power = `10${superscript(exponent)}`;
    const digits = this.number(value / 10 ** exponent, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return value === 10 ** exponent ? power : `${digits}·${power}`;
  }

  override render(): TemplateResult {
    const { checked, problem } = this;
    return html`<div class="all" role="group" aria-label=${this.say("title")}>
      <p class="note">${this.say("what")}</p>
      <p><button part="button" ?disabled=${this.busy || this.lab?.shown === undefined} @click=${() => void this.run()}>${this.say(this.busy ? "running" : "run")}</button></p>
      <div role="status">
        ${problem === undefined ? "" : html`<p class="verdict off" part="verdict">${problem}</p>`}
        ${checked === "tooLittle" ? html`<p class="note">${this.say("tooLittle")}</p>` : ""}
        ${typeof checked === "object" ? this.#verdict(checked) : ""}
      </div>
      ${typeof checked === "object" ? this.#table(checked) : ""}
    </div>`;
  }

  #verdict({ verdict, step, sequences, steps, milliseconds }: Checked): TemplateResult {
    const { agrees, worst } = verdict;
    const stale = this.lab?.shown?.step !== step;
    return html`<div class="verdict ${agrees ? "" : "off"}" part="verdict">
      <p><b aria-hidden="true">${agrees ? "✓" : "✗"}</b> ${this.say(agrees ? "agrees" : "disagrees", { worst: this.#small(worst), limit: this.#small(tolerance) })}</p>
      <p class="note">${this.say("over", { step, sequences, steps, milliseconds: Math.round(milliseconds) })} ${stale ? this.say("stale") : ""}</p>
    </div>`;
  }

  #table({ verdict, engine, equations }: Checked): TemplateResult {
    const loss = { name: this.say("loss"), shape: [], largest: equations, difference: Math.abs(engine - equations), relative: verdict.loss };
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${this.say("caption")}><table part="table">
      <caption>${this.say("caption")}</caption>
      <thead><tr><th scope="col">${this.say("tensor")}</th><th scope="col" class="wide">${this.say("shape")}</th><th scope="col" class="wide number">${this.say("largest")}</th>
        <th scope="col" class="wide number">${this.say("difference")}</th><th scope="col" class="number">${this.say("relative")}</th><th></th></tr></thead>
      <tbody>${[loss, ...verdict.tensors].map((row) => this.#row(row))}</tbody>
    </table></div>
    <p class="note">${this.say("axis")}</p>`;
  }

  #row({ name, shape, largest, difference, relative }: Compared): TemplateResult {
    const place = (value: number): number => Math.max(0, Math.min(1, (Math.log10(value) + decades) / decades)) * 100;
    return html`<tr>
      <td class="name">${name}</td><td class="wide">${shape.join(" × ")}</td><td class="wide number">${this.#small(Math.abs(largest))}</td>
      <td class="wide number">${this.#small(difference)}</td><td class="number">${this.#small(relative)}</td>
      <td><div class="bar ${relative <= tolerance ? "" : "off"}" aria-hidden="true"><i .style=${`width: ${relative > 0 ? place(relative) : 0}%`}></i><u .style=${`left: ${place(tolerance)}%`}></u></div></td>
    </tr>`;
  }
}

/** An exponent as it is set: 10⁻⁷. */
function superscript(exponent: number): string {
  return String(exponent).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] as string);
}

define("unfold-check", Check);
