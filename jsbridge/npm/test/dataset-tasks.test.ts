import assert from "node:assert/strict";
import { test } from "node:test";
import { Pcg32 } from "../src/dataset/random.js";
import * as tasks from "../src/dataset/tasks/index.js";
import type { Sequences, TaskDataset } from "../src/types.js";

test("PCG32 gives the sequence published with it, and halves of seeds count", () => {
  // pcg32-demo of pcg-c-basic: seed 42, stream 54.
  const random = new Pcg32(42, 54);
  assert.deepEqual(Array.from({ length: 6 }, () => random.uint32()), [0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e]);
  const first = (seed: number, stream?: number): number => new Pcg32(seed, stream).uint32();
  assert.equal(new Set([first(1), first(2 ** 32 + 1), first(2 ** 52 + 1), first(1, 1), first(1, 2 ** 40)]).size, 5);
});

/** PCG32 in 64-bit arithmetic. */
function* pcgByBigInt(seed: bigint, stream: bigint): Generator<number> {
  const mask = (1n << 64n) - 1n;
  const c = ((stream << 1n) | 1n) & mask;
  const step = (s: bigint): bigint => (s * 6364136223846793005n + c) & mask;
  let state = step((step(0n) + seed) & mask);
  for (;;) {
    const word = Number((((state >> 18n) ^ state) >> 27n) & 0xffffffffn);
    const turn = Number(state >> 59n);
    state = step(state);
    yield ((word >>> turn) | (word << (-turn & 31))) >>> 0;
  }
}

test("PCG32 equals 64-bit arithmetic; draws below n and in [0, 1) are even", () => {
  for (const [seed, stream] of [[0, 0], [7, 3], [2 ** 53 - 1, 2 ** 53 - 1], [123456789012345, 987654321]] as const) {
    const random = new Pcg32(seed, stream);
    const oracle = pcgByBigInt(BigInt(seed), BigInt(stream));
    for (let i = 0; i < 2000; i++) assert.equal(random.uint32(), oracle.next().value);
  }
  const random = new Pcg32(5);
  const counts = new Array<number>(6).fill(0);
  let sum = 0;
  for (let i = 0; i < 60_000; i++) {
    const n = random.below(6);
    counts[n] = (counts[n] as number) + 1;
    const u = random.unit();
    assert.ok(u >= 0 && u < 1);
    sum += u;
  }
  for (const count of counts) assert.ok(Math.abs(count - 10_000) <= 500, String(counts));
  assert.ok(Math.abs(sum / 60_000 - 0.5) <= 0.006);
  const order = Int32Array.from({ length: 100 }, (_, i) => i);
  random.shuffle(order);
  assert.notDeepEqual([...order], [...order].sort((a, b) => a - b));
  assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: 100 }, (_, i) => i));
});

interface One {
  inputs: number[];
  targets: number[];
}

/** The sequences of both parts one by one. */
function each(data: TaskDataset): One[] {
  const width = "features" in data.input ? data.input.features : 1;
  const targetWidth = "labels" in data.output ? data.output.labels : 1;
  const parts = [data.train, data.validation].filter((part): part is Sequences => part !== undefined);
  return parts.flatMap((part) => {
    let at = 0;
    return Array.from(part.lengths, (length, n) => {
      const from = at;
      at += length;
      const targets = data.perStep ? part.targets.slice(from * targetWidth, at * targetWidth) : part.targets.slice(n, n + 1);
      return { inputs: [...part.inputs.slice(from * width, at * width)], targets: [...targets] };
    });
  });
}

test("copy: layout, targets, chance", async () => {
  const data = await tasks.copyTask({ lag: 5, length: 3, alphabet: 4, sequences: 200, seed: 1 });
  assert.deepEqual([data.input, data.output], [{ tokens: 6 }, { classes: 5 }]);
  assert.deepEqual(data.symbols, ["0", "1", "2", "3", "blank", "go"]);
  assert.deepEqual([data.train.lengths.length, data.validation?.lengths.length], [180, 20]);
  const seen = new Set<number>();
  for (const { inputs, targets } of each(data)) {
    assert.equal(inputs.length, 11);
    const copied = inputs.slice(0, 3);
    copied.forEach((id) => seen.add(id));
    assert.deepEqual(inputs.slice(3), [4, 4, 4, 4, 5, 4, 4, 4]);
    assert.deepEqual(targets, [...Array(8).fill(4), ...copied]);
  }
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3]);
  const { chance } = await tasks.copyTask({ lag: 100, sequences: 2 });
  assert.ok(Math.abs(chance.loss - (10 * Math.log(8)) / 120) <= 1e-12);
  assert.ok(Math.abs(chance.accuracy - (110 + 10 / 8) / 120) <= 1e-12);
});

