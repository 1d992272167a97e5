import type { Network, Settings } from "unfold-rnn/views";

/** What can be written down about a network. */
export interface Described {
  readonly kind: Network["subject"]["kind"];
  readonly name: string;
  readonly settings: Readonly<Settings>;
  readonly input: Network["subject"]["input"];
  readonly output: Network["subject"]["output"];
  readonly batch: number;
  readonly lag?: number;
  /** Options of the dataset function, as they were. */
  readonly options?: object;
}

export function describe({ subject, settings, plan }: Network): Described {
  const { source } = subject;
  return {
    kind: subject.kind, name: source.name, settings, input: subject.input, output: subject.output, batch: plan.batch,
    ...(source.kind === "task" && { lag: source.lag }),
    ...((source.kind === "series" || source.kind === "classes") && { options: source.options }),
  };
}

/** A value as a script would have it: keys bare, on one line. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return entries.length === 0 ? "{}" : `{ ${entries.map(([key, one]) => `${/^[a-z]\w*$/i.test(key) ? key : JSON.stringify(key)}: ${literal(one)}`).join(", ")} }`;
}

/** The same network and training, by the package. */
export function scriptFor(described: Described): string {
  const { settings: s, kind, lag } = described;
  const layer = {
    cell: s.cell, hidden: s.hidden, ...(s.cell === "rnn" && s.activation !== "tanh" && { activation: s.activation }),
    ...(s.pattern === "output" && { recurrence: "output" }), ...(s.bidirectional && { bidirectional: true }), ...(s.radius > 0 && { init: "orthogonal" }),
  };
  const perStep = s.pattern !== "last";
  const [maker, data] = {
    text: ["textDataset", `await textDataset(text, { unit: "char" })`],
    series: ["seriesDataset", `await seriesDataset(csv, ${literal({ ...described.options, window: s.steps, perStep })})`],
    classes: ["sequenceDataset", `await sequenceDataset(examples, ${literal(described.options ?? {})})`],
    task: ["tasks", task(described.name, lag ?? 0, s.seed)],
  }[kind] as [string, string];
  const tokens = "tokens" in described.input;
  const config = [
    kind === "text" ? "input: { tokens: data.tokens }" : "input: data.input", ...(tokens && s.embedding > 0 ? [`embedding: ${s.embedding}`] : []),
    `layers: [${Array.from({ length: s.layers }, () => literal(layer)).join(", ")}]`, ...(perStep ? [] : [`readout: "last"`]),
    kind === "text" ? "output: { classes: data.tokens }" : "output: data.output", `seed: ${s.seed}`,
  ];
  const options = {
    batch: described.batch, ...(kind === "text" && { steps: s.steps, stateful: false }), iterations: 2000,
    optimizer: { name: s.optimizer, learningRate: s.learningRate, ...(s.clipNorm > 0 && { clipNorm: s.clipNorm }) }, validation: true,
  };
  return [
    `import { createModel, ${maker} } from "unfold-rnn";`, "",
    `const data = ${data};`,
    `const model = await createModel({\n  ${config.join(",\n  ")},\n});`,
    ...(s.radius > 0 ? [radius(s.radius)] : []),
    `for await (const { step, loss } of model.train(data, ${literal(options)})) {`,
    `  if (step % 100 === 0) console.log(step, loss);`, `}`,
    ...(kind === "text" ? [`for await (const { text } of model.generate({ length: 200, temperature: 0.7 })) console.log(text);`] : []), "",
  ].join("\n");
}

const radius = (rho: number): string => `const weights = await model.weights(); // an orthogonal matrix times ρ has that spectral radius
for (const [name, { data }] of Object.entries(weights)) if (name.startsWith("rnn.weight_hh")) data.forEach((w, i) => (data[i] = w * ${rho}));
await model.setWeights(weights);`;

function task(name: string, lag: number, seed: number): string {
  const shared = { sequences: 4000, validation: 0.1, seed };
  switch (name) {
    case "adding": return `await tasks.addingTask(${literal({ ...shared, lag })})`;
    case "copy": return `await tasks.copyTask(${literal({ ...shared, lag })})`;
    case "parity": return `await tasks.parityTask(${literal({ ...shared, length: lag })})`;
    default: return `await tasks.embeddedReber(${literal(shared)})`;
  }
}

/** Loads the exported weights into PyTorch; undefined for the network whose output is fed back, which torch.nn has not. */
export function torchFor({ settings: s, input, output }: Described): string | undefined {
  if (s.pattern === "output") return undefined;
  const width = "tokens" in input ? input.tokens : input.features;
  const outputs = "classes" in output ? output.classes : "values" in output ? output.values : output.labels;
  const embedded = "tokens" in input && s.embedding > 0;
  const arguments_ = [embedded ? s.embedding : width, s.hidden, ...(s.layers > 1 ? [`num_layers=${s.layers}`] : []), "batch_first=True", ...(s.bidirectional ? ["bidirectional=True"] : []), ...(s.cell === "rnn" && s.activation === "relu" ? ['nonlinearity="relu"'] : [])];
  const directions = s.bidirectional ? 2 : 1;
  const read = embedded ? "self.embedding(x)" : "tokens" in input ? `torch.nn.functional.one_hot(x, ${width}).float()` : "x";
  const last = s.cell === "lstm" ? "state[0]" : "state";
  const out = s.pattern !== "last" ? "h" : s.bidirectional ? `torch.cat([${last}[-2], ${last}[-1]], dim=-1)` : `${last}[-1]`;
  return `import torch
from safetensors.torch import load_file


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
${embedded ? `        self.embedding = torch.nn.Embedding(${width}, ${s.embedding})\n` : ""}        self.rnn = torch.nn.${{ rnn: "RNN", gru: "GRU", lstm: "LSTM" }[s.cell]}(${arguments_.join(", ")})
        self.head = torch.nn.Linear(${s.hidden * directions}, ${outputs})

    def forward(self, x):  # ${"tokens" in input ? "ids [B, T]" : `[B, T, ${width}]`}
        h, state = self.rnn(${read})
        return self.head(${out})


net = Net()
net.load_state_dict(load_file("unfold.safetensors"))
`;
}

const built: ReadonlySet<string> = new Set(["austen", "sunspots", "adding", "copy", "parity", "reber"]);

/** The line that puts such a network on another page. */
export function embedFor({ settings: s, kind, name }: Described, version: string): string {
  const data = built.has(name) ? `data="${name}"` : `src="${kind === "series" ? "series.csv" : "text.txt"}"`;
  const attributes = [data, `cell="${s.cell}"`, `hidden="${s.hidden}"`, ...(s.layers > 1 ? [`layers="${s.layers}"`] : []), `seq-len="${s.steps}"`, `batch="${s.batch}"`, `lr="${s.learningRate}"`, `seed="${s.seed}"`];
  return `<script src="https://cdn.jsdelivr.net/npm/unfold-rnn@${version}/dist/unfold.iife.js"></script>\n<unfold-lab ${attributes.join(" ")}></unfold-lab>\n`;
}
