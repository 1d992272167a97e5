import assert from "node:assert/strict";
import { test } from "node:test";
import { CsvReader } from "../src/dataset/csv.js";
import { seriesDataset } from "../src/dataset/series.js";
import type { SeriesDataset, SeriesOptions, SeriesSource } from "../src/types.js";

function parse(pieces: string[], separator = ","): { fields: string[]; line: number }[] {
  const reader = new CsvReader("csv", separator);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

const tables: [name: string, text: string, records: string[][], lines?: number[]][] = [
  ["LF", "a,b\n1,2\n", [["a", "b"], ["1", "2"]], [1, 2]],
  ["no line break at the end", "a,b\n1,2", [["a", "b"], ["1", "2"]], [1, 2]],
  ["CRLF", "a,b\r\n1,2\r\n3,4\r\n", [["a", "b"], ["1", "2"], ["3", "4"]], [1, 2, 3]],
  ["CR", "a,b\r1,2\r", [["a", "b"], ["1", "2"]], [1, 2]],
  ["byte order mark", "\ufeffa,b\n1,2", [["a", "b"], ["1", "2"]]],
  ["byte order mark before a quote", '\ufeff"a",b\n1,2', [["a", "b"], ["1", "2"]]],
  ["empty lines", "a\n\n\r\n1\n\n", [["a"], ["1"]], [1, 4]],
  ["empty fields", "a,b,c\n,,\n1,,3", [["a", "b", "c"], ["", "", ""], ["1", "", "3"]]],
  ["an empty field in quotes is no empty line", 'a\n""\n1', [["a"], [""], ["1"]]],
  ["separator in quotes", 'a,b\n"1,5",2', [["a", "b"], ["1,5", "2"]]],
  ["doubled quotes", '"a ""b""",c\n"""",2', [['a "b"', "c"], ['"', "2"]]],
  ["line breaks in quotes", '"a\r\nb",c\n"x\ny\rz",2\n3,4', [["a\r\nb", "c"], ["x\ny\rz", "2"], ["3", "4"]], [1, 3, 6]],
  ["spaces stay", " a , b\n1 ,2", [[" a ", " b"], ["1 ", "2"]]],
  ["nothing", "", []],
  ["a lone separator", ",", [["", ""]]],
  ["beyond the first plane", "𝄞,b\n1,𝄞", [["𝄞", "b"], ["1", "𝄞"]]],
];

test("csv: corner cases, whole, in two pieces cut anywhere, and by the letter", () => {
  for (const [name, text, records, lines] of tables) {
    const cuts = [[text], [...text], ...Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)])];
    for (const pieces of cuts) {
      const read = parse(pieces);
      assert.deepEqual(read.map(({ fields }) => fields), records, `${name}: ${JSON.stringify(pieces)}`);
      if (lines) assert.deepEqual(read.map(({ line }) => line), lines, name);
    }
  }
  assert.deepEqual(parse(["a;b\n1,5;2"], ";").map(({ fields }) => fields), [["a", "b"], ["1,5", "2"]]);
});

test("csv: what is malformed is refused with its line", () => {
  assert.throws(() => parse(['a\n"b']), { code: "FORMAT", message: /line 2 .*never ends/ });
  assert.throws(() => parse(['a\n1\n"b"c']), { code: "FORMAT", message: /line 3 .*"c" after the quote/ });
  assert.throws(() => parse(['a\nb"c']), { code: "FORMAT", message: /line 2 .*a quote inside a field/ });
});

const ramp = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const plain = { columns: ["x"], window: 3, normalize: false } as const;

function windowsOf(part: { inputs: ArrayLike<number>; targets: ArrayLike<number>; lengths: Int32Array }, width: number, targets: number): [number[], number[]][] {
  return Array.from(part.lengths, (_, n) => [
    Array.from(part.inputs).slice(n * width, (n + 1) * width),
    Array.from(part.targets).slice(n * targets, (n + 1) * targets),
  ]);
}