test("adding: markers as in the paper, targets recomputed, chance measured", async () => {
  const lag = 30;
  const data = await tasks.addingTask({ lag, sequences: 20_000, seed: 2 });
  assert.deepEqual([data.input, data.output, data.perStep], [{ features: 2 }, { values: 1 }, false]);
  const lengths = new Set<number>();
  let squares = 0;
  let near = 0;
  let zeroed = 0;
  let furthest = 0;
  for (const { inputs, targets } of each(data)) {
    const T = inputs.length / 2;
    lengths.add(T);
    const value = (t: number): number => inputs[2 * t] as number;
    const marker = (t: number): number => inputs[2 * t + 1] as number;
    const steps = Array.from({ length: T }, (_, t) => t);
    const marked = steps.filter((t) => marker(t) === 1);
    assert.equal(marked.length, 2);
    assert.ok(marked.some((t) => t < 10) && marked.every((t) => t < lag / 2), String(marked));
    for (const t of steps) {
      assert.ok(value(t) >= -1 && value(t) <= 1);
      if (!marked.includes(t)) assert.equal(marker(t), t === 0 || t === T - 1 ? -1 : 0);
    }
    if (marked[0] === 0) {
      assert.equal(value(0), 0);
      zeroed++;
    }
    furthest = Math.max(furthest, marked[1] as number);
    const target = 0.5 + marked.reduce((sum, t) => sum + value(t), 0) / 4;
    assert.ok(Math.abs((targets[0] as number) - target) <= 1e-7);
    squares += (target - 0.5) ** 2;
    if (Math.abs(target - 0.5) < 0.04) near++;
  }
  assert.deepEqual([...lengths].sort(), [30, 31, 32, 33]);
  assert.equal(furthest, lag / 2 - 1);
  assert.ok(Math.abs(zeroed / 20_000 - (0.1 + 0.9 / 14)) <= 0.01, String(zeroed));
  assert.ok(Math.abs(squares / 20_000 - data.chance.loss) <= 0.02 * data.chance.loss, `${squares / 20_000} ${data.chance.loss}`);
  assert.ok(Math.abs(near / 20_000 - data.chance.accuracy) <= 0.01, `${near / 20_000} ${data.chance.accuracy}`);
});

test("parity: at the end and after every bit", async () => {
  for (const perStep of [false, true]) {
    const data = await tasks.parityTask({ length: 9, shortest: 4, perStep, sequences: 400 });
    const lengths = new Set<number>();
    let odd = 0;
    for (const { inputs, targets } of each(data)) {
      lengths.add(inputs.length);
      const parities = inputs.map((_, t) => inputs.slice(0, t + 1).reduce((sum, bit) => sum + bit, 0) % 2);
      assert.deepEqual(targets, perStep ? parities : parities.slice(-1));
      odd += parities.at(-1) as number;
    }
    assert.deepEqual([...lengths].sort(), [4, 5, 6, 7, 8, 9]);
    assert.ok(odd > 140 && odd < 260, String(odd));
  }
});

// The grammar again, its states by name.
const GRAPH: Record<string, Record<string, string>> = {
  start: { B: "in" },
  in: { T: "upper", P: "lower" },
  upper: { S: "upper", X: "upperOut" },
  lower: { T: "lower", V: "lowerOut" },
  upperOut: { X: "lower", S: "end" },
  lowerOut: { P: "upperOut", V: "end" },
  end: { E: "accept" },
};

/** Letters that may follow a beginning, or undefined when no string begins so. */
function follows(beginning: string): string[] | undefined {
  let state = "start";
  for (const letter of beginning) {
    const next = GRAPH[state]?.[letter];
    if (next === undefined) return undefined;
    state = next;
  }
  return state === "accept" ? [] : Object.keys(GRAPH[state] as object);
}

function followsEmbedded(beginning: string): string[] | undefined {
  if (beginning === "") return ["B"];
  if (beginning[0] !== "B") return undefined;
  if (beginning.length === 1) return ["T", "P"];
  const side = beginning[1] as string;
  if (side !== "T" && side !== "P") return undefined;
  const inner = beginning.slice(2);
  const within = follows(inner);
  if (within && within.length > 0) return within;
  for (const [tail, next] of [["", [side]], [side, ["E"]], [`${side}E`, []]] as const) {
    const middle = inner.slice(0, inner.length - tail.length);
    if (inner.endsWith(tail) && follows(middle)?.length === 0) return [...next];
  }
  return undefined;
}

const grammars = [["Reber", tasks.reberGrammar, follows, 1], ["embedded Reber", tasks.embeddedReber, followsEmbedded, 2]] as const;

