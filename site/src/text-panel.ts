import { onArrival } from "./arrivals.js";
import { Draft } from "./draft.js";
import { action, input, output, part, select, write } from "./hooks.js";
import { formatNumber, onLanguage, say } from "./language.js";
import type { Notices } from "./notices.js";
import { type Kind, atMostTwo, builtIn, head, largestFile, longestText, prepareText, readFile } from "./source.js";
import { type Run, problemOf } from "./trainer.js";

// Characters of a text that are shown as its beginning.
const preview = 240;

/** Trains on a text; resolves to whether it was taken. */
export type Train = (text: string, kind: Kind) => Promise<boolean>;

/** Where the text is chosen, and what is said about the one in use. */
export class TextPanel {
  readonly #draft = new Draft(() => void this.own(this.#draft.text));
  readonly #dataset = select("dataset");
  readonly #file = input("file");
  /** The person's own text, as long as it is not forgotten. */
  #own: string | null = null;
  /** Of the text in use. */
  #kind: Kind = "austen";
  #asked: { text: string; kind: Kind } | undefined;
  #run: Run | undefined;
  /** Counts what was asked for: a text that takes long to come must not push out a later one. */
  #wish = 0;

  constructor(
    private readonly notices: Notices,
    private readonly train: Train,
    /** The text that was asked for cannot be had. */
    private readonly unavailable: () => void,
  ) {
    this.#dataset.addEventListener("change", () => void this.choose(this.#dataset.value as Kind));
    action("paste").addEventListener("click", () => this.#draft.focus());
    action("choose-file").addEventListener("click", () => this.#file.click());
    action("train-text").addEventListener("click", () => void this.own(this.#draft.text));
    action("clear-text").addEventListener("click", () => (this.#draft.text = ""));
    this.#file.addEventListener("change", () => {
      const files = [...(this.#file.files ?? [])];
      this.#file.value = "";
      void this.#files(files);
    });
    onArrival(
      (files) => void this.#files(files),
      (text) => void this.own(text),
    );
    onLanguage(() => this.#facts());
  }

  /** One of the texts in the list. Resolves to whether it was taken. */
  async choose(kind: Kind): Promise<boolean> {
    if (kind === "own") return this.#own === null ? false : this.own(this.#own);
    const wish = ++this.#wish;
    this.notices.clear("text", "file", "restored");
    try {
      const text = await builtIn(kind);
      return wish === this.#wish && (await this.#use(text, kind));
    } catch (thrown) {
      if (wish !== this.#wish) return false;
      const { message } = problemOf(thrown);
      this.#dataset.value = this.#kind;
      const again = { label: () => say("notice.tryAgain"), name: "try-again", act: () => void this.choose(kind) };
      this.unavailable();
      this.notices.error("text", () => say("notice.fetch", { message }), "", [again]);
      return false;
    }
  }

  /** A text of the person's own. It is kept whatever comes of it. */
  async own(text: string): Promise<boolean> {
    this.#wish++;
    this.notices.clear("text", "file", "restored");
    const length = atMostTwo(text);
    if (length < 2) {
      this.#dataset.value = this.#kind;
      this.notices.error("text", () => say(length === 0 ? "notice.empty" : "notice.one"));
      return false;
    }
    const used = prepareText(text);
    if (used.cut) {
      const values = { total: text.length, used: longestText };
      this.notices.info("file", () => say("notice.cut", values));
    }
    this.#own = used.text;
    if (this.#draft.text !== text) this.#draft.text = used.text;
    this.#dataset.querySelector<HTMLOptionElement>('[value="own"]')?.removeAttribute("hidden");
    this.#dataset.querySelector<HTMLOptionElement>('[value="own"]')?.removeAttribute("disabled");
    return this.#use(used.text, "own");
  }

  /** Empties the place of the person's own text. */
  forget(): void {
    this.#own = null;
    this.#draft.text = "";
    const option = this.#dataset.querySelector<HTMLOptionElement>('[value="own"]');
    option?.setAttribute("hidden", "");
    option?.setAttribute("disabled", "");
  }

  /** The text of a new network. */
  show(run: Run): void {
    this.#run = run;
    if (this.#asked?.text === run.text) this.#kind = this.#asked.kind;
    this.#dataset.value = this.#kind;
    this.#facts();
  }

  async #use(text: string, kind: Kind): Promise<boolean> {
    const asked = { text, kind };
    this.#asked = asked;
    this.#dataset.value = kind;
    const taken = await this.train(text, kind);
    if (!taken && this.#asked === asked) this.#dataset.value = this.#kind;
    return taken;
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
    await this.own(reading.text);
    const { replaced } = reading;
    if (replaced > 0) this.notices.info("file", () => say("notice.replaced", { name, count: replaced }));
    else if (files.length > 1) this.notices.info("file", () => say("notice.onlyFirst", { name }));
  }

  #facts(): void {
    const run = this.#run;
    if (run === undefined) return;
    const { data, plan, text } = run;
    const held = data.validationIds.length;
    const facts = {
      characters: formatNumber(data.length),
      distinct: formatNumber(data.tokens),
      "held-out": held === 0 ? say("text.noneHeldOut") : formatNumber(held),
      plan: say("text.planValue", { batch: plan.batch, steps: plan.steps }),
    };
    for (const [name, fact] of Object.entries(facts)) write(part(`[data-fact="${name}"]`), fact);
    const heavy = { distinct: data.tokens, hidden: run.settings.hidden, batch: plan.batch, steps: plan.steps };
    write(output("plan-note"), plan.reason === "heavy" ? say("text.heavy", heavy) : "");
    write(output("head"), head(text, preview).trim().replace(/\n\s*\n/g, "\n") + (text.length > preview ? "…" : ""));
  }
}
