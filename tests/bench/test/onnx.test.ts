/** The ONNX model that the bench writes computes what Unfold computes, from the same weights. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createModel } from "unfold-rnn";
import { oneHot, randomIds } from "../examples.js";
import { lstmModel } from "../peers/onnx.js";
import { floats, openSession } from "../peers/onnxruntime.js";
import { encode, message } from "../peers/protobuf.js";

test("protocol buffers: numbers in groups of seven bits, text, messages, lists", () => {
  const bytes = encode(message([1, 300], [2, "ab"], [3, message([1, 1])], [4, [1, 2]], [5, undefined], [20, Uint8Array.of(9)]));
  assert.deepEqual([...bytes], [0x08, 0xac, 0x02, 0x12, 2, 97, 98, 0x1a, 2, 0x08, 1, 0x20, 1, 0x20, 2, 0xa2, 0x01, 1, 9]);
  assert.throws(() => encode(message([1, -1])), /whole number/);
});

test("onnxruntime-web's outputs and states are Unfold's within 1e-4, and a carried state goes on", async () => {
  const [V, H, B, T] = [11, 13, 3, 7];
  const model = await createModel({ input: { tokens: V }, layers: [{ cell: "lstm", hidden: H }], output: { classes: V }, seed: 5 }, { worker: false });
  const weights = await model.weights();
  const named = (name: string) => weights[name]?.data as Float32Array;
  const session = await openSession(
    lstmModel({
      vocabulary: V, hidden: H,
      weightIH: named("rnn.weight_ih_l0"), weightHH: named("rnn.weight_hh_l0"), biasIH: named("rnn.bias_ih_l0"), biasHH: named("rnn.bias_hh_l0"),
      headWeight: named("head.weight"), headBias: named("head.bias"),
    }),
  );
  const ids = randomIds(B * T, V, 9);
  const timeMajor = ids.map((_, i) => ids[(i % B) * T + Math.floor(i / B)] as number);
  let state: Awaited<ReturnType<typeof model.forward>>["state"] | undefined;
  let [h, c] = [floats(new Float32Array(B * H), [1, B, H]), floats(new Float32Array(B * H), [1, B, H])];
  for (const _ of [1, 2]) {
    const ours = await model.forward({ inputs: ids, shape: [B, T], ...(state && { state }) });
    const theirs = await session.run({ x: floats(oneHot(timeMajor, V), [T, B, V]), h, c });
    const y = theirs["y"]?.data as Float32Array;
    assert.equal(y.length, B * T * V);
    for (let i = 0; i < y.length; i++) {
      const [t, b, v] = [Math.floor(i / (B * V)), Math.floor(i / V) % B, i % V];
      assert.ok(Math.abs((y[i] as number) - (ours.outputs.data[(b * T + t) * V + v] as number)) <= 1e-4, `y[${t} ${b} ${v}] is ${y[i]}`);
    }
    for (const [name, tensor] of [["h_l0", theirs["hN"]], ["c_l0", theirs["cN"]]] as const) {
      (tensor?.data as Float32Array).forEach((value, i) => assert.ok(Math.abs(value - (ours.state[name]?.data[i] as number)) <= 1e-4, name));
    }
    state = ours.state;
    [h, c] = [theirs["hN"] as typeof h, theirs["cN"] as typeof c];
  }
  await session.release();
  await model.dispose();
});
