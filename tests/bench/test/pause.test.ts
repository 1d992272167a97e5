/** A paused training run must not work on while others are measured. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { open } from "../peers/unfold.js";

test("behind a measurement the training run stands still", async () => {
  for (const [workload, count] of [["W1", 2], ["W3", 50], ["W4", 3]] as const) {
    const { work, dispose } = await open(workload, "unfold");
    await work(count);
    const before = process.cpuUsage();
    await setTimeout(150);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 15_000, `${workload} went on for ${(user + system) / 1000} ms`);
    await dispose();
  }
});
