import type { WidgetModel } from "./afm.js";
import { Listeners } from "./afm.js";
import type { Results } from "./traits.js";

/** How long a tab that opens waits for another to say that it trains this widget already. */
const PATIENCE_MS = 300;

export interface OwnerEvents {
  /** This tab has become the one that trains. */
  gained(): void;
  lost(): void;
  /** What the tab that trains has told the others. */
  heard(results: Partial<Results>): void;
  /** Another tab's button was pressed. */
  asked(): void;
}

/**
 * One kernel's widget may be open in several tabs, and each has its own initialize(). Only the owner trains and answers. Who opens it
 * asks the other tabs of this browser, and owns it when none answers; in which a button is pressed takes it over. What the kernel holds
 * (`_owner`) decides, so that tabs of unlike browsers come to the same end.
 */
export class Owner {
  readonly #id = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(16)).join("");
  readonly #model: WidgetModel;
  readonly #events: OwnerEvents;
  readonly #listeners: Listeners;
  readonly #channel: BroadcastChannel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #mine = false;

  constructor(model: WidgetModel, events: OwnerEvents) {
    this.#model = model;
    this.#events = events;
    this.#listeners = new Listeners(model);
    this.#channel = openChannel(`unfold-rnn:${String(model.get("_uid"))}`);
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#listeners.on("change:_owner", () => {
      if (this.#mine && this.#model.get("_owner") !== this.#id) this.#lose();
    });
    this.#channel?.postMessage("who trains?");
    this.#timer = setTimeout(() => this.claim(), this.#model.get("_owner") === "" || !this.#channel ? 0 : PATIENCE_MS);
  }

  get mine(): boolean {
    return this.#mine;
  }

  /** Makes this tab the one that trains. */
  claim(): void {
    clearTimeout(this.#timer);
    if (this.#mine) return;
    this.#mine = true;
    this.#model.set("_owner", this.#id);
    this.#model.send({ type: "owner", owner: this.#id });
    this.#channel?.postMessage("I do");
    this.#events.gained();
  }

  /** Asks the tab that trains to pause. */
  ask(): void {
    this.#channel?.postMessage("pause");
  }

  /** Tells the other tabs. */
  tell(results: Partial<Results>): void {
    this.#channel?.postMessage(results);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#mine = false;
    this.#listeners.off();
    this.#channel?.close();
  }

  #hear(message: unknown): void {
    if (message === "who trains?") {
      if (this.#mine) this.#channel?.postMessage("I do");
    } else if (message === "pause") {
      if (this.#mine) this.#events.asked();
    } else if (message === "I do") {
      clearTimeout(this.#timer);
      if (this.#mine) this.#lose();
    } else if (!this.#mine && typeof message === "object" && message !== null) {
      this.#events.heard(message as Partial<Results>);
    }
  }

  #lose(): void {
    this.#mine = false;
    this.#events.lost();
  }
}

/** Undefined where there is none: a sandboxed frame of some browsers. */
function openChannel(name: string): BroadcastChannel | undefined {
  try {
    const channel = new BroadcastChannel(name);
    // Node keeps a process alive for it.
    (channel as { unref?: () => void }).unref?.();
    return channel;
  } catch {
    return undefined;
  }
}
