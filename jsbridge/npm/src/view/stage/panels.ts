import { html, nothing, svg, type TemplateResult } from "lit";
import "../equations.js";
import type { Lit } from "../equations-figures.js";
import type { Values } from "../language.js";
import { barHeight, bars, mostPaid } from "./bars.js";
import { detail } from "./detail.js";
import { drawing, type Kind, type Place } from "./drawing.js";
import { figure } from "./figure.js";
import { formulasOf } from "./formula.js";
import type { Update } from "./hello.js";
import type { Arranged } from "./picture.js";
import { gathered } from "./shares.js";
import type { Stage } from "./stage.js";
import { nodeTable, updateTable } from "./tables.js";

/** What the panels show beside the picture, and whom they tell. */
export interface Shown {
  readonly place: Place | undefined;
  readonly kind: Kind | undefined;
  readonly updates: readonly Update[];
  say(key: string, values?: Values): string;
  pick(unit: number): void;
  light(kind: Kind): void;
  point(event: MouseEvent): void;
  leave(): void;
  key(event: KeyboardEvent): void;
  focus(event: FocusEvent): void;
}

/** The graph, the bars below it, the numbers of one node, the equations. */
export function panels({ picture, layer, summary }: Arranged, stage: Stage, shown: Shown): TemplateResult {
  const { layout: { width, height, columns }, scene, open, numbers } = picture;
  const { say, place, kind } = shown;
  const below = open > 0.98 && stage.flows.gathered("c", layer) !== undefined;
  const times = height + 16;
  return html`<div class="stage" part="stage"><div>
      <canvas width="1" height="1" aria-hidden="true"></canvas>
      <svg width=${width} height=${times + 6} role="group" aria-label=${`${say("name")}. ${summary}`} @pointermove=${shown.point} @pointerleave=${shown.leave} @click=${shown.point} @keydown=${shown.key} @focusin=${shown.focus}>
        ${drawing(picture)}
        ${open > 0.98 ? columns.map((x, i) => svg`<text class="time" x=${x} y=${times}>t = ${stage.window.from + i + 1}</text>`) : nothing}
      </svg>
      ${below ? html`<div class="gathered" part="bars" role="group" aria-label=${say("shares")}>
        <div class="names">${gathered.map((name) => html`<button data-kind=${name} aria-pressed=${kind === name} aria-label=${say("kindName", { kind: name })} @click=${() => shown.light(name)}>${name}</button>`)}</div>
        <svg class="bars" width=${width} height=${gathered.length * barHeight} role="img" aria-label=${mostPaid(stage.flows, layer).map((one) => say("shareOf", { kind: one.kind, t: one.t + 1, share: figure(100 * one.share, 0) })).join("; ")}>${bars(picture, stage.flows, layer, (name, t, share) => say("shareOf", { kind: name, t: t + 1, share: figure(100 * share, 0) }))}</svg>
      </div>` : nothing}
    </div></div>
    <p class="note">${say(numbers ? "legendNumbers" : "legend")} ${below ? say("sharesNote") : nothing} ${scene.net.pattern === "output" && !scene.freeRunning ? say("freeNote") : nothing}</p>
    ${place === undefined || !scene.has(place.node, place.t) ? html`<p class="detail note" part="detail">${say("pick")}</p>` : detail(scene, stage.algebra, place, { forward: picture.reached("forward", place.node, place.t), backward: picture.reached("backward", place.node, place.t) }, say, shown.pick)}
    <unfold-equations .net=${scene.net} .freeRunning=${scene.freeRunning} .lit=${litBy(stage, place, kind)}></unfold-equations>
    ${shown.updates.length > 0 ? html`<details class="data"><summary>${say("weights")}</summary>${updateTable(shown.updates, say)}</details>` : nothing}
    <details class="data"><summary>${say("table")}</summary>${nodeTable(scene, stage.flows, layer, stage.window, say)}</details>`;
}

/** What of the equations is meant by a node, and by weights of a kind. */
function litBy({ algebra }: Stage, place: Place | undefined, kind: Kind | undefined): Lit {
  const formulas = algebra === undefined || place === undefined ? [] : formulasOf(algebra, place.node, place.t, place.unit);
  return { equations: new Set([...formulas.map(({ equation }) => equation), ...(kind === undefined ? [] : [`d${kind}`])]), term: kind };
}