test("windows and split are exact", async () => {
  const data = await seriesDataset(ramp(12), { ...plain, horizon: 2, validation: 0.25 });
  assert.equal(data.rows, 12);
  assert.equal(data.trainRows, 9);
  assert.deepEqual(windowsOf(data.train, 3, 2), ramp(5).map((s) => [[s, s + 1, s + 2], [s + 3, s + 4]]));
  // Targets wholly within rows 9, 10, 11; inputs may reach back.
  assert.ok(data.validation);
  assert.deepEqual(windowsOf(data.validation, 3, 2), [6, 7].map((s) => [[s, s + 1, s + 2], [s + 3, s + 4]]));
  assert.deepEqual([data.input, data.output, data.perStep], [{ features: 1 }, { values: 2 }, false]);

  const every = await seriesDataset(ramp(12), { ...plain, horizon: 2, validation: 0.25, perStep: true });
  assert.deepEqual(windowsOf(every.train, 3, 6)[4], [[4, 5, 6], [5, 6, 6, 7, 7, 8]]);
  assert.equal(every.train.lengths.length, 5);
  // The only window whose every target is held out would be rows 8 … 12: there is no row 12.
  assert.equal(every.validation, undefined);
  const longer = await seriesDataset(ramp(20), { ...plain, validation: 0.25, perStep: true, stride: 2 });
  assert.deepEqual(windowsOf(longer.validation as never, 3, 3), [[[14, 15, 16], [15, 16, 17]], [[16, 17, 18], [17, 18, 19]]]);
});

test("several columns, targets among them in their order, stride", async () => {
  const rows = ramp(10).map((i) => ({ a: i, b: 10 * i, c: 99 - i, when: `day ${i}` }));
  const data = await seriesDataset(rows, { columns: ["c", "a"], target: ["a", "c"], window: 2, horizon: 2, stride: 3, normalize: false, validation: 0 });
  assert.deepEqual(windowsOf(data.train, 4, 4), [0, 3, 6].map((s) => [[99 - s, s, 98 - s, s + 1], [s + 2, 97 - s, s + 3, 96 - s]]));
  assert.deepEqual([data.features, data.values], [2, 4]);
  assert.deepEqual(data.target, ["a", "c"]);
});

test("the same numbers from CSV, objects, arrays, typed arrays", async () => {
  const options = { columns: ["x"], window: 2, validation: 0.2 } as const;
  const numbers = [1.5, -2e1, 0.25, 4, 7, 1e-3];
  const csv = "\ufeffwhen,x\r\n" + ["1.5", "-2E1", " .25", "+4.", '"7"', "1e-3"].map((x, i) => `d${i},${x}\r\n`).join("");
  const sources: SeriesSource[] = [csv, new TextEncoder().encode(csv), numbers.map((x) => ({ x })), numbers.map((x) => [x]), numbers, Float64Array.from(numbers), numbers.map((x) => [String(x)])];
  const first = await seriesDataset(sources[0] as SeriesSource, options);
  assert.deepEqual(first.denormalize(first.train.inputs.slice(0, 4), "x").map((v) => Math.round(v * 1e5) / 1e5), Float64Array.of(1.5, -20, -20, 0.25));
  for (const source of sources.slice(1)) {
    const data = await seriesDataset(source, options);
    assert.deepEqual([data.train, data.validation, data.mean, data.scale], [first.train, first.validation, first.mean, first.scale]);
  }
  const semicolons = await seriesDataset("x;y\n1;2\n3;4\n5;6\n", { columns: ["y"], window: 1, separator: ";", normalize: false, validation: 0 });
  assert.deepEqual([...semicolons.train.inputs], [2, 4]);
});

