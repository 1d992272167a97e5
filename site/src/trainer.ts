import {
  type Baselines,
  type Model,
  type Progress,
  type TextDataset,
  type Training,
  UnfoldError,
  createModel,
  textDataset,
} from "unfold-rnn/external";
import { type Plan, planFor } from "./plan.js";

export type TrainerState = "loading" | "training" | "paused" | "error";

/** What a person may set. The learning rate acts on the running training; the rest makes another network. */
export interface Settings {
  cell: "lstm" | "rnn";
  hidden: number;
  layers: number;
  seed: number;
  learningRate: number;
}

/** A network and the text that it learns from. */
export interface Run {
  readonly text: string;
  readonly data: TextDataset;
  readonly model: Model;
  readonly plan: Plan;
  readonly settings: Readonly<Omit<Settings, "learningRate">>;
}

/** What went wrong: the package's code, or `ONE_TOKEN` for a text of a single repeated character, `PAGE` for the rest. */
export interface Problem {
  code: UnfoldError["code"] | "ONE_TOKEN" | "PAGE";
  message: string;
}

export interface TrainerEvents {
  state(state: TrainerState): void;
  /** A new network begins. */
  run(run: Run): void;
  progress(progress: Progress, run: Run): void;
  baselines(baselines: Baselines, run: Run): void;
  /** Training ended with a problem. */
  failed(problem: Problem): void;
  /** A text or setting was not taken; whatever was going on goes on. */
  refused(problem: Problem): void;
}

/** A text that leaves nothing to guess. */
class OneToken extends Error {}

const clipNorm = 5;
// More than a tab will ever take; the package wants a bound.
const iterations = 1e9;

/** One network at a time: begins, pauses, resumes, and hands over to the next only when that one is ready. */
export class Trainer {
  #state: TrainerState = "loading";
  #run: Run | undefined;
  #training: Training | undefined;
  #wanted: { text: string; settings: Omit<Settings, "learningRate"> } | undefined;
  /** The text that is being made ready. */
  #coming: string | undefined;
  #learningRate: number;
  #ticket = 0;

  constructor(
    private readonly events: TrainerEvents,
    learningRate: number,
  ) {
    this.#learningRate = learningRate;
  }

  get state(): TrainerState {
    return this.#state;
  }
  get current(): Run | undefined {
    return this.#run;
  }
  get learningRate(): number {
    return this.#learningRate;
  }

  /** There is no text to train on. */
  lacksText(): void {
    if (this.#run === undefined && this.#wanted === undefined) this.#setState("error");
  }

  /** What a next network would learn from: the text on its way, else the present one. */
  get text(): string | undefined {
    return this.#coming ?? this.#wanted?.text;
  }

  /**
   * Trains a new network on a text. The present one goes on until the new one stands, and for good when the new text or
   * settings are refused. Resolves to whether the new one stands; a later call overtakes an earlier one.
   */
  async begin(text: string, settings: Omit<Settings, "learningRate">): Promise<boolean> {
    const ticket = ++this.#ticket;
    this.#coming = text;
    if (this.#run === undefined) {
      this.#wanted = { text, settings };
      this.#setState("loading");
    }
    let next: Run;
    try {
      next = await prepare(text, settings, this.#run);
    } catch (thrown) {
      if (ticket !== this.#ticket) return false;
      this.#coming = undefined;
      this.#reject(problemOf(thrown));
      return false;
    }
    if (ticket !== this.#ticket) {
      void next.model.dispose().catch(() => {});
      return false;
    }
    this.#coming = undefined;
    this.#retire();
    this.#run = next;
    this.#wanted = { text, settings };
    this.events.run(next);
    this.#train(next);
    void next.data.baselines().then(
      (baselines) => {
        if (this.#run === next) this.events.baselines(baselines, next);
      },
      (thrown: unknown) => this.events.refused(problemOf(thrown)),
    );
    return true;
  }

  pause(): void {
    if (this.#state !== "training" || this.#training === undefined) return;
    this.#training.pause();
    this.#setState("paused");
  }

  /** Goes on: after a pause, after numbers that blew up, or, when the engine was lost, with a new network. */
  async resume(): Promise<void> {
    if (this.#state === "paused" && this.#training !== undefined) {
      this.#training.resume();
      this.#setState("training");
    } else if (this.#state === "error" && this.#run !== undefined) {
      this.#train(this.#run);
    } else if (this.#state === "error") {
      await this.reset();
    }
  }

  /** The same text and settings from new weights. */
  async reset(): Promise<boolean> {
    const { text } = this;
    return text === undefined || this.#wanted === undefined ? false : this.begin(text, this.#wanted.settings);
  }

  setLearningRate(rate: number): void {
    this.#learningRate = rate;
    if (this.#training !== undefined) this.#training.learningRate = rate;
  }

  #train(run: Run): void {
    const { batch, steps, validation } = run.plan;
    try {
      const training = run.model.train(run.data, {
        batch,
        steps,
        iterations,
        stateful: true,
        validation,
        optimizer: { name: "adam", learningRate: this.#learningRate, clipNorm },
      });
      this.#training = training;
      this.#setState("training");
      void this.#follow(run, training);
    } catch (thrown) {
      this.#stop(problemOf(thrown));
    }
  }

  async #follow(run: Run, training: Training): Promise<void> {
    try {
      for await (const progress of training) {
        if (this.#training !== training) return;
        this.events.progress(progress, run);
      }
    } catch (thrown) {
      if (this.#training === training) this.#stop(problemOf(thrown));
    }
  }

  #stop(problem: Problem): void {
    this.#training = undefined;
    // Only a model whose engine answers can go on; of any other, nothing is left.
    if (problem.code !== "NUMERIC") {
      void this.#run?.model.dispose().catch(() => {});
      this.#run = undefined;
    }
    this.#setState("error");
    this.events.failed(problem);
  }

  #reject(problem: Problem): void {
    if (this.#run === undefined) {
      this.#setState("error");
      this.events.failed(problem);
    } else {
      this.events.refused(problem);
    }
  }

  #retire(): void {
    const old = this.#run;
    this.#training = undefined;
    this.#run = undefined;
    void old?.model.dispose().catch(() => {});
  }

  #setState(state: TrainerState): void {
    this.#state = state;
    this.events.state(state);
  }
}

/** Tokenises the text (unless the present run has done so already) and makes the network. */
async function prepare(text: string, settings: Run["settings"], present: Run | undefined): Promise<Run> {
  const data = present?.text === text ? present.data : await textDataset(text, { unit: "char", validation: 0.1 });
  if (data.tokens < 2) throw new OneToken(`the text has one distinct character, ${JSON.stringify(data.vocabulary[0])}; want 2 or more`);
  const layers = Array.from({ length: settings.layers }, () => ({ cell: settings.cell, hidden: settings.hidden }));
  const model = await createModel({
    input: { tokens: data.tokens },
    layers,
    output: { classes: data.tokens },
    seed: settings.seed,
  });
  const plan = planFor(data.ids.length, data.validationIds.length, { ...settings, tokens: data.tokens });
  return { text, data, model, plan, settings };
}

/** Any thrown value as a problem. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof UnfoldError) return { code: thrown.code, message: thrown.message };
  if (thrown instanceof OneToken) return { code: "ONE_TOKEN", message: thrown.message };
  return { code: "PAGE", message: messageOf(thrown) };
}

function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.name === "Error" ? thrown.message : `${thrown.name}: ${thrown.message}`;
}
