import { rows } from "./sweep.js";

/** One short life of a model, printed as JSON; hosts.test.ts runs it in processes of different flags. */
interface Life {
  worker: boolean;
  deterministic?: boolean;
  pollute?: boolean;
  greedy?: boolean;
}

const { worker, deterministic = false, pollute = false, greedy = false } = JSON.parse(process.argv[2] ?? "{}") as Life;

// Not `signal` and `size`: Node's own streams read these from every object.
const properties = Object.values(rows).flatMap((row) => Object.keys(row)).filter((name) => name !== "signal" && name !== "size");
const names = [...new Set([...properties, "tokens", "features", "values", "labels", "classes", "error", "detail"])];

const { createModel } = await import("unfold-rnn");
// After the import, as a page's other scripts would; the engine boots and runs with it.
if (pollute) for (const name of names) Object.defineProperty(Object.prototype, name, { value: 666, configurable: true, enumerable: true, writable: true });

const config = { input: { tokens: 17 }, layers: [{ cell: "lstm" as const, hidden: 19 }, { cell: "rnn" as const, hidden: 7 }], output: { classes: 17 }, seed: 21 };
const model = await createModel(config, { worker, deterministic });
const inputs = Int32Array.from({ length: 5 * 11 }, (_, i) => (i * 7 + (i >> 2)) % 17);
const targets = Int32Array.from({ length: 5 * 11 }, (_, i) => (i * 5 + 3) % 17);
const batch = { inputs, targets, shape: [5, 11] as [number, number] };

let refusal = "";
if (greedy) {
  const failure = await createModel({ ...config, layers: [{ cell: "lstm", hidden: 4096 }] }, { worker, deterministic }).then(
    () => undefined,
    (error: { code: string }) => error,
  );
  refusal = failure?.code ?? "";
} else {
  refusal = await model.forward({ ...batch, inputs: inputs.slice(1) }).then(() => "", (error: { code: string }) => error.code);
}
const alive = refusal !== "ENGINE";
const losses: number[] = [];
for (let step = 0; alive && step < 6; step++) losses.push((await model.trainStep(batch, { name: "adam", learningRate: 0.01, clipNorm: 1 })).loss);
const outputs = alive ? Array.from((await model.forward(batch)).outputs.data) : [];
const weights: Record<string, number[]> = {};
if (alive) for (const [name, { data }] of Object.entries(await model.weights())) weights[name] = Array.from(data);
const { mode, kernels } = model.runtime;
const report = JSON.stringify({ mode, kernels, outputs, losses, weights, refusal });
await model.dispose();
for (const name of names) delete (Object.prototype as Record<string, unknown>)[name];
process.stdout.write(report);
