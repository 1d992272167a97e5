import type { Baselines } from "../types.js";
import { PIECE, Pause } from "./pieces.js";

/** Counts of pairs of tokens: an open-addressing table, so that a vocabulary of thousands takes room only for pairs that occur. */
class PairCounts {
  private capacity = 1 << 12;
  private size = 0;
  private first = new Int32Array(this.capacity).fill(-1);
  private second = new Int32Array(this.capacity);
  private counts = new Float64Array(this.capacity);

  /** Counts once more; true when the pair is new. */
  add(a: number, b: number): boolean {
    const slot = this.find(a, b);
    this.counts[slot] = (this.counts[slot] as number) + 1;
    if (this.first[slot] !== -1) return false;
    this.first[slot] = a;
    this.second[slot] = b;
    if (++this.size * 2 > this.capacity) this.grow();
    return true;
  }

  get(a: number, b: number): number {
    return this.counts[this.find(a, b)] as number;
  }

  private find(a: number, b: number): number {
    const mask = this.capacity - 1;
    let slot = Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b);
    slot = (slot ^ (slot >>> 15)) & mask;
    while (this.first[slot] !== -1 && (this.first[slot] !== a || this.second[slot] !== b)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { first, second, counts } = this;
    this.capacity *= 2;
    this.first = new Int32Array(this.capacity).fill(-1);
    this.second = new Int32Array(this.capacity);
    this.counts = new Float64Array(this.capacity);
    for (let i = 0; i < first.length; i++) {
      if (first[i] === -1) continue;
      const slot = this.find(first[i] as number, second[i] as number);
      this.first[slot] = first[i] as number;
      this.second[slot] = second[i] as number;
      this.counts[slot] = counts[i] as number;
    }
  }
}

/**
 * Nats per token of three models that know no more than counts. With N training tokens, c(w) and c(h, w) occurrences and
 * D(h) different successors of h:
 *
 *     uniform  P = 1 / V
 *     unigram  P(w)   = (c(w) + 1) / (N + V)                          (Laplace)
 *     bigram   P(w|h) = (c(h,w) + D(h) P(w)) / (c(h) + D(h))          (Witten and Bell 1991)
 *
 * where c(h) counts h as a context. Measured on every token of `measured` that has one before it there.
 */
export async function measureBaselines(tokens: number, training: Int32Array, measured: Int32Array): Promise<Baselines> {
  const pause = new Pause();
  const unigram = new Float64Array(tokens);
  const contexts = new Float64Array(tokens);
  const successors = new Float64Array(tokens);
  const pairs = new PairCounts();
  for (let i = 0; i < training.length; i++) {
    const w = training[i] as number;
    unigram[w] = (unigram[w] as number) + 1;
    if (i > 0) {
      const h = training[i - 1] as number;
      contexts[h] = (contexts[h] as number) + 1;
      if (pairs.add(h, w)) successors[h] = (successors[h] as number) + 1;
    }
    if (i % PIECE === 0) await pause.breathe();
  }
  for (let w = 0; w < tokens; w++) unigram[w] = ((unigram[w] as number) + 1) / (training.length + tokens);

  let unigramNats = 0;
  let bigramNats = 0;
  for (let i = 1; i < measured.length; i++) {
    const h = measured[i - 1] as number;
    const w = measured[i] as number;
    const p = unigram[w] as number;
    const context = contexts[h] as number;
    const different = successors[h] as number;
    unigramNats -= Math.log(p);
    bigramNats -= Math.log(context === 0 ? p : (pairs.get(h, w) + different * p) / (context + different));
    if (i % PIECE === 0) await pause.breathe();
  }
  const count = measured.length - 1;
  return { uniform: Math.log(tokens), unigram: unigramNats / count, bigram: bigramNats / count };
}
