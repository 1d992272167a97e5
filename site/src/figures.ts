import type { Baseline, Lab, Network } from "unfold-rnn/views";
import { output, part, write } from "./hooks.js";
import { formatNumber, onLanguage, say } from "./language.js";
import { paced } from "./pace.js";
import type { Key } from "./strings.js";
import { formatLoss, scaleOf } from "./units.js";

// Milliseconds between two updates of the numbers, and between two words to a screen reader.
const drawEvery = 100;
const speakEvery = 30_000;

/** The numbers of the run in the bar, and what they mean against the baselines. Losses are data in the unit of the training; people see bits. */
export class Figures {
  #baselines: readonly Baseline[] = [];
  #spoken = 0;
  readonly #draw = paced(drawEvery, () => this.#show());

  constructor(private readonly lab: Lab) {
    lab.on("network", (network) => this.#begin(network));
    lab.on("progress", this.#draw);
    lab.on("shown", this.#draw);
    lab.on("state", this.#draw);
    onLanguage(this.#draw);
  }

  #begin(network: Network): void {
    this.#baselines = [];
    this.#spoken = performance.now();
    this.#draw();
    void network.subject.baselines.then((baselines) => {
      if (this.lab.network?.subject !== network.subject) return;
      this.#baselines = baselines;
      this.#draw();
    }).catch(() => {}); // Without baselines there are no lines to beat.
  }

  #show(): void {
    const { network } = this.lab;
    const { smoothed = NaN, heldOut = NaN, latest } = network?.history ?? {};
    const step = latest?.step ?? 0;
    const speed = latest?.tokensPerSecond ?? NaN;
    const scale = scaleOf(network?.subject);
    setFigure("loss", smoothed, formatLoss(smoothed, scale));
    setFigure("validation-loss", heldOut, formatLoss(heldOut, scale));
    setFigure("step", step, formatNumber(step));
    setFigure("tokens-per-second", speed, Number.isNaN(speed) ? "–" : formatNumber(speed, { maximumSignificantDigits: 3 }));
    for (const place of document.querySelectorAll<HTMLElement>("[data-unit=loss]")) write(place, say(`unit.${scale.name}`));
    showBaselines(this.#baselines.map((one) => ({ ...one, text: formatLoss(one.loss, scale) })));
    const loss = Number.isNaN(heldOut) ? smoothed : heldOut;
    write(output("stage"), say(stageOf(loss, this.#baselines)));
    this.#speak(step, formatLoss(loss, scale), say(`unit.${scale.name}`));
  }

  /** Now and then, the same to whoever listens. */
  #speak(step: number, loss: string, unit: string): void {
    const now = performance.now();
    if (now - this.#spoken < speakEvery || step === 0) return;
    this.#spoken = now;
    write(output("live"), say("notice.live", { step, loss, unit }));
  }
}

/** `value` is the plain number, NaN as long as there is none. */
function setFigure(name: string, value: number, text: string): void {
  const element = part(`[data-metric="${name}"]`);
  element.dataset["value"] = String(value);
  write(element, text);
}

function showBaselines(lines: readonly (Baseline & { text: string })[]): void {
  const place = output("baselines");
  const wanted = lines.map(({ name, loss, text }) => `${name} ${loss} ${text} ${say(`baseline.${name}`)}`).join("\n");
  if (place.dataset["shown"] === wanted) return;
  place.dataset["shown"] = wanted;
  place.replaceChildren(...lines.map(({ name, loss, text }) => {
    const line = document.createElement("span");
    line.className = "key";
    const value = document.createElement("b");
    value.dataset["baseline"] = name;
    value.dataset["value"] = String(loss);
    value.textContent = text;
    line.append(`${say(`baseline.${name}`)} `, value);
    return line;
  }));
}

/** How far the network has come, against the baselines; all in one unit. */
export function stageOf(loss: number, baselines: readonly Baseline[]): Key {
  if (baselines.length === 0 || Number.isNaN(loss)) return "stage.none";
  const beaten = [...baselines].sort((a, b) => a.loss - b.loss).find((one) => loss < one.loss);
  return beaten === undefined ? "stage.noise" : `stage.${beaten.name}`;
}
