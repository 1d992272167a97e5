/** Messages that a host may be ahead of the consumer of a stream. */
export const AHEAD = 3;

/**
 * The consumer's end of a stream of batches: what has come and has not been taken, who waits, how it ended.
 * `onTaken` is called when a batch is used up, which is when the host may send one more.
 */
export class Flow<B> {
  private readonly batches: B[] = [];
  private wakeUp: (() => void) | undefined;
  private over = false;
  private error: unknown;
  private failed = false;

  constructor(private readonly onTaken: () => void) {}

  push(batch: B): void {
    if (this.over) return;
    this.batches.push(batch);
    this.wake();
  }

  /** No more batches; those that have come can still be taken. */
  end(): void {
    this.over = true;
    this.wake();
  }

  /** As end(), then taking throws, once. `now`: what has come is dropped. */
  fail(error: unknown, now = false): void {
    if (this.failed) return;
    if (now) this.batches.length = 0;
    this.over = true;
    this.failed = true;
    this.error = error;
    this.wake();
  }

  /** Forgets what has come and lets the host go on. */
  discard(): void {
    this.batches.length = 0;
  }

  get empty(): boolean {
    return this.batches.length === 0 && !this.over;
  }

  /** The batch in hand, or undefined at the end. Await `arrival()` while empty. */
  peek(): B | undefined {
    const [batch] = this.batches;
    if (batch !== undefined) return batch;
    if (this.failed && this.error !== undefined) {
      const { error } = this;
      this.error = undefined;
      throw error;
    }
    return undefined;
  }

  /** The batch in hand is used up. */
  taken(): void {
    this.batches.shift();
    if (!this.over) this.onTaken();
  }

  /** Resolves when there is something to take, or nothing more will come. */
  arrival(): Promise<void> {
    if (!this.empty) return Promise.resolve();
    return new Promise((resolve) => {
      const earlier = this.wakeUp;
      this.wakeUp = () => {
        earlier?.();
        resolve();
      };
    });
  }

  private wake(): void {
    const { wakeUp } = this;
    this.wakeUp = undefined;
    wakeUp?.();
  }
}
