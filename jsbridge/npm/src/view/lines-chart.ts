import { css, type CSSResult, html, nothing, type TemplateResult } from "lit";
import uPlot from "uplot";
import { Chart, chartStyles } from "./chart.js";
import type { Colour } from "./view.js";

/** For the styles of a view with lines and their legend. */
export const linesStyles: CSSResult = css`
  ${chartStyles}
  .swatch { inline-size: 30px; block-size: 10px; flex: none; }
  .swatch line { stroke: currentColor; }
  .swatch.pos { color: var(--pos); }
  .swatch.neg { color: var(--neg); }
  .swatch.accent { color: var(--accent); }
`;

/** A line's look, for a legend. */
export function swatch({ colour, dash, width }: { readonly colour: Colour; readonly dash: readonly number[]; readonly width: number }): TemplateResult {
  return html`<svg class="swatch ${colour}" viewBox="0 0 30 10" aria-hidden="true"><line x1="0" y1="5" x2="30" y2="5" stroke-width=${width} stroke-dasharray=${dash.join(" ") || nothing}></line></svg>`;
}

/** One line, with a band around it if it has one; null or NaN where there is nothing. */
export interface Line {
  readonly values: readonly (number | null)[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
  readonly colour: string;
  readonly width: number;
  readonly dash: readonly number[];
}

/** What a chart draws. */
export interface Lines {
  readonly x: readonly number[];
  readonly lines: readonly Line[];
  readonly log: boolean;
  /** Lower and upper end of the y axis. */
  readonly range: readonly [number, number];
  readonly ink: string;
  readonly grid: string;
  readonly font: string;
  /** Horizontal lines to compare with. */
  readonly rules?: readonly { readonly at: number; readonly colour: string }[];
  /** Where a vertical line stands, on the x axis. */
  readonly mark?: number | undefined;
  readonly xNumber: (value: number) => string;
  readonly yNumber: (value: number) => string;
}

/** Lines over one axis. */
export class LinesChart {
  #lines: Lines | undefined;
  readonly #chart = new Chart(() => this.#options());

  /** `read`: a pointer is at this place among x. */
  constructor(private readonly read: (place: number) => void = () => {}) {}

  /** Draws into this element from now on; undefined: no more. */
  set(place: HTMLElement | undefined, lines: Lines | undefined): void {
    // uPlot takes colours and kinds of axes when it is made.
    if (kindOf(lines) !== kindOf(this.#lines)) this.#chart.restyle();
    this.#lines = lines;
    if (lines !== undefined) this.#chart.data = [lines.x, ...lines.lines.flatMap(({ values, low, high }) => (low && high ? [high, low, values] : [values]))] as uPlot.AlignedData;
    this.#chart.place = lines && place;
  }

  #options(): Omit<uPlot.Options, "width" | "height"> {
    const lines = this.#lines as Lines; // who draws has some
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    const points = { show: false };
    for (const line of lines.lines) {
      if (line.low && line.high) {
        bands.push({ series: [series.length, series.length + 1], fill: translucent(line.colour) });
        series.push({ width: 0, points }, { width: 0, points });
      }
      series.push({ stroke: line.colour, width: line.width, dash: [...line.dash], points });
    }
    const axis: uPlot.Axis = { stroke: lines.ink, font: `12px ${lines.font}`, grid: { stroke: lines.grid, width: 1 }, ticks: { show: false } };
    return {
      padding: [8, 16, 0, 0], legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
      scales: { x: { time: false }, y: { distr: lines.log ? 3 : 1, range: () => [...(this.#lines?.range ?? lines.range)] as uPlot.Range.MinMax } },
      axes: [
        { ...axis, size: 28, space: 50, values: (_plot, splits) => splits.map((value) => lines.xNumber(value)) },
        {
          ...axis, size: 52, space: 30, values: (_plot, splits) => splits.map((value) => (value === null ? "" : lines.yNumber(value))),
          ...(lines.log && { splits: (_plot: uPlot, _axis: number, low: number, high: number) => decadesBetween(low, high), filter: (_plot: uPlot, splits: number[]) => splits }),
        },
      ],
      series, bands,
      hooks: {
        drawAxes: [(plot) => this.#rule(plot)],
        setCursor: [({ cursor: { idx, left } }) => {
          if (typeof idx === "number" && left !== undefined && left >= 0) this.read(idx);
        }],
      },
    };
  }

  #rule({ ctx, bbox, valToPos }: uPlot): void {
    const lines = this.#lines;
    if (lines === undefined) return;
    const stroke = (colour: string, dash: number[], points: [number, number, number, number]): void => {
      ctx.strokeStyle = colour;
      ctx.lineWidth = uPlot.pxRatio;
      ctx.setLineDash(dash);
      ctx.beginPath();
      ctx.moveTo(points[0], points[1]);
      ctx.lineTo(points[2], points[3]);
      ctx.stroke();
    };
    ctx.save();
    for (const { at, colour } of lines.rules ?? []) {
      const y = Math.round(valToPos(at, "y", true)) + 0.5;
      if (y > bbox.top && y < bbox.top + bbox.height) stroke(colour, [2, 4], [bbox.left, y, bbox.left + bbox.width, y]);
    }
    if (lines.mark !== undefined) {
      const x = Math.round(valToPos(lines.mark, "x", true)) + 0.5;
      stroke(lines.ink, [], [x, bbox.top, x, bbox.top + bbox.height]);
    }
    ctx.restore();
  }
}

/** Powers of ten, at most nine of them at equal distances. */
function decadesBetween(low: number, high: number): number[] {
  const [from, to] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))];
  const step = Math.ceil((to - from) / 8);
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => Number(`1e${to - i * step}`)).reverse();
}

const kindOf = (lines: Lines | undefined): string =>
  JSON.stringify(lines && [lines.log, lines.ink, lines.grid, lines.font, lines.lines.map(({ colour, width, dash, low }) => [colour, width, dash, low !== undefined])]);

/** A computed colour, mostly transparent. */
function translucent(colour: string): string {
  const parts = /^rgba?\(([\d.]+)[, ]+([\d.]+)[, ]+([\d.]+)/.exec(colour);
  return parts ? `rgba(${parts[1]}, ${parts[2]}, ${parts[3]}, 0.16)` : `color-mix(in srgb, ${colour} 16%, transparent)`;
}
