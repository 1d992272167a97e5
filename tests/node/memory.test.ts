import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("1,500 training steps: memory is flat (make soak makes 10,000)", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "--import", "tsx", path.join(root, "tests/soak/soak.ts")], {
    cwd: root,
    env: { ...process.env, STEPS: "1500" },
    timeout: 120_000,
  });
  assert.match(stdout, /soak: 1500 steps, memory is flat/);
});
