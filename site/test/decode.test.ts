import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../src/data/decode.js";
import { atMostTwo, head, prepareText } from "../src/data/reading.js";

const bytes = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));

test("UTF-8 comes as it is, its mark dropped and its line ends made one kind", () => {
  assert.deepEqual(decode(bytes([0xef, 0xbb, 0xbf], "白日🙂\r\nnew\rline\n")), { text: "白日🙂\nnew\nline\n", replaced: 0, binary: false });
});

test("a replacement character that was in the file is not counted as a fault", () => {
  assert.deepEqual(decode(bytes("a \u{fffd} b")), { text: "a \u{fffd} b", replaced: 0, binary: false });
});

test("places that are not UTF-8 are replaced and counted", () => {
  const { text, replaced, binary } = decode(bytes("before ", [0xff], " between ", [0xc3], " after"));
  assert.deepEqual({ text, replaced, binary }, { text: "before \u{fffd} between \u{fffd} after", replaced: 2, binary: false });
});

test("UTF-16 is known by its mark, either way round", () => {
  assert.equal(decode(bytes([0xff, 0xfe, 0x7d, 0x76, 0x41, 0x00])).text, "\u{767d}A");
  assert.equal(decode(bytes([0xfe, 0xff, 0x76, 0x7d, 0x00, 0x41])).text, "\u{767d}A");
});

test("what is not text is called binary: NUL, mostly faults, control characters", () => {
  assert.ok(decode(bytes("PNG", [0], "rest")).binary);
  assert.ok(decode(Uint8Array.from({ length: 600 }, (_, i) => 128 + (i % 128))).binary);
  assert.ok(decode(bytes("a", [1, 2, 3, 4], "b")).binary);
  assert.ok(!decode(bytes("tab\tand form\ffeed")).binary);
});

test("an empty file is an empty text", () => {
  assert.deepEqual(decode(bytes()), { text: "", replaced: 0, binary: false });
});

test("a text that is too long is cut between characters", () => {
  assert.deepEqual(prepareText("ab🙂cd", 3), { text: "ab", cut: true });
  assert.deepEqual(prepareText("ab🙂cd", 4), { text: "ab🙂", cut: true });
  assert.deepEqual(prepareText("a\r\nb", 3), { text: "a\nb", cut: false });
  assert.equal(head("🙂", 2), "🙂");
});

test("characters are code points, counted as far as two", () => {
  assert.deepEqual(["", "x", "🙂", "ab", "🙂🙂", "long"].map(atMostTwo), [0, 1, 1, 2, 2, 2]);
});
