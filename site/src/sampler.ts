import type { Sample } from "./history.js";
import { type Run, type Trainer, problemOf } from "./trainer.js";

export interface SamplerEvents {
  wrote(sample: Sample): void;
  /** Characters of the prompt that the text does not have. */
  skipped(characters: string[]): void;
  failed(message: string): void;
}

/** Milliseconds to wait before the next sample, this long into a run: often at first, then every few seconds. */
export function interval(elapsed: number): number {
  return Math.min(5000, 400 + elapsed / 8);
}

/** A prompt without the characters that the vocabulary lacks, and those characters, each once. */
export function knownPart(prompt: string, vocabulary: ReadonlySet<string>): { known: string; unknown: string[] } {
  const unknown = new Set<string>();
  let known = "";
  for (const character of prompt) {
    if (vocabulary.has(character)) known += character;
    else unknown.add(character);
  }
  return { known, unknown: [...unknown] };
}

// Vocabularies of ideographs say more in fewer characters.
const alphabet = 1000;
const lengths = { letters: 240, ideographs: 100 } as const;

/** Lets the network write while it trains: by itself now and then, and at once when a person asks. */
export class Sampler {
  temperature: number;
  prompt = "";
  #run: Run | undefined;
  #vocabulary: ReadonlySet<string> = new Set();
  #opening = "";
  #began = 0;
  #due = 0;
  #step = 0;
  #loss = NaN;
  #writing = false;
  #askedAgain = false;

  constructor(
    private readonly trainer: Trainer,
    private readonly events: SamplerEvents,
    temperature: number,
  ) {
    this.temperature = temperature;
  }

  /** A new network stands. */
  begin(run: Run): void {
    this.#run = run;
    this.#vocabulary = new Set(run.data.vocabulary);
    // Writing starts where a paragraph or a line does.
    const breaks = run.text.slice(0, 20_000).includes("\n\n") ? "\n\n" : "\n";
    this.#opening = this.#vocabulary.has("\n") ? breaks : "";
    this.#began = performance.now();
    this.#due = 0;
  }

  /** Training went on by a step; `loss` in nats. */
  tick(step: number, loss: number): void {
    this.#step = step;
    this.#loss = loss;
    const now = performance.now();
    if (this.#writing || document.hidden || now < this.#due) return;
    this.#due = now + interval(now - this.#began);
    void this.#write();
  }

  /** A person changed the prompt or the temperature. */
  ask(): void {
    if (this.#writing) this.#askedAgain = true;
    else if (this.#step > 0) void this.#write();
  }

  async #write(): Promise<void> {
    const run = this.#run;
    if (run === undefined || this.trainer.current !== run) return;
    this.#writing = true;
    const { known, unknown } = knownPart(this.prompt, this.#vocabulary);
    this.events.skipped(unknown);
    const sample: Sample = { step: this.#step, loss: this.#loss, temperature: this.temperature, prompt: known, text: "" };
    const opening = known === "" ? this.#opening : known;
    try {
      const length = run.data.tokens < alphabet ? lengths.letters : lengths.ideographs;
      const prompt = opening === "" ? {} : { prompt: opening };
      for await (const { text } of run.model.generate({ ...prompt, length, temperature: sample.temperature })) {
        sample.text += text ?? "";
        if (this.trainer.current !== run) break;
      }
      if (this.trainer.current === run) this.events.wrote(sample);
    } catch (thrown) {
      // A lost engine is told about by the training itself.
      if (this.trainer.current === run && this.trainer.state !== "error") this.events.failed(problemOf(thrown).message);
    } finally {
      this.#writing = false;
      if (this.#askedAgain) {
        this.#askedAgain = false;
        void this.#write();
      }
    }
  }
}
