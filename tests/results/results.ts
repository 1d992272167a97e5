/**
 * Trains in Node on what recurrent networks are tried on, and prints what came out: `make results`. TASK=digits,reber for some of them. Seeds
 * are fixed and the kernels deterministic, so the figures are the same on every machine; times are not. Writes build/results.json and,
 * after a whole run, docs/results.md. Exit 1 when a figure misses its bound.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { machine } from "../bench/machine.js";
import type { Result, Task } from "./figures.js";
import { holds } from "./figures.js";
import { page, printed } from "./page.js";
import { task as adding } from "./tasks/adding.js";
import { task as austen } from "./tasks/austen.js";
import { task as co2 } from "./tasks/co2.js";
import { task as copy } from "./tasks/copy.js";
import { task as digits } from "./tasks/digits.js";
import { task as reber } from "./tasks/reber.js";
import { task as reverse } from "./tasks/reverse.js";
import { task as sounds } from "./tasks/sounds.js";
import { task as sunspots } from "./tasks/sunspots.js";
import { task as surnames } from "./tasks/surnames.js";

const all: Task[] = [digits, surnames, sunspots, co2, adding, copy, reber, reverse, sounds, austen];
const asked = process.env["TASK"]?.split(",");
const stranger = asked?.find((name) => !all.some((task) => task.name === name));
if (stranger !== undefined) throw new Error(`TASK has ${JSON.stringify(stranger)}, want some of ${all.map(({ name }) => name).join(",")}`);
const chosen = all.filter(({ name }) => asked?.includes(name) ?? true);

const results: (Result & { seconds: number })[] = [];
for (const task of chosen) {
  const started = performance.now();
  const say = (line: string): void => void process.stderr.write(`results: ${task.name}: ${line}\n`);
  const result = { ...(await task.run(say)), seconds: (performance.now() - started) / 1000 };
  console.log(`\n${printed(result)}`);
  results.push(result);
}
const here = machine();
const root = new URL("../../", import.meta.url);
mkdirSync(new URL("build/", root), { recursive: true });
writeFileSync(new URL("build/results.json", root), `${JSON.stringify({ machine: here, results }, null, 2)}\n`);
console.log("\nresults: every figure is in build/results.json");
if (chosen.length === all.length) {
  writeFileSync(new URL("docs/results.md", root), page(results, here));
  console.log("results: docs/results.md is written anew");
}
const missed = results.flatMap(({ task, figures }) => figures.filter((figure) => !holds(figure)).map(({ what }) => `${task}: ${what}`));
for (const line of missed) console.error(`results: MISSED ${line}`);
process.exit(missed.length > 0 ? 1 : 0);
