import { line, type Box } from "./layout.js";
import type { Picture } from "./drawing.js";
import { type Colour, mixed, type Pixels } from "./pixels.js";
import type { Scene } from "./scene.js";
import type { Side } from "./wave.js";

/** What strips are painted with. */
export interface Ink {
  readonly surface: Colour;
  readonly pos: Colour;
  readonly neg: Colour;
}

/** Where a unit's cell lies in a strip. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Cells in one row while they can be told apart, else as square as they go. */
export function gridOf(units: number, width: number, height: number): Grid {
  if (units * 3.5 <= width) return { columns: Math.max(1, units), rows: 1 };
  const rows = Math.max(1, Math.round(Math.sqrt((units * height) / width)));
  return { columns: Math.ceil(units / rows), rows };
}

/** The value strip of a box, and that of the gradient below it or, with numbers, beside it. */
export function stripsOf({ x, y, w, h, node }: Box, numbers: boolean): { value: Area; gradient: Area } {
  const left = x - w / 2;
  const top = y - h / 2;
  if (numbers) return { value: { x: left, y: top + 3, w: node === "p" ? w : w / 2, h: h - 6 }, gradient: { x: x, y: top + 3, w: w / 2, h: h - 6 } };
  const value = node === "p" ? 14 : h - 10;
  return { value: { x: left, y: top, w, h: value }, gradient: { x: left, y: top + value + 1, w, h: h - value - 1 } };
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The unit under a point of a box. */
export function unitAt(box: Box, units: number, numbers: boolean, px: number, py: number): number {
  if (numbers) return Math.max(0, Math.min(units - 1, Math.floor((py - (box.y - box.h / 2) - 3) / line)));
  const { value } = stripsOf(box, false);
  const { columns, rows } = gridOf(units, value.w, value.h);
  const column = Math.floor(((px - value.x) / value.w) * columns);
  const row = Math.floor(((py - value.y) / value.h) * rows);
  const unit = Math.max(0, Math.min(rows - 1, row)) * columns + Math.max(0, Math.min(columns - 1, column));
  return Math.min(units - 1, unit);
}

/** Paints all strips of a picture. Pixel by pixel: a rectangle or an image on the canvas for each of thousands of units takes ten times as long. */
export function paint(pixels: Pixels, picture: Picture, ink: Ink): void {
  const { layout: { boxes }, scene, numbers, open, front, reached, side } = picture;
  pixels.clear();
  const scale = scalesOf(scene);
  // The column that stands in front when folded comes last.
  for (const box of [...boxes].sort((a, b) => Number(a.t === front) - Number(b.t === front))) {
    const { node, t } = box;
    const opacity = t === front ? 1 : open;
    if (opacity < 0.05 || node === "L" || node === "y" || (node === "x" && scene.net.tokens && !numbers)) continue;
    const { value, gradient } = stripsOf(box, numbers);
    const come = (from: Side, values: ArrayLike<number>): ArrayLike<number> => {
      const count = reached(from, node, t);
      return count === Infinity ? values : Array.from(values, (one, k) => (k < count ? one : 0));
    };
    paintStrip(pixels, value, come("forward", scene.values(node, t)), scale(node, false), ink, { upright: numbers, opacity, soft: numbers || written(box, scene) });
    const d = side === "forward" ? undefined : scene.gradient(node, t);
    if (d !== undefined) paintStrip(pixels, gradient, come("backward", d), scale(node, true), ink, { upright: numbers, opacity, soft: numbers });
  }
}

/** Whether a box has room for the number itself. */
export const written = ({ node, t, w }: Box, scene: Scene): boolean => node !== "p" && scene.values(node, t).length === 1 && w >= 44;

/** One strip: blue above zero, orange below with a bar in the middle where there is room for one; the fuller, the larger. `soft`: text stands on it. */
function paintStrip(pixels: Pixels, area: Area, values: ArrayLike<number>, scale: number, ink: Ink, { upright, opacity, soft }: { upright: boolean; opacity: number; soft: boolean }): void {
  const { columns, rows } = upright ? { columns: 1, rows: Math.max(1, values.length) } : gridOf(values.length, area.w, area.h);
  const [w, h] = [area.w / columns, area.h / rows];
  pixels.fill(area.x, area.y, area.w, area.h, mixed(ink.surface, ink.surface, 0, opacity));
  for (let k = 0; k < values.length; k++) {
    const value = values[k] as number;
    const size = Math.min(1, Math.abs(value) / scale);
    if (!(size > 0.004)) continue;
    const [x, y] = [area.x + (k % columns) * w, area.y + Math.floor(k / columns) * h];
    pixels.fill(x, y, w, h, mixed(ink.surface, value < 0 ? ink.neg : ink.pos, soft ? size * 0.45 : size, opacity));
    if (value < 0 && !soft && w >= 5 && h >= 5) pixels.fill(x + w * 0.25, y + h / 2 - 0.5, w * 0.5, 1, mixed(ink.surface, ink.neg, size * 0.2, opacity));
  }
}

/** The value at which a node's colour is full: 1 for what cannot exceed it, else the largest of the whole sequence. */
export function scalesOf(scene: Scene): (node: string, gradient: boolean) => number {
  const known = new Map<string, number>();
  return (node, gradient) => {
    if (!gradient && (node === "y" || (node === "x" && scene.net.tokens))) return 1;
    const key = `${gradient ? "d" : ""}${node}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    let most = 0;
    for (let t = 0; t < scene.steps; t++) {
      if (!scene.has(node, t)) continue;
      const values = (gradient ? scene.gradient(node, t) : scene.values(node, t)) ?? [];
      for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k] as number));
    }
    const scale = most > 0 ? (!gradient && node.startsWith("h_") ? Math.max(1, most) : most) : 1;
    known.set(key, scale);
    return scale;
  };
}
