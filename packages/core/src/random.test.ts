import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from './index.js';

describe('SeededRandom', () => {
  it('follows the published xoshiro128** recurrence', () => {
    // From the state 1, 2, 3, 4 by hand: rotl(2 * 5, 7) * 9 = 11520, then s[1] = 1 ^ 2 ^ 3 = 0 gives 0.
    const random = SeededRandom.fromState({ words: [1, 2, 3, 4], spareNormal: null });
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([11520, 0, 5927040]);
  });

  it('repeats itself from the same seed and differs between seeds', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 2 ** 40 }), (seed) => {
        const a = new SeededRandom(seed);
        const b = new SeededRandom(seed);
        const c = new SeededRandom(seed + 1);
        const draw = (r: SeededRandom) => Array.from({ length: 4 }, () => r.uint32());
        const first = draw(a);
        expect(draw(b)).toEqual(first);
        expect(draw(c)).not.toEqual(first);
      }),
    );
    expect(new SeededRandom(5).next()).not.toBe(new SeededRandom(5 + 2 ** 32).next());
    expect(new SeededRandom('a').next()).not.toBe(new SeededRandom('b').next());
  });

  it('goes on from a saved state, a half-used normal pair included', () => {
    const random = new SeededRandom(3);
    random.normal();
    const later = SeededRandom.fromState(JSON.parse(JSON.stringify(random.state)));
    for (let i = 0; i < 10; i++) expect(later.normal()).toBe(random.normal());
    expect(() => SeededRandom.fromState({ words: [0, 0, 0, 0], spareNormal: null })).toThrow(
      'not a random state',
    );
  });

  it('draws evenly', () => {
    const random = new SeededRandom('even');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 50_000; i++) {
      const value = random.normal();
      sum += value;
      squares += value * value;
    }
    expect(Math.abs(sum / 50_000)).toBeLessThan(0.02);
    expect(Math.abs(squares / 50_000 - 1)).toBeLessThan(0.03);
  });

  it('shuffles and samples without losing or doubling items', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const random = new SeededRandom(1);
    const shuffled = random.shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
    const drawn = random.sample(items, 20);
    expect(new Set(drawn).size).toBe(20);
    expect(() => random.sample(items, 51)).toThrow('at most 50');
  });

  it('forks streams that leave the parent as it was', () => {
    const random = new SeededRandom(9);
    const before = random.state;
    const a = random.fork('order').next();
    expect(random.state).toEqual(before);
    expect(random.fork('order').next()).toBe(a);
    expect(random.fork('angle').next()).not.toBe(a);
  });
});
