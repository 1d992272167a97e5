import { nothing, svg, type SVGTemplateResult } from "lit";
import { visible } from "./example.js";
import { figure } from "./figure.js";
import { type Box, type Edge, type Layout, line } from "./layout.js";
import { symbolOf } from "./net.js";
import type { Scene } from "./scene.js";
import { written } from "./strip.js";
import type { Side } from "./wave.js";

export interface Place {
  readonly node: string;
  /** From 0. */
  readonly t: number;
  readonly unit: number;
}

/** A kind of weights, as the equations name them. */
export type Kind = "U" | "W" | "V" | "b" | "c";

/** All that the picture is made of. */
export interface Picture {
  readonly scene: Scene;
  readonly layout: Layout;
  /** 0 folded … 1 unfolded. */
  readonly open: number;
  /** Every unit with its number. */
  readonly numbers: boolean;
  /** The step that stands in front when folded. */
  readonly front: number;
  readonly reached: (side: Side, node: string, t: number) => number;
  readonly side: Side | undefined;
  /** ‖·‖ along an arrow as a share of the largest; undefined: not known. */
  readonly flow: (edge: Edge, side: Side) => number | undefined;
  readonly selected: Place | undefined;
  /** The node that the tabulator key comes to. */
  readonly stop: Place | undefined;
  readonly kind: Kind | undefined;
  readonly label: (box: Box) => string;
}

/** Arrows, boxes and words of the graph. The strips of units lie on a canvas below. */
export function drawing(picture: Picture): SVGTemplateResult[] {
  const { layout, open, scene, front } = picture;
  const boxes = [...layout.boxes].sort((a, b) => Number(a.t === front) - Number(b.t === front));
  return [
    svg`<defs>${["ahead", "forward", "back", "lit"].map((name) => svg`<marker id=${name} viewBox="0 0 8 8" refX="3" refY="4" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto-start-reverse" class=${name}><path d="M0,0L8,4L0,8Z"/></marker>`)}</defs>`,
    svg`<g aria-hidden="true">${layout.edges.map((edge) => arrow(picture, edge))}</g>`,
    open < 1 ? svg`<g aria-hidden="true" opacity=${1 - open}>${layout.loops.map((edge) => loop(picture, edge))}</g>` : svg``,
    svg`<g class="symbols" aria-hidden="true">${[...layout.rows].map(([node, y]) => svg`<text x=${layout.symbols} y=${y + 5}>${symbolOf(scene.net, node)}</text>`)}</g>`,
    svg`<g>${boxes.map((box) => node(picture, box))}</g>`,
  ];
}

function arrow(picture: Picture, edge: Edge): SVGTemplateResult | typeof nothing {
  const { open, front, scene, kind } = picture;
  const opacity = edge.start !== edge.t ? Math.max(0, open * 1.5 - 0.5) : edge.t === front ? 1 : open;
  if (opacity === 0) return nothing;
  const back = picture.side === "backward" && carries(scene, edge) && picture.reached("backward", edge.from === "p" ? "o" : edge.from, edge.start) > 0;
  const ahead = picture.side !== "backward" && picture.reached("forward", edge.to, edge.t) === 0;
  const state = kind !== undefined && edge.kind === kind ? "lit" : back ? "back" : ahead ? "ahead" : "forward";
  const share = picture.flow(edge, back ? "backward" : "forward");
  const end = `url(#${state})`;
  return svg`<path class=${`edge ${state}`} data-kind=${edge.kind} data-t=${edge.t + 1} d=${edge.path} stroke-width=${(share === undefined ? 1.5 : 1 + 5 * share).toFixed(2)}
    opacity=${opacity < 1 ? opacity.toFixed(2) : nothing} marker-end=${back ? nothing : end} marker-start=${back ? end : nothing}></path>${letter(edge, opacity)}`;
}

/** Whether a gradient goes back along an arrow: none goes into a target. */
function carries({ net, freeRunning }: Scene, { from, kind }: Edge): boolean {
  return from !== "y" && (kind !== "W" || net.pattern !== "output" || freeRunning);
}

/** The weights that an arrow stands for. */
function letter({ kind, letter: at, layer }: Edge, opacity = 1): SVGTemplateResult | typeof nothing {
  return kind === "plain" || at === undefined ? nothing : svg`<text class="letter" x=${at.x} y=${at.y} opacity=${opacity < 1 ? opacity.toFixed(2) : nothing}>${kind}${layer?.reverse && kind !== "V" ? "′" : ""}</text>`;
}

