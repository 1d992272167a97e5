import assert from "node:assert/strict";
import { test } from "node:test";
import { formulaState, formulaWeights, type Network, run } from "./reference.js";

/** The judge is judged first: its gradients against central differences of its own loss. */
for (const cells of [["rnn", "rnn"], ["lstm", "lstm"], ["lstm", "rnn"]] as const) {
  test(`reference ${cells.join("+")}: gradients are the loss's central differences`, () => {
    const net: Network = { vocabulary: 5, cells, hidden: 3 };
    const weights = formulaWeights(net);
    const state = formulaState(net, 2);
    const batch = { inputs: [0, 3, 1, 4, 2, 2, 1, 0], targets: [3, 1, 4, 2, 2, 1, 0, 4], shape: [2, 4] as const, state };
    const { gradients, initialState } = run(net, weights, batch);
    for (const [group, gradient] of [[weights, gradients], [state, initialState]] as const) {
      for (const [name, values] of Object.entries(group)) {
        for (let i = 0; i < values.length; i++) {
          const kept = values[i] as number;
          const step = 1e-5;
          values[i] = kept + step;
          const above = run(net, weights, batch).loss;
          values[i] = kept - step;
          const below = run(net, weights, batch).loss;
          values[i] = kept;
          const numeric = (above - below) / (2 * step);
          const analytic = gradient[name]?.[i] ?? NaN;
          const difference = Math.abs(numeric - analytic);
          assert.ok(difference <= 1e-6 * Math.max(Math.abs(analytic), 1e-3), `${name}[${i}]: ${analytic}, differences say ${numeric}`);
        }
      }
    }
  });
}
