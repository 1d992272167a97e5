/** A sample that the network wrote, and when. */
export interface Sample {
  step: number;
  /** Nats per character: held-out when there is such a figure, else training. */
  loss: number;
  temperature: number;
  prompt: string;
  text: string;
}

/**
 * Keeps at most `limit` samples, oldest first: the first and the latest always, and of the others those that tell the
 * story best, spread evenly over the logarithm of the step.
 */
export function remember<S extends { step: number }>(samples: readonly S[], next: S, limit: number): S[] {
  const kept = [...samples, next];
  while (kept.length > limit) kept.splice(leastTelling(kept), 1);
  return kept;
}

function leastTelling(samples: readonly { step: number }[]): number {
  const place = samples.map(({ step }) => Math.log(step + 10));
  let least = 1;
  let room = Infinity;
  for (let i = 1; i < samples.length - 1; i++) {
    const between = (place[i + 1] as number) - (place[i - 1] as number);
    if (between < room) {
      room = between;
      least = i;
    }
  }
  return least;
}
