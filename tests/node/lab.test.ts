import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as unfold from "unfold-rnn";
import { Lab } from "../../jsbridge/npm/src/lab/lab.js";
import type { Settings } from "../../jsbridge/npm/src/lab/settings.js";
import type { Source } from "../../jsbridge/npm/src/lab/source.js";
import { fingerprint, verse } from "./models.js";

const small: Partial<Settings> = { hidden: 16, batch: 4, steps: 12, learningRate: 0.02, seed: 3 };
const poem: Source = { kind: "text", name: "verse", text: verse };

/** A lab whose failures end the test, disposed of at its end. */
async function withLab(settings: Partial<Settings>, use: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = new Lab(unfold, settings, {});
  const problems: unknown[] = [];
  lab.on("failed", (problem) => problems.push(problem));
  try {
    await use(lab);
    assert.deepEqual(problems, []);
  } finally {
    lab.dispose();
  }
}

const settled = async (lab: Lab): Promise<void> => {
  while (lab.state === "training") await new Promise<void>((resolve) => void lab.on("state", () => resolve()));
};
const weights = async (lab: Lab): Promise<string> => fingerprint(lab.shown!.model);

describe("lab", () => {
  test("the same settings and step are the same network, however its training was cut up", async () => {
    const prints: string[] = [];
    await withLab(small, async (lab) => {
      await lab.open(poem, {}, 40);
      await settled(lab);
      assert.equal(lab.step, 40);
      prints.push(await weights(lab));
    });
    await withLab(small, async (lab) => {
      await lab.open(poem, {}, false);
      await lab.advance();
      assert.equal(lab.step, 1);
      assert.equal(lab.state, "paused");
      await lab.advance(6);
      lab.play();
      while (lab.step < 12) await new Promise((resolve) => setTimeout(resolve, 1));
      lab.pause();
      await lab.advance(1);
      const reached = lab.step;
      assert.ok(reached > 12);
      if (reached < 40) await lab.advance(40 - reached);
      else await lab.reset().then(() => lab.advance(40));
      assert.equal(lab.step, 40);
      prints.push(await weights(lab));
    });
    assert.equal(prints[0], prints[1]);
  });

  test("a past step is shown as it was; going on from it comes to the same network again", async () => {
    await withLab(small, async (lab) => {
      await lab.open(poem, {}, false);
      const first = await weights(lab);
      for (let step = 0; step < 30; step += 5) await lab.advance(5);
      const last = await weights(lab);
      await lab.seek(0);
      assert.deepEqual([lab.shown?.step, lab.shown?.live, await weights(lab)], [0, false, first]);
      await lab.seek(13);
      const step = lab.shown!.step;
      assert.ok(step > 0 && step <= 13, `step ${step}`);
      await lab.seek(undefined);
      assert.equal(await weights(lab), last);
      await lab.seek(13);
      await lab.fork();
      lab.pause();
      await lab.advance(1);
      assert.ok(lab.step > step);
      if (lab.step < 30) {
        await lab.advance(30 - lab.step);
        assert.equal(await weights(lab), last);
      }
      assert.ok(lab.network!.history.columns()[0].every((value, i, all) => i === 0 || value > (all[i - 1] as number)));
    });
  });

  test("looks take turns, and see the present", async () => {
    await withLab(small, async (lab) => {
      const seen: [string, number][] = [];
      let looking = 0;
      const looker = (name: string) => ({
        awake: true,
        look: async (): Promise<void> => {
          assert.equal(++looking, 1);
          await lab.shown!.model.weights();
          seen.push([name, lab.shown!.step]);
          looking--;
        },
      });
      const off = lab.watch(looker("a"));
      lab.watch(looker("b"));
      await lab.open(poem, {}, 200);
      await settled(lab);
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const name of ["a", "b"]) assert.equal(seen.filter(([who]) => who === name).at(-1)?.[1], 200);
      off();
      await lab.advance(1);
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(seen.filter(([who]) => who === "a").at(-1)?.[1], 200);
      assert.equal(seen.filter(([who]) => who === "b").at(-1)?.[1], 201);
    });
  });

  test("what is refused leaves the present network alone; live settings act", async () => {
    await withLab(small, async (lab) => {
      const refused: string[] = [];
      lab.on("refused", ({ code }) => refused.push(code));
      await lab.open(poem, {}, false);
      const { network } = lab;
      assert.equal(await lab.open({ kind: "text", name: "one", text: "aaaa" }), false);
      assert.equal(await lab.change({ hidden: -1 }), false);
      assert.deepEqual(refused, ["RANGE", "RANGE"]);
      assert.equal(lab.network, network);
      assert.equal(await lab.change({ learningRate: 0.5 }), true);
      await lab.advance();
      assert.equal(lab.network!.history.latest?.learningRate, 0.5);
      assert.equal(lab.settings.hidden, 16);
      await lab.change({ cell: "rnn", radius: 1.5 });
      const { data } = (await lab.network!.model.weights())["rnn.weight_hh_l0"]!;
      assert.ok(Math.abs((data as Float32Array).reduce((sum, value) => sum + value * value, 0) - 16 * 1.5 ** 2) < 1e-3);
    });
  });

  test("every kind of source trains: loss falls", async () => {
    const wave = Array.from({ length: 200 }, (_, t) => Math.sin(t / 5));
    const words = Array.from({ length: 60 }, (_, i) => ({ input: i % 2 ? "abab" : "cdcd", target: i % 2 ? "one" : "two" }));
    const sources: [Source, Partial<Settings>][] = [
      [{ kind: "series", name: "wave", rows: wave, options: { columns: ["value"] } }, { pattern: "last" }],
      [{ kind: "series", name: "wave", rows: wave, options: { columns: ["value"] } }, { pattern: "every" }],
      [{ kind: "series", name: "wave", rows: wave, options: { columns: ["value"] } }, { pattern: "output", learningRate: 0.005 }],
      [{ kind: "classes", name: "words", examples: words, options: { unit: "char" } }, { bidirectional: true }],
      [{ kind: "task", name: "reber", lag: 1 }, {}],
      [{ kind: "task", name: "adding", lag: 22 }, {}],
      [{ kind: "task", name: "copy", lag: 5 }, {}],
      [{ kind: "task", name: "parity", lag: 5 }, {}],
      [poem, { pattern: "output" }],
    ];
    await withLab(small, async (lab) => {
      for (const [source, settings] of sources) {
        const name = `${source.name} ${settings.pattern ?? ""}`;
        assert.ok(await lab.open(source, settings, false), name);
        await lab.advance(60);
        const training = lab.network!.history.columns()[1];
        assert.ok((training.at(-1) as number) < (training[0] as number), `${name}: ${training[0]} … ${training.at(-1)}`);
        assert.ok((await lab.network!.subject.baselines).length > 0, name);
      }
    });
  });
});
