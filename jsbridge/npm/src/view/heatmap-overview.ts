import { pixels, type Rgb } from "./heatmap-figures.js";

/** Colours as CSS has them now. */
export type Palette = Readonly<Record<"pos" | "neg" | "surface" | "ink", string>>;

/** CSS pixels that so many units need: rows that can be told apart, as long as there is room. */
export function heightFor(units: number): number {
  return Math.round(Math.min(420, Math.max(96, units * 3)));
}

/** Draws all units over all tokens, a row a unit, with a frame round one row and a line under one column. `values` is [N, H]. */
export function drawOverview(canvas: HTMLCanvasElement, values: Float32Array, units: number, scale: number, unit: number, column: number | undefined, palette: Palette): void {
  const context = canvas.getContext("2d");
  const tokens = values.length / units;
  const { clientWidth, clientHeight } = canvas;
  if (context === null || tokens === 0 || clientWidth === 0) return;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const small = new OffscreenCanvas(tokens, units);
  const colours = { pos: rgb(palette.pos), neg: rgb(palette.neg), surface: rgb(palette.surface) };
  small.getContext("2d")?.putImageData(new ImageData(pixels(values, units, scale, colours), tokens, units), 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
  context.strokeStyle = palette.ink;
  context.lineWidth = Math.max(1, ratio);
  const row = height / units;
  context.strokeRect(0.5, Math.max(0.5, unit * row), width - 1, Math.max(2 * ratio, row));
  if (column === undefined) return;
  const wide = width / tokens;
  context.strokeRect(column * wide, 0.5, Math.max(ratio, wide), height - 1);
}

const known = new Map<string, Rgb>();

/** A colour of any notation, as a canvas paints it. */
function rgb(colour: string): Rgb {
  const found = known.get(colour);
  if (found !== undefined) return found;
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (context === null) return [0, 0, 0];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  known.set(colour, [red, green, blue]);
  return [red, green, blue];
}
