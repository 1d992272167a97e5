import type { Model, Progress, RuntimeOptions, Training } from "../types.js";
import { stepOf } from "./checkpoints.js";
import { Emitter } from "./emitter.js";
import type { Engine, Problem } from "./engine.js";
import { problemOf } from "./engine.js";
import { Looks, type Looker, type Shown } from "./looks.js";
import type { Network } from "./network.js";
import { makeNetwork } from "./network.js";
import { defaults, live, type Settings, trainingFor } from "./settings.js";
import { isStream, type Source } from "./source.js";

/** `empty`: nothing to learn from yet. `loading`: the first network is being made. `error`: training ended with a problem. */
export type LabState = "empty" | "loading" | "training" | "paused" | "error";

export interface LabEvents {
  state: LabState;
  /** A new network stands; all that was shown of the one before is gone. */
  network: Network;
  /** Every training step. */
  progress: Progress;
  settings: Settings;
  /** Another step is looked at, or the present again. */
  shown: Shown | undefined;
  /** A checkpoint was kept, of this step. */
  checkpoint: number;
  /** Training ended with it. */
  failed: Problem;
  /** Something was not taken, or could not be shown; whatever was going on goes on. */
  refused: Problem;
}

// More than a tab will ever take; the package wants a bound.
const endless = 1e9;

/**
 * One network, what it learns from, its training and its past: what all views of a page look at. A new network takes over only
 * when it stands. The same source, settings and step are the same network, bit for bit, however its training was cut up.
 */
export class Lab extends Emitter<LabEvents> {
  #state: LabState = "empty";
  #settings: Settings;
  #source: Source | undefined;
  #network: Network | undefined;
  #training: Training | undefined;
  #following: Promise<void> = Promise.resolve();
  #legs = 0;
  #past: Shown | undefined;
  #seeking = 0;
  #ticket = 0;
  #saving = false;
  #nextCheckpoint = 0;
  #disposed = false;
  /** Holds the engine up until the first network stands. */
  #warm: Promise<Model> | undefined;
  readonly #looks: Looks;

  constructor(
    readonly engine: Engine,
    settings: Partial<Settings> = {},
    /** Where its models run. */
    readonly runtime?: RuntimeOptions,
  ) {
    super();
    this.#settings = { ...defaults, ...settings };
    this.#looks = new Looks(() => this.shown, (thrown) => this.emit("refused", problemOf(thrown)));
  }

