import type { WidgetModel } from "./afm.js";
import type { Results } from "./traits.js";

/** Milliseconds between two messages to the kernel: at most ten a second. */
export const INTERVAL = 100;

/** A kernel that has not thanked for a message in so many milliseconds is sent one nevertheless. */
const PATIENCE = 10_000;

/**
 * Results on their way to the kernel: put together, sent no more often than INTERVAL, and not before the kernel has taken the last ones,
 * so that a kernel that computes for an hour finds one message and not thousands.
 *
 * They go as messages. As state, which a widget's model would send by itself, they wait for the end of the cell that runs: a cell that
 * awaits the training would wait for ever. Python's class takes them in as if they had come as state.
 */
export class Posts {
  readonly #model: WidgetModel;
  readonly #mirror: (results: Partial<Results>) => void;
  #waiting: Partial<Results> = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When something was shown last, and when the kernel was sent something last. */
  #last = -Infinity;
  #asked = -Infinity;
  #sent = 0;
  #taken = 0;
  #closed = false;

  /** `mirror` is given all that is shown. */
  constructor(model: WidgetModel, mirror: (results: Partial<Results>) => void) {
    this.#model = model;
    this.#mirror = mirror;
  }

  /** Shows this within INTERVAL, and sends it with what else comes until the kernel can take it. */
  post(results: Partial<Results>): void {
    if (this.#closed) return;
    Object.assign(this.#waiting, results);
    this.#timer ??= setTimeout(() => this.#tick(), Math.max(0, this.#last + INTERVAL - performance.now()));
  }

  /** Shows and sends this, and all that waits, now. */
  flush(results: Partial<Results> = {}): void {
    if (this.#closed) return;
    const all = { ...this.#waiting, ...results };
    this.clear();
    this.#last = performance.now();
    this.#asked = this.#last;
    this.#sent++;
    this.#show(all);
    const { weights, ...plain } = all;
    this.#model.send({ type: "results", number: this.#sent, results: plain, weights: weights !== undefined }, undefined, weights === undefined ? [] : [weights]);
  }

  /** flush() at the end of something. Hosts that run cells when a widget's state changes do it now, and not ten times a second. */
  settle(results: Partial<Results>): void {
    this.flush(results);
    if (!this.#closed && !isIpywidgets(this.#model)) this.#model.save_changes();
  }

  /** The kernel has taken message `number`. */
  taken(number: number): void {
    this.#taken = Math.max(this.#taken, number);
  }

  /** Forgets what waits. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = {};
  }

  /** A kernel that is gone takes no messages; the views of this tab may still be told something. */
  close(results: Partial<Results> = {}): void {
    this.clear();
    if (this.#closed) return;
    this.#closed = true;
    show(this.#model, results);
  }

  #tick(): void {
    this.#timer = undefined;
    const now = performance.now();
    if (this.#taken >= this.#sent || now - this.#asked >= PATIENCE) {
      this.flush();
    } else {
      this.#last = now;
      this.#show(this.#waiting);
      this.post({});
    }
  }

  #show(results: Partial<Results>): void {
    show(this.#model, results);
    this.#mirror(results);
  }
}

/** Views hear of it. */
export function show(model: WidgetModel, results: Partial<Results>): void {
  for (const [name, value] of Object.entries(results)) model.set(name, value);
}

function isIpywidgets(model: WidgetModel): boolean {
  return typeof (model.widget_manager as { create_view?: unknown } | undefined)?.create_view === "function";
}
