import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createModel, type Model, type Progress, textDataset, type TextDataset, type TrainOptions, UnfoldError } from "unfold-rnn";
import { assertRefused, fingerprint, modes, verse, withModel } from "./models.js";

const options = { batch: 4, steps: 16, iterations: 30, optimizer: { name: "adam", learningRate: 0.02, clipNorm: 5 } } as const satisfies TrainOptions;

const languageModel = (data: TextDataset, seed = 7) => ({
  input: { tokens: data.tokens },
  layers: [{ cell: "lstm" as const, hidden: 24 }],
  output: { classes: data.tokens },
  seed,
});

async function collect(training: AsyncIterable<Progress>): Promise<Progress[]> {
  const rows: Progress[] = [];
  for await (const progress of training) rows.push(progress);
  return rows;
}

async function text(model: Model, request: Parameters<Model["generate"]>[0]): Promise<string> {
  let all = "";
  for await (const { text: piece } of model.generate(request)) all += piece;
  return all;
}

for (const { mode, runtime } of modes) {
  describe(`training, ${mode}`, () => {
    test("one progress a step, in order, with a falling loss", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        const rows = await collect(model.train(data, { ...options, iterations: 120, validation: { every: 40 } }));
        assert.deepEqual(rows.map((row) => row.step), Array.from({ length: 120 }, (_, i) => i + 1));
        for (const row of rows) {
          assert.ok(row.loss > 0 && Number.isFinite(row.gradNorm) && row.tokensPerSecond > 0, JSON.stringify(row));
          assert.equal(row.learningRate, 0.02);
        }
        assert.ok((rows.at(-1) as Progress).loss < (rows[0] as Progress).loss / 2, `from ${rows[0]?.loss} to ${rows.at(-1)?.loss}`);
        const validated = rows.filter((row) => row.validationLoss !== undefined);
        assert.ok(validated.length >= 3 && validated.length <= 5, `${validated.length} validations in 120 steps, one every 40`);
        assert.ok((validated.at(-1)?.validationLoss as number) < (validated[0]?.validationLoss as number));
      });
    });

    test("a validation that takes many slices does not stall the run", { timeout: 20_000 }, async () => {
      const data = await textDataset(verse.repeat(4), { unit: "char", validation: 0.5 });
      const config = { ...languageModel(data), layers: [{ cell: "lstm" as const, hidden: 96 }] };
      await withModel(config, runtime, async (model) => {
        const rows = await collect(model.train(data, { ...options, iterations: 9, sliceMs: 1, validation: { every: 3 } }));
        assert.deepEqual(rows.map((row) => row.validationLoss !== undefined), [false, false, true, false, false, true, false, false, true]);
      });
    });

    test("awaited, it gives the summary; epochs end it too", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        const summary = await model.train(data, options);
        assert.equal(summary.step, 30);
        assert.equal(summary.reason, "completed");
        const more = await model.train(data, { batch: 4, steps: 16, epochs: 1, optimizer: options.optimizer });
        const windows = Math.floor((data.ids.length - 1) / 4 / 16);
        assert.ok(Math.abs(more.step - 30 - windows) <= 1, `an epoch of ${windows} windows took ${more.step - 30} steps`);
      });
    });

    test("the same seed trains the same, bit for bit, iterated or awaited", async () => {
      const data = await textDataset(verse, { unit: "char" });
      const trail = (iterate: boolean) =>
        withModel(languageModel(data), { ...runtime, deterministic: true }, async (model) => {
          const training = model.train(data, options);
          if (iterate) await collect(training);
          else await training;
          return fingerprint(model);
        });
      assert.equal(await trail(true), await trail(false));
    });

    test("pause stops the steps, resume goes on, stop ends with a summary", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        const training = model.train(data, { ...options, iterations: 1_000_000 });
        let last = 0;
        const reading = (async () => {
          for await (const { step } of training) last = step;
        })();
        const reaches = async (step: number) => {
          for (const deadline = Date.now() + 20_000; last < step; ) {
            assert.ok(Date.now() < deadline, `only ${last} steps in 20 s, want ${step}`);
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        };
        await reaches(5);
        training.pause();
        assert.equal(training.paused, true);
        await new Promise((resolve) => setTimeout(resolve, 300));
        const held = last;
        const weights = await fingerprint(model);
        await new Promise((resolve) => setTimeout(resolve, 300));
        assert.equal(last, held, "steps while paused");
        assert.equal(await fingerprint(model), weights, "weights moved while paused");
        training.resume();
        assert.equal(training.paused, false);
        await reaches(held + 5);
        const summary = await training.stop();
        assert.equal(summary.reason, "stopped");
        assert.ok(summary.step >= held + 5);
        await reading;
        assert.equal(last, summary.step, "the loop saw every step");
      });
    });

    test("learning rate and clip norm act live", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        const training = model.train(data, { ...options, iterations: 100_000 });
        let before = 0;
        for await (const { step, learningRate } of training) {
          if (step === 3) {
            assert.equal(learningRate, 0.02);
            training.learningRate = 1e-4;
            before = step;
          }
          if (before > 0 && learningRate === 1e-4) break;
          assert.ok(step < 50_000, "the new learning rate never came");
        }
        assert.equal(training.learningRate, 1e-4);
        assert.throws(() => (training.learningRate = -1), UnfoldError);
        assert.throws(() => (training.clipNorm = 0), UnfoldError);
      });
    });

    test("leaving the loop stops training and leaves the model usable", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        for await (const { step } of model.train(data, { ...options, iterations: 1_000_000 })) if (step >= 3) break;
        const before = await fingerprint(model);
        await new Promise((resolve) => setTimeout(resolve, 200));
        assert.equal(await fingerprint(model), before);
        assert.ok((await model.train(data, options)).step >= 33, "steps go on counting");
      });
    });

    test("an abort rejects with ABORTED, also one that came before", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        const controller = new AbortController();
        const training = model.train(data, { ...options, iterations: 1_000_000, signal: controller.signal });
        setTimeout(() => controller.abort(), 100);
        await assertRefused(() => training, "ABORTED");
        await assertRefused(() => model.train(data, { ...options, signal: AbortSignal.abort() }), "ABORTED");
        await model.train(data, options);
      });
    });

    test("while it trains, forward, weights and generate answer; a second train is refused", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        const training = model.train(data, { ...options, iterations: 1_000_000 });
        const run = training.then((summary) => summary.reason);
        assert.equal((await text(model, { length: 40, temperature: 0.5 })).length, 40);
        assert.ok((await model.forward({ inputs: data.ids.slice(0, 8), shape: [1, 8] })).outputs.data.length > 0);
        assert.ok(Object.keys(await model.weights()).length > 0);
        await assertRefused(() => model.train(data, options), "STATE");
        await training.stop();
        assert.equal(await run, "stopped");
      });
    });

    test("generate: seeded, text of the vocabulary, cold is greedy, probabilities are the model's", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), { ...runtime, deterministic: true }, async (model) => {
        await model.train(data, { ...options, iterations: 150 });
        const request = { prompt: "the rain", length: 60, temperature: 0.8, seed: 5 };
        const first = await text(model, request);
        assert.equal(first.length, 60);
        assert.equal(await text(model, request), first);
        assert.notEqual(await text(model, { ...request, seed: 6 }), first);
        for (const character of first) assert.ok(data.vocabulary.includes(character), character);

        const prompt = data.encode("the rain");
        const { outputs } = await model.forward({ inputs: prompt, shape: [1, prompt.length] });
        const last = outputs.data.subarray((prompt.length - 1) * data.tokens);
        for await (const { token, probability } of model.generate({ prompt: "the rain", length: 1, seed: 1 })) {
          const want = last[token] as number;
          assert.ok(Math.abs(probability - want) <= 1e-5, `probability ${probability}, forward says ${want}`);
        }
        const cold: number[] = [];
        for await (const { token } of model.generate({ prompt, length: 1, temperature: 1e-3 })) cold.push(token);
        assert.deepEqual(cold, [last.indexOf(Math.max(...last))]);
        await assertRefused(() => text(model, { prompt: "rain ☂", length: 3 }), "RANGE", /☂/);
      });
    });

    test("before it knows a vocabulary, a model takes and gives ids", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        let count = 0;
        for await (const item of model.generate({ prompt: [0, 1, 2], length: 5 })) {
          assert.equal(item.text, undefined);
          assert.ok(item.token >= 0 && item.token < data.tokens);
          count++;
        }
        assert.equal(count, 5);
        await assert.rejects(() => text(model, { prompt: "the", length: 2 }), UnfoldError);
      });
    });

    test("bytes: text of any script comes out whole", async () => {
      const data = await textDataset("床前明月光，疑是地上霜。🌕".repeat(80), { unit: "byte" });
      assert.equal(data.tokens, 256);
      await withModel(languageModel(data), runtime, async (model) => {
        await model.train(data, { ...options, iterations: 200 });
        const produced = await text(model, { prompt: "床前", length: 60, temperature: 0.1 });
        assert.match(produced, /[一-鿿]/);
      });
    });

    test("a learning rate of 1e6 ends with NUMERIC and leaves finite weights to train on with", async () => {
      const data = await textDataset(verse, { unit: "char" });
      await withModel(languageModel(data), runtime, async (model) => {
        await model.train(data, options);
        await assertRefused(
          () => model.train(data, { ...options, iterations: 5000, optimizer: { name: "adam", learningRate: 1e6 } }),
          "NUMERIC",
        );
        for (const [name, { data: values }] of Object.entries(await model.weights())) {
          assert.ok(values.every(Number.isFinite), `${name} is not finite`);
        }
        const after = await collect(model.train(data, options));
        assert.ok(Number.isFinite(after.at(-1)?.loss), "training again after NUMERIC");
      });
    });
  });
}

test("the iterator, too, ends with NUMERIC, and nobody is left with an unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const data = await textDataset(verse, { unit: "char" });
  const model = await createModel(languageModel(data), { worker: false });
  const hot: TrainOptions = { ...options, iterations: 5000, optimizer: { name: "adam", learningRate: 1e6 } };
  await assertRefused(() => collect(model.train(data, hot)), "NUMERIC");
  model.train(data, { ...options, iterations: 3 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await model.dispose();
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, []);
});
