import { SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { descendingOrder } from './descending-order.js';

function expectSorted(scores: Float64Array): void {
  const { order, keys } = descendingOrder(scores);
  expect([...order].sort((a, b) => a - b)).toEqual([...scores.keys()]);
  const sorted = Array.from(order, (index) => scores[index]!);
  expect(sorted).toEqual([...scores].sort((a, b) => b - a));
  for (let i = 1; i < sorted.length; i++) {
    if (keys[2 * i] !== keys[2 * i - 2]) expect(sorted[i]).toBeLessThan(sorted[i - 1]!);
  }
}

describe('descendingOrder', () => {
  it('sorts doubles of every size and sign', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    fc.assert(fc.property(fc.array(double), (values) => expectSorted(Float64Array.from(values))));
  });

  it('sorts long runs that differ in their last bits only', () => {
    const random = new SeededRandom(3);
    for (const sign of [1, -1]) {
      for (const count of [2, 50, 2000]) {
        expectSorted(
          Float64Array.from({ length: count }, () => sign * (1 + random.integer(4096) * 2 ** -52)),
        );
      }
    }
  });

  it('reads scores that lie inside a larger buffer', () => {
    expect([...descendingOrder(Float64Array.of(9, 1, 3, 2).subarray(1)).order]).toEqual([1, 2, 0]);
  });

  it('sorts nothing and one', () => {
    expect([...descendingOrder(new Float64Array(0)).order]).toEqual([]);
    expect([...descendingOrder(Float64Array.of(0.5)).order]).toEqual([0]);
  });
});