test("normalisation is measured on the training rows alone and undone exactly", async () => {
  const a = [3, 1, 4, 1, 5, 9, 2, 6, 1000, -1000];
  const b = a.map((x) => 7 - 2 * x);
  const rows = a.map((x, i) => [x, b[i] as number, 42]);
  const columns = ["a", "b", "same"];
  const mean = a.slice(0, 8).reduce((sum, x) => sum + x, 0) / 8;
  const deviation = Math.sqrt(a.slice(0, 8).reduce((sum, x) => sum + (x - mean) ** 2, 0) / 8);
  const near = (got: ArrayLike<number>, wanted: number[]): void =>
    wanted.forEach((value, i) => assert.ok(Math.abs((got[i] as number) - value) <= 1e-12 * Math.max(1, Math.abs(value)), `${got[i]} ${value}`));

  const standard = await seriesDataset(rows, { columns, target: ["b", "a"], window: 2, validation: 0.2 });
  near(standard.mean, [mean, 7 - 2 * mean, 42]);
  near(standard.scale, [deviation, 2 * deviation, 1]);
  const minmax = await seriesDataset(rows, { columns, window: 2, validation: 0.2, normalize: "minmax" });
  near(minmax.mean, [1, -11, 42]);
  near(minmax.scale, [8, 16, 1]);
  assert.ok(minmax.train.inputs.every((x) => x >= 0 && x <= 1));
  const none = await seriesDataset(rows, { columns, window: 2, validation: 0.2, normalize: false });
  assert.deepEqual([[...none.mean], [...none.scale]], [[0, 0, 0], [1, 1, 1]]);

  for (const data of [standard, minmax, none]) {
    columns.forEach((column, k) => {
      const original = rows.map((row) => row[k] as number);
      near(data.denormalize(data.normalize(original, column), column), original);
    });
    // Inputs are normalised rows; targets are denormalised in the order of `target`.
    const flat = rows.flat();
    assert.deepEqual(data.train.inputs.slice(0, 6), Float32Array.from(data.normalize(flat).slice(0, 6)));
    const targets = data.denormalize(data.train.targets);
    data.target.forEach((name, place) => {
      const wanted = rows[2]?.[columns.indexOf(name)] as number;
      assert.ok(Math.abs((targets[place] as number) - wanted) <= 1e-5 * Math.abs(wanted));
    });
  }
  // minmax has all three columns as targets, so without a column the two undo each other.
  near(minmax.denormalize(minmax.normalize(rows.flat())), rows.flat());
});

test("missing: interpolate looks at no held-out row from a training row", async () => {
  const _ = null;
  const series = [_, 2, _, _, 8, 10, _, _, 100, _, 300, _];
  const data = await seriesDataset(series.map((x) => [x]), { columns: ["x"], window: 1, normalize: false, missing: "interpolate", validation: 0.34 });
  assert.equal(data.trainRows, 8);
  assert.deepEqual([...data.train.inputs], [2, 2, 4, 6, 8, 10, 10]);
  assert.deepEqual([...(data.validation?.inputs ?? [])], [10, 100, 200, 300]);
  assert.deepEqual([...(data.validation?.targets ?? [])], [100, 200, 300, 300]);
});

test("missing: drop leaves out rows and the windows across them", async () => {
  const csv = `x,y\n${ramp(10).map((i) => `${i},${i === 4 ? "n/a" : i}`).join("\n")}`;
  const data = await seriesDataset(csv, { columns: ["x", "y"], target: "x", window: 2, normalize: false, missing: "drop", validation: 0 });
  assert.equal(data.dropped, 1);
  assert.equal(data.rows, 9);
  assert.deepEqual(windowsOf(data.train, 4, 1).map(([x]) => x[0]), [0, 1, 5, 6, 7]);
  assert.deepEqual([...data.train.targets], [2, 3, 7, 8, 9]);
  assert.deepEqual([...data.normalized].filter((_, i) => i % 2 === 0), [0, 1, 2, 3, 5, 6, 7, 8, 9]);
  assert.deepEqual([...data.stretch], [0, 0, 0, 0, 4, 4, 4, 4, 4]);
  // A gap in a column that is not read is none.
  assert.equal((await seriesDataset(csv, { columns: ["x"], window: 2, missing: "drop" })).dropped, 0);
});

