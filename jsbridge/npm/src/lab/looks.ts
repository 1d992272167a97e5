import type { Model } from "../types.js";

/** The network that views look at: the one that trains, or a copy of what it was. */
export interface Shown {
  readonly model: Model;
  /** Of a network that trains: at least this many. */
  readonly step: number;
  readonly live: boolean;
}

/** Who wants to look at the network again and again. */
export interface Looker {
  /** Nobody sees it, or it has nothing to ask: it is passed over. */
  readonly awake: boolean;
  look(shown: Shown): Promise<void>;
}

// Of the time while training runs, looks may take one part in so many: what they cost is not only their own time, but also that of drawing what
// they saw; panels that are open must not slow training by more than 15 %.
const parts = 16;

/** Lets lookers look in turns, one at a time: seldom while training runs, at once when it does not. */
export class Looks {
  readonly #lookers = new Map<Looker, { seen: unknown; urgent: boolean }>();
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBefore = 0;
  /** Nobody looks now: there is something more urgent. */
  quiet = false;

  /** `shown`: what there is to look at now; `failed`: a look went wrong. */
  constructor(
    private readonly shown: () => Shown | undefined,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  add(looker: Looker): void {
    this.#lookers.set(looker, { seen: undefined, urgent: true });
    this.wake();
  }

  delete(looker: Looker): void {
    this.#lookers.delete(looker);
  }

  /** This looker wants other things than before: it is next, whatever it has seen. */
  urge(looker: Looker): void {
    const entry = this.#lookers.get(looker);
    if (entry === undefined) return;
    entry.urgent = true;
    this.wake();
  }

  /** There may be something new. */
  wake(): void {
    if (this.#busy || this.quiet) return;
    const next = this.#next();
    if (next === undefined) return;
    const [, { urgent }] = next;
    const wait = urgent || this.shown()?.live === false ? 0 : this.#notBefore - performance.now();
    clearTimeout(this.#timer);
    if (wait <= 0) void this.#turn();
    else this.#timer = setTimeout(() => this.wake(), wait);
  }

  /** The first that is due; whoever has looked goes to the end of the line. */
  #next(): [Looker, { seen: unknown; urgent: boolean }] | undefined {
    const shown = this.shown();
    if (shown === undefined) return undefined;
    const due = [...this.#lookers].filter(([looker, { seen, urgent }]) => looker.awake && (urgent || seen !== key(shown)));
    return due.find(([, { urgent }]) => urgent) ?? due[0];
  }

  async #turn(): Promise<void> {
    const shown = this.shown();
    const next = this.#next();
    if (shown === undefined || next === undefined) return;
    const [looker, entry] = next;
    this.#busy = true;
    this.#lookers.delete(looker);
    this.#lookers.set(looker, entry);
    entry.urgent = false;
    entry.seen = key(shown);
    const began = performance.now();
    try {
      await looker.look(shown);
    } catch (thrown) {
      // A network that has been replaced meanwhile cannot answer.
      if (this.shown()?.model === shown.model) this.failed(thrown);
    } finally {
      const took = performance.now() - began;
      this.#notBefore = performance.now() + took * (parts - 1);
      this.#busy = false;
      queueMicrotask(() => this.wake());
    }
  }
}

let named = 0;
const names = new WeakMap<Model, number>();

/** Tells one network at one step from any other, and at rest from under way: who looked briefly then looks again. */
function key({ model, step, live }: Shown): string {
  if (!names.has(model)) names.set(model, ++named);
  return `${names.get(model)} ${step} ${live}`;
}
