import { html, nothing, type TemplateResult } from "lit";
import type { Detector } from "./detectors.js";
import type { Find } from "./detectors-correlation.js";
import { levels } from "./heatmap-figures.js";
import type { Match, Span } from "./heatmap-match.js";
import type { Survey } from "./heatmap-survey.js";
import { visible } from "./samples-figures.js";
import type { Host } from "./samples-host.js";

const shown = 10;
const matches = 6;
const around = 14;
// A correlation under it says little: chance alone gives 0.1, and characters that follow each other more.
const telling = 0.3;

const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;

export function nameOf({ name, character }: Detector, host: Host): string {
  return name === "is" ? host.say("is", { character: visible(character ?? "") }) : host.say(name);
}

const detectorOf = ({ detectors }: Survey, { detector }: Find): Detector => detectors[detector] as Detector;

/** What the colours stand for. */
export function colourScale(scale: number, host: Host): TemplateResult {
  const steps = Array.from({ length: 2 * levels + 1 }, (_, i) => i - levels).filter((n) => n % 2 === 0);
  return html`<div class="scale"><span>${host.say("legend")}</span><span>${host.number(-scale, two)}</span>
    <span class="steps" aria-hidden="true">${steps.map((n) => html`<span class=${`v${n}`}>a</span>`)}</span><span>${host.number(scale, two)}</span><span>${host.say("legendPos")}</span></div>`;
}

/** One unit's value at every token, as a table. */
export function valuesTable(marks: readonly string[], values: Float32Array, unit: number, host: Host): TemplateResult {
  return html`<table><thead><tr><th>${host.say("token")}</th><th>${host.say("unit")} ${unit}</th></tr></thead>
    <tbody>${marks.map((mark, n) => html`<tr><td>${visible(mark)}</td><td>${host.number(values[n] ?? NaN, two)}</td></tr>`)}</tbody></table>`;
}

/** What a unit goes with best, in words. */
export function bestOf(found: Survey | undefined, unit: number, host: Host): string {
  const find = found?.units.find((one) => one.unit === unit);
  if (found === undefined || find === undefined) return "";
  return host.say("best", { detector: nameOf(detectorOf(found, find), host), r: host.number(find.r, two) });
}

/** The units that stand out most, each a button that chooses it. */
export function findsList(found: Survey, unit: number, host: Host, choose: (unit: number) => void): TemplateResult {
  const { step, marks, detectors } = found;
  const strong = found.units.filter(({ r }) => Math.abs(r) >= telling).slice(0, shown);
  return html`<p class="note">${host.say("findsNote", { count: detectors.length, tokens: marks.length, step })}</p>
    ${strong.length === 0 ? html`<p class="note">${host.say("weak")}</p>` : nothing}
    <ol class="finds" part="finds">${strong.map((find) => html`<li><button aria-pressed=${find.unit === unit} @click=${() => choose(find.unit)}
      >${host.say("find", { unit: find.unit, detector: nameOf(detectorOf(found, find), host), r: host.number(find.r, two) })}</button></li>`)}</ol>`;
}

/** Every unit or every detector, as a table. */
export function findsTable(found: Survey, finds: readonly Find[], host: Host, choose: (unit: number) => void): TemplateResult {
  return html`<table><thead><tr><th>${host.say("unit")}</th><th>${host.say("detector")}</th><th>r</th></tr></thead>
    <tbody>${finds.map((find) => html`<tr><td><button @click=${() => choose(find.unit)}>${find.unit}</button></td><td>${nameOf(detectorOf(found, find), host)}</td>
      <td>${host.number(find.r, two)}</td></tr>`)}</tbody></table>`;
}

/** The best matches, each with what stands around it. */
export function matchList({ marks, lengths }: Survey, found: readonly Match[], host: Host): TemplateResult {
  if (found.length === 0) return html`<p class="note">${host.say("noMatch", { tokens: marks.length })}</p>`;
  return html`<ol class="matches" part="matches">${found.slice(0, matches).map((match) => {
    const stretch = stretchAround(lengths, match);
    const text = (from: number, to: number): string => marks.slice(Math.max(stretch.from, from), Math.min(stretch.to, to)).join("").replace(/\n/g, "↵");
    return html`<li><span class="piece">${text(match.from - around, match.from)}<b>${text(match.from, match.to)}</b>${text(match.to, match.to + around)}</span>
      <span class="note">${host.say("matched", { share: host.number(match.score, { style: "percent" }) })}</span></li>`;
  })}</ol>`;
}

/** The stretch that a span lies in. */
function stretchAround(lengths: readonly number[], span: Span): Span {
  let from = 0;
  for (const length of lengths) {
    if (span.from < from + length) return { from, to: from + length };
    from += length;
  }
  return { from: 0, to: from };
}
