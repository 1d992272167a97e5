/** Where a character stands: its left edge, and the top of its line. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

/**
 * The character that a key leads to from `index`, in a text of so many that runs over lines: a step, a line, or an end. Undefined: the key
 * is none of these.
 */
export function follow(key: string, index: number, count: number, place: (index: number) => Place): number | undefined {
  const last = count - 1;
  switch (key) {
    case "ArrowLeft": return Math.max(0, index - 1);
    case "ArrowRight": return Math.min(last, index + 1);
    case "Home": return 0;
    case "End": return last;
    case "ArrowUp": return acrossLine(index, -1, count, place);
    case "ArrowDown": return acrossLine(index, 1, count, place);
    default: return undefined;
  }
}

/** Of the line above or below the one that is nearest; the same one where there is no such line. */
function acrossLine(index: number, by: 1 | -1, count: number, place: (index: number) => Place): number {
  const from = place(index);
  let [best, distance, line] = [index, Infinity, NaN];
  for (let i = index + by; i >= 0 && i < count; i += by) {
    const { left, top } = place(i);
    if (Math.abs(top - from.top) < 2) continue;
    if (Number.isNaN(line)) line = top;
    if (Math.abs(top - line) >= 2) break;
    if (Math.abs(left - from.left) < distance) [best, distance] = [i, Math.abs(left - from.left)];
  }
  return best;
}
