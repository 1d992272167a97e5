/** What anywidget's front-end module format hands over: the state of a widget, shared with its kernel and with all its views. */
export interface WidgetModel {
  get(name: string): unknown;
  /** Seen at once by every listener in this tab; by the kernel with save_changes(). */
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, listener: (...args: never[]) => void): void;
  off(event: string, listener: (...args: never[]) => void): void;
  /** A message to the kernel that leaves no state behind. */
  send(content: unknown, callbacks?: undefined, buffers?: DataView[]): void;
  /** Jupyter's, where there is one. */
  readonly widget_manager?: unknown;
}

/** Listeners of one owner, taken off together. */
export class Listeners {
  readonly #model: WidgetModel;
  readonly #all: [event: string, listener: (...args: never[]) => void][] = [];

  constructor(model: WidgetModel) {
    this.#model = model;
  }

  on(event: string, listener: (...args: never[]) => void): void {
    this.#model.on(event, listener);
    this.#all.push([event, listener]);
  }

  off(): void {
    for (const [event, listener] of this.#all.splice(0)) this.#model.off(event, listener);
  }
}
