import uPlot from "uplot";
import { output } from "./hooks.js";
import { formatNumber } from "./language.js";
import { type Columns, bitsPerNat } from "./loss-track.js";

/** A horizontal line to compare with, in bits. */
export interface Rule {
  label: string;
  bits: number;
}

/** What the curve shows at the pointer, or at its end when there is none. */
export interface Reading {
  step: number | null;
  training: number | null;
  heldOut: number | null;
}

const labelFont = 12;
const font = `${labelFont}px system-ui, sans-serif`;

/** A colour of the page's style sheet. */
function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The loss curve: uPlot with this page's scales, colours and baselines. Redrawn only by draw(). */
export class Curve {
  readonly #place = output("curve");
  #plot: uPlot | undefined;
  #columns: Columns = [[], [], []];
  #rules: Rule[] = [];

  /** `changed` asks for a draw(), `read` tells what is under the pointer. */
  constructor(
    changed: () => void,
    private readonly read: (reading: Reading) => void,
  ) {
    new ResizeObserver(changed).observe(this.#place);
  }

  set(columns: Columns, rules: Rule[]): void {
    this.#columns = columns;
    this.#rules = rules;
  }

  /** New colours or another language: the next draw() starts afresh. */
  restyle(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  draw(): void {
    const width = this.#place.clientWidth;
    const height = this.#place.clientHeight;
    if (width === 0 || height === 0) return;
    if (this.#rules.length === 0 && this.#columns[0].length === 0) {
      this.restyle();
      this.read({ step: null, training: null, heldOut: null });
      return;
    }
    if (this.#plot === undefined) {
      this.#plot = new uPlot(this.#options(width, height), this.#columns, this.#place);
    } else {
      if (this.#plot.width !== width || this.#plot.height !== height) this.#plot.setSize({ width, height });
      this.#plot.setData(this.#columns);
    }
    this.#tell(this.#plot);
  }

  #options(width: number, height: number): uPlot.Options {
    const ink = colour("ink-soft");
    const axis: uPlot.Axis = {
      stroke: ink,
      font,
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
      values: (_plot, splits) => splits.map((split) => formatNumber(split)),
    };
    return {
      width,
      height,
      padding: [10, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: (_plot, _low, high) => [0, Math.max(50, high)] },
        y: { range: () => this.#height() },
      },
      axes: [{ ...axis, size: 28, space: 70 }, { ...axis, size: 34, space: 36 }],
      series: [
        {},
        { stroke: colour("training"), width: 2, points: { show: false } },
        { stroke: colour("held-out"), width: 2.5, spanGaps: true, points: { show: false } },
      ],
      hooks: {
        drawAxes: [(plot) => this.#drawRules(plot)],
        setCursor: [(plot) => this.#tell(plot)],
      },
    };
  }

  /** From a little below the lowest loss to a little above a uniform guess; an outburst is cut off. */
  #height(): [number, number] {
    const uniform = Math.max(...this.#rules.map(({ bits }) => bits), 1);
    let low = Math.min(...this.#rules.map(({ bits }) => bits), uniform);
    let high = uniform;
    for (const values of [this.#columns[1], this.#columns[2]]) {
      for (const value of values) {
        if (value === null) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    return [Math.max(0, Math.floor((low - 0.2) * 2) / 2), Math.min(high, uniform * 1.6) * 1.04];
  }

  #drawRules(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = `${labelFont * ratio}px system-ui, sans-serif`;
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    ctx.lineWidth = ratio;
    let lowest = -Infinity;
    for (const { label, bits } of [...this.#rules].sort((a, b) => b.bits - a.bits)) {
      const y = Math.round(plot.valToPos(bits, "y", true)) + 0.5;
      if (!(y >= bbox.top - 1 && y <= bbox.top + bbox.height + 1)) continue;
      ctx.setLineDash([5 * ratio, 4 * ratio]);
      ctx.strokeStyle = colour("rule");
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      // Labels stand on their lines, and below the one before where two lines nearly meet.
      const foot = Math.max(y - 2 * ratio, lowest + (labelFont + 2) * ratio);
      lowest = foot;
      ctx.setLineDash([]);
      ctx.strokeStyle = colour("surface");
      ctx.lineWidth = 4 * ratio;
      ctx.strokeText(label, bbox.left + bbox.width - 4 * ratio, foot);
      ctx.lineWidth = ratio;
      ctx.fillStyle = colour("ink-soft");
      ctx.fillText(label, bbox.left + bbox.width - 4 * ratio, foot);
    }
    ctx.restore();
  }

  #tell(plot: uPlot): void {
    const [steps, training, heldOut] = this.#columns;
    const index = plot.cursor.idx ?? null;
    if (index === null) {
      this.read({ step: null, training: training.at(-1) ?? null, heldOut: heldOut.findLast((value) => value !== null) ?? null });
      return;
    }
    // Between two evaluations the pointer reads the latest one before it.
    const known = heldOut.slice(0, index + 1).findLast((value) => value !== null) ?? null;
    this.read({ step: steps[index] ?? null, training: training[index] ?? null, heldOut: known });
  }
}

/** A loss in nats as people read it here: bits, two digits behind the point. */
export function formatBits(nats: number): string {
  return Number.isFinite(nats) ? formatNumber(nats * bitsPerNat, { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : "–";
}
