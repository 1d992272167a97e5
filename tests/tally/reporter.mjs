// A node:test reporter beside the readable one: counts tests (not suites), closes with one line in the words of
// `go run ./tests/tally`, and keeps the count under the name in $TALLY.
import { mkdirSync, writeFileSync } from "node:fs";

export default async function* reporter(source) {
  const name = process.env.TALLY ?? "node";
  const count = { name, passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.details?.type === "suite") continue;
    if (data.skip !== undefined || data.todo !== undefined) count.skipped++;
    else if (type === "test:pass") count.passed++;
    else count.failed++;
  }
  mkdirSync("build/tally", { recursive: true });
  writeFileSync(`build/tally/${name.replaceAll(" ", "-")}.json`, JSON.stringify(count) + "\n");
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
  yield `${name}: ${count.passed} passed, ${count.failed} failed${skipped}\n`;
}
