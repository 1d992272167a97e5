// What every stranger does: twenty steps, some text, and a look at the states, for which the analysis program has to come.
async function train({ createModel, textDataset }, runtime = {}) {
  const data = await textDataset("the quick brown fox jumps over the lazy dog. ".repeat(60), { unit: "char" });
  const model = await createModel({ input: { tokens: data.tokens }, layers: [{ cell: "lstm", hidden: 16 }], output: { classes: data.tokens }, seed: 7 }, runtime);
  const losses = [];
  for await (const { loss } of model.train(data, { batch: 8, steps: 16, iterations: 20, optimizer: { name: "adam", learningRate: 0.02 } })) losses.push(loss);
  let text = "";
  for await (const token of model.generate({ length: 30, seed: 1 })) text += token.text;
  const inputs = Int32Array.from({ length: 32 }, (_, i) => i % data.tokens);
  const { components } = await model.inspect({ inputs, shape: [2, 16] }, "components");
  const { mode } = model.runtime;
  await model.dispose();
  return { losses, text, spread: [...components.h_l0.variance.data], mode };
}

// And what a blogger does.
async function watch() {
  const lab = document.createElement("unfold-lab");
  for (const [name, value] of Object.entries({ data: "sine", cell: "rnn", units: 8, seed: 1 })) lab.setAttribute(name, value);
  const step = new Promise((resolve, reject) => {
    lab.addEventListener("unfold-step", ({ detail }) => detail.step >= 20 && resolve(detail));
    lab.addEventListener("unfold-error", ({ detail }) => reject(new Error(`${detail.code}: ${detail.message}`)));
    setTimeout(() => reject(new Error(`20 steps were not made in 20 s; the lab is ${lab.lab.state} at step ${lab.lab.step}: ${lab.shadowRoot?.textContent.replace(/\s+/g, " ")}`)), 20_000);
  });
  document.body.append(lab);
  const { loss } = await step;
  const { width, height } = lab.getBoundingClientRect();
  lab.remove();
  return { loss, width, height };
}

export { train, watch };
