import { nothing, svg, type SVGTemplateResult } from "lit";
import type { Kind, Picture } from "./drawing.js";
import { figure } from "./figure.js";
import type { Flows } from "./flows.js";
import { gutter } from "./layout.js";
import type { Layer } from "./net.js";
import { gathered } from "./shares.js";

const high = 40;
export const barHeight = high + 8;

/** Of each parameter, the step whose share is the largest. */
export function mostPaid(flows: Flows, layer: Layer): { kind: Kind; t: number; share: number }[] {
  return gathered.flatMap((kind) => {
    const shares = Array.from(flows.gathered(kind, layer) ?? []);
    if (shares.length === 0) return [];
    const share = Math.max(...shares);
    return [{ kind, t: shares.indexOf(share), share }];
  });
}

/** The shares of each column in dL/dc, dL/db, dL/dV, dL/dW, dL/dU, below the columns; they come with the backward wave. */
export function bars(picture: Picture, flows: Flows, layer: Layer, say: (kind: Kind, t: number, share: number) => string): SVGTemplateResult[] {
  const { layout } = picture;
  const from = layout.boxes[0]?.t ?? 0;
  return gathered.map((kind, place) => {
    const base = place * barHeight;
    const node = kind === "V" || kind === "c" ? "o" : `h_${layer.suffix}`;
    const known = Array.from(flows.gathered(kind, layer) ?? []);
    // Both directions share a scale; the axis lies where the largest of either still has room.
    const [most, least] = [Math.max(0, ...known), Math.min(0, ...known)];
    const range = most - least || 1;
    const axis = base + 4 + (most / range) * (high - 4);
    return svg`<g aria-hidden="true" data-kind=${kind} class=${picture.kind === kind ? "lit" : ""}>
      <line class="axis" x1=${gutter - 4} x2=${layout.width - 12} y1=${axis} y2=${axis}></line>
      ${layout.columns.map((x, i) => {
        const t = from + i;
        const share = known[t];
        if (share === undefined || picture.reached("backward", node, t) === 0) return nothing;
        const h = Math.max(1, (Math.abs(share) / range) * (high - 4));
        return svg`<rect class=${share < 0 ? "neg" : "pos"} x=${x - 13} width="26" y=${share < 0 ? axis : axis - h} height=${h} data-kind=${kind} data-t=${t + 1} data-share=${share}><title>${say(kind, t, share)}</title></rect>
          ${layout.columns.length <= 8 || picture.numbers ? svg`<text class="small" x=${x + 17} y=${share < 0 ? axis + 10 : axis - 2}>${Math.abs(share) < 0.005 ? "0" : figure(share, 2)}</text>` : nothing}`;
      })}
    </g>`;
  });
}
