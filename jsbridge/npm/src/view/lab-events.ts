import type { Lab } from "../lab/lab.js";
import type { LabElementEvents } from "./elements.js";

// Between two unfold-step events.
const least = 50;

/** What happens in a lab, told to the page as events of an element. */
export class LabEventsOf {
  readonly #undo: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;

  constructor(private readonly element: HTMLElement, lab: Lab) {
    this.#undo = [
      lab.on("network", ({ weights }) => this.tell("unfold-ready", { weights })),
      lab.on("state", (state) => {
        if (state !== "empty") this.tell("unfold-state", { state });
      }),
      lab.on("progress", () => {
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.#last = performance.now();
          const latest = lab.network?.history.latest;
          if (latest === undefined) return;
          const { step, loss, validationLoss, gradNorm, tokensPerSecond } = latest;
          this.tell("unfold-step", { step, loss, valLoss: validationLoss, gradNorm, tokensPerSec: tokensPerSecond });
        }, Math.max(0, this.#last + least - performance.now()));
      }),
    ];
  }

  tell<K extends keyof LabElementEvents>(name: K, detail: LabElementEvents[K]["detail"]): void {
    this.element.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const undo of this.#undo) undo();
  }
}
