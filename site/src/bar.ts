import type { Lab } from "unfold-rnn/views";
import { action, output, write } from "./hooks.js";
import { onLanguage, say } from "./language.js";

export interface BarEvents {
  /** A new network from the same data; also where there is none yet. */
  restart(): void;
}

/** Play, one step, start over, and the state in words. */
export class Bar {
  readonly #toggle = action("pause");

  constructor(
    private readonly lab: Lab,
    private readonly events: BarEvents,
  ) {
    this.#toggle.addEventListener("click", () => this.toggle());
    action("step").addEventListener("click", () => this.step());
    action("reset").addEventListener("click", () => this.events.restart());
    action("start").addEventListener("click", () => this.toggle());
    lab.on("state", () => this.show());
    lab.on("shown", () => this.show());
    onLanguage(() => this.show());
  }

  toggle(): void {
    const { state, network } = this.lab;
    if (state === "training") this.lab.pause();
    else if (network === undefined) this.events.restart();
    else this.lab.play();
  }

  step(): void {
    void this.lab.advance(1);
  }

  /** Waits for a person to begin: a large button says so, until something trains. */
  offerStart(): void {
    output("start").hidden = false;
  }

  show(): void {
    const { state, network } = this.lab;
    const loading = state === "loading" || state === "empty";
    const shown = loading ? "loading" : state;
    document.body.dataset["state"] = shown;
    write(output("state"), say(`state.${shown}`));
    const pausing = state === "training" || loading;
    this.#toggle.dataset["action"] = pausing ? "pause" : "resume";
    write(this.#toggle, say(pausing ? "bar.pause" : "bar.resume"));
    this.#toggle.disabled = loading;
    action("step").disabled = loading || network === undefined;
    action("reset").disabled = loading;
    if (state === "training") output("start").hidden = true;
  }
}
