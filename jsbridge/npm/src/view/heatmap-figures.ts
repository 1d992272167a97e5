/** Levels of colour on either side of zero. */
export const levels = 6;

/** The states that inspect() shows of a network, `h_l0`, `c_l0` …, the lowest layer first, each layer's h before its c. */
export function statesOf(activations: Readonly<Record<string, unknown>>): string[] {
  const key = (name: string): string => `${(/_l(\d+)/.exec(name)?.[1] ?? "").padStart(4, "0")}${name.endsWith("_reverse")}${name.startsWith("c_")}`;
  return Object.keys(activations).filter((name) => /^[hc]_l\d+(_reverse)?$/.test(name)).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** What counts as full colour: 1 for values that cannot pass it, else the largest modulus there is. `values` is [N, H]. */
export function scaleOf(values: Float32Array, bounded: boolean): number {
  if (bounded) return 1;
  let largest = 0;
  for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value);
  return largest > 0 && Number.isFinite(largest) ? largest : 1;
}

/** -levels … levels; 0 for what is next to nothing, and for what is no number. */
export function levelOf(value: number, scale: number): number {
  const level = Math.round((value / scale) * levels);
  return Number.isNaN(level) ? 0 : Math.max(-levels, Math.min(levels, level)) || 0;
}

/** One unit's values: [N]. */
export function unitOf(values: Float32Array, width: number, unit: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, n) => values[n * width + unit] as number);
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** Pixels of all units over all tokens, a row a unit, RGBA: from the surface's colour to that of the sign. `values` is [N, H]. */
export function pixels(values: Float32Array, width: number, scale: number, { pos, neg, surface }: Readonly<Record<"pos" | "neg" | "surface", Rgb>>): Uint8ClampedArray<ArrayBuffer> {
  const tokens = values.length / width;
  const image = new Uint8ClampedArray(tokens * width * 4);
  for (let n = 0; n < tokens; n++) {
    for (let unit = 0; unit < width; unit++) {
      const value = (values[n * width + unit] as number) / scale;
      const [sign, share] = [value < 0 ? neg : pos, Math.min(1, Math.abs(value))];
      const at = (unit * tokens + n) * 4;
      for (let c = 0; c < 3; c++) image[at + c] = (surface[c] as number) + share * ((sign[c] as number) - (surface[c] as number));
      image[at + 3] = 255;
    }
  }
  return image;
}
