/**
 * Seeded random numbers whose state can be saved: xoshiro128** (Blackman & Vigna 2021,
 * https://doi.org/10.1145/3460772), seeded through splitmix32. The same seed gives the same numbers on
 * every platform.
 */
import { invalidArgument } from './errors.js';
import { assertNumber, describe } from './validation.js';

/** The state of a {@link SeededRandom}, plain data that survives JSON. */
export interface RandomState {
  /** Four unsigned 32-bit words, not all zero. */
  words: [number, number, number, number];
  /** The second number of the last normal pair, if it was not used yet. */
  spareNormal: number | null;
}

function hashText(text: string): number {
  // FNV-1a over UTF-16 units, both bytes of each.
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * A stream of random numbers.
 *
 * @example
 * ```ts
 * const random = new SeededRandom(17);
 * const order = random.shuffle([0, 1, 2, 3]);
 * const later = SeededRandom.fromState(random.state); // goes on where `random` is
 * ```
 */
export class SeededRandom {
  readonly #words = new Uint32Array(4);
  #spareNormal: number | null = null;

  /**
   * @param seed A whole number, or a text that is hashed.
   * @throws LesionError `INVALID_ARGUMENT` if the seed is neither.
   */
  constructor(seed: number | string) {
    if (typeof seed !== 'string') assertNumber(seed, 'seed', { integer: true });
    // Both halves of a seed above 2^32 count.
    let low = typeof seed === 'string' ? hashText(seed) : seed >>> 0;
    const high = typeof seed === 'string' ? hashText(`${seed}\u0000`) : Math.floor(seed / 2 ** 32) >>> 0;
    for (let i = 0; i < 4; i++) {
      low = (low + 0x9e3779b9) >>> 0;
      let z = (low ^ (i & 1 ? high : 0)) >>> 0;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#words[i] = (z ^ (z >>> 15)) >>> 0;
    }
    if (this.#words.every((word) => word === 0)) this.#words[0] = 1;
  }

  /** A stream that goes on from a saved state. @throws LesionError `INVALID_ARGUMENT` if the state is not one. */
  static fromState(state: RandomState): SeededRandom {
    const words = state?.words;
    if (
      !Array.isArray(words) ||
      words.length !== 4 ||
      words.some((word) => !Number.isInteger(word) || word < 0 || word > 0xffffffff) ||
      words.every((word) => word === 0)
    ) {
      throw invalidArgument({
        what: 'not a random state',
        where: 'state',
        got: describe(state),
        expected: '{ words: four unsigned 32-bit numbers, not all 0 }',
      });
    }
    const random = new SeededRandom(0);
    random.#words.set(words);
    random.#spareNormal = state.spareNormal ?? null;
    return random;
  }

  /** A copy of the state, to be saved. */
  get state(): RandomState {
    return { words: [...this.#words] as RandomState['words'], spareNormal: this.#spareNormal };
  }

  /** An unsigned 32-bit number. */
  uint32(): number {
    const s = this.#words;
    const product = Math.imul(s[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** A number in [0, 1) with 53 random bits. */
  next(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A number in [min, max). */
  uniform(min: number, max: number): number {
    return min + (max - min) * this.next();
  }

  /** A whole number in [0, bound), each equally likely. @throws LesionError `INVALID_ARGUMENT` unless 1 <= bound <= 2^32 */
  integer(bound: number): number {
    assertNumber(bound, 'bound', { integer: true, min: 1, max: 2 ** 32 });
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % bound;
  }

  /** A number from the standard normal distribution (Marsaglia's polar method). */
  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        this.#spareNormal = v * factor;
        return u * factor;
      }
    }
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One item, each equally likely. @throws LesionError `INVALID_ARGUMENT` if there is none */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)] as T;
  }

  /** A new array with the items in random order (Fisher-Yates). */
  shuffle<T>(items: Iterable<T>): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = out[i]!;
      out[i] = out[j]!;
      out[j] = held;
    }
    return out;
  }

  /**
   * `count` different items in random order.
   * @throws LesionError `INVALID_ARGUMENT` if there are fewer
   */
  sample<T>(items: readonly T[], count: number): T[] {
    assertNumber(count, 'count', { integer: true, min: 0, max: items.length });
    const out = [...items];
    for (let i = 0; i < count; i++) {
      const j = i + this.integer(out.length - i);
      const held = out[i]!;
      out[i] = out[j]!;
      out[j] = held;
    }
    return out.slice(0, count);
  }

  /**
   * An independent stream for a named purpose. It depends on this stream's present state and on the
   * name, and leaves this stream as it was, so that adding a purpose changes no other numbers.
   */
  fork(name: string): SeededRandom {
    return new SeededRandom(`${this.#words.join(',')}/${name}`);
  }
}
