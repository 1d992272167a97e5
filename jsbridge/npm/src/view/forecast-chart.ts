import uPlot from "uplot";

/** What the chart draws, row by row; null where there is nothing. */
export interface Lines {
  readonly rows: number[];
  readonly truth: (number | null)[];
  readonly oneStep: (number | null)[];
  readonly free: (number | null)[];
  /** As the last row before the origin was. */
  readonly flat: (number | null)[];
  readonly origin: number;
  /** The first row that is held out. */
  readonly heldOut: number;
}

/** How it looks; asked at every drawing, so that a change of theme or language needs no other chart. */
export interface Look {
  colour(of: "truth" | "oneStep" | "free" | "flat" | "ink" | "line" | "wash" | "origin"): string;
  number(value: number): string;
  readonly font: string;
  readonly labels: { readonly heldOut: string; readonly origin: string };
}

const labelSize = 12;

/** Truth and forecasts over rows, on uPlot. The origin can be dragged: wherever a pointer goes down, it goes. */
export class ForecastChart {
  #plot: uPlot | undefined;
  #lines: Lines | undefined;
  readonly #resize: ResizeObserver;

  /** `dragged`: a pointer has taken the origin to this row; `read`: it points at this one, or at none. */
  constructor(
    private readonly place: HTMLElement,
    private readonly look: () => Look,
    private readonly dragged: (row: number) => void,
    private readonly read: (row: number | undefined) => void,
  ) {
    this.#resize = new ResizeObserver(() => this.#draw());
    this.#resize.observe(place);
  }

  set(lines: Lines): void {
    this.#lines = lines;
    this.#draw();
  }

  /** Other colours, or another language. */
  restyle(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#draw();
  }

  dispose(): void {
    this.#resize.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #draw(): void {
    const lines = this.#lines;
    const { clientWidth: width, clientHeight: height } = this.place;
    if (lines === undefined || width === 0 || height === 0) return;
    const data = [lines.rows, lines.truth, lines.flat, lines.oneStep, lines.free] as uPlot.AlignedData;
    if (this.#plot === undefined) {
      this.#plot = new uPlot(this.#options(width, height), data, this.place);
      this.#listen(this.#plot.over);
      return;
    }
    if (this.#plot.width !== width || this.#plot.height !== height) this.#plot.setSize({ width, height });
    this.#plot.setData(data);
  }

  #options(width: number, height: number): uPlot.Options {
    const { colour, number, font } = this.look();
    const axis: uPlot.Axis = {
      stroke: colour("ink"), font: `${labelSize}px ${font}`, grid: { stroke: colour("line"), width: 1 }, ticks: { show: false },
      values: (_plot, splits) => splits.map(number),
    };
    const points = { show: false };
    return {
      width, height, padding: [18, 10, 0, 0], legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 6 } },
      scales: { x: { time: false } },
      axes: [{ ...axis, size: 28, space: 60 }, { ...axis, size: 48, space: 30 }],
      series: [
        {},
        { stroke: colour("truth"), width: 2, points },
        { stroke: colour("flat"), width: 1.5, dash: [2, 4], points },
        { stroke: colour("oneStep"), width: 1.5, dash: [7, 3], points },
        { stroke: colour("free"), width: 2.5, points },
      ],
      hooks: {
        drawAxes: [(plot) => this.#shade(plot)],
        draw: [(plot) => this.#markOrigin(plot)],
        setCursor: [({ cursor: { idx } }) => this.read(idx === null || idx === undefined ? undefined : this.#lines?.rows[idx])],
      },
    };
  }

  /** The held-out part on a wash of its own, with its name. */
  #shade(plot: uPlot): void {
    const lines = this.#lines;
    if (lines === undefined) return;
    const { colour, labels, font } = this.look();
    const { ctx, bbox } = plot;
    const left = Math.max(bbox.left, plot.valToPos(lines.heldOut - 0.5, "x", true));
    const right = bbox.left + bbox.width;
    if (!(left < right)) return;
    ctx.save();
    ctx.fillStyle = colour("wash");
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    write(ctx, labels.heldOut, right, bbox.top, "right", colour("ink"), font);
    ctx.restore();
  }

  #markOrigin(plot: uPlot): void {
    const lines = this.#lines;
    if (lines === undefined) return;
    const { colour, labels, font } = this.look();
    const { ctx, bbox } = plot;
    const x = Math.round(plot.valToPos(lines.origin - 0.5, "x", true)) + 0.5;
    ctx.save();
    ctx.strokeStyle = colour("origin");
    ctx.lineWidth = 2 * uPlot.pxRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const middle = bbox.top + bbox.height / 2;
    ctx.fillStyle = colour("origin");
    ctx.beginPath();
    ctx.arc(x, middle, 6 * uPlot.pxRatio, 0, 2 * Math.PI);
    ctx.fill();
    const near = x > bbox.left + bbox.width / 2;
    write(ctx, labels.origin, x + (near ? -6 : 6) * uPlot.pxRatio, bbox.top, near ? "right" : "left", colour("origin"), font);
    ctx.restore();
  }

  #listen(over: HTMLElement): void {
    over.style.touchAction = "pan-y";
    over.style.cursor = "ew-resize";
    const take = (event: PointerEvent): void => {
      const lines = this.#lines;
      if (lines === undefined || this.#plot === undefined) return;
      const row = Math.round(this.#plot.posToVal(event.clientX - over.getBoundingClientRect().left, "x") + 0.5);
      this.dragged(row);
    };
    over.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      over.setPointerCapture(event.pointerId);
      take(event);
    });
    over.addEventListener("pointermove", (event) => {
      if (over.hasPointerCapture(event.pointerId)) take(event);
    });
  }
}

/** A word above the plot's upper edge. */
function write(ctx: CanvasRenderingContext2D, text: string, x: number, top: number, align: CanvasTextAlign, colour: string, font: string): void {
  ctx.font = `${labelSize * uPlot.pxRatio}px ${font}`;
  ctx.textAlign = align;
  ctx.textBaseline = "bottom";
  ctx.fillStyle = colour;
  ctx.fillText(text, x, top - 3 * uPlot.pxRatio);
}
