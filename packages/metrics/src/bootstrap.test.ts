import { SeededRandom } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from './index.js';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('bootstrapInterval', () => {
  it('has no width where all items are equal', () => {
    expect(bootstrapInterval([0.5, 0.5, 0.5], mean, { replicates: 20 })).toEqual({
      estimate: 0.5,
      lower: 0.5,
      upper: 0.5,
      undefinedReplicates: 0,
    });
  });

  it('covers about what theory says of a mean', () => {
    const random = new SeededRandom(1);
    const items = Array.from({ length: 400 }, () => random.normal());
    const { estimate, lower, upper } = bootstrapInterval(items, mean, { replicates: 4000, seed: 2 });
    const deviation = Math.sqrt(mean(items.map((value) => (value - estimate) ** 2)) / 400);
    expect(Math.abs((estimate - lower) / deviation - 1.96)).toBeLessThan(0.15);
    expect(Math.abs((upper - estimate) / deviation - 1.96)).toBeLessThan(0.15);
    const half = bootstrapInterval(items, mean, { replicates: 4000, seed: 2, confidence: 0.5 });
    expect(Math.abs((half.upper - half.lower) / (2 * deviation) - 0.674)).toBeLessThan(0.06);
  });

  it('draws the same with the same seed and other samples with another', () => {
    const items = Array.from({ length: 30 }, (_, i) => Math.sin(i * i));
    const interval = (seed: number | string) => bootstrapInterval(items, mean, { seed, replicates: 100 });
    expect(interval(5)).toEqual(interval(5));
    expect(interval(5)).not.toEqual(interval(6));
    expect(interval('five').estimate).toBe(interval(6).estimate);
  });

  it('leaves undefined samples out and says how many', () => {
    const ratio = (sample: readonly number[]) => (sample.includes(1) ? 1 : Number.NaN);
    const { undefinedReplicates, lower, upper } = bootstrapInterval([1, 0], ratio, {
      replicates: 400,
      seed: 1,
    });
    expect(undefinedReplicates).toBeGreaterThan(60);
    expect(undefinedReplicates).toBeLessThan(140);
    expect([lower, upper]).toEqual([1, 1]);
    expect(bootstrapInterval([0], ratio, { replicates: 3 })).toEqual({
      estimate: Number.NaN,
      lower: Number.NaN,
      upper: Number.NaN,
      undefinedReplicates: 3,
    });
  });

  it('interpolates percentiles', () => {
    let next = 0;
    const counted = bootstrapInterval([0], () => next++, { replicates: 5, confidence: 0.75 });
    // Samples 0 to 4: 12.5 % lie below 0.5, 12.5 % above 3.5; the whole is computed last.
    expect(counted).toEqual({ estimate: 5, lower: 0.5, upper: 3.5, undefinedReplicates: 0 });
  });

  it('refuses no items and options out of range', () => {
    expect(() => bootstrapInterval([], mean)).toThrow('items.length: out of range; got 0');
    expect(() => bootstrapInterval([1], mean, { replicates: 0 })).toThrow('replicates: out of range; got 0');
    expect(() => bootstrapInterval([1], mean, { confidence: 95 })).toThrow(
      'confidence: out of range; got 95; expected a number above 0 and at most 1',
    );
  });
});
