import type { Model } from "../../types.js";
import type { Engine } from "../../lab/engine.js";
import type { Example } from "./example.js";

const letters = ["h", "e", "l", "o"];
const steps = 4;

export interface Update {
  readonly name: string;
  readonly shape: readonly number[];
  readonly before: ArrayLike<number>;
  readonly gradient: ArrayLike<number>;
  readonly after: ArrayLike<number>;
}

/** A network so small that every number of it can be read: it learns to write "hello", a letter after the other. */
export class Hello {
  /** Behind each letter the next. */
  readonly example: Example = {
    batch: { inputs: Int32Array.of(0, 1, 2, 2), targets: Int32Array.of(1, 2, 2, 3), shape: [1, steps], lengths: Int32Array.of(steps) },
    steps, inputNames: letters, outputNames: letters,
  };
  /** The last step of gradient descent, weight by weight. */
  updates: readonly Update[] = [];
  step = 0;

  private constructor(readonly model: Model) {}

  /** `hidden`: 3 or 4 units can be read. Made with the runtime of the lab, so that both are of one engine. */
  static async make({ createModel }: Engine, runtime: Parameters<Engine["createModel"]>[1], hidden: number, seed: number): Promise<Hello> {
    return new Hello(await createModel({ input: { tokens: letters.length }, layers: [{ cell: "rnn", hidden }], output: { classes: letters.length }, seed }, runtime));
  }

  /** So many steps w ← w - η dL/dw. */
  async train(times: number, learningRate: number): Promise<void> {
    const { inputs, targets, shape } = this.example.batch;
    const batch = (): { inputs: Int32Array; targets: Int32Array; shape: typeof shape } => ({ inputs: inputs.slice() as Int32Array, targets: targets.slice() as Int32Array, shape });
    for (let i = 0; i < times; i++) {
      const last = i === times - 1;
      const before = last ? await this.model.weights() : {};
      const gradients = last ? (await this.model.gradients(batch())).gradients : {};
      const { step } = await this.model.trainStep(batch(), { name: "sgd", learningRate });
      this.step = step;
      if (!last) continue;
      const after = await this.model.weights();
      this.updates = Object.entries(after).map(([name, { shape, data }]) => ({ name, shape, before: before[name]?.data ?? [], gradient: gradients[name]?.data ?? [], after: data }));
    }
  }

  dispose(): void {
    void this.model.dispose().catch(() => {});
  }
}
