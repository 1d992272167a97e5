/** Every option of every public call refuses what is wrong, by name, and nothing has changed behind it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createModel, estimateMemory, loadModel, type Model, type ModelConfig, sequenceDataset, seriesDataset, textDataset, UnfoldError } from "unfold-rnn";
import { fingerprint, ids, modes, verse } from "./models.js";
import { given, hostile, rows } from "./sweep.js";

const config: ModelConfig = { input: { tokens: 9 }, layers: [{ cell: "lstm", hidden: 6, dropout: 0.3 }, { cell: "rnn", hidden: 5 }], output: { classes: 9 }, seed: 4 };
const feedback: ModelConfig = { input: { tokens: 9 }, layers: [{ cell: "rnn", hidden: 6, recurrence: "output" }], output: { classes: 9 } };
const translator: ModelConfig = { ...config, layers: [{ cell: "gru", hidden: 6 }], decoder: { layers: [{ cell: "gru", hidden: 6 }] } };
const batch = { inputs: ids(6, 9, 1), targets: ids(6, 9, 2), shape: [2, 3] as [number, number] };
const adam = { name: "adam", learningRate: 0.01 } as const;
const CODES = ["CONFIG", "RANGE", "SHAPE", "MEMORY", "NUMERIC", "UNSUPPORTED", "STATE"];

/** A call that reads an interface; `change` puts a hostile value in place of one of its properties. */
interface Door {
  name: string;
  reads: string;
  call(change: object): unknown;
  /** What a refusal names, where that is not the property. */
  says?: string;
  /** Properties that this call does not look at, by its contract. */
  blind?: readonly string[];
}

interface Stage {
  model: Model;
  fed: Model;
  written: Model;
  data: Awaited<ReturnType<typeof textDataset>>;
  text: Model;
  runtime: object;
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

function doors({ model, fed, written, data, text, runtime }: Stage): Door[] {
  const make = (value: object) => createModel(value as never, runtime);
  const step = (optimizer: object, options?: object) => model.trainStep(batch, optimizer as never, options as never);
  const training = { batch: 2, steps: 4, iterations: 1, optimizer: adam };
  const bias = { shape: [9], data: new Float32Array(9) };
  return [
    { name: "createModel", reads: "ModelConfig", call: (change) => make({ ...config, ...change }) },
    { name: "createModel layers", reads: "LayerConfig", call: (change) => make({ ...config, layers: [{ cell: "lstm", hidden: 6, ...change }] }) },
    { name: "createModel rnn layer", reads: "LayerConfig", call: (change) => make({ ...config, layers: [{ cell: "rnn", hidden: 6, bidirectional: true, ...change }] }) },
    { name: "createModel gru layer", reads: "LayerConfig", call: (change) => make({ ...config, layers: [{ cell: "gru", hidden: 6, ...change }] }) },
    { name: "createModel decoder", reads: "DecoderConfig", call: (change) => make({ ...translator, decoder: { ...translator.decoder, ...change } }) },
    { name: "createModel runtime", reads: "RuntimeOptions", call: (change) => createModel(config, { ...runtime, ...change }) },
    { name: "loadModel runtime", reads: "RuntimeOptions", call: async (change) => loadModel(await model.save(), { ...runtime, ...change }) },
    { name: "forward", reads: "Batch", call: (change) => model.forward({ ...batch, ...change }) },
    { name: "gradients", reads: "Batch", call: (change) => model.gradients({ ...batch, ...change }) },
    { name: "trainStep", reads: "Batch", call: (change) => model.trainStep({ ...batch, ...change }, adam) },
    { name: "inspect", reads: "Batch", call: (change) => model.inspect({ ...batch, ...change }, "gates") },
    { name: "decode", reads: "Batch", blind: ["targets", "mask", "targetLengths"], call: (change) => written.decode({ inputs: batch.inputs, shape: batch.shape, ...change }) },
    { name: "forward", reads: "PassOptions", call: (change) => fed.forward(batch, change) },
    { name: "gradients", reads: "PassOptions", call: (change) => fed.gradients(batch, change) },
    { name: "trainStep", reads: "PassOptions", call: (change) => fed.trainStep(batch, adam, change) },
    { name: "trainStep optimizer", reads: "OptimizerOptions", call: (change) => step({ ...adam, ...change }) },
    ...(["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adamw"] as const).map((rule): Door =>
      ({ name: `trainStep ${rule}`, reads: "OptimizerOptions", blind: ["name"], call: (change) => step({ name: rule, learningRate: 0.01, ...change }) })),
    ...(["step", "exponential", "cosine", "warmup", "plateau"] as const).map((plan): Door =>
      ({ name: `trainStep schedule ${plan}`, reads: "ScheduleOptions", call: (change) => step({ ...adam, schedule: { name: plan, ...change } }) })),
    { name: "train validation", reads: "TrainOptions.validation", call: (change) => text.train(data, { ...training, validation: change }) },
    { name: "train earlyStopping", reads: "TrainOptions.earlyStopping", call: (change) => text.train(data, { ...training, earlyStopping: { patience: 2, ...change } }) },
    { name: "save", reads: "save", call: (change) => model.save(change) },
    { name: "textDataset", reads: "TextDatasetOptions", call: (change) => textDataset(verse, { unit: "word", ...change }) },
    { name: "textDataset vocabulary", reads: "VocabularyOptions", call: (change) => textDataset(verse, { unit: "word", vocabulary: change }) },
    { name: "seriesDataset", reads: "SeriesOptions", call: (change) => seriesDataset([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }, { a: 5 }], { columns: ["a"], window: 2, ...change }) },
    { name: "sequenceDataset", reads: "SequenceOptions", call: (change) => sequenceDataset([{ input: "ab", target: "x" }, { input: "ba", target: "y" }], { unit: "char", classes: ["x", "y"], ...change }) },
    { name: "train optimizer", reads: "OptimizerOptions", call: (change) => text.train(data, { ...training, optimizer: { ...adam, ...change } }) },
    { name: "train", reads: "TrainOptions", call: (change) => text.train(data, { ...training, ...change }) },
    { name: "generate", reads: "GenerateOptions", call: (change) => drain(model.generate({ length: 1, ...change })) },
    { name: "inspect", reads: "InspectOptions", call: (change) => model.inspect(batch, ["lag", "components"], change) },
    { name: "decode", reads: "DecodeOptions", call: (change) => written.decode({ inputs: batch.inputs, shape: batch.shape }, change) },
    { name: "memory", reads: "RunSize", call: (change) => model.memory({ batch: 2, steps: 3, ...change }) },
    { name: "estimateMemory", reads: "RunSize", call: (change) => estimateMemory(config, { batch: 2, steps: 3, ...change }, runtime) },
    { name: "setWeights", reads: "Tensor", says: "head.bias", call: (change) => model.setWeights({ "head.bias": { ...bias, ...change } }) },
    { name: "step state", reads: "Tensor", says: "h_l0", call: async (change) => {
      const { state } = await model.step(1);
      return model.step(1, { ...state, h_l0: { ...state.h_l0, ...change } as never });
    } },
  ];
}