function loop(picture: Picture, edge: Edge): SVGTemplateResult {
  const { path, delay, kind } = edge;
  const lit = picture.kind === kind;
  const line = svg`<path class=${`edge ${lit ? "lit" : "forward"}`} d=${path} stroke-width="2" marker-end=${`url(#${lit ? "lit" : "forward"})`}></path>`;
  if (delay === undefined) return line;
  const { x, y, text } = delay;
  return svg`${line}<rect class="delay" x=${x - 6} y=${y - 6} width="12" height="12"></rect><text class=${text === "t+1" ? "small end" : "small"} x=${x + (text === "t+1" ? -11 : 11)} y=${y + 11}>${text}</text>${letter(edge)}`;
}

function node(picture: Picture, box: Box): SVGTemplateResult {
  const { selected, stop, open, front, scene } = picture;
  const isSelected = selected?.node === box.node && selected.t === box.t;
  const isStop = stop?.node === box.node && stop.t === box.t;
  const opacity = box.t === front ? 1 : open;
  const hidden = opacity < 0.05;
  const seen = picture.reached("forward", box.node, box.t) > 0;
  return svg`<g class=${`node${isSelected ? " selected" : ""}${seen ? "" : " ahead"}`} data-node=${box.node} data-t=${box.t + 1} opacity=${opacity < 1 ? opacity.toFixed(2) : nothing} visibility=${hidden ? "hidden" : nothing}
    role="button" tabindex=${isStop && !hidden ? 0 : -1} aria-pressed=${isSelected} aria-label=${picture.label(box)}>
    <rect class="outline" x=${box.x - box.w / 2} y=${box.y - box.h / 2} width=${box.w} height=${box.h} rx="3"></rect>
    ${seen ? inside(picture, box, scene) : nothing}
  </g>`;
}

function inside(picture: Picture, box: Box, scene: Scene): SVGTemplateResult | SVGTemplateResult[] | typeof nothing {
  const { node, t, x, y, w } = box;
  if (node === "L") return svg`<text class="figure" x=${x} y=${y + 4} data-node="L" data-t=${t + 1} data-unit="1" data-value=${scene.lossAt(t)}>${figure(scene.lossAt(t), picture.numbers ? 3 : 2)}</text>`;
  if (node === "x" || node === "y") {
    const token = scene.token(node, t);
    if (token !== undefined && !(picture.numbers && node === "x")) {
      const text = visible((node === "x" ? scene.example.inputNames : scene.example.outputNames)[token] ?? String(token));
      return svg`<text class="token" x=${x} y=${y + 5}>${fit(text, w)}</text>`;
    }
    if (node === "y") return svg`<text class="figure" x=${x} y=${y + 4}>${fit(Array.from(scene.target(t), (value) => figure(value, 2)).join(" "), w)}</text>`;
  }
  if (picture.numbers) return numbers(picture, box, scene);
  if (node === "p" && scene.net.loss === "classes") {
    const { best, chance } = guess(scene, t);
    return svg`<text class="small" x=${x} y=${y + 13} text-anchor="middle" data-node="p" data-t=${t + 1} data-unit=${best + 1} data-value=${chance}>${fit(`${visible(scene.example.outputNames[best] ?? String(best))} ${Math.round(chance * 100)} %`, w)}</text>`;
  }
  if (!written(box, scene)) return nothing;
  const value = scene.values(node, t)[0] as number;
  return svg`<text class="figure" x=${x} y=${y - 1} data-node=${node} data-t=${t + 1} data-unit="1" data-value=${value}>${figure(value, 2)}</text>`;
}

function numbers({ reached, selected, side, layout }: Picture, { node, t, x, y, w, h }: Box, scene: Scene): SVGTemplateResult[] {
  const names = t !== layout.boxes[0]?.t ? [] : node === "x" ? scene.example.inputNames : node === "o" || node === "p" ? scene.example.outputNames : [];
  const values = scene.values(node, t);
  const gradient = side === "forward" ? undefined : scene.gradient(node, t);
  const [came, back] = [reached("forward", node, t), reached("backward", node, t)];
  return Array.from({ length: values.length }, (_, k) => {
    const top = y - h / 2 + 3 + k * line + 12.5;
    const chosen = selected?.node === node && selected.t === t && selected.unit === k;
    const at = { value: values[k] as number, d: gradient?.[k] };
    return svg`${chosen ? svg`<rect class="chosen" x=${x - w / 2 + 1} y=${top - 12.5} width=${w - 2} height=${line}></rect>` : nothing}
      ${names[k] === undefined ? nothing : svg`<text class="small" x=${x - w / 2 - 9} y=${top}>${visible(names[k])}</text>`}
      ${k < came ? svg`<text class="figure" x=${node === "p" ? x : x - w / 4} y=${top} data-node=${node} data-t=${t + 1} data-unit=${k + 1} data-value=${at.value}>${figure(at.value)}</text>` : nothing}
      ${at.d !== undefined && k < back ? svg`<text class="figure gradient" x=${x + w / 4} y=${top} data-node=${node} data-t=${t + 1} data-unit=${k + 1} data-gradient=${at.d}>${figure(at.d)}</text>` : nothing}`;
  });
}

/** The likeliest class and its probability. */
export function guess(scene: Scene, t: number): { best: number; chance: number } {
  const p = scene.values("p", t);
  let best = 0;
  for (let k = 1; k < p.length; k++) if ((p[k] as number) > (p[best] as number)) best = k;
  return { best, chance: p[best] as number };
}

/** As much of a text as has room, in characters of about 8 pixels. */
function fit(text: string, width: number): string {
  const most = Math.max(2, Math.floor(width / 8));
  const all = [...text];
  return all.length <= most ? text : `${all.slice(0, most - 1).join("")}…`;
}
