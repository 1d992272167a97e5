import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { formatRate, preferredLanguage, say } from "../src/language.js";
import { type Key, strings } from "../src/strings.js";

const site = new URL("..", import.meta.url);
const html = readFileSync(new URL("index.html", site), "utf8");
const pictures = readFileSync(new URL("pictures/frame.ts", site), "utf8");

test("both languages fill in the same places, and neither is empty", () => {
  const places = (phrase: string): string[] => (phrase.match(/\{\w+\}/g) ?? []).sort();
  for (const [key, [en, zh]] of Object.entries(strings)) {
    assert.ok(Math.min(en.length, zh.length) > 0, key);
    assert.deepEqual(places(zh), places(en), key);
  }
});

test("the page's own words are those of the table", () => {
  const marked = [...html.matchAll(/data-i18n="([^"]+)"[^>]*>([^<]*)</g)];
  assert.ok(marked.length > 40, `${marked.length} marked elements`);
  for (const [, key, words] of marked) assert.equal(words, strings[key as Key]?.[0], key);
  for (const [, attribute, key] of html.matchAll(/data-i18n-([a-z-]+)="([^"]+)"/g)) {
    assert.ok(html.includes(`${attribute}="${strings[key as Key]?.[0]}"`), `${attribute}: ${key}`);
  }
});

test("every phrase is used", () => {
  const sources = readdirSync(new URL("src", site), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && name !== "strings.ts");
  const code = html + pictures + sources.map((name) => readFileSync(new URL(`src/${name}`, site), "utf8")).join("\n");
  const made = ["state.", "engine.", "notice.", "about.", "baseline.", "stage.", "unit."];
  for (const key of Object.keys(strings)) {
    const group = made.find((prefix) => key.startsWith(prefix));
    assert.ok(code.includes(`"${key}"`) || (group !== undefined && code.includes(`\`${group}\${`)), `${key} is used nowhere`);
  }
});

test("the page's policy allows neither inline code nor other hosts", () => {
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|\sstyle=|<style/);
  assert.doesNotMatch(html, /(src|href)="(https?:|\/)/);
});

test("the address decides the language, then the reader's preferences", () => {
  assert.equal(preferredLanguage("?lang=zh", ["en-GB"]), "zh");
  assert.equal(preferredLanguage("?lang=en", ["zh-CN"]), "en");
  assert.equal(preferredLanguage("", ["fr", "zh-TW", "en"]), "zh");
  assert.equal(preferredLanguage("?lang=xx", ["fr"]), "en");
});

test("places are filled, numbers written for people", () => {
  assert.equal(say("fact.planValue", { batch: 12_345, steps: 2 }), "12,345 × 2");
  assert.equal(say("notice.fetch", {}), "The data could not be fetched: {message}");
  assert.deepEqual([0.01, 0.005, 1, 1e6, 3e-5, 1e-5].map(formatRate), ["0.01", "0.005", "1", "1e6", "3e-5", "1e-5"]);
});
