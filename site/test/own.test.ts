import assert from "node:assert/strict";
import { test } from "node:test";
import { ownSource } from "../src/data/own.js";

const rows = (line: (i: number) => string): string => Array.from({ length: 40 }, (_, i) => line(i)).join("\n");

test("a table of numbers is a series of its columns, without the one that counts", () => {
  const source = ownSource("weather.csv", `year,rain,label,wind\n${rows((i) => `${1900 + i},${Math.sin(i)},dry,${i % 7 === 0 ? "" : i % 5}`)}`);
  assert.equal(source.kind, "series");
  assert.deepEqual(source.kind === "series" && [source.options.columns, source.options.target, source.options.missing], [["rain", "wind"], "rain", "interpolate"]);
  const bare = ownSource("bare.csv", rows((i) => `${(i * 7) % 5}`));
  assert.equal(bare.kind === "series" && typeof bare.rows === "string" && bare.rows.startsWith("column 1\n0\n2\n"), true);
  const other = ownSource("eu.csv", `a;b\n${rows((i) => `${(i * 7) % 5};${(i * i) % 11}`)}`);
  assert.equal(other.kind === "series" && other.options.separator, ";");
});

test("names with a class that comes again are told apart; anything else is a text", () => {
  const names = ownSource("names.tsv", rows((i) => `name${i}\t${i % 2 === 0 ? "even" : "odd"}`));
  assert.equal(names.kind === "classes" && names.examples.length, 40);
  for (const [name, text] of [
    ["prose.txt", "1,2\n3,4\n"], ["short.csv", "a,b\n1,2"], ["unlike.tsv", rows((i) => `${i}x\t${i}y`)], ["ragged.csv", rows((i) => "word,".repeat(i % 3))], ["", ""],
  ] as const) {
    assert.equal(ownSource(name, text).kind, "text", name);
  }
});
