import { createLabelMap, type LabelMap } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { purity } from './index.js';

function draw(rows: string[]): LabelMap {
  return createLabelMap(
    { height: rows.length, width: rows[0]!.length },
    Int32Array.from(rows.join(''), Number),
  );
}

describe('purity', () => {
  it('counts the pixels that lie where most of their superpixel lies', () => {
    // Superpixel 0 has 3 of 4 pixels in 5, superpixel 1 has 2 of 4 in each.
    expect(purity(draw(['0011', '0011']), draw(['5588', '5855']))).toBe(5 / 8);
  });

  it('is 1 for a finer map, not for a coarser one', () => {
    const fine = draw(['0123']);
    const coarse = draw(['0011']);
    expect(purity(fine, coarse)).toBe(1);
    expect(purity(coarse, fine)).toBe(0.5);
  });

  it('does not care how labels are numbered', () => {
    const side = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(side, side, fc.infiniteStream(fc.nat(3)), (height, width, stream) => {
        const size = { height, width };
        const draw = () => Int32Array.from({ length: height * width }, () => stream.next().value!);
        const a = draw();
        const b = draw();
        const renumber = (values: Int32Array) => values.map((value) => 1_000_000_007 - 3 * value);
        const plain = purity(createLabelMap(size, a), createLabelMap(size, b));
        expect(purity(createLabelMap(size, renumber(a)), createLabelMap(size, renumber(b)))).toBe(plain);
        expect(purity(createLabelMap(size, a), createLabelMap(size, a.slice()))).toBe(1);
        expect(plain).toBeGreaterThan(0);
        expect(plain).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('refuses maps of two sizes', () => {
    expect(() => purity(draw(['00']), draw(['0', '0']))).toThrow(
      'reference: reference has another size than labels; got 1x2; expected 2x1 (width x height)',
    );
  });
});
