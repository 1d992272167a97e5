/** How a token is drawn; the meaning and the order of model.generate(): temperature, then top-k, then top-p. */
export interface Drawing {
  /** Divides the logits; 0: always the likeliest, the lowest id among equals. */
  readonly temperature: number;
  /** Only the k likeliest; 0 or absent: all. */
  readonly topK?: number;
  /** Only the fewest likeliest whose probabilities reach p, in (0, 1]; absent: all. */
  readonly topP?: number;
}

export interface Candidate {
  readonly token: number;
  readonly probability: number;
}

/** The n likeliest tokens of a distribution [V], the lowest id first among equals. */
export function likeliest(probabilities: ArrayLike<number>, n: number): Candidate[] {
  return Array.from(probabilities, (probability, token) => ({ token, probability }))
    .sort((a, b) => b.probability - a.probability || a.token - b.token)
    .slice(0, n);
}

/** What is drawn from: p(v)^(1/temperature), normalised, with zeros where tokens are cut. Takes and gives [V]. */
export function reshape(probabilities: ArrayLike<number>, { temperature, topK = 0, topP = 1 }: Drawing): Float64Array {
  const order = likeliest(probabilities, Infinity);
  const reshaped = new Float64Array(probabilities.length);
  const top = order[0];
  if (top === undefined || temperature === 0) {
    if (top !== undefined) reshaped[top.token] = 1;
    return reshaped;
  }
  // The difference of logits is the quotient of probabilities.
  const weights = order.map(({ probability }) => Math.exp(Math.log(probability / top.probability) / temperature));
  const kept = nucleus(weights.slice(0, topK > 0 ? topK : weights.length), topP);
  const sum = kept.reduce((total, weight) => total + weight, 0);
  kept.forEach((weight, i) => (reshaped[(order[i] as Candidate).token] = weight / sum));
  return reshaped;
}

/** Of descending weights the first ones that reach the share `topP` of them all. */
function nucleus(weights: number[], topP: number): number[] {
  if (topP >= 1) return weights;
  const enough = topP * weights.reduce((total, weight) => total + weight, 0);
  let reached = 0;
  for (const [i, weight] of weights.entries()) {
    reached += weight;
    if (reached >= enough) return weights.slice(0, i + 1);
  }
  return weights;
}

/** The token at u in [0, 1) of the distribution's cumulative sum. */
export function draw(distribution: ArrayLike<number>, u: number): number {
  let [rest, last] = [u, 0];
  for (let token = 0; token < distribution.length; token++) {
    const probability = distribution[token] as number;
    if (!(probability > 0)) continue;
    last = token;
    rest -= probability;
    if (rest < 0) return token;
  }
  return last; // rounding left a crumb of u
}
