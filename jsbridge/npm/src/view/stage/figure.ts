/** A number in little room: three places, or three digits where that would be nothing. Its sign is always a sign, not a hyphen. */
export function figure(value: number, places = 3): string {
  if (Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  const text = Number.isInteger(size) && size < 1e4 ? String(size) : size === Infinity ? "∞" : size >= 0.5 * 10 ** -places && size < 1e4 ? size.toFixed(size >= 100 ? 1 : places) : size.toExponential(1).replace("e+", "e").replace("-", "−");
  return value < 0 ? `−${text}` : text;
}
