import assert from "node:assert/strict";
import { test } from "node:test";
import { stageOf } from "../src/figures.js";

test("the stage is the strictest baseline that is beaten", () => {
  const baselines = [{ name: "uniform", loss: 4 }, { name: "unigram", loss: 3 }, { name: "bigram", loss: 2 }] as const;
  assert.deepEqual(
    [5, 4, 3.5, 2.5, 1.5, NaN].map((loss) => stageOf(loss, baselines)),
    ["stage.noise", "stage.noise", "stage.uniform", "stage.unigram", "stage.bigram", "stage.none"],
  );
  assert.equal(stageOf(1, []), "stage.none");
});
