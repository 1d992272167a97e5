// Uses that must not compile. Where one does, its @ts-expect-error is an error itself.
import type { Model, TextDataset } from "unfold-rnn";
import { createModel, loadModel, textDataset } from "unfold-rnn";
import type { LabElement } from "unfold-rnn/element";

export async function misuses(model: Model, data: TextDataset): Promise<void> {
  // @ts-expect-error: an input has tokens or features
  await createModel({ input: {}, layers: [{ cell: "rnn", hidden: 4 }], output: { classes: 2 } });
  // @ts-expect-error: no such cell
  await createModel({ input: { tokens: 2 }, layers: [{ cell: "elman", hidden: 4 }], output: { classes: 2 } });
  // @ts-expect-error: hidden, not hiddenSize
  await createModel({ input: { tokens: 2 }, layers: [{ cell: "rnn", hiddenSize: 4 }], output: { classes: 2 } });
  // @ts-expect-error: layers is an array
  await createModel({ input: { tokens: 2 }, layers: { cell: "rnn", hidden: 4 }, output: { classes: 2 } });
  // @ts-expect-error: an output has classes, values or labels
  await createModel({ input: { tokens: 2 }, layers: [{ cell: "rnn", hidden: 4 }], output: "classes" });
  // @ts-expect-error: no such option of the runtime
  await createModel(model.config, { wasmUrl: "/unfold.wasm" });
  // @ts-expect-error: a model's config cannot be replaced
  model.config = model.config;
  // @ts-expect-error: an optimiser has a learning rate
  model.train(data, { batch: 1, iterations: 1, optimizer: { name: "adam" } });
  // @ts-expect-error: no such optimiser
  model.train(data, { batch: 1, iterations: 1, optimizer: { name: "lion", learningRate: 1 } });
  // @ts-expect-error: text is not data
  model.train("some text", { batch: 1, iterations: 1, optimizer: { name: "adam", learningRate: 1 } });
  // @ts-expect-error: how long?
  model.generate({ prompt: "a" });
  // @ts-expect-error: one array, not one a sequence
  await model.trainStep({ inputs: [[1, 2, 3]], shape: [1, 3] });
  // @ts-expect-error: a shape is [batch, steps]
  await model.forward({ inputs: new Int32Array(3), shape: [3] });
  // @ts-expect-error: no such aspect
  await model.inspect({ inputs: new Int32Array(3), shape: [1, 3] }, "attention");
  // @ts-expect-error: a stream of tokens is not a promise of text
  (await model.generate({ length: 1 })).toUpperCase();
  // @ts-expect-error: not a file
  await loadModel("model.safetensors");
  // @ts-expect-error: no such unit
  await textDataset("text", { unit: "syllable" });
  // @ts-expect-error: the unit is asked for
  await textDataset("text");
}

export async function misusesOfElements(lab: LabElement): Promise<void> {
  // @ts-expect-error: the lab is made by the element
  lab.lab = undefined;
  // @ts-expect-error: text is a string
  lab.text = ["to be"];
  // @ts-expect-error: no such format
  await lab.exportModel("pickle");
  // @ts-expect-error: a number of steps
  await lab.step("20");
  // @ts-expect-error: a step has a loss, not an accuracy
  lab.addEventListener("unfold-step", ({ detail }) => detail.accuracy);
}