for (const [name, make, allowed, ends] of grammars) {
  test(`${name}: every string is accepted, and targets are the letters that may follow`, async () => {
    const permitted = await make({ sequences: 500, seed: 9 });
    const next = await make({ sequences: 500, seed: 9, target: "next" });
    const letters = permitted.symbols;
    const strings = new Set<string>();
    let nats = 0;
    let steps = 0;
    const following = each(next);
    each(permitted).forEach(({ inputs, targets }, n) => {
      const text = inputs.map((id) => letters[id]).join("");
      const { inputs: same, targets: after } = following[n] as One;
      assert.deepEqual(same, inputs);
      inputs.forEach((_, t) => {
        const may = allowed(text.slice(0, t + 1));
        assert.ok(may && may.length > 0, `${text} at ${t}`);
        const row = targets.slice(t * 7, (t + 1) * 7);
        assert.deepEqual(letters.filter((_, o) => row[o] === 1).sort(), [...may].sort(), `${text} after ${t}`);
        assert.ok(row.every((bit) => bit === 0 || bit === 1));
        assert.ok(may.includes(letters[after[t] as number] as string));
        if (t + 1 < inputs.length) assert.equal(after[t], inputs[t + 1]);
        nats += Math.log(may.length);
        steps++;
      });
      const whole = text + letters[after.at(-1) as number];
      assert.deepEqual(allowed(whole), [], whole);
      assert.equal(whole.split("E").length - 1, ends);
      strings.add(whole);
    });
    assert.ok(strings.size > 60, String(strings.size));
    assert.ok(Math.abs(next.floor - nats / steps) <= 1e-12);
    assert.equal(permitted.floor, 0);
    assert.deepEqual([next.chance.loss, permitted.chance.loss], [Math.log(7), Math.LN2]);
  });
}

test("the automaton of this test refuses what is no Reber string", () => {
  for (const text of ["BTXSE", "BPVVE", "BTSSXXTVVE", "BPTVPSE"]) assert.deepEqual(follows(text), [], text);
  for (const text of ["BTXSEE", "TXS", "BTPS", "BPVXE", "BTXXSE"]) assert.equal(follows(text), undefined, text);
  for (const text of ["BTBTXSETE", "BPBPVVEPE"]) assert.deepEqual(followsEmbedded(text), [], text);
  for (const text of ["BTBTXSEPE", "BXB", "BPBPVVET"]) assert.equal(followsEmbedded(text), undefined, text);
});

test("the same seed gives the same sequences, on any machine; another gives others", async () => {
  const makers: ((seed: number) => Promise<TaskDataset>)[] = [
    (seed) => tasks.copyTask({ lag: 3, sequences: 50, seed }),
    (seed) => tasks.addingTask({ lag: 22, sequences: 50, seed }),
    (seed) => tasks.parityTask({ length: 20, sequences: 50, seed }),
    (seed) => tasks.reberGrammar({ sequences: 50, seed }),
    (seed) => tasks.embeddedReber({ sequences: 50, seed }),
  ];
  for (const make of makers) {
    assert.deepEqual(each(await make(7)), each(await make(7)));
    assert.notDeepEqual(each(await make(7)), each(await make(8)));
  }
  // By hand from the generator in 64-bit arithmetic: seed 0, the stream of the task.
  const words = (stream: bigint): number[] => {
    const oracle = pcgByBigInt(0n, stream);
    return Array.from({ length: 20 }, () => oracle.next().value as number);
  };
  const copy = await tasks.copyTask({ lag: 1, sequences: 2, validation: 0, seed: 0 });
  assert.deepEqual([...copy.train.inputs.slice(0, 10)], words(1n).slice(0, 10).map((word) => word % 8));
  const adding = await tasks.addingTask({ lag: 22, sequences: 2, validation: 0, seed: 0 });
  const drawn = words(2n);
  assert.deepEqual([...adding.train.lengths], drawn.slice(0, 2).map((word) => 22 + (word % 3)));
  // Two lengths, two words for the value of step 0, two for that of step 1.
  const unit = (((drawn[4] as number) >>> 5) * 2 ** 26 + ((drawn[5] as number) >>> 6)) / 2 ** 53;
  assert.equal(adding.train.inputs[2], Math.fround(2 * unit - 1));
});

test("what is refused", async () => {
  const no = (make: () => Promise<unknown>, code: string, message: RegExp): Promise<void> => assert.rejects(make, { name: "UnfoldError", code, message });
  await no(() => tasks.copyTask({} as never), "CONFIG", /copyTask: lag is nothing/);
  await no(() => tasks.copyTask({ lag: 0 }), "RANGE", /lag is 0/);
  await no(() => tasks.copyTask({ lag: 1, alphabet: 1 }), "RANGE", /alphabet is 1/);
  await no(() => tasks.copyTask({ lag: 1, lenght: 3 } as never), "CONFIG", /"lenght" is not an option; did you mean "length"/);
  await no(() => tasks.addingTask({ lag: 21 }), "RANGE", /addingTask: lag is 21; a whole number, 22/);
  await no(() => tasks.parityTask({ length: 3, shortest: 4 }), "RANGE", /shortest is 4; 1 … 3/);
  await no(() => tasks.parityTask({ length: 3, perStep: 1 } as never), "CONFIG", /perStep is the number 1/);
  await no(() => tasks.reberGrammar({ target: "nxt" as never }), "CONFIG", /did you mean "next"/);
  await no(() => tasks.reberGrammar({ sequences: 1 }), "RANGE", /sequences is 1/);
  await no(() => tasks.reberGrammar({ seed: 0.5 }), "RANGE", /seed is 0\.5/);
  await no(() => tasks.embeddedReber({ validation: 1 }), "RANGE", /validation is 1/);
});
