import { input, output, select, write } from "./hooks.js";
import { type Phrase, formatNumber, formatRate, onLanguage, say } from "./language.js";
import type { Settings } from "./trainer.js";

export interface ControlEvents {
  learningRate(rate: number): void;
  /** Settings that make another network; resolves to whether it stands. */
  network(settings: Settings): Promise<boolean>;
  temperature(value: number): void;
  prompt(text: string): void;
}

export const defaults: Settings = { cell: "lstm", hidden: 128, layers: 1, seed: 7, learningRate: 0.01 };
export const defaultTemperature = 0.7;

const typingRestMs = 700;
const bounds = { hidden: [1, 1024], seed: [0, Number.MAX_SAFE_INTEGER] } as const;

/** The knobs. What is typed and cannot be is said beside the knobs, and the old value stays. */
export class Controls {
  settings: Settings = { ...defaults };
  #note: Phrase = () => "";

  constructor(private readonly events: ControlEvents) {
    this.#learningRate();
    this.#network();
    this.#sampling();
    this.#show();
    onLanguage(() => write(output("settings-note"), this.#note()));
  }

  setLearningRate(rate: number): void {
    this.settings.learningRate = rate;
    this.#say(() => "");
    this.#show();
    this.events.learningRate(rate);
  }

  #learningRate(): void {
    const number = input("learning-rate");
    const take = (): void => {
      clearTimeout(timer);
      const rate = number.valueAsNumber;
      if (rate === this.settings.learningRate) return;
      if (rate > 0 && Number.isFinite(rate)) {
        this.setLearningRate(rate);
      } else {
        const stays = formatRate(this.settings.learningRate);
        this.#say(() => say("settings.badRate", { rate: stays }));
      }
    };
    // While it is typed, 1e-3 passes through 1: a number acts when it is finished, or when the typing has rested.
    let timer: ReturnType<typeof setTimeout> | undefined;
    number.addEventListener("input", () => {
      clearTimeout(timer);
      if (number.valueAsNumber > 0) timer = setTimeout(take, typingRestMs);
    });
    number.addEventListener("change", () => {
      take();
      number.value = formatRate(this.settings.learningRate);
    });
    const slider = input("learning-rate-slider");
    slider.addEventListener("input", () => this.setLearningRate(Number((10 ** slider.valueAsNumber).toPrecision(2))));
  }

  #network(): void {
    const cell = select("cell");
    cell.addEventListener("change", () => this.#restart({ cell: cell.value === "rnn" ? "rnn" : "lstm" }));
    const layers = select("layers");
    layers.addEventListener("change", () => this.#restart({ layers: Number(layers.value) }));
    for (const name of ["hidden", "seed"] as const) {
      const number = input(name);
      number.addEventListener("change", () => {
        const [low, high] = bounds[name];
        const value = number.valueAsNumber;
        if (Number.isInteger(value) && value >= low && value <= high) {
          this.#restart({ [name]: value });
        } else {
          const stays = this.settings[name];
          this.#say(() => say("settings.badWhole", { low, high, value: stays }));
          this.#show();
        }
      });
    }
  }

  #sampling(): void {
    const temperature = input("temperature");
    const shown = output("temperature");
    onLanguage(() => write(shown, formatNumber(temperature.valueAsNumber)));
    temperature.addEventListener("input", () => {
      write(shown, formatNumber(temperature.valueAsNumber));
      this.events.temperature(temperature.valueAsNumber);
    });
    const prompt = input("prompt");
    const changed = (event: Event): void => {
      // Half an ideograph, still in the input method, is not a prompt.
      if (!(event instanceof InputEvent && event.isComposing)) this.events.prompt(prompt.value);
    };
    prompt.addEventListener("input", changed);
    prompt.addEventListener("compositionend", changed);
  }

  /** A refused network leaves the knobs where they were. */
  async #restart(change: Partial<Settings>): Promise<void> {
    const before = this.settings;
    this.settings = { ...before, ...change };
    this.#say(() => "");
    const wanted = this.settings;
    const stands = await this.events.network(wanted);
    if (!stands && this.settings === wanted) {
      this.settings = { ...before, learningRate: wanted.learningRate };
      this.#show();
    }
  }

  #show(): void {
    const { cell, hidden, layers, seed, learningRate } = this.settings;
    select("cell").value = cell;
    select("layers").value = String(layers);
    input("hidden").value = String(hidden);
    input("seed").value = String(seed);
    const rate = input("learning-rate");
    if (rate !== document.activeElement || rate.valueAsNumber !== learningRate) rate.value = formatRate(learningRate);
    input("learning-rate-slider").value = String(Math.log10(learningRate));
  }

  #say(note: Phrase): void {
    this.#note = note;
    write(output("settings-note"), note());
  }
}
