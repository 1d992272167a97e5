import assert from "node:assert/strict";
import { test } from "node:test";
import { type DataId, dataIds, offers, settingsFor, usualLag } from "../src/data/catalogue.js";
import { packText, textDigest, unpackText } from "../src/url/packing.js";
import { type PageState, parseState, writeState } from "../src/url/state.js";

const usual = (data: DataId): PageState => ({ data, lag: usualLag(data), settings: settingsFor(data), hide: [] });

test("a state is read as it was written, and what is usual is left out", () => {
  for (const data of dataIds) {
    assert.equal(writeState(usual(data)), `#v=1&data=${data}`);
    assert.deepEqual(parseState(`#v=1&data=${data}`).state, usual(data));
  }
  const state: PageState = {
    data: "adding", lag: 60, settings: { ...settingsFor("adding"), cell: "gru", hidden: 33, learningRate: 0.1 + 0.2, clipNorm: 0, radius: 1.25, bidirectional: true, seed: Number.MAX_SAFE_INTEGER },
    step: 1200, panel: "memory", hide: ["data", "check"], lesson: "vanishing", lang: "zh",
  };
  const { state: again, bad, said } = parseState(writeState(state));
  assert.deepEqual([again, bad, said], [state, [], true]);
});

test("unknown keys are passed over; what cannot be is named, and the usual taken", () => {
  const { state, bad } = parseState("#v=9&x=1&data=adding&lag=1e9&h=0&cell=%3Cscript%3E&lr=NaN&b=3.5&T=&hide=..%2F&seed=-1&step=1e99&lang=fr&text=%00&lesson=none");
  assert.deepEqual(state, usual("adding"));
  assert.deepEqual(bad.map(({ key }) => key).sort(), ["T", "b", "cell", "h", "hide", "lag", "lang", "lesson", "lr", "seed", "step", "text"]);
  assert.match(bad.find(({ key }) => key === "h")?.wanted ?? "", /1 … 1024/);
  assert.ok(parseState(`#h=${"9".repeat(5000)}`).bad.every(({ value }) => value.length <= 41));
  for (const fragment of ["", "#", "#&&=", "#%E0%A4%A", `#data=${"x".repeat(100_000)}`]) assert.deepEqual(parseState(fragment).state, usual("austen"));
});

test("an address that says nothing of the network says so", () => {
  assert.equal(parseState("#lang=zh&panel=loss").said, false);
  assert.equal(parseState("#h=4").said, true);
});

test("every lag lies in its range, and settings differ from the defaults only where they must", () => {
  for (const data of dataIds) {
    const { lag } = offers[data];
    if (lag !== undefined) assert.ok(lag[0] <= lag[2] && lag[2] <= lag[1], data);
    assert.deepEqual(parseState(writeState(usual(data))).bad, [], data);
  }
});

test("a text goes into a link and comes out; a long one, a broken one and a bomb do not", async () => {
  const text = "床前明月光 🙂\n".repeat(300);
  const packed = await packText(text);
  assert.match(packed ?? "", /^[\w-]+$/);
  assert.equal(await unpackText(packed ?? ""), text);
  const random = Array.from({ length: 20_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * i * 7919) % 20_000))).join("");
  assert.equal(await packText(random), undefined);
  for (const broken of ["", "AAAA", packed?.slice(0, 20) ?? "", "!!!"]) assert.equal(await unpackText(broken), undefined, broken);
  assert.equal(await unpackText((await packText("a".repeat(5 << 20))) ?? ""), undefined);
  assert.equal(await textDigest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
