import { output, textarea, write } from "./hooks.js";
import { onLanguage, say } from "./language.js";
import { head } from "./data/reading.js";

// A textarea lays out all that it holds: beyond this it is slow, and nobody edits so much by hand.
const editable = 100_000;
const shown = 2000;

/** The text that a person pasted or typed. A long one is kept whole and shown by its beginning. */
export class Draft {
  readonly #area = textarea("text");
  #long: string | null = null;

  /** `pasted`: a whole text came by one paste, ready to train on. */
  constructor(pasted: () => void) {
    this.#area.addEventListener("input", () => {
      if (this.#long === null && this.#area.value.length > editable) this.text = this.#area.value;
    });
    this.#area.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const { value, selectionStart, selectionEnd } = this.#area;
      const whole = this.#long !== null || selectionEnd - selectionStart === value.length;
      if (text === "" || !whole) return;
      event.preventDefault();
      this.text = text;
      pasted();
    });
    onLanguage(() => this.#note());
  }

  get text(): string {
    return this.#long ?? this.#area.value;
  }

  set text(text: string) {
    this.#long = text.length > editable ? text : null;
    this.#area.value = this.#long === null ? text : `${head(text, shown)}…`;
    this.#area.readOnly = this.#long !== null;
    this.#note();
  }

  focus(): void {
    this.#area.focus({ preventScroll: true });
    this.#area.closest("details")?.scrollIntoView({ block: "start" });
  }

  #note(): void {
    const total = this.#long?.length ?? 0;
    write(output("text-note"), this.#long === null ? "" : say("own.long", { shown, total }));
  }
}
