import { css, html, type CSSResultGroup, type PropertyDeclarations, type TemplateResult } from "lit";
import type { Shown } from "../lab/looks.js";
import { type Answer, answersIn, type Confusion as Counted } from "./confusion-figures.js";
import { ConfusionState } from "./confusion-state.js";
import { words } from "./confusion-words.js";
import { define } from "./define.js";
import { View } from "./view.js";

/** Examples that a cell shows, and tokens of one on each side of the step that is meant. */
const [mostExamples, tokensAround] = [12, 30];

interface Cell {
  readonly row: number;
  readonly column: number;
}

/**
 * How often the network takes which class for which, on what is held out. A cell shows its examples.
 *
 * @element unfold-confusion
 * @attr for - id of the `<unfold-lab>` to look at; else the one around
 * @prop {Lab} lab - the lab to look at
 * @csspart matrix - the table
 * @csspart cell - each count
 * @csspart examples - the examples of the chosen cell
 */
export class Confusion extends View {
  static override properties: PropertyDeclarations = { ...View.properties, chosen: { state: true }, focused: { state: true } };
  static override styles: CSSResultGroup = [View.styles as CSSResultGroup, css`
    .all { display: grid; gap: 10px; transition: color 1ms; }
    .scroll { max-height: none; padding: 3px; }
    .matrix { border-collapse: separate; border-spacing: 2px; }
    .matrix th, .matrix td { padding: 0; border: 0; font-weight: 400; font-size: 0.92em; }
    .matrix caption { text-align: start; color: var(--ink-soft); padding-bottom: 4px; }
    .matrix thead th span { display: inline-block; max-width: 9em; overflow: hidden; text-overflow: ellipsis; writing-mode: vertical-rl; rotate: 180deg; white-space: nowrap; padding-block: 4px; }
    .matrix.brief thead th span { writing-mode: horizontal-tb; rotate: none; }
    .matrix thead th { vertical-align: bottom; text-align: center; }
    .matrix tbody th { position: sticky; inset-inline-start: -3px; z-index: 1; background: var(--surface); text-align: end; padding-inline: 3px 6px; max-width: 10em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .matrix .share { text-align: end; color: var(--ink-soft); padding-inline: 6px; white-space: nowrap; }
    .matrix button {
      width: 100%; min-width: 30px; min-height: 28px; padding: 0 3px; border-radius: 3px; border-color: transparent;
      background: color-mix(in srgb, var(--cell) var(--share), var(--surface)); --cell: var(--neg); font-size: 0.92em;
    }
    .matrix button.right { --cell: var(--pos); border-color: var(--line); }
    .matrix button.none { color: var(--ink-soft); }
    .examples { list-style: none; margin: 0; padding: 0; display: grid; gap: 6px 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 220px), 1fr)); }
    .examples li { border-inline-start: 3px solid var(--line); padding-inline-start: 8px; min-width: 0; }
    .examples q { quotes: none; font-family: var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
    .examples mark { background: none; color: inherit; font-weight: 700; border-bottom: 2px solid var(--neg); }
    .examples canvas { image-rendering: pixelated; width: auto; height: 72px; max-width: 100%; border: 1px solid var(--line); background: var(--surface); }
    @media (forced-colors: active) { .matrix button { border-color: ButtonBorder; } .matrix button.right { font-weight: 700; } }
  `];

  protected override readonly words = words;
  declare chosen: Cell | undefined;
  /** Where the tab key enters the table. */
  declare focused: Cell;
  #state: ConfusionState | undefined;

  constructor() {
    super();
    this.focused = { row: 0, column: 0 };
  }

  protected override attached(): void {
    this.#begin();
    this.hear("network", () => this.#begin());
  }

  #begin(): void {
    const network = this.lab?.network;
    this.#state = network && ConfusionState.of(network);
    this.chosen = undefined;
    this.focused = { row: 0, column: 0 };
    this.requestUpdate();
  }

  override get awake(): boolean {
    return super.awake && this.#state !== undefined;
  }

