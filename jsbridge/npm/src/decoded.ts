import type { Decoded } from "./types.js";
import type { TargetVocabulary } from "./vocabulary.js";

/** Targets as they cross, end to end: `lengths` and `logProbabilities` one a target, `counts` one a sequence of the batch. */
export interface Written {
  tokens: Int32Array;
  lengths: Int32Array;
  logProbabilities: Float64Array;
  counts: Int32Array;
}

/** The targets one by one. */
export function apart({ tokens, lengths, logProbabilities, counts }: Written, vocabulary: TargetVocabulary | undefined): Decoded[][] {
  let at = 0;
  let target = 0;
  return Array.from(counts, (count) =>
    Array.from({ length: count }, () => {
      const own = tokens.slice(at, (at += lengths[target] as number));
      const decoded: Decoded = { tokens: own, logProbability: logProbabilities[target++] as number };
      return vocabulary ? { ...decoded, text: vocabulary.decode(own, "model.decode") } : decoded;
    }),
  );
}