/** Both baselines from their definition, on one column. */
function byDefinition(x: number[], starts: number[], window: number, horizon: number, period: number): { persistence: number; seasonal: number } {
  let persistence = 0;
  let seasonal = 0;
  for (const start of starts) {
    const t = start + window - 1;
    for (let ahead = 1; ahead <= horizon; ahead++) {
      const truth = x[t + ahead] as number;
      let same = t + ahead;
      while (same > t) same -= period;
      persistence += (truth - (x[t] as number)) ** 2;
      seasonal += (truth - (x[same] as number)) ** 2;
    }
  }
  return { persistence: persistence / starts.length / horizon, seasonal: seasonal / starts.length / horizon };
}

test("baselines equal their definition, in the loss's unit and in the column's own", async () => {
  const x = ramp(60).map((i) => 5 + 3 * Math.sin((i * 2 * Math.PI) / 7) + 0.1 * i + ((i * i) % 5) * 0.3);
  const data = await seriesDataset(x, { columns: ["x"], window: 4, horizon: 9, validation: 0.4 });
  const starts = ramp(60).filter((s) => s + 4 >= 36 && s + 13 <= 60);
  assert.equal(data.validation?.lengths.length, starts.length);
  const wanted = byDefinition(x, starts, 4, 9, 7);
  const got = await data.baselines({ period: 7 });
  const scale = data.scale[0] as number;
  const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-9 * b, `${a} ${b}`);
  near(got.persistence.rmse[0] as number, Math.sqrt(wanted.persistence));
  near(got.persistence.loss, wanted.persistence / scale ** 2);
  near(got.seasonal?.rmse[0] as number, Math.sqrt(wanted.seasonal));
  near(got.seasonal?.loss as number, wanted.seasonal / scale ** 2);
  assert.deepEqual([got.persistence.windows, got.seasonal?.windows], [starts.length, starts.length]);
  // The loss that a model would have that always repeats the last input.
  const { inputs, targets } = data.validation as { inputs: Float32Array; targets: Float32Array };
  const naive = targets.reduce((sum, y, i) => sum + (y - (inputs[Math.floor(i / 9) * 4 + 3] as number)) ** 2, 0) / targets.length;
  assert.ok(Math.abs(naive - got.persistence.loss) <= 1e-5 * naive);
  assert.equal((await data.baselines()).seasonal, undefined);
});

test("baselines over several targets and every step; windows without a season before them are left out", async () => {
  const rows = ramp(30).map((i) => [i, i % 4 === 0 ? 1 : 0]);
  const data = await seriesDataset(rows, { columns: ["ramp", "pulse"], window: 3, perStep: true, normalize: false, validation: 0 });
  const { persistence, seasonal } = await data.baselines({ period: 4 });
  assert.equal(persistence.rmse[0], 1);
  assert.deepEqual(seasonal?.rmse, [4, 0]);
  assert.equal(seasonal?.loss, 8);
  assert.equal(persistence.windows, 27);
  assert.equal(seasonal?.windows, 24);
  await assert.rejects(() => data.baselines({ period: 29 }), { code: "RANGE", message: /period is 29/ });
  await assert.rejects(() => data.baselines({ period: 0 }), { code: "RANGE", message: /period is 0/ });
  await assert.rejects(() => data.baselines({ season: 4 } as never), { code: "CONFIG", message: /"season" is not an option/ });
});

