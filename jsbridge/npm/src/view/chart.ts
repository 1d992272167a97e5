import uPlot from "uplot";
import uPlotStyles from "uplot/dist/uPlot.min.css";
import { css, unsafeCSS } from "lit";

/** For the `styles` of a view with a chart in it. The place that is drawn in has a height of its own. */
export const chartStyles = css`
  ${unsafeCSS(uPlotStyles)}
  .chart { position: relative; width: 100%; height: var(--unfold-chart-height, 220px); overflow: hidden; }
  .uplot { font: inherit; }
`;

/**
 * A uPlot in a view: made when there is room and data, drawn at most once a frame, sized with its place, made anew when `options` should be
 * read again. Where it is hidden it draws nothing.
 */
export class Chart {
  #plot: uPlot | undefined;
  #place: HTMLElement | undefined;
  #data: uPlot.AlignedData | undefined;
  #frame = 0;
  readonly #observer = new ResizeObserver(() => this.#ask());

  /** `options`: asked for when a plot is made. */
  constructor(private readonly options: () => Omit<uPlot.Options, "width" | "height">) {}

  /** The place to draw in; undefined: none any more. */
  set place(place: HTMLElement | undefined) {
    if (place === this.#place) return;
    this.#observer.disconnect();
    this.restyle();
    this.#place = place;
    if (place !== undefined) this.#observer.observe(place);
  }

  set data(data: uPlot.AlignedData) {
    this.#data = data;
    this.#ask();
  }

  get plot(): uPlot | undefined {
    return this.#plot;
  }

  /** New colours, words or series: the next drawing starts afresh. */
  restyle(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#ask();
  }

  #ask(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const [place, data] = [this.#place, this.#data];
    if (place === undefined || data === undefined) return;
    const [width, height] = [place.clientWidth, place.clientHeight];
    if (width === 0 || height === 0) return;
    if (this.#plot === undefined) {
      this.#plot = new uPlot({ ...this.options(), width, height }, data, place);
      return;
    }
    if (this.#plot.width !== width || this.#plot.height !== height) this.#plot.setSize({ width, height });
    this.#plot.setData(data);
  }
}
