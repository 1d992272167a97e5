/**
 * Speed of Unfold against others and against the machine's own limit, in one run, in turns. Prints tables, writes build/bench.json
 * and, after a whole run, docs/bench.svg; the exit code says only whether it ran.
 *
 *   ONLY=W1,W3     sections of W1 … W7, product, functions, scaling, memory, page
 *   ROUNDS=5       SECONDS=0.4   for each subject in a round
 *   PEERS=tfjs,torch  of tfjs, brain, onnxruntime, torch, c        NODE_ONLY=1   CHROMIUM_ONLY=1
 *   PYTHON=…  a Python that has torch     CC=…  a C compiler       CHROMIUM=…    its path
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { advice, findChromium } from "../browser/chromium.js";
import { machine } from "./machine.js";
import { missingFromPlot, plot } from "./plot.js";
import { print, type Results, targetsOf } from "./report.js";
import { measureArrival } from "./sections/arrival.js";
import { measureDefaultRun } from "./sections/default-run.js";
import { Field } from "./sections/field.js";
import { measureFunctions } from "./sections/functions.js";
import { measureMemory } from "./sections/memory.js";
import { measureProducts } from "./sections/products.js";
import { measureScaling } from "./sections/scaling.js";
import { measureWorkload, type WorkloadResult } from "./sections/workload.js";
import { readSettings } from "./settings.js";
import { workloads } from "./workloads.js";

const asked = readSettings(process.env);
const field = new Field();
const hasChromium = findChromium() !== undefined;
if (!hasChromium && asked.hosts.has("chromium")) field.notes.set("Chromium", advice);
const settings = { ...asked, hosts: new Set([...asked.hosts].filter((host) => host === "node" || hasChromium)) };
const { only, hosts } = settings;
const say = (section: string) => process.stderr.write(`bench: ${section} `);

const measured: WorkloadResult[] = [];
for (const workload of workloads.filter(({ name }) => only.has(name))) {
  say(workload.name);
  measured.push(await measureWorkload(workload, settings, field));
}
const optional = async <Result>(section: string, possible: boolean, measure: () => Promise<Result>): Promise<Result | undefined> => {
  if (!possible || !only.has(section)) return undefined;
  say(section);
  return measure();
};
const products = await optional("product", true, () => measureProducts(settings, field));
const functions = await optional("functions", true, () => measureFunctions(settings, field));
const scaling = await optional("scaling", true, () => measureScaling(settings, field));
const chromium = await field.chromiumVersion();
const notes = Object.fromEntries(field.notes);
await field.close();
const memory = await optional("memory", hosts.has("node"), measureMemory);
const arrival = await optional("W7", hosts.has("chromium"), () => measureArrival(settings));
const defaultRun = await optional("page", hosts.has("chromium"), measureDefaultRun);
process.stderr.write("\n");

const results: Results = {
  date: new Date().toISOString(), machine: machine(), chromium, notes, rounds: settings.rounds, secondsPerRound: settings.seconds, workloads: measured,
  ...(products && { products }), ...(functions && { functions }), ...(scaling && { scaling }), ...(memory && { memory }), ...(arrival && { arrival }),
  ...(defaultRun && { defaultRun }),
};
print(results);
const build = new URL("../../build/", import.meta.url);
mkdirSync(build, { recursive: true });
writeFileSync(new URL("bench.json", build), `${JSON.stringify({ ...results, targets: targetsOf(results) }, null, 2)}\n`);
console.log("bench: every figure is in build/bench.json");
const missing = missingFromPlot(results);
if (missing.length > 0) console.log(`bench: docs/bench.svg stays as it is; a whole run has also ${missing.slice(0, 4).join(", ")}${missing.length > 4 ? ` and ${missing.length - 4} more` : ""}`);
else {
  writeFileSync(new URL("../../docs/bench.svg", import.meta.url), plot(results));
  console.log("bench: docs/bench.svg is drawn anew");
}
process.exit(0);