/** What is wrong with how a call took a hostile value, or undefined. */
async function fault(call: () => unknown, property: string): Promise<string | undefined> {
  try {
    const made = await call();
    if (made !== undefined && typeof (made as Model).dispose === "function") await (made as Model).dispose();
    return "accepted";
  } catch (thrown) {
    if (!(thrown instanceof UnfoldError)) return `not an UnfoldError: ${String(thrown)}`;
    const { code, message } = thrown;
    if (!CODES.includes(code)) return `${code}: ${message}`;
    if (!message.includes(property)) return `does not name it: ${code}: ${message}`;
    if (!/want|is an option of|is not an option|goes with|one of|did you mean|at most|joins|belongs/.test(message)) return `does not say what was wanted: ${code}: ${message}`;
    return undefined;
  }
}

const threeSteps = async (model: Model): Promise<string> => {
  for (let n = 0; n < 3; n++) await model.trainStep(batch, adam);
  return fingerprint(model);
};

for (const { mode, runtime } of modes) {
  describe(`sweep, ${mode}`, () => {
    test("every option refuses every hostile value by name; then training goes on as if nothing had been asked", { timeout: 60_000 }, async () => {
      const data = await textDataset(verse, { unit: "char" });
      const reader = { ...config, input: { tokens: data.tokens }, output: { classes: data.tokens } };
      const [model, untouched, fed, written, text] = await Promise.all([config, config, feedback, translator, reader].map((c) => createModel(c, runtime)));
      assert.ok(model && untouched && fed && written && text);
      const faults: string[] = [];
      let asked = 0;
      for (const { name, reads, says, blind = [], call } of doors({ model, fed, written, data, text, runtime })) {
        for (const [property, row] of Object.entries(rows[reads] ?? {})) {
          if (blind.includes(property)) continue;
          const { kind, except } = typeof row === "string" ? { kind: row, except: [] } : row;
          for (const [value, came] of hostile[kind]) {
            if (except.includes(value)) continue;
            asked++;
            const wrong = await fault(() => call({ [property]: came }), says ?? property);
            if (wrong !== undefined) faults.push(`${name} { ${property}: ${value} } ${wrong}`);
          }
        }
      }
      assert.ok(asked > 1000, `${asked} refusals asked for`);
      assert.deepEqual(faults, []);
      assert.equal(await threeSteps(model), await threeSteps(untouched));
      await Promise.all([model, untouched, fed, written, text].map((m) => m.dispose()));
    });
  });
}

test("every property of the package's types has a row", () => {
  const missing: string[] = [];
  let seen = 0;
  for (const name of ["types.ts", "dataset/types.ts"]) {
    const source = readFileSync(fileURLToPath(new URL(`../../jsbridge/npm/src/${name}`, import.meta.url)), "utf8");
    for (const [, name = "", body = ""] of source.matchAll(/^export interface (\w+).*?\{\n(.*?)^\}/gms)) {
      if (given.includes(name)) continue;
      for (const [, property = ""] of body.matchAll(/^  (\w+)\??:/gm)) {
        seen++;
        if (rows[name]?.[property] === undefined) missing.push(`${name}.${property}`);
      }
    }
  }
  assert.ok(seen > 60, `${seen} properties found`);
  assert.deepEqual(missing, []);
});
