import assert from "node:assert/strict";
import { test } from "node:test";
import { LossTrack, bitsPerNat } from "../src/loss-track.js";

function fed(steps: number, limit: number): LossTrack {
  const track = new LossTrack(limit);
  for (let step = 1; step <= steps; step++) track.add(step, 100 / step, step % 25 === 0 ? 200 / step : undefined);
  return track;
}

test("a run of any length fits, its steps ascend and end with the latest", () => {
  for (const steps of [1, 7, 8, 9, 100, 1001, 12_345]) {
    const track = fed(steps, 8);
    const [x, training, heldOut] = track.columns();
    assert.ok(x.length <= 8 && x.length >= Math.min(steps, 4), `${steps} steps in ${x.length} points`);
    assert.equal(training.length, x.length);
    assert.equal(heldOut.length, x.length);
    assert.equal(x.at(-1), steps);
    for (let i = 1; i < x.length; i++) assert.ok((x[i] as number) > (x[i - 1] as number));
  }
});

test("points stand for equally many steps", () => {
  const [x] = fed(1000, 8).columns();
  const strides = x.slice(0, -1).map((step, i) => step - (i === 0 ? 0 : (x[i - 1] as number)));
  assert.deepEqual([...new Set(strides)], [128]);
});

test("held-out losses outlive the joining of points, in bits", () => {
  const [x, , heldOut] = fed(1000, 8).columns();
  assert.deepEqual(x.slice(0, 2), [128, 256]);
  assert.equal(heldOut[0], (200 / 125) * bitsPerNat);
  assert.equal(heldOut[1], (200 / 250) * bitsPerNat);
  assert.equal(fed(1000, 8).heldOut, 0.2);
});

test("the training loss is a running mean between the extremes", () => {
  const track = new LossTrack();
  track.add(1, 4);
  assert.equal(track.smoothed, 4);
  for (let step = 2; step <= 500; step++) track.add(step, 2);
  assert.ok(Math.abs(track.smoothed - 2) < 1e-6, `${track.smoothed}`);
});

test("what came after the weights that training goes on from is undone", () => {
  const track = fed(100, 600);
  track.add(51, 3);
  const [x] = track.columns();
  assert.equal(x.at(-1), 51);
  assert.equal(x.length, 51);
});

test("nothing measured is nothing shown", () => {
  const track = new LossTrack();
  assert.deepEqual(track.columns(), [[], [], []]);
  assert.ok(Number.isNaN(track.smoothed) && Number.isNaN(track.heldOut));
});
