import { bounds, type Lab, type Pattern, type Settings } from "unfold-rnn/views";
import { input, output, select, write } from "./hooks.js";
import { type Phrase, formatRate, onLanguage, say } from "./language.js";

const numbers = ["hidden", "layers", "embedding", "batch", "steps", "clipNorm", "radius", "seed"] as const;
const whole: ReadonlySet<string> = new Set(["hidden", "layers", "embedding", "batch", "steps", "seed"]);
const ranges: Record<(typeof numbers)[number], readonly [number, number]> = { ...bounds, seed: [0, Number.MAX_SAFE_INTEGER] };
const choices = ["cell", "activation", "optimizer"] as const;
const typingRestMs = 700;

/** The knobs of the network. What is typed and cannot be is said beside them, and the old value stays. */
export class ModelPanel {
  #note: Phrase = () => "";
  readonly #patterns = [...document.querySelectorAll<HTMLInputElement>('input[name="pattern"]')];

  /** `change`: resolves to whether the settings were taken. */
  constructor(
    private readonly lab: Lab,
    private readonly change: (changes: Partial<Settings>) => Promise<boolean>,
  ) {
    for (const name of numbers) this.#number(name);
    for (const name of choices) {
      const control = select(name);
      control.addEventListener("change", () => void this.#take({ [name]: control.value }));
    }
    for (const radio of this.#patterns) radio.addEventListener("change", () => void this.#take({ pattern: radio.value as Pattern }));
    const both = input("bidirectional");
    both.addEventListener("change", () => void this.#take({ bidirectional: both.checked }));
    this.#learningRate();
    lab.on("network", () => this.#show());
    lab.on("settings", () => this.#show());
    onLanguage(() => this.#show());
  }

  #number(name: (typeof numbers)[number]): void {
    const control = input(name);
    const [low, high] = ranges[name];
    control.min = String(low);
    if (name !== "seed") control.max = String(high);
    control.addEventListener("change", () => {
      const value = control.valueAsNumber;
      if (value >= low && value <= high && (!whole.has(name) || Number.isInteger(value))) {
        void this.#take({ [name]: value });
        return;
      }
      const stays = this.lab.settings[name];
      this.#say(() => say(whole.has(name) ? "model.badWhole" : "model.badNumber", { low, high, value: stays }));
      control.value = String(stays);
    });
  }

  #learningRate(): void {
    const number = input("learning-rate");
    const slider = input("learning-rate-slider");
    [slider.min, slider.max] = bounds.learningRate.map((rate) => String(Math.log10(rate))) as [string, string];
    const take = (): void => {
      clearTimeout(timer);
      const rate = number.valueAsNumber;
      if (rate === this.lab.settings.learningRate) return;
      if (rate > 0 && Number.isFinite(rate)) void this.#take({ learningRate: rate });
      else this.#say(() => say("model.badRate", { rate: formatRate(this.lab.settings.learningRate) }));
    };
    // While it is typed, 1e-3 passes through 1: a number acts when it is finished, or when the typing has rested.
    let timer: ReturnType<typeof setTimeout> | undefined;
    number.addEventListener("input", () => {
      clearTimeout(timer);
      if (number.valueAsNumber > 0) timer = setTimeout(take, typingRestMs);
    });
    number.addEventListener("change", () => {
      take();
      number.value = formatRate(this.lab.settings.learningRate);
    });
    slider.addEventListener("input", () => void this.#take({ learningRate: Number((10 ** slider.valueAsNumber).toPrecision(2)) }));
  }

  async #take(changes: Partial<Settings>): Promise<void> {
    this.#say(() => "");
    await this.change(changes);
    this.#show();
  }

  /** The settings as they are in use, and only what the data in use allow. */
  #show(): void {
    const { network, settings: asked } = this.lab;
    const inUse: Settings = { ...asked, ...network?.settings, learningRate: asked.learningRate, clipNorm: asked.clipNorm };
    const subject = network?.subject;
    const jordan = inUse.pattern === "output";
    for (const radio of this.#patterns) {
      radio.checked = radio.value === inUse.pattern;
      radio.disabled = subject !== undefined && !subject.patterns.includes(radio.value as Pattern);
    }
    write(output("pattern-note"), jordan ? say("model.jordan") : "");
    for (const name of choices) select(name).value = inUse[name];
    for (const name of numbers) {
      const control = input(name);
      if (control !== document.activeElement || control.valueAsNumber !== inUse[name]) control.value = String(inUse[name]);
    }
    const both = input("bidirectional");
    both.checked = inUse.bidirectional;
    both.disabled = jordan || (subject !== undefined && !subject.bidirectional);
    select("cell").disabled = input("layers").disabled = input("radius").disabled = jordan;
    select("activation").disabled = inUse.cell !== "rnn";
    input("embedding").disabled = subject !== undefined && !("tokens" in subject.input);
    input("steps").disabled = subject !== undefined && subject.kind !== "text" && subject.kind !== "series";
    const rate = input("learning-rate");
    if (rate !== document.activeElement || rate.valueAsNumber !== inUse.learningRate) rate.value = formatRate(inUse.learningRate);
    input("learning-rate-slider").value = String(Math.log10(inUse.learningRate));
    this.#describe();
  }

  #describe(): void {
    write(output("settings-note"), this.#note());
    const { network } = this.lab;
    if (network === undefined) return;
    const { weights, plan, model, settings } = network;
    write(output("weights"), say("model.weights", { count: weights, steps: plan.steps, optimizer: select("optimizer").selectedOptions[0]?.text ?? settings.optimizer }));
    const { mode, kernels, reason } = model.runtime;
    write(output("engine"), say(`engine.${kernels}`, { where: say(`engine.${mode}`, { reason: reason ?? "" }) }));
  }

  #say(note: Phrase): void {
    this.#note = note;
    write(output("settings-note"), note());
  }
}