  override async look(shown: Shown): Promise<void> {
    const state = this.#state;
    if (state === undefined) return;
    await state.look(shown);
    if (this.#state === state) this.requestUpdate();
  }

  override render(): TemplateResult {
    const table = this.#state?.table;
    if (this.lab?.network !== undefined && this.#state === undefined) return html`<p class="note">${this.say("none")}</p>`;
    if (this.#state === undefined || table === undefined) return html`<p class="note">${this.say("waiting")}</p>`;
    const { step, heldOut } = this.#state;
    return html`<div class="all" role="group" aria-label=${this.say("title")} @transitionend=${this.#recoloured}>
      <p>${this.say(heldOut ? "heldOut" : "training", { total: table.total, step, accuracy: this.#share(table.accuracy) })}</p>
      ${this.#matrix(this.#state, table)}
      ${this.chosen === undefined ? html`<p class="note">${this.say("pick")}</p>` : this.#examples(this.#state, table, this.chosen)}
    </div>`;
  }

  /** Colours that are inherited come by a transition: so a change of theme is heard of. */
  readonly #recoloured = (): void => this.requestUpdate();

  #share(value: number): string {
    return this.number(value, { style: "percent", maximumFractionDigits: 1 });
  }

  #name(state: ConfusionState, { shown }: Counted, place: number): string {
    const k = shown[place] as number;
    return k === -1 ? this.say("others") : (state.names[k] as string);
  }

  #matrix(state: ConfusionState, table: Counted): TemplateResult {
    const names = table.shown.map((_, k) => this.#name(state, table, k));
    return html`<div class="scroll"><table class="matrix ${names.every((name) => name.length <= 3) ? "brief" : ""}" part="matrix" @keydown=${(event: KeyboardEvent) => this.#steer(event, names.length)}>
      <caption>${this.say("caption")}</caption>
      <thead><tr>
        <th scope="col" class="note">${this.say("corner")}</th>
        ${names.map((name) => html`<th scope="col" title=${name}><span>${name}</span></th>`)}
        <th scope="col" title=${this.say("foundTitle")} class="share">${this.say("found")}</th>
      </tr></thead>
      <tbody>${table.counts.map((counts, row) => html`<tr>
        <th scope="row" title=${names[row] as string}>${names[row]}</th>
        ${counts.map((count, column) => html`<td>${this.#cell(names, table, { row, column }, count)}</td>`)}
        <td class="share">${this.#share(table.recall[row] as number)}</td>
      </tr>`)}</tbody>
      <tfoot><tr>
        <th scope="row" title=${this.say("rightTitle")} class="share">${this.say("right")}</th>
        ${table.precision.map((share) => html`<td class="share">${this.number(Math.round(share * 100))}</td>`)}<td class="share">%</td>
      </tr></tfoot>
    </table></div>`;
  }

  #cell(names: readonly string[], { counts }: Counted, cell: Cell, count: number): TemplateResult {
    const { row, column } = cell;
    const all = (counts[row] as readonly number[]).reduce((a, b) => a + b, 0);
    const is = (other: Cell | undefined): boolean => other?.row === row && other.column === column;
    // As far as text on it keeps its contrast.
    const share = all > 0 ? Math.round((50 * count) / all) : 0;
    return html`<button part="cell" class="${row === column ? "right" : ""} ${count === 0 ? "none" : ""}" .style=${`--share: ${share}%`} data-cell="${row} ${column}"
      tabindex=${is(this.focused) ? 0 : -1} aria-pressed=${is(this.chosen)} aria-label=${this.say("cell", { truth: names[row] as string, said: names[column] as string, count })}
      @focus=${() => (this.focused = cell)} @click=${() => (this.chosen = is(this.chosen) ? undefined : cell)}>${count === 0 ? "·" : this.number(count)}</button>`;
  }

  /** Arrows go from cell to cell, Escape closes the examples. */
  #steer(event: KeyboardEvent, size: number): void {
    if (event.key === "Escape") this.chosen = undefined;
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];
    if (down === 0 && right === 0) return;
    event.preventDefault();
    const bound = (at: number): number => Math.max(0, Math.min(size - 1, at));
    const { row, column } = this.focused;
    this.renderRoot.querySelector<HTMLElement>(`[data-cell="${bound(row + (down as number))} ${bound(column + (right as number))}"]`)?.focus();
  }

  #examples(state: ConfusionState, table: Counted, { row, column }: Cell): TemplateResult {
    const all = answersIn(state.answers, table, row, column);
    const some = all.slice(0, mostExamples);
    const title = this.say("examples", { truth: this.#name(state, table, row), said: this.#name(state, table, column), shown: some.length, count: all.length });
    return html`<section part="examples" aria-label=${title}>
      <p class="row">${title} <button @click=${() => (this.chosen = undefined)}>${this.say("close")}</button></p>
      <ul class="examples">${some.map((answer) => this.#example(state, answer))}</ul>
    </section>`;
  }

  #example(state: ConfusionState, { sequence, step, truth, said, probability }: Answer): TemplateResult {
    const number = state.numberOf(sequence);
    const piece = state.piece(sequence);
    const where = this.say(state.perStep ? "at" : "example", { number, step: step + 1 });
    const shown = "tokens" in piece
      ? html`<q>${state.perStep ? marked(piece.tokens, step) : piece.tokens.join("")}</q>`
      : html`<canvas data-sequence=${sequence} width=${piece.features} height=${piece.steps} role="img" aria-label="${where}, ${this.say("picture")}"></canvas>`;
    return html`<li>${shown}<p class="note">${where}; ${state.names[truth]} → ${state.names[said]}, ${this.say("sure", { share: this.#share(probability) })}</p></li>`;
  }

  override updated(): void {
    const ink = this.colour("ink").match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
    for (const canvas of this.renderRoot.querySelectorAll<HTMLCanvasElement>("canvas[data-sequence]")) {
      const piece = this.#state?.piece(Number(canvas.dataset.sequence));
      if (piece !== undefined && "values" in piece) paint(canvas, piece, ink);
    }
  }
}

/** The tokens around a step, that one marked. */
function marked(tokens: readonly string[], step: number): TemplateResult {
  const from = Math.max(0, step - tokensAround);
  const to = Math.min(tokens.length, step + tokensAround + 1);
  return html`${from > 0 ? "…" : ""}${tokens.slice(from, step).join("")}<mark>${tokens[step]}</mark>${tokens.slice(step + 1, to).join("")}${to < tokens.length ? "…" : ""}`;
}

/** Values [T, I] as a picture, a row a step: the larger, the more ink. */
function paint(canvas: HTMLCanvasElement, { values, steps, features }: { values: Float32Array; steps: number; features: number }, ink: readonly number[]): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const picture = context.createImageData(features, steps);
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  values.forEach((value, i) => picture.data.set([...ink.slice(0, 3), high > low ? (255 * (value - low)) / (high - low) : 0], 4 * i));
  context.putImageData(picture, 0, 0);
}

define("unfold-confusion", Confusion);
