/** What model.save({ optimizer: true }) wrote, and the step that it holds. */
export interface Checkpoint {
  readonly step: number;
  readonly file: Uint8Array;
}

/** The step that a saved model was at, from the metadata at the head of the safetensors file. */
export function stepOf(file: Uint8Array): number {
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as { __metadata__: Record<string, string> };
  return Number(header.__metadata__["rnn.steps"]);
}

const most = 64;
const bytes = 96 << 20;

/** Keeps at most 64 checkpoints, and 96 MB of them: the first and the latest always, the others spread evenly over the logarithm of the step. */
export class Checkpoints {
  #kept: Checkpoint[] = [];

  get steps(): number[] {
    return this.#kept.map(({ step }) => step);
  }

  /** The latest at this step or before it; the first, where all are later. */
  at(step: number): Checkpoint | undefined {
    return this.#kept.filter((one) => one.step <= step).at(-1) ?? this.#kept[0];
  }

  add(next: Checkpoint): void {
    this.cut(next.step - 1);
    this.#kept.push(next);
    const limit = Math.max(3, Math.min(most, Math.floor(bytes / next.file.length)));
    while (this.#kept.length > limit) this.#kept.splice(leastTelling(this.#kept), 1);
  }

  /** Forgets those behind a step. */
  cut(step: number): void {
    this.#kept = this.#kept.filter((one) => one.step <= step);
  }

  /** How many steps to wait before the next. */
  wait(step: number): number {
    return Math.max(1, Math.round(step / 12));
  }
}

/** The index of the one that is missed least, by the logarithm of the step; never the first or the last. */
export function leastTelling(list: readonly { readonly step: number }[]): number {
  const place = list.map(({ step }) => Math.log(step + 10));
  let least = 1;
  let room = Infinity;
  for (let i = 1; i < list.length - 1; i++) {
    const between = (place[i + 1] as number) - (place[i - 1] as number);
    if (between < room) {
      room = between;
      least = i;
    }
  }
  return least;
}
