import { html, nothing, type TemplateResult } from "lit";
import { math } from "../equations.js";
import type { Algebra } from "./algebra.js";
import type { Place } from "./drawing.js";
import { visible } from "./example.js";
import { figure } from "./figure.js";
import { type Formula, formulasOf } from "./formula.js";
import { symbolOf } from "./net.js";
import { norm, type Scene } from "./scene.js";

type Say = (key: string, values?: Record<string, string | number>) => string;

// More units than this are told in the table alone.
const most = 12;

/** What is known of one node: its units, and the formulas of one of them with the numbers put in. */
export function detail(scene: Scene, algebra: Algebra | undefined, place: Place, come: { forward: number; backward: number }, say: Say, pick: (unit: number) => void): TemplateResult {
  const { node, t, unit } = place;
  const values = scene.values(node, t);
  const gradient = come.backward > 0 ? scene.gradient(node, t) : undefined;
  const name = `${symbolOf(scene.net, node)}(${t + 1})`;
  const formulas = algebra === undefined ? [] : formulasOf(algebra, node, t, unit).filter(({ side }) => unit < come[side]);
  const unitName = names(scene, node)[unit];
  return html`<div class="detail" part="detail">
    <div class="row">
      <strong class="math">${math(name)}</strong>
      ${values.length > 1 ? html`<label>${say("unit")} <input type="number" min="1" max=${values.length} .value=${String(unit + 1)} @change=${(event: Event) => pick(Number((event.target as HTMLInputElement).value) - 1)}></label>` : nothing}
      ${unitName === undefined ? nothing : html`<span class="token">${visible(unitName)}</span>`}
      <span>${say("value")} ${unit < come.forward ? html`<b data-detail="value" data-value=${values[unit] ?? NaN}>${figure(values[unit] ?? NaN, 4)}</b>` : "?"}</span>
      ${gradient === undefined || unit >= come.backward ? nothing : html`<span>${say("gradient")} <b data-detail="gradient" data-value=${gradient[unit] ?? NaN}>${figure(gradient[unit] ?? NaN, 4)}</b></span>`}
      ${values.length > 1 && gradient !== undefined ? html`<span class="note">${say("norms", { value: figure(norm(values)), gradient: figure(norm(gradient ?? [])) })}</span>` : nothing}
    </div>
    ${values.length > 1 && values.length <= most ? vector(scene, node, values, gradient, unit, come, say, pick) : nothing}
    ${formulas.map(formula)}
    ${node === "x" || node === "y" ? html`<p class="note">${say("given")}</p>` : nothing}
    ${scene.net.plain ? nothing : html`<p class="note">${say("noFormula")}</p>`}
  </div>`;
}

const names = (scene: Scene, node: string): readonly string[] => (node === "x" ? scene.example.inputNames : ["o", "p", "y"].includes(node) ? scene.example.outputNames : []);

function vector(scene: Scene, node: string, values: ArrayLike<number>, gradient: ArrayLike<number> | undefined, unit: number, come: { forward: number; backward: number }, say: Say, pick: (unit: number) => void): TemplateResult {
  const cell = (value: number | undefined, k: number): TemplateResult => html`<td class=${k === unit ? "chosen" : ""}>${value === undefined ? "" : figure(value)}</td>`;
  const all = Array.from({ length: values.length }, (_, k) => k);
  const title = (k: number): string => visible(names(scene, node)[k] ?? String(k + 1));
  return html`<div class="scroll"><table class="vector">
    <tr><th></th>${all.map((k) => html`<th><button class=${k === unit ? "flat chosen" : "flat"} @click=${() => pick(k)}>${title(k)}</button></th>`)}</tr>
    <tr><th>${say("value")}</th>${all.map((k) => cell(k < come.forward ? values[k] : undefined, k))}</tr>
    ${gradient === undefined ? nothing : html`<tr><th>${say("gradient")}</th>${all.map((k) => cell(k < come.backward ? gradient[k] : undefined, k))}</tr>`}
  </table></div>`;
}

function formula({ side, equation, left, symbols, pieces, result }: Formula): TemplateResult {
  const numbers = pieces.map((piece, i) => {
    if (typeof piece === "string") return html`${piece}`;
    // A sign right behind another one stands in brackets.
    const before = pieces[i - 1];
    const bracketed = piece.value < 0 && typeof before === "string" && !before.endsWith("(");
    return html`${bracketed ? "(" : nothing}<span class=${piece.value < 0 ? "number neg" : "number pos"}>${figure(piece.value)}</span>${bracketed ? ")" : nothing}`;
  });
  return html`<p class=${`math formula ${side}`} data-equation=${equation}><span>${math(left)} = ${math(symbols)}</span> <span class="numbers">= ${numbers}</span> <span>= <b data-result=${result}>${figure(result, 4)}</b></span></p>`;
}
