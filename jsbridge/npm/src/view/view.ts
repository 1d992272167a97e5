import { type CSSResultGroup, LitElement, type PropertyDeclarations } from "lit";
import type { Lab, LabEvents } from "../lab/lab.js";
import type { Looker, Shown } from "../lab/looks.js";
import { formatNumber, type Language, languageOf, onLanguage, phrase, type Values, type Words } from "./language.js";
import { styles } from "./styles.js";

/** Colours that styles.ts names. */
export type Colour = "ink" | "ink-soft" | "line" | "surface" | "raised" | "pos" | "neg" | "accent" | "warn";

/**
 * One thing shown of a lab. The lab is given as a property, or is that of the nearest `<unfold-lab>` around, or of the one that `for` names.
 * A view that has a look() is let look in its turn while it can be seen; see Looks.
 */
export abstract class View extends LitElement implements Looker {
  static override styles: CSSResultGroup = [styles];
  static override properties: PropertyDeclarations = { lab: { attribute: false }, for: {}, language: { state: true } };

  declare lab: Lab | undefined;
  /** Id of the element with the lab. */
  declare for: string | undefined;
  protected declare language: Language;
  /** The view's phrases. */
  protected abstract readonly words: Words;
  #attached: Lab | undefined;
  #undo: (() => void)[] = [];
  #found = false;
  #seen = false;
  #observer: IntersectionObserver | undefined;
  #offLanguage: (() => void) | undefined;
  #probe: HTMLElement | undefined;

  constructor() {
    super();
    this.language = "en";
  }

  /** Who has no look() is never awake. */
  look(_shown: Shown): Promise<void> {
    return Promise.resolve();
  }

  /** Override to sleep while there is nothing to ask, e.g. without data of a kind. */
  get awake(): boolean {
    return this.#seen && this.isConnected && !document.hidden;
  }

  /** Called with the lab, and again after it has changed: subscribe with `this.hear`. */
  protected attached(_lab: Lab): void {}

  /** Listens to the lab as long as it is this view's. */
  protected hear<K extends keyof LabEvents>(name: K, listener: (value: LabEvents[K]) => void): void {
    if (this.#attached !== undefined) this.#undo.push(this.#attached.on(name, listener));
  }

  /** What is wanted has changed: look again soon, whatever the network has done. */
  protected urge(): void {
    this.#attached?.urge(this);
  }

  protected say(key: string, values?: Values): string {
    const words = this.words[key];
    if (words === undefined) throw new Error(`${this.localName}: no phrase is called ${key}`);
    return phrase(this.language, words, values);
  }

  protected number(value: number, options?: Intl.NumberFormatOptions): string {
    return Number.isFinite(value) ? formatNumber(this.language, value, options) : "–";
  }

  /** A colour as the view has it now, for canvases. */
  protected colour(name: Colour): string {
    this.#probe ??= Object.assign(document.createElement("span"), { hidden: true });
    if (!this.#probe.isConnected) this.renderRoot.append(this.#probe);
    this.#probe.style.color = `var(--${name})`;
    return getComputedStyle(this.#probe).color;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.language = languageOf(this);
    this.#offLanguage = onLanguage(() => (this.language = languageOf(this)));
    this.#observer = new IntersectionObserver((entries) => {
      this.#seen = entries.at(-1)?.isIntersecting ?? false;
      if (this.#seen) this.#attached?.wake();
      this.visible(this.#seen);
    }, { rootMargin: "100px" });
    this.#observer.observe(this);
    // The lab around may be upgraded in the same breath.
    queueMicrotask(() => this.#attach());
    document.addEventListener("unfold-connected", this.#labCame);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#offLanguage?.();
    this.#observer?.disconnect();
    document.removeEventListener("unfold-connected", this.#labCame);
    this.#seen = false;
    this.#detach();
    if (this.#found) this.lab = undefined;
    this.#found = false;
  }

  /** Came into sight, or went out of it. */
  protected visible(_seen: boolean): void {}

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("lab") || changed.has("for")) this.#attach();
  }

  #attach(): void {
    const lab = this.isConnected ? this.#find() : undefined;
    if (lab === this.#attached) return;
    this.#detach();
    this.#attached = lab;
    if (lab === undefined) return;
    this.#found ||= this.lab === undefined;
    this.lab = lab;
    this.#undo.push(lab.watch(this));
    this.attached(lab);
    this.requestUpdate();
  }

  /** The lab may come into the page later than its view. */
  readonly #labCame = (): void => this.#attach();

  #detach(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
    this.#attached = undefined;
  }

  #find(): Lab | undefined {
    if (this.lab !== undefined) return this.lab;
    let place: Node | null = this.for ? (this.getRootNode() as Document | ShadowRoot).querySelector(`#${CSS.escape(this.for)}`) : this.parentNode;
    while (place !== null) {
      const { lab } = place as { lab?: unknown };
      if (place !== this && place instanceof HTMLElement && place.localName === "unfold-lab" && lab) return lab as Lab;
      place = this.for ? null : place instanceof ShadowRoot ? place.host : place.parentNode;
    }
    return undefined;
  }
}
