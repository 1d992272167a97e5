/** A unit that is beyond the threshold, and on which side. */
export interface Active {
  readonly unit: number;
  readonly sign: 1 | -1;
}

/** Tokens from … to-1 of those that lie end to end. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Match extends Span {
  /** Share of the units that are active, mean over the span. */
  readonly score: number;
}

/** The units that are beyond ±threshold, on one side, at every token of the span. `values` is [N, H]. */
export function activeIn(values: Float32Array, width: number, { from, to }: Span, threshold: number): Active[] {
  const found: Active[] = [];
  if (to <= from) return found;
  for (let unit = 0; unit < width; unit++) {
    const sign = (values[from * width + unit] as number) > 0 ? 1 : -1;
    let all = true;
    for (let n = from; n < to && all; n++) all = sign * (values[n * width + unit] as number) >= threshold;
    if (all) found.push({ unit, sign });
  }
  return found;
}

/** Of each token the share of these units that are beyond the threshold on their side: [N]. */
export function agreement(values: Float32Array, width: number, active: readonly Active[], threshold: number): Float32Array {
  const shares = new Float32Array(values.length / width);
  for (let n = 0; n < shares.length; n++) {
    let count = 0;
    for (const { unit, sign } of active) if (sign * (values[n * width + unit] as number) >= threshold) count++;
    shares[n] = active.length === 0 ? 0 : count / active.length;
  }
  return shares;
}

/**
 * Spans where at least `share` of the active units are active together, the best first: by their score, then by how near their length is
 * to that of the selection (H. Strobelt et al., LSTMVis, 2018). No span reaches from one stretch, of the given lengths, into the next;
 * those shorter than half of the selection are left out.
 */
export function similarSpans(shares: Float32Array, lengths: readonly number[], length: number, share: number): Match[] {
  const found: Match[] = [];
  let start = 0;
  for (const count of lengths) {
    let [from, sum] = [-1, 0];
    for (let n = start; n <= start + count; n++) {
      const one = n < start + count ? (shares[n] as number) : 0;
      if (n < start + count && one > 0 && one >= share) {
        if (from < 0) [from, sum] = [n, 0];
        sum += one;
      } else if (from >= 0) {
        if (2 * (n - from) >= length) found.push({ from, to: n, score: sum / (n - from) });
        from = -1;
      }
    }
    start += count;
  }
  const off = ({ from, to }: Span): number => Math.abs(to - from - length);
  return found.sort((a, b) => b.score - a.score || off(a) - off(b) || a.from - b.from);
}

export const overlaps = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;
