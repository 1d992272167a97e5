/** One party's implementation of one workload. */
export interface Subject {
  /** Version and the settings that matter, e.g. "4.22.0, SIMD, 1 thread". */
  readonly detail: string;
  /** Loss of the first step, in nats, which took place when the subject was opened; NaN where there is no loss. */
  readonly firstLoss: number;
  /** Does so many steps and resolves when the result of the last exists. Returns the last loss, NaN where there is none. */
  work(count: number): Promise<number>;
  dispose(): Promise<void>;
}

/** What a peer's file exports: opens the subject of that name, e.g. "tfjs-wasm", for a workload, e.g. "W1". */
export type Open = (workload: string, subject: string) => Promise<Subject>;

/** One measurement: `seconds` were spent on `steps`. */
export interface Burst {
  readonly steps: number;
  readonly seconds: number;
  readonly loss: number;
}

/** A subject in whatever process it runs, as the rounds see it. */
export interface Runner {
  /** e.g. "tfjs-wasm". */
  readonly name: string;
  /** "node", "chromium" or "native". */
  readonly host: HostName;
  readonly detail: string;
  readonly firstLoss: number;
  /** Seconds it took to open, first step included; 0 for native programs, which start up when they are asked. */
  readonly opening: number;
  run(seconds: number): Promise<Burst>;
  close(): Promise<void>;
}

export type HostName = "node" | "chromium" | "native";

/** A process or page of one party. */
export interface Host {
  readonly name: HostName;
  open(workload: string, subject: string): Promise<Runner>;
  close(): Promise<void>;
}
