import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Association, testIndependence } from './association.js';

const golden = JSON.parse(
  readFileSync(new URL('../golden/association.json', import.meta.url), 'utf8'),
) as (Association & {
  counts: number[][];
})[];

describe('testIndependence', () => {
  it.each(golden)('agrees with SciPy on a table with $degreesOfFreedom degrees of freedom', (expected) => {
    const result = testIndependence(expected.counts);
    expect(result.chiSquare).toBeCloseTo(expected.chiSquare, 8);
    expect(result.degreesOfFreedom).toBe(expected.degreesOfFreedom);
    expect(result.cramersV).toBeCloseTo(expected.cramersV, 10);
    // Probabilities span hundreds of orders of magnitude.
    expect(Math.log(result.pValue)).toBeCloseTo(Math.log(expected.pValue), 8);
  });

  it('finds complete dependence complete and independence absent', () => {
    expect(
      testIndependence([
        [50, 0],
        [0, 50],
      ]).cramersV,
    ).toBeCloseTo(1, 12);
    expect(
      testIndependence([
        [20, 40],
        [10, 20],
      ]),
    ).toMatchObject({ chiSquare: 0, pValue: 1, cramersV: 0 });
  });

  it('leaves out rows and columns that hold nothing', () => {
    const full = testIndependence([
      [30, 2],
      [1, 40],
    ]);
    expect(
      testIndependence([
        [30, 0, 2],
        [0, 0, 0],
        [1, 0, 40],
      ]),
    ).toEqual(full);
  });

  it('has nothing to test in one row, one column or none', () => {
    const nothing = { chiSquare: 0, degreesOfFreedom: 0, pValue: 1, cramersV: 0 };
    expect(testIndependence([[3, 4]])).toEqual(nothing);
    expect(testIndependence([[3], [4]])).toEqual(nothing);
    expect(testIndependence([])).toEqual(nothing);
  });
});
