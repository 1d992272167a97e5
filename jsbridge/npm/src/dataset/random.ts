/**
 * PCG-XSH-RR 64/32 (O'Neill 2014, "PCG: A family of simple fast space-efficient statistically good algorithms for random number
 * generation"): a 64-bit congruential state, 32 bits out. Whole-number arithmetic alone, so the same everywhere.
 *
 *     s ← 6364136223846793005 s + c  (mod 2^64)      out = rotr32(((s >> 18) ^ s) >> 27, s >> 59)   of the s before
 */
export class Pcg32 {
  private high = 0;
  private low = 0;
  private readonly cHigh: number;
  private readonly cLow: number;

  /** Both whole numbers from 0 to 2^53-1. Streams of one seed are independent of each other. */
  constructor(seed: number, stream = 0) {
    const [high, low] = halves(stream);
    this.cHigh = ((high << 1) | (low >>> 31)) >>> 0;
    this.cLow = ((low << 1) | 1) >>> 0;
    this.advance();
    const [seedHigh, seedLow] = halves(seed);
    this.add(seedHigh, seedLow);
    this.advance();
  }

  /** Uniform over 0 … 2^32-1. */
  uint32(): number {
    const { high, low } = this;
    this.advance();
    // ((s >> 18) ^ s) >> 27, its lowest 32 bits.
    const xHigh = high ^ (high >>> 18);
    const xLow = low ^ ((low >>> 18) | (high << 14));
    const word = (xLow >>> 27) | (xHigh << 5);
    const turn = high >>> 27;
    return ((word >>> turn) | (word << (-turn & 31))) >>> 0;
  }

  /** Uniform over 0 … n-1, n in 1 … 2^32. */
  below(n: number): number {
    // The last values that do not fill a whole round are drawn again.
    const limit = 2 ** 32 - (2 ** 32 % n);
    let drawn = this.uint32();
    while (drawn >= limit) drawn = this.uint32();
    return drawn % n;
  }

  /** Uniform over the multiples of 2^-53 in [0, 1). */
  unit(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Puts the elements in random order, all orders equally likely (Fisher and Yates). */
  shuffle(list: Int32Array): void {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = list[i] as number;
      list[i] = list[j] as number;
      list[j] = kept;
    }
  }

  private advance(): void {
    const MUL_HIGH = 0x5851f42d;
    const MUL_LOW = 0x4c957f2d;
    const { high, low } = this;
    // low · MUL_LOW by halves of 16 bits; of the upper products only 32 bits are wanted.
    const a0 = low & 0xffff;
    const a1 = low >>> 16;
    const b0 = MUL_LOW & 0xffff;
    const b1 = MUL_LOW >>> 16;
    const p00 = a0 * b0;
    const middle1 = a1 * b0 + (p00 >>> 16);
    const middle2 = a0 * b1 + (middle1 % 65536);
    const upper = a1 * b1 + Math.floor(middle1 / 65536) + Math.floor(middle2 / 65536);
    this.low = ((middle2 % 65536) * 65536 + (p00 & 0xffff)) >>> 0;
    this.high = ((upper >>> 0) + Math.imul(high, MUL_LOW) + Math.imul(low, MUL_HIGH)) >>> 0;
    this.add(this.cHigh, this.cLow);
  }

  private add(high: number, low: number): void {
    const sum = this.low + low;
    this.low = sum >>> 0;
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  }
}

function halves(n: number): [high: number, low: number] {
  return [Math.floor(n / 2 ** 32) >>> 0, n >>> 0];
}
