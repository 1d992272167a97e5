import assert from "node:assert/strict";
import { test } from "node:test";
import { detect, type Detector, type Stretch } from "../src/view/detectors.js";
import { bestOfDetectors, bestOfUnits, Correlator } from "../src/view/detectors-correlation.js";

const stretch = (text: string, before = ""): Stretch => ({ before: [...before], marks: [...text] });
const seen = (name: string, text: string, before = ""): string => {
  // Detectors that see the same everywhere are left out; the added line keeps them all in.
  const rest = "\n\n1(“a bc” D.)\n";
  const found = detect([stretch(text, before), stretch(rest)]).find((one) => one.name === name);
  assert.ok(found, name);
  return [...found.values.slice(0, [...text].length)].join("");
};

test("detectors: quotes and brackets are open from their first mark to before their last", () => {
  assert.equal(seen("quotes", 'x“ab”c"d"e'), "0111001100");
  assert.equal(seen("quotes", "「你『好』」。"), "1111100");
  assert.equal(seen("quotes", "ab”c", "he said “"), "1100");
  assert.equal(seen("quotes", '"ab\n\ncd'), "1111000");
  assert.equal(seen("brackets", "a(b[c]d)e"), "011111100");
  assert.equal(seen("brackets", "（甲）乙"), "1100");
});

test("detectors: lines and words are counted from their first character, over what stood before", () => {
  assert.equal(seen("linePosition", "ab\ncd", "xyz"), "34501");
  assert.equal(seen("lineStart", "ab\ncd", "\n"), "10010");
  assert.equal(seen("wordStart", "It's no 7", "."), "100001000");
  assert.equal(seen("wordPosition", "don't so", " "), "01234001");
  assert.equal(seen("wordStart", "白日依", ""), "000");
  assert.equal(seen("upper", "aBÉ"), "011");
  assert.equal(seen("vowel", "aBÉx"), "1010");
  assert.equal(seen("digit", "a7٣"), "011");
  assert.equal(seen("punctuation", "a，。b"), "0110");
  assert.equal(seen("space", "a \n\u3000"), "0111");
});

test("detectors: each frequent character is one, an emoji too; none is constant", () => {
  const found = detect([stretch("🙂a".repeat(10) + "z".repeat(7))]);
  assert.deepEqual(found.filter(({ name }) => name === "is").map(({ character }) => character), ["🙂", "a"]);
  assert.ok(found.every(({ values }) => new Set(values).size > 1));
  assert.deepEqual(detect([stretch("aaaa")]).map(({ name }) => name), ["lineStart", "linePosition", "wordStart", "wordPosition"]);
});

/** H units over N tokens, each a function of the token. */
const planted = (n: number, ...units: ((t: number) => number)[]): Float32Array =>
  Float32Array.from({ length: n * units.length }, (_, i) => (units[i % units.length] as (t: number) => number)(Math.floor(i / units.length)));

function correlate(activations: Float32Array, width: number, detectors: readonly Detector[], atOnce = 1): Float32Array {
  const correlator = new Correlator(activations, width, detectors);
  while (correlator.advance(atOnce));
  return correlator.r;
}

test("correlation: a planted unit is found with r = 1, its opposite with r = -1, a dead one not at all", () => {
  const text = 'He said “no, (never) did I.”\nAnd “yes” 9 times\n'.repeat(8);
  const detectors = detect([stretch(text)]);
  const at = (name: string): Detector => detectors.find((one) => one.name === name) as Detector;
  const noise = (t: number): number => Math.sin(t * t * 1.7);
  const quotes = at("quotes").values;
  const line = at("linePosition").values;
  const activations = planted(quotes.length, noise, (t) => 0.3 + 0.5 * (quotes[t] as number), () => 0.25, (t) => 1 - 0.01 * (line[t] as number));
  for (const atOnce of [1, 3, 100]) {
    const r = correlate(activations, 4, detectors, atOnce);
    const units = bestOfUnits(r, 4);
    assert.deepEqual(units.slice(0, 2).map(({ unit, detector }) => [unit, detectors[detector]?.name]).sort(), [[1, "quotes"], [3, "linePosition"]]);
    const of = (unit: number): number => units.find((one) => one.unit === unit)?.r ?? NaN;
    assert.ok(Math.abs(of(1) - 1) < 1e-6, `r ${of(1)}`);
    assert.ok(Math.abs(of(3) + 1) < 1e-5, `r ${of(3)}`);
    assert.ok(Math.abs(of(0)) < 0.5, `noise ${of(0)}`);
    assert.ok(!units.some(({ unit }) => unit === 2), "a constant goes with nothing");
    const named = bestOfDetectors(r, 4);
    assert.equal(named.find(({ detector }) => detectors[detector]?.name === "quotes")?.unit, 1);
    assert.equal(named.length, detectors.length);
  }
});

test("correlation is Pearson's, by its formula", () => {
  const x = [0.2, -0.7, 0.9, 0.1, -0.3];
  const y = [1, 0, 0, 1, 1];
  const mean = (of: number[]): number => of.reduce((a, b) => a + b, 0) / of.length;
  const cov = x.reduce((sum, value, i) => sum + (value - mean(x)) * ((y[i] as number) - mean(y)), 0);
  const norm = (of: number[]): number => Math.sqrt(of.reduce((sum, value) => sum + (value - mean(of)) ** 2, 0));
  const [r] = correlate(Float32Array.from(x), 1, [{ name: "vowel", values: Float32Array.from(y) }]);
  assert.ok(Math.abs((r as number) - cov / (norm(x) * norm(y))) < 1e-6);
});
