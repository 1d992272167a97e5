import type { ModelConfig } from "unfold-rnn";
import type { Workload } from "../workloads.js";

/** A workload's network as Unfold is asked for it. */
export function unfoldConfig({ network }: Workload): ModelConfig {
  const { cell, hidden, layers, bidirectional, input, classes, readout } = network;
  return {
    input,
    layers: Array.from({ length: layers }, () => ({ cell, hidden, ...(bidirectional ? { bidirectional } : {}) })),
    readout,
    output: { classes },
    seed: 1,
  };
}
