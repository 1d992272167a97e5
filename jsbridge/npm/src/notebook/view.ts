import type { WidgetModel } from "./afm.js";
import { Listeners } from "./afm.js";
import { Plot } from "./plot.js";
import type { Point, Status } from "./traits.js";
import { readBytes } from "./traits.js";
import styles from "./view.css";

const SAID: Record<Status, string> = {
  idle: "not trained yet",
  starting: "starting the engine",
  training: "training in this tab",
  paused: "paused",
  done: "done",
  stopped: "stopped: the tab that trained was closed or loaded again",
  error: "refused",
  disconnected: "the kernel was restarted or has ended: run the cell again",
};

/** One picture of a widget. It knows nothing but the widget's state, so there may be several, and they come and go while it trains. */
export class View {
  readonly #widget: WidgetModel;
  readonly #listeners: Listeners;
  readonly #root = document.createElement("div");
  readonly #train = button("train");
  readonly #save = button("save");
  readonly #state = element("span", "state");
  readonly #numbers = element("span", "numbers");
  readonly #error = element("p", "error");
  readonly #sample = element("pre", "sample");
  readonly #plot = new Plot();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(widget: WidgetModel, el: HTMLElement) {
    this.#widget = widget;
    this.#root.className = "unfold-rnn";
    const shadow = this.#root.attachShadow({ mode: "open" });
    const style = document.createElement("style");
    style.textContent = styles;
    const bar = element("div", "bar");
    bar.append(this.#train, this.#save, this.#state, this.#numbers);
    this.#state.setAttribute("role", "status");
    this.#error.setAttribute("role", "alert");
    this.#save.textContent = "Save weights";
    this.#sample.setAttribute("aria-label", "What the network writes");
    shadow.append(style, bar, this.#error, this.#plot.element, this.#sample);
    el.append(this.#root);

    // Not `running` itself: the tab in which it was pressed is to be the one that trains.
    this.#train.addEventListener("click", () => widget.set("_pressed", Number(widget.get("_pressed") ?? 0) + 1));
    this.#save.addEventListener("click", () => download(readBytes(widget, "weights"), "rnn.safetensors"));
    this.#listeners = new Listeners(widget);
    for (const name of ["status", "running", "step", "loss", "validation_loss", "history", "sample", "error", "weights"]) {
      this.#listeners.on(`change:${name}`, () => this.#later());
    }
    this.#draw();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listeners.off();
    this.#root.remove();
  }

  /** Several changes come in one turn. Not by frames: a hidden tab has none, and its labels are read too. */
  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    });
  }

  #draw(): void {
    const get = <T>(name: string): T => this.#widget.get(name) as T;
    const status = get<Status>("status");
    const error = get<{ code: string; message: string } | null>("error");
    const gone = status === "disconnected";
    this.#root.dataset["status"] = status;
    write(this.#train, get("running") === true ? "Pause" : status === "paused" ? "Go on" : "Train");
    this.#train.disabled = gone;
    this.#save.disabled = readBytes(this.#widget, "weights").length === 0;
    write(this.#state, SAID[status] ?? String(status));
    const number = (name: string): string | undefined => get<number | null>(name)?.toFixed(3);
    const held = number("validation_loss");
    const loss = number("loss");
    write(this.#numbers, loss === undefined ? "" : `step ${get<number>("step")} · loss ${loss}${held === undefined ? "" : ` · held out ${held}`}`);
    write(this.#error, error ? `${error.code}: ${error.message}` : "");
    this.#error.hidden = error === null;
    this.#plot.draw(get<Point[]>("history"));
    const sample = get<string>("sample");
    write(this.#sample, sample);
    this.#sample.hidden = sample === "";
  }
}

/** A text that stays is not set anew: screen readers would say it again. */
function write(into: HTMLElement, text: string): void {
  if (into.textContent !== text) into.textContent = text;
}

function element(tag: string, name: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}

function button(name: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  return made;
}

function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has not read it yet.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
