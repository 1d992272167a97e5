import type { Point } from "./traits.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 600;
const HEIGHT = 160;
/** Room for the numbers on the left. */
const LEFT = 44;

/** The course of the loss as a picture that is drawn anew from its points. */
export class Plot {
  readonly element = document.createElementNS(SVG, "svg");
  readonly #training = line("training");
  readonly #validation = line("validation");
  readonly #labels = [label(12), label(HEIGHT - 4)] as const;

  constructor() {
    this.element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute("role", "img");
    this.element.append(this.#training, this.#validation, ...this.#labels);
    this.draw([]);
  }

  draw(points: readonly Point[]): void {
    const held = points.filter(([, , validation]) => validation !== null).map(([step, , validation]): [number, number] => [step, validation as number]);
    const trained = points.map(([step, loss]): [number, number] => [step, loss]);
    let top = -Infinity;
    let bottom = Infinity;
    for (const [, loss] of [...trained, ...held]) {
      top = Math.max(top, loss);
      bottom = Math.min(bottom, loss);
    }
    const first = points[0]?.[0] ?? 0;
    const last = Math.max(points.at(-1)?.[0] ?? 1, first + 1);
    const x = (step: number): number => LEFT + ((step - first) / (last - first)) * (WIDTH - LEFT - 4);
    const y = (loss: number): number => 4 + (top > bottom ? (top - loss) / (top - bottom) : 0.5) * (HEIGHT - 8);
    const path = (all: [number, number][]): string => all.map(([step, loss]) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(" ");
    this.#training.setAttribute("points", path(trained));
    this.#validation.setAttribute("points", path(held));
    this.#labels[0].textContent = points.length > 0 ? top.toFixed(2) : "";
    this.#labels[1].textContent = points.length > 0 ? bottom.toFixed(2) : "";
    const end = points.at(-1);
    this.element.setAttribute("aria-label", end ? `Loss from ${points[0]?.[1].toFixed(3)} to ${end[1].toFixed(3)} nats per token in ${end[0]} steps` : "Loss: nothing yet");
  }
}

function line(name: string): SVGPolylineElement {
  const element = document.createElementNS(SVG, "polyline");
  element.setAttribute("class", name);
  return element;
}

function label(y: number): SVGTextElement {
  const element = document.createElementNS(SVG, "text");
  element.setAttribute("x", "0");
  element.setAttribute("y", String(y));
  return element;
}
