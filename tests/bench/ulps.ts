/** A prime, so that every exponent, both signs, denormals, infinities and NaNs are met with all kinds of mantissas. */
const stride = 1021;

const wide = new Float64Array(1);
const words = new Uint32Array(wide.buffer);

/** The distance of floats of 32 bits at an exact value; at denormals, that of denormals. */
function unitAt(exact: number): number {
  wide[0] = exact;
  const exponent = (((words[1] as number) >>> 20) & 0x7ff) - 1023;
  return 2 ** Math.max(exponent - 23, -149);
}

/** How far a float32 is from an exact value in units of its last place there; a NaN is only like a NaN, an overflow like one. */
export function ulpsOff(got: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(got)) return Number.isNaN(exact) && Number.isNaN(got) ? 0 : Infinity;
  if (!Number.isFinite(exact)) return got === exact ? 0 : Infinity;
  // As if the format had the next exponent too.
  const reached = Number.isFinite(got) ? got : Math.sign(got) * 2 ** 128;
  return Math.abs(reached - exact) / unitAt(exact);
}

/** The largest error of a function on every 1021st float of all 2³², asked for n at a time. */
export function worstUlps(apply: (x: Float32Array) => Float32Array, exact: (x: number) => number, n: number, step = stride): number {
  const bits = new Uint32Array(n);
  const x = new Float32Array(bits.buffer);
  let worst = 0;
  for (let next = 0; next < 2 ** 32; ) {
    for (let i = 0; i < n; i++, next += step) bits[i] = Math.min(next, 2 ** 32 - 1);
    const y = apply(x);
    for (let i = 0; i < n; i++) {
      const value = exact(x[i] as number);
      // Beyond the format's range the exact value is an infinity.
      const off = ulpsOff(y[i] as number, Math.abs(value) >= 2 ** 128 ? Math.sign(value) * Infinity : value);
      if (!(off <= worst)) worst = off;
    }
  }
  return worst;
}
