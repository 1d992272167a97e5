import type { Lab, Settings, Source } from "unfold-rnn/views";
import { problemOf } from "unfold-rnn/views";
import { type BuiltIn, type DataId, offers, settingsFor, sourceOf, usualLag } from "./data/catalogue.js";
import { ownSource } from "./data/own.js";
import { atMostTwo, longestText, prepareText } from "./data/reading.js";
import { formatNumber, say } from "./language.js";
import type { Notices } from "./notices.js";
import { keepText } from "./persist.js";

/** What a person brought. */
export interface Own {
  readonly name: string;
  readonly text: string;
  readonly source: Source;
}

interface Wish {
  readonly data: DataId;
  readonly lag: number;
}

// A network that takes longer than this to be ready is announced.
const patienceMs = 250;

/** What the lab learns from, as it was chosen. A choice that cannot be had leaves the present one alone. */
export class Choice {
  #own: Own | undefined;
  #present: Wish = { data: "austen", lag: 0 };
  /** Asked for and on its way. */
  #wish: Wish | undefined;
  #ticket = 0;
  #preparing = 0;

  /** `changed`: another choice is shown. */
  constructor(
    private readonly lab: Lab,
    private readonly notices: Notices,
    private readonly changed: () => void,
  ) {}

  /** What was asked for last, or what the lab has. */
  get wanted(): Wish {
    return this.#wish ?? this.#present;
  }
  get own(): Own | undefined {
    return this.#own;
  }

  /** Opens a choice; settings are those that suit it, unless they are given or the present data are of the same kind. Resolves to whether it stands. */
  async pick(data: DataId, { lag = usualLag(data), settings, play = true }: { lag?: number; settings?: Partial<Settings>; play?: boolean | number } = {}): Promise<boolean> {
    const ticket = this.#begin({ data, lag });
    let source: Source;
    try {
      if (data === "own" && this.#own === undefined) return this.#end(ticket, false);
      source = data === "own" ? (this.#own as Own).source : await sourceOf(data as BuiltIn, lag);
    } catch (thrown) {
      if (ticket !== this.#ticket) return false;
      const { message } = problemOf(thrown);
      const again = { label: () => say("notice.tryAgain"), name: "try-again", act: () => void this.pick(data, { lag, ...(settings && { settings }), play }) };
      this.notices.error("text", () => say("notice.fetch", { message }), "", [again]);
      return this.#end(ticket, false);
    }
    if (ticket !== this.#ticket) return false;
    return this.#end(ticket, await this.wait(() => this.lab.open(source, settings ?? this.#suiting(data, source), play)));
  }

  /** Something of the person's own: kept whatever comes of it, then opened. */
  async bring(name: string, text: string, options: { settings?: Partial<Settings>; play?: boolean | number } = {}): Promise<boolean> {
    this.#ticket++;
    this.notices.clear("text", "file", "restored");
    const length = atMostTwo(text);
    if (length < 2) {
      this.changed();
      this.notices.error("text", () => say(length === 0 ? "notice.empty" : "notice.one"));
      return false;
    }
    const used = prepareText(text);
    if (used.cut) this.notices.info("file", () => say("notice.cut", { total: formatNumber(text.length), used: formatNumber(longestText) }));
    const before = this.#own;
    const own = (this.#own = { name, text: used.text, source: ownSource(name, used.text) });
    void keepText(used.text, name);
    const stands = await this.pick("own", { lag: 0, ...options });
    // What was refused is not what the lab goes on with.
    if (!stands && before !== undefined && this.#own === own) this.#own = before;
    return stands;
  }

  forget(): void {
    this.#own = undefined;
    this.changed();
  }

  /** Something that makes a new network, with a word when it takes long. */
  async wait(make: () => Promise<boolean>): Promise<boolean> {
    this.notices.clear("refused");
    const ticket = ++this.#preparing;
    const slow = setTimeout(() => this.notices.info("preparing", () => say("notice.preparing")), patienceMs);
    try {
      return await make();
    } finally {
      clearTimeout(slow);
      if (ticket === this.#preparing) this.notices.clear("preparing");
    }
  }

  #begin(wish: Wish): number {
    this.#wish = wish;
    this.notices.clear("text", "file", "restored");
    this.changed();
    return ++this.#ticket;
  }

  #end(ticket: number, stands: boolean): boolean {
    if (ticket !== this.#ticket) return stands;
    if (stands && this.#wish !== undefined) this.#present = this.#wish;
    this.#wish = undefined;
    this.changed();
    return stands;
  }

  #suiting(data: DataId, source: Source): Partial<Settings> {
    if (this.lab.network?.subject.kind === source.kind && source.kind === "text") return {};
    const like: DataId = data !== "own" ? data : source.kind === "series" ? "sunspots" : source.kind === "classes" ? "surnames" : "own";
    return { ...settingsFor(like), seed: this.lab.settings.seed };
  }
}

/** Whether a choice has a lag to set. */
export const hasLag = (data: DataId): boolean => offers[data].lag !== undefined;
