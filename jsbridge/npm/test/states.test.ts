import assert from "node:assert/strict";
import { test } from "node:test";
import { sequenceDataset } from "../src/dataset/sequence.js";
import { textDataset } from "../src/dataset/text.js";
import type { Network } from "../src/lab/network.js";
import { align, type Basis, explained, halfWidth, kindOfToken, nearest, project } from "../src/view/states-figures.js";
import { pathsOf, statesOf } from "../src/view/states-paths.js";

const close = (got: ArrayLike<number>, want: readonly number[]): void => {
  assert.equal(got.length, want.length);
  want.forEach((value, i) => assert.ok(Math.abs((got[i] as number) - value) < 1e-12, `[${i}] is ${got[i]}, want ${value}`));
};

/** Two directions at right angles in four dimensions. */
const before: Basis = { mean: Float64Array.of(1, 2, 3, 4), directions: Float64Array.of(0.6, 0.8, 0, 0, 0, 0, 0.28, -0.96) };

/** The same plane's directions, turned by an angle; mirrored first. */
function turned(angle: number, mirrored: boolean): Basis {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const d = before.directions;
  const directions = new Float64Array(8);
  for (let h = 0; h < 4; h++) {
    const [x, y] = [d[h] as number, (mirrored ? -1 : 1) * (d[4 + h] as number)];
    directions[h] = cos * x - sin * y;
    directions[4 + h] = sin * x + cos * y;
  }
  return { mean: before.mean, directions };
}

test("states: a plane that was turned or mirrored comes back as it was", () => {
  for (const mirrored of [false, true]) {
    for (const angle of [0, 0.3, 1.6, Math.PI, -2.5]) close(align(turned(angle, mirrored), before).directions, [...before.directions]);
  }
});

test("states: a plane that tilted stays in its own, nearest to the one before, at right angles", () => {
  const fresh: Basis = { mean: before.mean, directions: Float64Array.of(0, 0, 1, 0, -0.8, -0.6, 0, 0) };
  const { directions } = align(fresh, before);
  const dot = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number): number => Array.from({ length: 4 }, (_, h) => (a[i * 4 + h] as number) * (b[j * 4 + h] as number)).reduce((sum, x) => sum + x);
  close([dot(directions, 0, directions, 0), dot(directions, 1, directions, 1), dot(directions, 0, directions, 1)], [1, 1, 0]);
  close([directions[3] as number, directions[7] as number], [0, 0]); // nothing of what the fresh plane has nothing of
  const fit = dot(before.directions, 0, directions, 0) + dot(before.directions, 1, directions, 1);
  for (let angle = 0; angle < 6.3; angle += 0.1) {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    for (const sign of [1, -1]) {
      const other = Float64Array.from({ length: 8 }, (_, i) => {
        const [x, y] = [fresh.directions[i % 4] as number, sign * (fresh.directions[4 + (i % 4)] as number)];
        return i < 4 ? cos * x - sin * y : sin * x + cos * y;
      });
      assert.ok(dot(before.directions, 0, other, 0) + dot(before.directions, 1, other, 1) <= fit + 1e-12);
    }
  }
});

test("states: without a plane before, or one of another size, the fresh one is taken", () => {
  assert.equal(align(before, undefined), before);
  assert.equal(align(before, { mean: Float64Array.of(0, 0), directions: Float64Array.of(1, 0, 0, 1) }), before);
});

test("states: projection, and the share of the variance in the plane", () => {
  const basis: Basis = { mean: Float64Array.of(1, 1, 1), directions: Float64Array.of(1, 0, 0, 0, 1, 0) };
  close(project([2, 3, 9, 1, 0, 5], basis), [1, 2, 0, -1]);
  close([explained([3, 0, 0, -3, 0, 0, 0, 0, 1, 0, 0, -1], basis)], [0.9]); // 18 of 20
  assert.ok(Number.isNaN(explained([1, 2, 3, 1, 2, 3], basis)));
});

test("states: the scale stays while the points fit", () => {
  assert.equal(halfWidth([1, -2], undefined), 2.24);
  assert.equal(halfWidth([1, -2], 3), 3);
  assert.equal(halfWidth([1, -4], 3), 4.48);
  assert.equal(halfWidth([0.5, -1], 3), 1.12);
  assert.equal(halfWidth([0], undefined), 1);
});

test("states: the nearest point within reach", () => {
  assert.equal(nearest([0, 0, 1, 1, 5, 5], 1.2, 1, 0.5), 1);
  assert.equal(nearest([0, 0, 1, 1], 3, 3, 0.5), undefined);
});

test("states: kinds of tokens, by their first character", () => {
  assert.deepEqual(["e", "É", "b", "the", "漢", "7", " ", "\n", ",", ""].map(kindOfToken), ["vowel", "vowel", "consonant", "consonant", "letter", "digit", "space", "space", "mark", "space"]);
});

const network = (data: unknown): Network => ({ subject: { data } }) as Network;

test("states: of text one path, of classes some sequences of each, and their valid states alone", async () => {
  const text = pathsOf(network(await textDataset("ab cab ca", { unit: "char", validation: 0 })), undefined, 0);
  assert.deepEqual([text?.paths.length, text?.paths[0]?.labels.join(""), text?.by, text?.paths[0]?.groups.slice(0, 3)], [1, "ab cab c", "tokens", [0, 1, 4]]);
  const examples = [["a", "x"], ["bb", "y"], ["ccc", "y"]].map(([input, target]) => ({ input, target })) as { input: string; target: string }[];
  const classes = pathsOf(network(await sequenceDataset(examples, { unit: "char", validation: 0 })), undefined, 0);
  assert.deepEqual([classes?.legend, classes?.paths.map(({ labels, groups }) => [labels.join(""), groups[0]])], [["y", "x"], [["bb", 0], ["ccc", 0], ["a", 1]]]);
  const h = { shape: [3, 3, 1], data: Float32Array.of(1, 2, 0, 3, 4, 5, 6, 0, 0) };
  assert.deepEqual([...statesOf(h, classes?.paths ?? [])], [1, 2, 3, 4, 5, 6]);
});