test("what is refused, by row and column", async () => {
  const no = (source: unknown, options: unknown, code: string, message: RegExp): Promise<void> =>
    assert.rejects(() => seriesDataset(source as SeriesSource, { columns: ["x"], window: 1, ...(options as Partial<SeriesOptions>) }), { name: "UnfoldError", code, message });
  await no("x\n1\n \n3", {}, "RANGE", /row 2 \(line 3\), column "x" is missing/);
  await no('x,y\n1,2\n"3\n",4\n5,abc', { columns: ["y"] }, "RANGE", /row 3 \(line 5\), column "y" is "abc"/);
  for (const word of ["0x10", "1e999", "Infinity", "1 2", "1,5", "--1", "e5", "."]) await no(`x\n1\n"${word}"`, {}, "RANGE", /row 2 \(line 3\), column "x" is "/);
  await no([[1], [NaN]], {}, "RANGE", /rows\[1\], column "x" is NaN/);
  await no([{ x: 1 }, { y: 2 }], {}, "RANGE", /rows\[1\], column "x" is missing/);
  await no([1, 2, undefined], {}, "RANGE", /rows\[2\]/);
  await no([[1, 2]], {}, "SHAPE", /rows\[0\] holds 2 numbers; columns has 1/);
  await no([1, 2], { columns: ["x", "y"] }, "SHAPE", /rows\[0\] is 1; 2 numbers/);
  await no("x,y\n1\n", {}, "FORMAT", /line 2 .*1 fields; the header has 2/);
  await no("temp,when\n1,2", { columns: ["tmp"] }, "CONFIG", /no column "tmp"; did you mean "temp"/);
  await no("x,x\n1,2", {}, "FORMAT", /"x" twice/);
  await no("", {}, "FORMAT", /empty/);
  await no("x\n1\n2", { window: 2 }, "RANGE", /2 rows came; window 2 and horizon 1 want 3/);
  await no(ramp(20), { window: 9, validation: 0.9 }, "RANGE", /2 training rows/);
  await no(ramp(9), { window: 0 }, "RANGE", /window is 0/);
  await no(ramp(9), { window: undefined }, "CONFIG", /window is nothing/);
  await no(ramp(9), { horizons: 2 }, "CONFIG", /"horizons" is not an option; did you mean "horizon"/);
  await no(ramp(9), { normalize: "minmaks" }, "CONFIG", /"minmaks" is not one; did you mean "minmax"/);
  await no(ramp(9), { normalize: true }, "CONFIG", /normalize is a boolean/);
  await no(ramp(9), { target: "y" }, "CONFIG", /target "y" is not one of columns/);
  await no(ramp(9), { columns: [] }, "CONFIG", /columns is an array/);
  await no(ramp(9), { columns: ["x", "x"] }, "CONFIG", /"x" twice/);
  await no(ramp(9), { separator: '"' }, "RANGE", /separator/);
  await no([1e39, 1, 2], { normalize: false }, "RANGE", /column "x" holds 1e\+39/);
  await no([1e308, -1e308, 1e308, 0], { validation: 0 }, "RANGE", /too wide/);
  await no(["a", "b", 3], { missing: "interpolate", validation: 0.5 }, "RANGE", /column "x" holds no number among the training rows/);
  await no(null, {}, "CONFIG", /the series is null/);
  await no([{ get x() { throw new Error("boo"); } }], {}, "CONFIG", /getter/);
  const data: SeriesDataset = await seriesDataset(ramp(9), { columns: ["x"], window: 1 });
  assert.throws(() => data.denormalize([1], "y"), { code: "CONFIG", message: /column "y"/ });
  assert.throws(() => data.denormalize("1" as never), { code: "CONFIG" });
  const two = await seriesDataset(ramp(9).map((i) => [i, i]), { columns: ["x", "y"], window: 1 });
  assert.throws(() => two.denormalize([1, 2, 3]), { code: "SHAPE", message: /3 values came; a multiple of 2/ });
});

test("a long CSV leaves the event loop alive", async () => {
  const csv = "t,x\n" + ramp(150_000).map((i) => `${i},${Math.sin(i).toFixed(6)}\n`).join("");
  let longest = 0;
  let last = performance.now();
  const ticker = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const data = await seriesDataset(csv, { columns: ["x"], window: 32 });
  clearInterval(ticker);
  assert.equal(data.rows, 150_000);
  assert.ok(longest <= 250, `the event loop stood still for ${longest.toFixed(0)} ms`);
});
