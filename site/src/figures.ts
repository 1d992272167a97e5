import type { Baselines, Progress } from "unfold-rnn/external";
import { Curve, type Reading, formatBits } from "./curve.js";
import { output, part, write } from "./hooks.js";
import { formatNumber, onLanguage, say } from "./language.js";
import { LossTrack, bitsPerNat } from "./loss-track.js";
import { paced } from "./pace.js";
import type { Key } from "./strings.js";

const baselineNames = ["uniform", "unigram", "bigram"] as const;
// Milliseconds between two updates of numbers and curve, and between two words to a screen reader.
const drawEvery = 100;
const speakEvery = 30_000;

/** The numbers and the curve of a run. Losses go in and out in nats; people see bits. */
export class Figures {
  #track = new LossTrack();
  #latest: Progress | undefined;
  #baselines: Baselines | undefined;
  #spoken = 0;
  readonly #curve: Curve;
  readonly #draw = paced(drawEvery, () => this.#show());

  constructor() {
    this.#curve = new Curve(this.#draw, (reading) => this.#read(reading));
    onLanguage(() => this.restyle());
  }

  /** A new network: everything starts at nothing. */
  begin(): void {
    this.#track = new LossTrack();
    this.#latest = undefined;
    this.#baselines = undefined;
    this.#spoken = performance.now();
    this.#draw();
  }

  add(progress: Progress): void {
    this.#latest = progress;
    this.#track.add(progress.step, progress.loss, progress.validationLoss);
    this.#draw();
  }

  setBaselines(baselines: Baselines): void {
    this.#baselines = baselines;
    this.#draw();
  }

  /** Nats: held-out where there is such a figure, else training. */
  get loss(): number {
    return Number.isNaN(this.#track.heldOut) ? this.#track.smoothed : this.#track.heldOut;
  }

  restyle(): void {
    this.#curve.restyle();
    this.#draw();
  }

  #show(): void {
    const { smoothed, heldOut } = this.#track;
    const step = this.#latest?.step ?? 0;
    const speed = this.#latest?.tokensPerSecond ?? NaN;
    setFigure("loss", smoothed, formatBits(smoothed));
    setFigure("validation-loss", heldOut, formatBits(heldOut));
    setFigure("step", step, formatNumber(step));
    setFigure("tokens-per-second", speed, Number.isNaN(speed) ? "–" : formatNumber(speed, { maximumSignificantDigits: 3 }));
    for (const [name, nats] of [["loss", smoothed], ["validation-loss", heldOut]] as const) {
      const figure = Number.isNaN(nats) ? "" : formatNumber(nats, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
      write(part(`[data-nats="${name}"]`), figure === "" ? "" : say("metric.nats", { nats: figure }));
    }
    for (const name of baselineNames) {
      const nats = this.#baselines?.[name] ?? NaN;
      const element = part(`[data-baseline="${name}"]`);
      element.dataset["value"] = String(nats);
      write(element, formatBits(nats));
    }
    write(output("stage"), say(stageOf(this.loss, this.#baselines)));
    this.#curve.set(this.#track.columns(), this.#rules());
    this.#curve.draw();
    this.#describe(step);
  }

  #rules(): { label: string; bits: number }[] {
    const baselines = this.#baselines;
    if (baselines === undefined) return [];
    return baselineNames.map((name) => ({ label: say(`loss.${name}`), bits: baselines[name] * bitsPerNat }));
  }

  #read({ step, training, heldOut }: Reading): void {
    write(part('[data-readout="training"]'), training === null ? "" : formatBits(training / bitsPerNat));
    write(part('[data-readout="held-out"]'), heldOut === null ? "" : formatBits(heldOut / bitsPerNat));
    write(part('[data-readout="step"]'), step === null ? "" : say("loss.step", { step }));
  }

  /** The chart in words, and now and then the same to whoever listens. */
  #describe(step: number): void {
    const now = performance.now();
    if (now - this.#spoken < speakEvery || step === 0) {
      if (step === 0) output("curve").setAttribute("aria-label", say("loss.chartEmpty"));
      return;
    }
    this.#spoken = now;
    write(output("live"), say("notice.live", { step, bits: formatBits(this.loss) }));
    const { uniform, unigram, bigram } = this.#baselines ?? { uniform: NaN, unigram: NaN, bigram: NaN };
    const words = {
      step,
      loss: formatBits(this.#track.smoothed),
      heldOut: formatBits(this.#track.heldOut),
      uniform: formatBits(uniform),
      unigram: formatBits(unigram),
      bigram: formatBits(bigram),
    };
    output("curve").setAttribute("aria-label", say("loss.chart", words));
  }
}

/** `value` is the plain number, NaN as long as there is none. */
function setFigure(name: string, value: number, text: string): void {
  const element = part(`[data-metric="${name}"]`);
  element.dataset["value"] = String(value);
  write(element, text);
}

/** How far the network has come, against the baselines; all in nats. */
export function stageOf(loss: number, baselines: Baselines | undefined): Key {
  if (baselines === undefined || Number.isNaN(loss)) return "stage.none";
  if (loss < baselines.bigram) return "stage.bigram";
  if (loss < baselines.unigram) return "stage.unigram";
  if (loss < baselines.uniform) return "stage.uniform";
  return "stage.noise";
}
