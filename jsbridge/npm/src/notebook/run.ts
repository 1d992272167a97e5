import type { Model, Progress, Training } from "../types.js";
import type { WidgetModel } from "./afm.js";
import type { Curve } from "./curve.js";
import type { Network } from "./network.js";
import type { Posts } from "./posts.js";
import { readTraining, readWriting } from "./traits.js";

/** Milliseconds between two sendings of the whole curve. */
const CURVE_MS = 500;

/** What a run works with. */
export interface Surroundings {
  widget: WidgetModel;
  network: Network;
  posts: Posts;
  curve: Curve;
}

/** How a run ended. */
export type Ending = "done" | "stopped";

/** One training, from its data to its last weights. */
export class Run {
  readonly #around: Surroundings;
  #training: Training | undefined;
  #paused = false;
  #abandoned = false;
  #sampling: Promise<void> | undefined;
  #sampled = 0;
  #drawn = -Infinity;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Settles when the run is over; rejects with what went wrong. */
  async go(): Promise<Ending> {
    const { widget, network, posts, curve } = this.#around;
    posts.flush({ status: "starting", error: null });
    const { model, data, fresh } = await network.get();
    if (this.#abandoned) return "stopped";
    if (fresh) curve.clear();
    posts.post({ status: this.#paused ? "paused" : "training", runtime: { ...model.runtime } });
    const training = model.train(data, readTraining(widget, data));
    this.#training = training;
    if (this.#paused) training.pause();
    for await (const progress of training) {
      if (this.#abandoned) break;
      this.#record(progress);
    }
    if (this.#abandoned) return "stopped";
    await this.#sampling;
    await this.#sample();
    await this.publish(model);
    return "done";
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Settles when the weights as they are now have been sent. */
  async pause(): Promise<void> {
    if (this.#paused) return;
    this.#paused = true;
    this.#training?.pause();
    const { model } = this.#around.network;
    if (model && this.#training) await this.publish(model);
    // Progress of the steps before the pause has arrived; the loop above takes it in this turn.
    await new Promise((resolve) => setTimeout(resolve));
    if (this.#paused && !this.#abandoned) this.#around.posts.settle({ status: "paused", running: false });
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#training?.resume();
    this.#around.posts.post({ status: this.#training ? "training" : "starting", error: null });
  }

  /** Ends it without a last word. */
  abandon(): void {
    this.#abandoned = true;
    // Also wakes the loop above, which may wait for a paused run.
    this.#training?.stop().catch(() => {});
  }

  /** Takes over what can be changed while it trains; throws for a number that cannot be. */
  retune(): void {
    const training = this.#training;
    if (!training) return;
    const { optimizer } = readTraining(this.#around.widget, { tokens: 1, ids: new Int32Array(0) });
    if (training.learningRate !== optimizer.learningRate) training.learningRate = optimizer.learningRate;
    if (optimizer.clipNorm !== undefined && training.clipNorm !== optimizer.clipNorm) training.clipNorm = optimizer.clipNorm;
  }

  /** Sends the weights, and with them all that was seen of the training that made them. */
  async publish(model: Model): Promise<void> {
    const file = await model.save();
    if (this.#abandoned) return;
    this.#around.posts.flush({ weights: new DataView(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength), history: this.#around.curve.rows() });
  }

  #record(progress: Progress): void {
    const { widget, posts, curve } = this.#around;
    const { step, loss, validationLoss } = progress;
    curve.add(progress);
    posts.post({ step, loss, ...(validationLoss !== undefined && { validation_loss: validationLoss }) });
    const now = performance.now();
    if (now - this.#drawn >= CURVE_MS) {
      this.#drawn = now;
      posts.post({ history: curve.rows() });
    }
    const { every } = readWriting(widget);
    if (every > 0 && step - this.#sampled >= every && !this.#sampling) {
      this.#sampled = step;
      // What is wrong with the prompt is said at the end of the run; training need not stop for it.
      this.#sampling = this.#sample().catch(() => {}).finally(() => (this.#sampling = undefined));
    }
  }

  async #sample(): Promise<void> {
    const { widget, network, posts } = this.#around;
    const { prompt, length, temperature } = readWriting(widget);
    if (length === 0) return;
    const { text, ids } = await network.write(prompt, { length, temperature, seed: Number(widget.get("seed")) });
    if (!this.#abandoned) posts.post({ sample: text === undefined ? ids.join(" ") : prompt + text });
  }
}
