import { html, type TemplateResult } from "lit";
import { visible } from "./example.js";
import { figure } from "./figure.js";
import type { Flows } from "./flows.js";
import type { Update } from "./hello.js";
import { type Layer, symbolOf } from "./net.js";
import { norm, type Scene } from "./scene.js";
import { gathered } from "./shares.js";
import type { Window } from "./wave.js";

type Say = (key: string, values?: Record<string, string | number>) => string;

// Nodes of more units are told by their lengths.
const most = 8;

/** Every node of the columns: its numbers, or of many their lengths. */
export function nodeTable(scene: Scene, flows: Flows, layer: Layer, { from, count }: Window, say: Say): TemplateResult {
  const steps = Array.from({ length: count }, (_, i) => from + i);
  const cell = (node: string, t: number): string => {
    if (!scene.has(node, t)) return "";
    const token = node === "x" || node === "y" ? scene.token(node, t) : undefined;
    if (token !== undefined) return visible((node === "x" ? scene.example.inputNames : scene.example.outputNames)[token] ?? String(token));
    const [values, gradient] = [scene.values(node, t), scene.gradient(node, t)];
    const text = (list: ArrayLike<number>): string => (list.length <= most ? Array.from(list, (value) => figure(value)).join(", ") : `‖·‖ ${figure(norm(list))}`);
    return gradient === undefined ? text(values) : `${text(values)}; ${say("gradient")} ${text(gradient)}`;
  };
  return html`<div class="scroll"><table>
    <tr><th>t</th>${steps.map((t) => html`<th>${t + 1}</th>`)}</tr>
    ${scene.nodes.map((node) => html`<tr><th>${symbolOf(scene.net, node)}</th>${steps.map((t) => html`<td>${cell(node, t)}</td>`)}</tr>`)}
    ${gathered.map((kind) => html`<tr><th>${say("shares")}: ${kind}</th>${steps.map((t) => html`<td>${figure(flows.gathered(kind, layer)?.[t] ?? NaN, 2)}</td>`)}</tr>`)}
  </table></div>`;
}

/** Every weight of a small network, its gradient, and what the last step made of it. */
export function updateTable(updates: readonly Update[], say: Say): TemplateResult {
  return html`<div class="scroll"><table class="updates">
    <tr><th>${say("weight")}</th><th>${say("was")}</th><th>${say("gradient")}</th><th>${say("is")}</th></tr>
    ${updates.flatMap(({ name, shape, before, gradient, after }) =>
      Array.from({ length: after.length }, (_, i) => {
        const columns = shape[1] ?? 1;
        const index = shape.length > 1 ? `${Math.floor(i / columns) + 1},${(i % columns) + 1}` : String(i + 1);
        return html`<tr data-weight=${name} data-index=${i}><th>${name} [${index}]</th><td>${figure(before[i] ?? NaN, 4)}</td><td>${figure(gradient[i] ?? NaN, 4)}</td><td>${figure(after[i] ?? NaN, 4)}</td></tr>`;
      }),
    )}
  </table></div>`;
}
