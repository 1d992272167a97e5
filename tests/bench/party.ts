/** The measuring loop beside the subjects, in a Node process or a page of their party alone. */
import type { Burst, Open, Subject } from "./subject.js";

export class Party {
  private readonly subjects = new Map<string, { subject: Subject; stepsPerSecond: number }>();

  constructor(private readonly openSubject: Open) {}

  async open(workload: string, name: string): Promise<{ detail: string; firstLoss: number; opening: number }> {
    const start = performance.now();
    const subject = await this.openSubject(workload, name);
    this.subjects.set(`${workload} ${name}`, { subject, stepsPerSecond: 0 });
    return { detail: subject.detail, firstLoss: subject.firstLoss, opening: (performance.now() - start) / 1000 };
  }

  private find(workload: string, name: string) {
    const opened = this.subjects.get(`${workload} ${name}`);
    if (!opened) throw new Error(`bench: ${name} of ${workload} is not open`);
    return opened;
  }

  /** Works for about `seconds`, at least one step. The clock is read between calls of work, which grow to the rest of the time. */
  async run(workload: string, name: string, seconds: number): Promise<Burst> {
    const opened = this.find(workload, name);
    const start = performance.now();
    let [steps, elapsed, loss] = [0, 0, NaN];
    let count = Math.max(1, Math.round(seconds * opened.stepsPerSecond));
    do {
      loss = await opened.subject.work(count);
      steps += count;
      elapsed = (performance.now() - start) / 1000;
      count = Math.max(1, Math.min(8 * count, Math.round(((seconds - elapsed) * steps) / elapsed)));
    } while (elapsed < 0.95 * seconds);
    opened.stepsPerSecond = steps / elapsed;
    return { steps, seconds: elapsed, loss };
  }

  async close(workload: string, name: string): Promise<void> {
    const { subject } = this.find(workload, name);
    this.subjects.delete(`${workload} ${name}`);
    await subject.dispose();
  }
}
