// Uses that must compile against the packed types, with what they give back written out. Nothing here is run.
import type { Components, Generated, MemoryEstimate, Model, ModelConfig, Progress, State, Tensor, TextDataset, TrainingSummary } from "unfold-rnn";
import { UnfoldError, createModel, estimateMemory, loadModel, seriesDataset, tasks, textDataset, version } from "unfold-rnn";
import { createModel as createExternal } from "unfold-rnn/external";
import widget from "unfold-rnn/anywidget";
import { defined } from "unfold-rnn/element";
import type { LabElement, LossElement } from "unfold-rnn/element";
import { Lab, type ViewElement } from "unfold-rnn/views";
import * as engine from "unfold-rnn";

/** Compiles where A and B are one type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

const config: ModelConfig = {
  input: { tokens: 11 },
  embedding: 8,
  layers: [{ cell: "lstm", hidden: 32, dropout: 0.1 }, { cell: "gru", hidden: 16, resetAfter: false, bidirectional: true, merge: "sum" }],
  output: { classes: 11 },
  readout: "last",
  initialState: "learned",
  seed: 7,
};

export async function uses(text: string): Promise<void> {
  same<typeof version, string>(true);
  same<typeof defined, readonly string[]>(true);
  const data = await textDataset(text, { unit: "char", validation: 0.1 });
  same<typeof data, TextDataset>(true);
  const model = await createModel(config);
  same<typeof model, Model>(true);
  same<Awaited<ReturnType<typeof createExternal>>, Model>(true);
  await createExternal(config, { wasmURL: "/unfold.wasm", workerURL: new URL("https://example.org/worker.js"), worker: true, deterministic: true });

  const training = model.train(data, { batch: 32, steps: 64, iterations: 10, optimizer: { name: "adam", learningRate: 3e-3, clipNorm: 5 }, signal: AbortSignal.timeout(1000) });
  for await (const progress of training) same<typeof progress, Progress>(true);
  training.learningRate = 1e-3;
  training.clipNorm = 1;
  const summary = await training;
  same<typeof summary, TrainingSummary>(true);
  same<typeof summary.reason, "completed" | "stopped">(true);

  for await (const token of model.generate({ prompt: "a", length: 10, topK: 5 })) same<typeof token, Generated>(true);
  const { output, state } = await model.step(3);
  same<typeof output, Float32Array>(true);
  same<typeof state, State>(true);
  await model.step([0, 1, 0], state);
  const { loss, gradNorm } = await model.trainStep({ inputs: new Int32Array(6), targets: new Int32Array(6), shape: [2, 3] });
  same<typeof loss | typeof gradNorm, number>(true);
  const { components, lag } = await model.inspect({ inputs: [0, 1, 2, 3, 4, 5], shape: [2, 3] }, ["components", "lag"], { at: [2] });
  same<typeof components, Record<string, Components> | undefined>(true);
  same<typeof lag, Record<string, Tensor> | undefined>(true);
  const weights = await model.weights();
  await model.setWeights(weights);
  await loadModel(await model.save({ optimizer: true }));
  await loadModel(new Blob([]));
  await loadModel(await fetch("model.safetensors"), { worker: false });
  const needed = await estimateMemory(config, { batch: 2, steps: 3 });
  same<typeof needed, MemoryEstimate>(true);

  const series = await seriesDataset("a,b\n1,2\n", { columns: ["a", "b"], target: "b", window: 1 });
  await model.train(series, { batch: 1, epochs: 1, optimizer: { name: "sgd", learningRate: 0.1 } });
  await model.train(await tasks.addingTask({ lag: 50 }), { batch: 1, epochs: 1, optimizer: { name: "sgd", learningRate: 0.1 } });
  await model.dispose();
}

/** A page of one's own on a lab: both entry points are engines. */
export function page(view: ViewElement, model: Parameters<typeof widget.render>[0]["model"]): void {
  view.lab = new Lab(engine, { hidden: 32 });
  same<ReturnType<typeof widget.render>, () => void>(true);
  widget.render({ model, el: view })();
}

/** The elements are known by their names, and their events by theirs. */
export async function elements(): Promise<void> {
  const lab = document.createElement("unfold-lab");
  same<typeof lab, LabElement>(true);
  lab.text = "to be or not to be";
  lab.runtime = { worker: false };
  lab.addEventListener("unfold-step", ({ detail }) => {
    same<typeof detail.loss, number>(true);
    same<typeof detail.valLoss, number | undefined>(true);
  });
  document.addEventListener("unfold-error", (event) => console.log((event as CustomEvent<{ code: string }>).detail.code));
  lab.play();
  await lab.step(20);
  same<string, Awaited<ReturnType<typeof lab.sample>>>(true);
  same<Uint8Array, Awaited<ReturnType<typeof lab.exportModel>>>(true);
  const loss = document.querySelector("unfold-loss");
  same<typeof loss, LossElement | null>(true);
  if (loss) loss.for = "lab";
}

export const say = (thrown: unknown): string => (thrown instanceof UnfoldError && thrown.code === "CONFIG" ? thrown.message : String(thrown));
