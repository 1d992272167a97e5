import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { lessons } from "../src/lessons/all.js";
import { lessonIds } from "../src/lessons/ids.js";
import { parseState } from "../src/url/state.js";

const html = readFileSync(new URL("../index.html", import.meta.url), "utf8");
const marks = (text: string): string[] => [...text.matchAll(/\[[^\]]+\]\((\w+)\)/g)].map(([, name]) => name as string).sort();

for (const id of lessonIds) {
  test(`${id}: both languages move the same figures, and its network can be`, () => {
    const { prose, acts, question, state, panels, title } = lessons[id];
    const { bad, state: parsed } = parseState(`#${state}`);
    assert.deepEqual(bad, []);
    assert.ok(parsed.settings.hidden <= 64, "a lesson begins at once");
    assert.deepEqual(prose.flatMap(([en]) => marks(en)).sort(), Object.keys(acts).sort(), "every act has its words");
    for (const [en, zh] of [...prose, title, question.ask, question.reveal, ...question.options]) {
      assert.deepEqual(marks(zh), marks(en));
      assert.match(zh, /[一-鿿]/);
      assert.doesNotMatch(en, /[一-鿿]/);
    }
    assert.ok(question.right in question.options);
    for (const panel of panels) assert.ok(html.includes(`data-panel="${panel}"`), panel);
    assert.ok(html.includes(`href="#lesson=${id}"`));
  });
}
