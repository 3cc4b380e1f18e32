import { type ClassMaps, createClassMaps } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { lesionMask } from './index.js';

/** Class maps whose lesion classes share 0.75 where the drawing has a 1, and 0.3 elsewhere. */
function mapsOf(rows: string[]): ClassMaps {
  const pixels = [...rows.join('')].flatMap((c) =>
    c === '1' ? [0.25, 0.25, 0.2, 0.3] : [0.7, 0.1, 0.1, 0.1],
  );
  return createClassMaps({ height: rows.length, width: rows[0]!.length }, 4, Float32Array.from(pixels));
}

const drawing = ['111....', '1.1...1', '111...1', '......1'];

describe('lesionMask', () => {
  it('keeps the largest component and fills its holes', () => {
    expect(lesionMask(mapsOf(drawing))).toMatchMask(['111....', '111....', '111....', '.......']);
  });

  it('leaves each step out when asked', () => {
    expect(lesionMask(mapsOf(drawing), { largestComponent: false })).toMatchMask([
      '111....',
      '111...1',
      '111...1',
      '......1',
    ]);
    expect(lesionMask(mapsOf(drawing), { fillHoles: false })).toMatchMask([
      '111....',
      '1.1....',
      '111....',
      '.......',
    ]);
    expect(lesionMask(mapsOf(drawing), { largestComponent: false, fillHoles: false })).toMatchMask(drawing);
  });

  it('prefers what lies in the middle on request, if it is not much smaller', () => {
    const two = ['1......', '1...1..', '1...1..', '1......', '.......'];
    const plain = { fillHoles: false };
    expect(lesionMask(mapsOf(two), plain)).toMatchMask([
      '1......',
      '1......',
      '1......',
      '1......',
      '.......',
    ]);
    expect(lesionMask(mapsOf(two), { ...plain, componentWeight: 'centrality' })).toMatchMask([
      '.......',
      '....1..',
      '....1..',
      '.......',
      '.......',
    ]);
    const large = two.map((row) => row.replace('1..', '111'));
    expect(lesionMask(mapsOf(large), { ...plain, componentWeight: 'centrality' }).get(1, 4)).toBe(0);
    expect(() => lesionMask(mapsOf(two), { componentWeight: 'luck' as never })).toThrow('componentWeight');
  });

  it('hands the connectivity on', () => {
    const diagonal = mapsOf(['1..', '.1.', '..1']);
    expect(lesionMask(diagonal)).toMatchMask(['1..', '.1.', '..1']);
    expect(lesionMask(diagonal, { connectivity: 4 })).toMatchMask(['1..', '...', '...']);
  });

  it('asks for another share of the whole on request', () => {
    const plain = { largestComponent: false, fillHoles: false };
    // Shares of 0.3 outside and 0.75 inside the drawing.
    expect(lesionMask(mapsOf(drawing), { ...plain, threshold: 0.7 })).toMatchMask(drawing);
    expect(lesionMask(mapsOf(drawing), { ...plain, threshold: 0.8 }).data).not.toContain(1);
    expect(lesionMask(mapsOf(drawing), { ...plain, threshold: 0.29 }).data).not.toContain(0);
    expect(() => lesionMask(mapsOf(drawing), { threshold: 1.5 })).toThrow('threshold: out of range; got 1.5');
  });

  it('weighs the three classes together against the background; a tie is background', () => {
    const maps = createClassMaps(
      { height: 1, width: 3 },
      4,
      Float32Array.of(0.5, 0.25, 0.125, 0.125, 0.375, 0.25, 0.125, 0.25, 2, 0.5, 0.5, 0.5),
    );
    expect(lesionMask(maps)).toMatchMask(['.1.']);
  });

  it('gives an empty mask where nothing is lesion, a full one where all is', () => {
    expect(lesionMask(mapsOf(['..', '..']))).toMatchMask(['..', '..']);
    expect(lesionMask(mapsOf(['11', '11']))).toMatchMask(['11', '11']);
  });

  it('refuses NaN and other shapes', () => {
    const maps = mapsOf(['1']);
    maps.set(0, 0, 0, Number.NaN);
    expect(() => lesionMask(maps)).toThrow(
      'classMaps: holds a value that is not finite; got NaN at index 0 of 4',
    );
    expect(() => lesionMask(createClassMaps({ height: 1, width: 1 }, 3))).toThrow(
      'classMaps: the wrong number of classes; got float32 [1, 1, 3]; expected float32 [height, width, 4]',
    );
    expect(() => lesionMask(mapsOf(['1']), { holes: true } as never)).toThrow(
      'lesionMask: unknown option; got holes; expected one of threshold, largestComponent, componentWeight, fillHoles, connectivity',
    );
  });
});
