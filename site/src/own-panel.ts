import { onArrival } from "./arrivals.js";
import type { Choice } from "./choice.js";
import { largestFile, readFile } from "./data/reading.js";
import { Draft } from "./draft.js";
import { action, input } from "./hooks.js";
import { say } from "./language.js";
import type { Notices } from "./notices.js";

/** Where a person brings their own: typed, pasted, dropped, or from a file. */
export class OwnPanel {
  readonly #draft = new Draft(() => this.#bring(this.#draft.text));
  readonly #file = input("file");
  #wish = 0;

  /** `brought`: a person brought something; resolves to whether it was taken. */
  constructor(
    private readonly choice: Choice,
    private readonly notices: Notices,
    private readonly brought: (stands: Promise<boolean>) => void,
  ) {
    action("choose-file").addEventListener("click", () => this.#file.click());
    action("train-text").addEventListener("click", () => this.#bring(this.#draft.text));
    action("clear-text").addEventListener("click", () => (this.#draft.text = ""));
    this.#file.addEventListener("change", () => {
      const files = [...(this.#file.files ?? [])];
      this.#file.value = "";
      void this.#files(files);
    });
    onArrival(
      (files) => void this.#files(files),
      (text) => this.#bring(text),
    );
  }

  /** The text in use is that of the person: it stands in the field. */
  show(text: string): void {
    if (this.#draft.text !== text) this.#draft.text = text;
  }

  clear(): void {
    this.#draft.text = "";
  }

  #bring(text: string, name = say("own.name")): void {
    this.#wish++;
    this.brought(this.choice.bring(name, text));
  }

  async #files(files: File[]): Promise<void> {
    const [file] = files;
    if (file === undefined) return;
    const { name } = file;
    const wish = ++this.#wish;
    this.notices.clear("text", "file");
    const reading = await readFile(file);
    if (wish !== this.#wish) return;
    if ("refused" in reading) {
      const mega = (bytes: number): number => Math.ceil(bytes / 1e6);
      const message = reading.refused === "unreadable" ? reading.message : "";
      const values = { name, message, size: mega(file.size), limit: mega(largestFile) };
      this.notices.error("file", () => say(`notice.${reading.refused}`, values));
      return;
    }
    const stands = this.choice.bring(name, reading.text);
    this.brought(stands);
    await stands;
    const { replaced } = reading;
    if (replaced > 0) this.notices.info("file", () => say("notice.replaced", { name, count: replaced }));
    else if (files.length > 1) this.notices.info("file", () => say("notice.onlyFirst", { name }));
  }
}
