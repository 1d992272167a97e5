import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { define } from "./define.js";
import type { EquationsElement } from "./elements.js";
import { type Equation, equationsOf, isLit, letters, type Lit, nothingLit, type Part } from "./equations-figures.js";
import { netOf, type Net } from "./stage/net.js";
import { View } from "./view.js";

const words = {
  name: ["The equations of the network", "网络的方程"],
  forward: ["Forward", "前向"],
  backward: ["Backward, through time", "反向，通过时间"],
  upper: ["In a stack, a layer reads h(t) of the layer below in place of x(t).", "多层时，上层以下一层的 h(t) 代替 x(t)。"],
  gradients: ["n: how many losses the mean is over; J: Jacobian of ŷ.", "n：取平均的损失个数；J:ŷ 的雅可比矩阵。"],
} as const;

/**
 * The equations of the lab's network, forward and backward. What `<unfold-graph>` looks at lights up.
 *
 * @element unfold-equations
 * @attr {string} for - Id of the `<unfold-lab>` whose network is meant; absent: the one around.
 * @csspart equation - One equation.
 * @csspart lit - An equation or a term that is looked at.
 */
export class EquationsView extends View implements EquationsElement {
  static override properties: PropertyDeclarations = { net: { attribute: false }, lit: { attribute: false }, freeRunning: { attribute: false } };
  static override styles = [
    View.styles,
    css`
      section { break-inside: avoid; }
      .columns { columns: 2 340px; column-gap: 28px; }
      h3 { font-size: 0.92em; font-weight: 600; color: var(--ink-soft); margin: 0 0 4px; }
      ol { list-style: none; margin: 0 0 8px; padding: 0; }
      li { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", Cambria, Georgia, serif; font-size: 1.08em; line-height: 1.5; padding: 1px 8px; border-inline-start: 3px solid transparent; border-radius: 2px; }
      li.lit { border-inline-start-color: var(--accent); background: var(--raised); }
      .term.lit { text-decoration: underline 2px var(--accent); text-underline-offset: 3px; font-weight: 700; }
      sub { font-size: 0.72em; line-height: 0; }
      @media (forced-colors: active) { li.lit { border-inline-start-color: Highlight; } }
    `,
  ];

  /** Set by who shows other numbers than the lab's network. */
  declare net: Net | undefined;
  declare lit: Lit;
  declare freeRunning: boolean;
  protected readonly words = words;

  constructor() {
    super();
    this.lit = nothingLit;
    this.freeRunning = false;
  }

  override get awake(): boolean {
    return false; // a network's equations stay as they are
  }

  protected override attached(): void {
    this.hear("network", () => this.requestUpdate());
  }

  override render(): TemplateResult | typeof nothing {
    const net = this.net ?? (this.lab?.network && netOf(this.lab.network.model.config));
    if (net === undefined) return nothing;
    const all = equationsOf(net, this.freeRunning);
    const side = (name: "forward" | "backward"): TemplateResult => html`<section aria-label=${this.say(name)}><h3>${this.say(name)}</h3><ol>${all.filter((one) => one.side === name).map((one) => this.#equation(one))}</ol></section>`;
    return html`<div class="columns" role="group" aria-label=${this.say("name")}>${side("forward")}${side("backward")}</div>
      ${net.levels.length > 1 ? html`<p class="note">${this.say("upper")}</p>` : nothing}`;
  }

  #equation({ id, parts }: Equation): TemplateResult {
    const lit = this.lit.equations.has(id);
    return html`<li class=${lit ? "lit" : ""} part=${lit ? "equation lit" : "equation"} data-equation=${id} aria-current=${lit ? "true" : "false"}>${parts.map((part) => this.#part(part))}</li>`;
  }

  #part(part: Part): TemplateResult {
    const lit = isLit(part, this.lit);
    return html`<span class=${`term${lit ? " lit" : ""}`} part=${lit ? "lit" : nothing}>${math(part.text)}</span>`;
  }
}

/** Mathematics in one line: single letters slanted, indices low. */
export function math(text: string): TemplateResult[] {
  return letters(text).map((one) => (one.kind === "letter" ? html`<i>${one.text}</i>` : one.kind === "index" ? html`<sub>${one.text}</sub>` : html`${one.text}`));
}

define("unfold-equations", EquationsView);
