import type { Lab } from "../../lab/lab.js";
import { Hello } from "./hello.js";
import type { Stage } from "./stage.js";

/** Where the "hello" network is made, trained and shown: one thing at a time. */
export class Desk {
  hello: Hello | undefined;
  /** What went wrong last; "": nothing. */
  problem = "";
  #busy = false;
  #seed = 1;
  #wanted = 0;

  constructor(private readonly stage: Stage, private readonly changed: () => void) {}

  get ready(): boolean {
    return this.hello !== undefined && !this.#busy;
  }

  /** Makes the network, with weights drawn anew where `anew` says so, in place of the one before. */
  async begin({ engine, runtime }: Lab, units: number, anew = false): Promise<void> {
    const wanted = ++this.#wanted;
    if (anew) this.#seed++;
    await this.#alone(async () => {
      const hello = await Hello.make(engine, runtime, units, this.#seed);
      // It has been closed, or others were asked for, meanwhile.
      if (wanted !== this.#wanted) return hello.dispose();
      this.hello?.dispose();
      this.hello = hello;
      this.stage.empty();
      await this.#show(hello);
    });
  }

  /** So many steps of gradient descent. */
  train(times: number, learningRate: number): Promise<void> {
    const { hello } = this;
    if (hello === undefined || this.#busy) return Promise.resolve();
    return this.#alone(async () => {
      await hello.train(times, learningRate);
      this.stage.player.clear();
      await this.#show(hello);
    });
  }

  close(): void {
    this.#wanted++;
    this.hello?.dispose();
    this.hello = undefined;
    this.problem = "";
  }

  #show({ model, example, step }: Hello): Promise<void> {
    return this.stage.take(model, example, step, false);
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    this.problem = "";
    const wanted = this.#wanted;
    try {
      await work();
    } catch (thrown) {
      if (wanted === this.#wanted) this.problem = thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      this.#busy = false;
      this.changed();
    }
  }
}
