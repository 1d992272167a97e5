import { formatBits } from "./curve.js";
import { type Sample, remember } from "./history.js";
import { output, write } from "./hooks.js";
import { formatNumber, onLanguage, say } from "./language.js";
import { paced } from "./pace.js";

const shown = 14;

/** The latest sample, and below it those that tell how the writing came about. Text goes in as text only. */
export class Samples {
  #samples: Sample[] = [];
  readonly #draw = paced(100, () => this.#show());

  constructor() {
    onLanguage(this.#draw);
  }

  begin(): void {
    this.#samples = [];
    this.#draw();
  }

  add(sample: Sample): void {
    this.#samples = remember(this.#samples, sample, shown);
    this.#draw();
  }

  #show(): void {
    const latest = this.#samples.at(-1);
    if (latest === undefined) {
      write(output("sample"), say("sample.waiting"));
    } else {
      fill(output("sample"), latest);
    }
    write(output("sample-caption"), latest === undefined ? "" : caption(latest));
    const earlier = this.#samples.slice(0, -1).reverse();
    output("history").replaceChildren(...earlier.map(item));
  }
}

function caption({ step, loss, temperature }: Sample): string {
  return say("sample.caption", { step, bits: formatBits(loss), temperature: formatNumber(temperature) });
}

/** The prompt, set apart, and what was written after it. Empty lines at the beginning say nothing. */
function fill(place: HTMLElement, { prompt, text }: Sample): void {
  const given = document.createElement("span");
  given.className = "given";
  given.textContent = prompt;
  place.replaceChildren(given, prompt === "" ? text.replace(/^\n+/, "") : text);
}

function item(sample: Sample): HTMLElement {
  const element = document.createElement("li");
  const when = document.createElement("p");
  when.className = "when";
  when.textContent = caption(sample);
  const writing = document.createElement("p");
  writing.className = "writing";
  fill(writing, sample);
  element.append(when, writing);
  return element;
}
