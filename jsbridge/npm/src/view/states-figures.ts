/** A plane in the space of hidden states: a point on it, and two unit vectors at right angles. */
export interface Basis {
  /** [H]. */
  readonly mean: Float64Array;
  /** [2, H]. */
  readonly directions: Float64Array;
}

/** States [T, H] on the plane, [T, 2]. */
export function project(states: ArrayLike<number>, { mean, directions }: Basis): Float64Array {
  const H = mean.length;
  const T = states.length / H;
  const points = new Float64Array(T * 2);
  for (let t = 0; t < T; t++) {
    let [x, y] = [0, 0];
    for (let j = 0; j < H; j++) {
      const away = (states[t * H + j] as number) - (mean[j] as number);
      x += away * (directions[j] as number);
      y += away * (directions[H + j] as number);
    }
    points[2 * t] = x;
    points[2 * t + 1] = y;
  }
  return points;
}

/** Share of the states' variance, about their own mean, that lies in the plane's two directions; NaN where nothing varies. */
export function explained(states: ArrayLike<number>, { mean, directions }: Basis): number {
  const H = mean.length;
  const T = states.length / H;
  const own = new Float64Array(H);
  for (let i = 0; i < T * H; i++) own[i % H] = (own[i % H] as number) + (states[i] as number) / T;
  const points = project(states, { mean: own, directions });
  let all = 0;
  for (let i = 0; i < T * H; i++) all += ((states[i] as number) - (own[i % H] as number)) ** 2;
  return points.reduce((sum, value) => sum + value * value, 0) / all;
}

/**
 * The same plane with its two directions turned, and mirrored if need be, to lie as near as they can to those of before: the orthogonal
 * Procrustes problem, max tr(Rᵀ M) with M = old · freshᵀ [2, 2], which in a plane has a closed form.
 */
export function align(fresh: Basis, before: Basis | undefined): Basis {
  const H = fresh.mean.length;
  if (before === undefined || before.mean.length !== H) return fresh;
  const dot = (i: number, j: number): number => {
    let sum = 0;
    for (let h = 0; h < H; h++) sum += (before.directions[i * H + h] as number) * (fresh.directions[j * H + h] as number);
    return sum;
  };
  const [a, b, c, d] = [dot(0, 0), dot(0, 1), dot(1, 0), dot(1, 1)];
  // R = [cos -sin; sin cos] gives cos (a + d) + sin (c - b); mirrored, [cos sin; sin -cos] gives cos (a - d) + sin (b + c).
  const mirrored = Math.hypot(a - d, b + c) > Math.hypot(a + d, c - b);
  const angle = mirrored ? Math.atan2(b + c, a - d) : Math.atan2(c - b, a + d);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [first, second] = mirrored ? [[cos, sin], [sin, -cos]] : [[cos, -sin], [sin, cos]];
  const turned = new Float64Array(2 * H);
  for (let h = 0; h < H; h++) {
    const [x, y] = [fresh.directions[h] as number, fresh.directions[H + h] as number];
    turned[h] = (first?.[0] as number) * x + (first?.[1] as number) * y;
    turned[H + h] = (second?.[0] as number) * x + (second?.[1] as number) * y;
  }
  return { mean: fresh.mean, directions: turned };
}

/** Half the width of a square around 0 that has all the points; `before` stays while it still fits, so that the picture keeps its scale. */
export function halfWidth(points: Iterable<number>, before: number | undefined): number {
  let largest = 0;
  for (const value of points) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return before ?? 1;
  return before !== undefined && largest <= before && largest > 0.45 * before ? before : largest * 1.12;
}

/** Which point is nearest to a place, and within `most` of it. */
export function nearest(points: ArrayLike<number>, x: number, y: number, most: number): number | undefined {
  let [found, best] = [-1, most];
  for (let i = 0; i < points.length / 2; i++) {
    const away = Math.hypot((points[2 * i] as number) - x, (points[2 * i + 1] as number) - y);
    if (away <= best) [found, best] = [i, away];
  }
  return found < 0 ? undefined : found;
}

/** Kinds of tokens of a text, in the legend's order. */
export const kinds = ["vowel", "consonant", "letter", "digit", "space", "mark"] as const;
export type Kind = (typeof kinds)[number];

/** Of a token's first character. */
export function kindOfToken(token: string): Kind {
  const [first = ""] = token;
  const bare = first.normalize("NFD");
  if (/^[aeiou]/i.test(bare)) return "vowel";
  if (/^[a-z]/i.test(bare)) return "consonant";
  if (/^\p{L}/u.test(first)) return "letter";
  if (/^\p{N}/u.test(first)) return "digit";
  return /^\s*$/u.test(first) ? "space" : "mark";
}
