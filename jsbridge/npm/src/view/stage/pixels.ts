export type Colour = readonly [red: number, green: number, blue: number];

/** A picture in device pixels, each 0xAABBGGRR. */
export class Pixels {
  readonly #image: ImageData;
  readonly #words: Uint32Array;

  constructor(readonly width: number, readonly height: number, /** Device pixels in one of CSS. */ readonly ratio: number) {
    this.#image = new ImageData(width, height);
    this.#words = new Uint32Array(this.#image.data.buffer);
  }

  clear(): void {
    this.#words.fill(0);
  }

  /** Fills a rectangle of CSS pixels; neighbours that share a border leave no gap. */
  fill(x: number, y: number, w: number, h: number, colour: number): void {
    const [left, right] = [Math.max(0, Math.round(x * this.ratio)), Math.min(this.width, Math.round((x + w) * this.ratio))];
    const bottom = Math.min(this.height, Math.round((y + h) * this.ratio));
    if (right <= left) return;
    for (let row = Math.max(0, Math.round(y * this.ratio)); row < bottom; row++) this.#words.fill(colour, row * this.width + left, row * this.width + right);
  }

  put(context: CanvasRenderingContext2D): void {
    context.putImageData(this.#image, 0, 0);
  }
}

/** So much of one colour in another. */
export function mixed(from: Colour, to: Colour, share: number, opacity: number): number {
  const part = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return ((Math.round(255 * opacity) << 24) | (part(2) << 16) | (part(1) << 8) | part(0)) >>> 0;
}

/** Red, green and blue of a computed colour, 0 … 255. */
export function rgb(colour: string): Colour {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
