import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { levelOf } from "./heatmap-figures.js";
import { overlaps, type Span } from "./heatmap-match.js";
import type { Piece } from "./heatmap-passage.js";
import { follow } from "./samples-cursor.js";

/** What the tokens of a strip look like now. */
export interface Look {
  /** The unit's value at each token. */
  readonly values: Float32Array;
  readonly scale: number;
  /** Spans that are like the selected one. */
  readonly like: readonly Span[];
  /** A token in words. */
  describe(token: number): string;
}

/**
 * A text whose tokens are coloured, with a cursor and a selection. Its elements are made once for a text; what changes as the network
 * learns is their classes alone.
 */
export class Strip {
  /** The token that the cursor is at. */
  at = 0;
  /** The token that the pointer is over. */
  over: number | undefined;
  #anchor: number | undefined;
  #dragging = false;
  #tokens: HTMLElement[] = [];
  #pieces: readonly Piece[] | undefined;

  /** `moved`: the cursor or the selection has; `pointed`: the pointer is over another token. */
  constructor(private readonly moved: () => void, private readonly pointed: () => void) {}

  /** Undefined where nothing is selected. */
  get selection(): Span | undefined {
    return this.#anchor === undefined ? undefined : { from: Math.min(this.#anchor, this.at), to: Math.max(this.#anchor, this.at) + 1 };
  }

  reset(): void {
    this.at = 0;
    this.over = undefined;
    this.#anchor = undefined;
  }

  /** `apart`: tokens are symbols of their own, not the characters of a text. */
  template(pieces: readonly Piece[], apart: boolean, label: string): TemplateResult {
    let n = 0;
    const token = (mark: string): TemplateResult => html`<span role="option" id=${`t${n++}`} aria-label=${/^\s*$/.test(mark) && mark !== "\n" ? "␣" : nothing}>${mark === "\n" ? "↵\n" : mark}</span>${apart ? " " : ""}`;
    return html`<div class="text" part="text" role="listbox" aria-multiselectable="true" tabindex="0" aria-label=${label} aria-activedescendant=${`t${this.at}`}
      @keydown=${(event: KeyboardEvent) => this.#onKey(event)} @pointerdown=${(event: PointerEvent) => this.#onPress(event)} @pointermove=${(event: PointerEvent) => this.#onDrag(event)}
      @pointerup=${() => (this.#dragging = false)} @pointercancel=${() => (this.#dragging = false)} @pointerleave=${() => this.#point(undefined)}
      >${guard([pieces], () => pieces.map(({ marks }, b) => html`${b > 0 ? "\n" : ""}${marks.map(token)}`))}</div>`;
  }

  /** Once the template is in the page. */
  paint(root: ParentNode, pieces: readonly Piece[], { values, scale, like, describe }: Look): void {
    if (this.#pieces !== pieces) {
      this.#pieces = pieces;
      this.#tokens = [...root.querySelectorAll<HTMLElement>(".text [role=option]")];
      this.at = Math.max(0, Math.min(this.at, this.#tokens.length - 1));
    }
    const { selection } = this;
    this.#tokens.forEach((element, n) => {
      const one = { from: n, to: n + 1 };
      const chosen = selection !== undefined && overlaps(one, selection);
      const classes = [`v${levelOf(values[n] as number, scale)}`, n === this.at && "at", chosen && "chosen", like.some((span) => overlaps(one, span)) && "like"];
      const name = classes.filter(Boolean).join(" ");
      if (element.className !== name) element.className = name;
      if ((element.ariaSelected === "true") !== chosen) element.ariaSelected = String(chosen);
    });
    const current = this.#tokens[this.at];
    if (current) current.ariaLabel = describe(this.at);
  }

  #tokenOf(target: EventTarget | null): number | undefined {
    const id = target instanceof Element ? target.closest("[role=option]")?.id : undefined;
    return id === undefined ? undefined : Number(id.slice(1));
  }

  #onPress(event: PointerEvent): void {
    const token = this.#tokenOf(event.target);
    if (token === undefined || event.button !== 0) return;
    this.at = token;
    this.#anchor = event.shiftKey ? (this.#anchor ?? token) : undefined;
    this.#dragging = true;
    this.moved();
  }

  #onDrag(event: PointerEvent): void {
    if (!this.#dragging || event.buttons === 0) return this.#point(this.#tokenOf(event.target));
    const root = (event.currentTarget as HTMLElement).getRootNode() as ShadowRoot;
    const token = this.#tokenOf(root.elementFromPoint(event.clientX, event.clientY));
    if (token === undefined || token === this.at) return;
    this.#anchor ??= this.at;
    this.at = token;
    this.moved();
  }

  #point(token: number | undefined): void {
    if (token === this.over) return;
    this.over = token;
    this.pointed();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && this.#anchor !== undefined) {
      this.#anchor = undefined;
    } else {
      const to = follow(event.key, this.at, this.#tokens.length, (n) => (this.#tokens[n] as HTMLElement).getBoundingClientRect());
      if (to === undefined) return;
      this.#anchor = event.shiftKey ? (this.#anchor ?? this.at) : undefined;
      this.at = to;
      this.#tokens[to]?.scrollIntoView({ block: "nearest" });
    }
    event.preventDefault();
    this.moved();
  }

}
