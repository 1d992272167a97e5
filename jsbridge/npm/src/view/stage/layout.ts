import { layerOf, layersOf, type Layer, type Net } from "./net.js";

/** Where a node stands, in CSS pixels: centre, width, height. */
export interface Box {
  readonly node: string;
  readonly t: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** An arrow. `t` is the step of the node that it ends in. */
export interface Edge {
  readonly kind: "U" | "W" | "V" | "plain";
  readonly layer: Layer | undefined;
  readonly from: string;
  readonly to: string;
  readonly t: number;
  /** The step of the node that it begins in. */
  readonly start: number;
  readonly path: string;
  /** Where the letter of its weights stands. */
  readonly letter?: { readonly x: number; readonly y: number };
  /** Of a loop: where its delay square stands. */
  readonly delay?: { readonly x: number; readonly y: number; readonly text: string };
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  readonly loops: readonly Edge[];
  /** Of each node, the middle of its row. */
  readonly rows: ReadonlyMap<string, number>;
  /** Where the symbols of the rows stand. */
  readonly symbols: number;
  /** Of each column, its middle. */
  readonly columns: readonly number[];
}

export interface Wanted {
  readonly net: Net;
  readonly nodes: readonly string[];
  readonly has: (node: string, t: number) => boolean;
  readonly freeRunning: boolean;
  /** Steps of the sequence, and which of them are columns: `from` … `from + count - 1`. */
  readonly steps: number;
  readonly from: number;
  readonly count: number;
  /** 0 folded … 1 unfolded. */
  readonly open: number;
  /** Room, in CSS pixels. */
  readonly width: number;
  /** Every unit has a line with its number. */
  readonly numbers: boolean;
  /** Units of a node, for the height of its box with numbers. */
  readonly units: (node: string) => number;
}

export const gutter = 40;
const gap = 30;
export const line = 17;

/** Where everything stands when the graph is so far unfolded. */
export function layoutOf(wanted: Wanted): Layout {
  const { net, nodes, has, from, count, open, numbers } = wanted;
  const least = numbers ? 138 : 68;
  const right = 12;
  const pitch = Math.min(numbers ? 230 : 180, Math.max(least, (wanted.width - gutter - right) / count));
  const width = Math.max(wanted.width, gutter + right + pitch * count);
  const middle = gutter + (wanted.width - gutter - right) / 2;
  const spread = gutter + (width - gutter - right - pitch * count) / 2;
  const columns = Array.from({ length: count }, (_, i) => middle + (spread + pitch * (i + 0.5) - middle) * open);
  const w = numbers ? Math.min(pitch - 36, 128) : Math.min(pitch - 26, 104);
  const two = net.levels.some((level) => level.length > 1);
  // Two directions stand a little apart, so that arrows pass by.
  const aside = (node: string): number => (two ? ((layerOf(net, node)?.reverse ?? undefined) === undefined ? 0 : layerOf(net, node)?.reverse ? 1 : -1) * Math.min(14, pitch * 0.09) : 0);
  const heights = new Map(nodes.map((node) => [node, heightOf(wanted, node)]));
  const rows = new Map<string, number>();
  let bottom = 8;
  for (const node of [...nodes].reverse()) {
    const h = heights.get(node) as number;
    rows.set(node, bottom + h / 2);
    bottom += h + (node === "y" || node === "L" ? gap * 0.7 : gap);
  }
  const height = bottom - gap + 8;
  const shown = Array.from({ length: count }, (_, i) => from + i);
  const box = (node: string, t: number): Box =>
    ({ node, t, x: (columns[t - from] as number) + aside(node), y: rows.get(node) as number, w: node === "L" || node === "y" ? Math.min(w, 64) : w, h: heights.get(node) as number });
  const boxes = shown.flatMap((t) => nodes.filter((node) => has(node, t)).map((node) => box(node, t)));
  const find = (node: string, t: number): Box | undefined => (t >= from && t < from + count && has(node, t) ? box(node, t) : undefined);
  const edges = shown.flatMap((t) => [...upward(wanted, t, find), ...sideways(wanted, t, find)]);
  const symbols = (1 - open) * Math.max(gutter / 2, middle - w / 2 - 120) + open * (gutter / 2 - 4);
  return { width, height, boxes, edges, loops: loopsOf(wanted, find), rows, symbols, columns };
}

function heightOf({ numbers, units, net }: Wanted, node: string): number {
  if (node === "y" || node === "L") return 22;
  if (numbers) return units(node) * line + 6;
  if (node === "x" && net.tokens) return 26;
  return 34;
}

const r = (value: number): string => value.toFixed(1);

/** From the top of one box to the bottom of another, around what is between. */
function rise(a: Box, b: Box, around = 0): string {
  const [y1, y2] = [a.y - a.h / 2, b.y + b.h / 2 + 5];
  if (around === 0) return `M${r(a.x)},${r(y1)}L${r(b.x)},${r(y2)}`;
  return `M${r(a.x + around * 0.5)},${r(y1)}C${r(a.x + around * 1.6)},${r(y1 - 14)} ${r(b.x + around * 1.6)},${r(y2 + 14)} ${r(b.x + around * 0.4)},${r(y2)}`;
}

function upward({ net, nodes, steps }: Wanted, t: number, find: (node: string, t: number) => Box | undefined): Edge[] {
  const edges: Edge[] = [];
  const join = (kind: Edge["kind"], layer: Layer | undefined, from: string, to: string, start = t): void => {
    const [a, b] = [find(from, start), find(to, t)];
    if (a === undefined || b === undefined) return;
    const between = nodes.indexOf(to) - nodes.indexOf(from) > 1;
    const around = between ? (layer?.reverse ? 1 : -1) * (a.w / 2 - 2) : 0;
    const letter = around === 0 ? { x: (a.x + b.x) / 2 + 11, y: (a.y - a.h / 2 + b.y + b.h / 2) / 2 + 3 } : { x: b.x + around * 1.25 + Math.sign(around) * 8, y: (a.y + b.y) / 2 };
    edges.push({ kind, layer, from, to, t, start, letter: start === t ? letter : { x: b.x - 70, y: b.y + b.h / 2 + 30 }, path: start === t ? rise(a, b, around) : `M${r(a.x)},${r(a.y - a.h / 2)}C${r(a.x)},${r(b.y + b.h / 2 + 16)} ${r(b.x - 60)},${r(b.y + b.h / 2 + 30)} ${r(b.x - 10)},${r(b.y + b.h / 2 + 5)}` });
  };
  if (net.embedded) join("plain", undefined, "x", "e");
  net.levels.forEach((level, k) => {
    for (const layer of level) {
      const into = layer.cell === "lstm" ? `c_${layer.suffix}` : `h_${layer.suffix}`;
      if (k === 0) join("U", layer, net.embedded ? "e" : "x", into);
      else for (const below of net.levels[k - 1] ?? []) join("U", layer, `h_${below.suffix}`, into);
      if (layer.cell === "lstm") join("plain", layer, into, `h_${layer.suffix}`);
    }
  });
  const top = net.levels.at(-1) ?? [];
  for (const layer of top) join("V", layer, `h_${layer.suffix}`, "o", net.pattern === "last" && layer.reverse && t === steps - 1 ? 0 : t);
  if (net.loss === "values") join("plain", undefined, "o", "L");
  else {
    join("plain", undefined, "o", "p");
    join("plain", undefined, "p", "L");
  }
  const [y, L] = [find("y", t), find("L", t)];
  if (y && L) edges.push({ kind: "plain", layer: undefined, from: "y", to: "L", t, start: t, path: `M${r(y.x)},${r(y.y + y.h / 2)}L${r(L.x)},${r(L.y - L.h / 2 - 5)}` });
  return edges;
}

/** The node from which a layer's state comes back, and that into which it goes. */
function carried(wanted: Wanted, layer: Layer): [from: string, to: string][] {
  const { net, freeRunning } = wanted;
  if (net.pattern === "output") return [[freeRunning ? (net.loss === "values" ? "o" : "p") : "y", `h_${layer.suffix}`]];
  const h: [string, string] = [`h_${layer.suffix}`, `h_${layer.suffix}`];
  return layer.cell === "lstm" ? [[`c_${layer.suffix}`, `c_${layer.suffix}`], h] : [h];
}

function sideways(wanted: Wanted, t: number, find: (node: string, t: number) => Box | undefined): Edge[] {
  return layersOf(wanted.net).flatMap((layer) => carried(wanted, layer).flatMap(([from, to]): Edge[] => {
    const direction = layer.reverse ? -1 : 1;
    const [a, b] = [find(from, t - direction), find(to, t)];
    if (a === undefined || b === undefined) return [];
    const [x1, x2] = [a.x + (direction * a.w) / 2, b.x - direction * (b.w / 2 + 5)];
    const path = from === to ? `M${r(x1)},${r(a.y)}L${r(x2)},${r(b.y)}` : `M${r(x1)},${r(a.y)}C${r(x1 + (x2 - x1) * 0.7)},${r(a.y)} ${r(x2 - (x2 - x1) * 0.7)},${r(b.y)} ${r(x2)},${r(b.y)}`;
    return [{ kind: from.startsWith("c_") ? "plain" : "W", layer, from, to, t, start: t - direction, path, letter: { x: (x1 + x2) / 2, y: (from === to ? a.y : (a.y + b.y) / 2) - 6 } }];
  }));
}

/** The loops of the folded circuit, with the delay of one step. */
function loopsOf(wanted: Wanted, find: (node: string, t: number) => Box | undefined): Edge[] {
  const last = wanted.from + wanted.count - 1;
  const back = layersOf(wanted.net).flatMap((layer) => carried(wanted, layer).flatMap(([from, to]): Edge[] => {
    const [a, b] = [find(from, last), find(to, last)];
    if (a === undefined || b === undefined) return [];
    const side = layer.reverse ? -1 : 1;
    const [x1, x2] = [a.x + (side * a.w) / 2, b.x + side * (b.w / 2 + 5)];
    const [y1, y2] = from === to ? [a.y - a.h / 2 + 5, b.y + b.h / 2 - 5] : [a.y, b.y];
    const out = Math.max(x1 * side, x2 * side) * side + side * 74;
    const bend = from === to ? 22 : 0;
    const path = `M${r(x1)},${r(y1)}C${r(out)},${r(y1 - bend)} ${r(out)},${r(y2 + bend)} ${r(x2)},${r(y2)}`;
    const delay = { x: 0.125 * (x1 + x2) + 0.75 * out, y: 0.125 * (y1 + y2) + 0.375 * (y1 - bend + y2 + bend), text: layer.reverse ? "t+1" : "t−1" };
    return [{ kind: from.startsWith("c_") ? "plain" : "W", layer, from, to, t: last, start: last, path, delay, letter: { x: delay.x + side * 17, y: delay.y - 5 } }];
  }));
  // What is read at the other end of the sequence stands in the same column when this is folded.
  const far = wanted.net.pattern === "last" ? (wanted.net.levels.at(-1) ?? []).filter(({ reverse }) => reverse) : [];
  return [...back, ...far.flatMap((layer): Edge[] => {
    const [a, b] = [find(`h_${layer.suffix}`, last), find("o", last)];
    return a && b ? [{ kind: "V", layer, from: `h_${layer.suffix}`, to: "o", t: last, start: last, path: rise(a, b) }] : [];
  })];
}