  get state(): LabState {
    return this.#state;
  }
  /** As they were asked for; `network.settings` are those in use. */
  get settings(): Readonly<Settings> {
    return this.#settings;
  }
  get source(): Source | undefined {
    return this.#source;
  }
  get network(): Network | undefined {
    return this.#network;
  }
  /** The latest training step of the network. */
  get step(): number {
    return this.#network?.history.latest?.step ?? 0;
  }
  /** What views show: the past while a past step is looked at, else the present. */
  get shown(): Shown | undefined {
    if (this.#past !== undefined) return this.#past;
    return this.#network && { model: this.#network.model, step: this.step, live: this.#state === "training" };
  }

  /** A past step is shown. */
  get looksBack(): boolean {
    return this.#past !== undefined;
  }

  /** Lets a view look, in its turn, whenever there is something new; gives what ends that. */
  watch(looker: Looker): () => void {
    this.#looks.add(looker);
    return () => this.#looks.delete(looker);
  }
  /** A view came into sight. */
  wake(): void {
    this.#looks.wake();
  }
  /** The view wants other things than before: it looks next. */
  urge(looker: Looker): void {
    this.#looks.urge(looker);
  }

  /** Starts the engine, while the data are still on their way. What goes wrong with it is told when a network is made. */
  warm(): void {
    if (this.#network !== undefined || this.#disposed) return;
    this.#warm ??= this.engine.createModel({ input: { tokens: 2 }, layers: [{ cell: "rnn", hidden: 1 }], output: { classes: 2 } }, this.runtime);
    this.#warm.catch(() => {});
  }

  #cool(): void {
    void this.#warm?.then((model) => model.dispose()).catch(() => {});
    this.#warm = undefined;
  }

  /**
   * A new network on this source; trains at once with `play` (default), up to a step when it is a number. The present one goes on until the
   * new one stands, and for good when source or settings are refused. Resolves to whether the new one stands; a later call overtakes an earlier one.
   */
  async open(source: Source, changes: Partial<Settings> = {}, play: boolean | number = true): Promise<boolean> {
    const ticket = ++this.#ticket;
    const settings = { ...this.#settings, ...changes };
    if (this.#network === undefined) {
      this.#source = source;
      this.#setState("loading");
    }
    this.warm();
    let next: Network;
    try {
      next = await makeNetwork(this.engine, source, settings, this.runtime, this.#network);
    } catch (thrown) {
      if (ticket !== this.#ticket) return false;
      this.#cool();
      this.#reject(problemOf(thrown));
      return false;
    }
    if (ticket !== this.#ticket || this.#disposed) {
      void next.model.dispose().catch(() => {});
      return false;
    }
    this.#retire();
    this.#source = source;
    this.#settings = settings;
    this.#network = next;
    this.#cool();
    this.#nextCheckpoint = 0;
    // Whoever hears of the network may train it at once; views look when it has made its first step.
    this.#state = "paused";
    this.#looks.quiet = play !== false;
    this.emit("settings", settings);
    this.emit("network", next);
    if (this.state === "paused") this.emit("state", "paused");
    const kept = this.#keep(next);
    if (play === false) await kept;
    if (play !== false && this.#network === next) this.play(typeof play === "number" ? play : undefined);
    if (this.state !== "training") this.#looks.quiet = false;
    this.#looks.wake();
    return true;
  }

  /** Learning rate and clip act on the training under way; anything else makes a new network. Resolves to whether it was taken. */
  async change(changes: Partial<Settings>): Promise<boolean> {
    const restarts = Object.keys(changes).some((name) => !live.has(name as keyof Settings) && changes[name as keyof Settings] !== this.#settings[name as keyof Settings]);
    if (restarts && this.#source !== undefined) return this.open(this.#source, changes, this.#state !== "paused");
    try {
      this.#steer({ ...this.#settings, ...changes });
    } catch (thrown) {
      this.emit("refused", problemOf(thrown));
      return false;
    }
    this.#settings = { ...this.#settings, ...changes };
    this.emit("settings", this.#settings);
    return true;
  }

  #steer({ learningRate, clipNorm }: Settings): void {
    const { learningRate: rate, clipNorm: clip } = this.#settings;
    if (this.#training !== undefined) {
      if (learningRate !== rate) this.#training.learningRate = learningRate;
      // No clip is a bound that nothing reaches: a run that clips can be told another norm, not none.
      if (clipNorm !== clip) this.#training.clipNorm = clipNorm > 0 ? clipNorm : Number.MAX_VALUE;
    }
    if (clipNorm !== clip) this.#network?.history.mark({ step: this.step, what: "clipNorm", value: clipNorm });
  }

  /** Trains on; with `until`, up to that step. From a past step that is looked at the present goes on: see fork(). */
  play(until?: number): void {
    const network = this.#network;
    if (network === undefined || this.#state === "training" || this.#state === "loading") return;
    void this.seek(undefined);
    if (until === undefined && this.#training !== undefined && this.#state === "paused") {
      this.#training.resume();
      this.#setState("training");
      return;
    }
    void this.#leg(network, until === undefined ? endless : until - this.step, true);
  }

  pause(): void {
    if (this.#state !== "training") return;
    this.#training?.pause();
    this.#setState("paused");
    this.#looks.wake();
  }

  /** Trains so many steps and no more; resolves when they are done. */
  async advance(steps = 1): Promise<void> {
    const network = this.#network;
    if (network === undefined || this.#state === "loading") return;
    await this.seek(undefined);
    await this.#halt();
    if (this.#network === network) await this.#leg(network, steps, false);
  }

  /** The same source and settings from new weights. */
  async reset(): Promise<boolean> {
    return this.#source === undefined ? false : this.open(this.#source, {}, this.#state !== "paused");
  }

  /** Shows the network as it was at the checkpoint at this step or just before it; undefined: as it is. */
  async seek(step: number | undefined): Promise<void> {
    const ticket = ++this.#seeking;
    const network = this.#network;
    const checkpoint = step === undefined ? undefined : network?.checkpoints.at(step);
    if (checkpoint === undefined || network === undefined) {
      if (this.#past === undefined) return;
      this.#showPast(undefined);
      return;
    }
    if (this.#past?.step === checkpoint.step) return;
    this.pause();
    try {
      const model = await this.engine.loadModel(checkpoint.file, this.runtime);
      if (ticket !== this.#seeking || this.#network !== network) return void model.dispose().catch(() => {});
      this.#showPast({ model, step: checkpoint.step, live: false });
    } catch (thrown) {
      this.emit("refused", problemOf(thrown));
    }
  }

  /** Goes on from the past step that is shown: what came behind it is forgotten. */
  async fork(): Promise<void> {
    const [past, network] = [this.#past, this.#network];
    if (past === undefined || network === undefined) return;
    await this.#halt();
    if (this.#past !== past || this.#network !== network) return;
    this.#past = undefined;
    const old = network.model;
    const next: Network = { ...network, model: past.model };
    next.history.cut(past.step);
    next.checkpoints.cut(past.step);
    this.#nextCheckpoint = past.step + 1;
    this.#network = next;
    void old.dispose().catch(() => {});
    this.emit("shown", this.shown);
    this.play();
  }

  /** Frees the network and ends everything; twice is fine. */
  dispose(): void {
    this.#disposed = true;
    this.#ticket++;
    this.#cool();
    this.#retire();
    this.#setState("empty");
  }

  /** Trains so many steps on the model as it is. */
  #leg(network: Network, iterations: number, judged: boolean): Promise<void> {
    if (iterations <= 0) return Promise.resolve();
    const before = this.#halt();
    this.#setState("training");
    const leg = ++this.#legs;
    this.#following = before.then(() => this.#follow(network, iterations, judged, leg));
    return this.#following;
  }

  async #follow(network: Network, iterations: number, judged: boolean, leg: number): Promise<void> {
    if (this.#network !== network || leg !== this.#legs) return;
    const { subject, plan, model } = network;
    let training: Training | undefined;
    try {
      const options = trainingFor({ ...network.settings, ...this.#acting() }, isStream(subject.data), plan.batch, plan.steps);
      training = model.train(subject.data, { ...options, iterations, ...(judged && plan.validation && { validation: plan.validation }) });
      this.#training = training;
      // Paused before it began.
      if (this.#state === "paused") training.pause();
      for await (const progress of training) {
        if (this.#training !== training) return;
        this.#record(network, progress);
      }
      if (this.#training !== training) return;
      this.#training = undefined;
      if (leg === this.#legs) this.#setState("paused");
      this.#looks.wake();
    } catch (thrown) {
      if (training === undefined || this.#training === training) this.#fail(problemOf(thrown));
    }
  }

  #acting(): Pick<Settings, "learningRate" | "clipNorm"> {
    const { learningRate, clipNorm } = this.#settings;
    return { learningRate, clipNorm };
  }

  #record(network: Network, progress: Progress): void {
    this.#looks.quiet = false;
    network.history.add(progress, this.#settings.clipNorm);
    if (progress.step >= this.#nextCheckpoint) void this.#keep(network);
    this.emit("progress", progress);
    this.#looks.wake();
  }

  /** Keeps a checkpoint; one at a time. */
  async #keep(network: Network): Promise<void> {
    if (this.#saving) return;
    this.#saving = true;
    try {
      const file = await network.model.save({ optimizer: true });
      if (this.#network?.checkpoints !== network.checkpoints) return;
      const step = stepOf(file);
      network.checkpoints.add({ step, file });
      this.#nextCheckpoint = step + network.checkpoints.wait(step);
      this.emit("checkpoint", step);
    } catch {
      // A network that was replaced, or an engine that died: training itself will say so.
    } finally {
      this.#saving = false;
    }
  }

  /** Ends the run under way, and waits until its last step has been recorded. */
  async #halt(): Promise<void> {
    const training = this.#training;
    this.#legs++; // one that has not begun will not
    if (training !== undefined) void training.stop().catch(() => {});
    await this.#following.catch(() => {});
  }

  #fail(problem: Problem): void {
    this.#training = undefined;
    // Only a model whose engine answers can go on; of any other, nothing is left.
    if (problem.code !== "NUMERIC") {
      this.#retire();
    } else {
      this.#network?.history.mark({ step: this.step, what: "numeric", value: this.step });
    }
    this.#setState("error");
    this.emit("failed", problem);
  }

  #reject(problem: Problem): void {
    if (this.#network !== undefined) {
      this.emit("refused", problem);
      return;
    }
    this.#setState("error");
    this.emit("failed", problem);
  }

  #retire(): void {
    const old = this.#network;
    this.#training = undefined;
    this.#network = undefined;
    if (this.#past !== undefined) this.#showPast(undefined);
    void old?.model.dispose().catch(() => {});
  }

  #showPast(past: Shown | undefined): void {
    const before = this.#past;
    this.#past = past;
    this.emit("shown", this.shown);
    this.#looks.wake();
    void before?.model.dispose().catch(() => {});
  }

  #setState(state: LabState): void {
    if (this.#state === state) return;
    if (state !== "training") this.#looks.quiet = false;
    this.#state = state;
    this.emit("state", state);
  }
}

