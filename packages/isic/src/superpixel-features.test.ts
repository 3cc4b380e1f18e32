import { createLabelMap, DERMOSCOPIC_FEATURES } from '@lesion/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LABELS, labelsOf, maskOf } from '../test/fixture.js';
import { countSuperpixels, deriveSuperpixelFeatures, sameShape } from './superpixel-features.js';

describe('deriveSuperpixelFeatures', () => {
  it('asks for more than half of the pixels', () => {
    const labels = labelsOf(['001122', '001122']);
    const streaks = maskOf(['111..1', '111.1.']);
    const { features, doubtful } = deriveSuperpixelFeatures(labels, { streaks }, { doubtMargin: 0.3 });
    // All of 0 is inside; half of 1 and of 2, which is not most.
    expect([...features.streaks]).toEqual([1, 0, 0]);
    expect(doubtful.streaks).toEqual([1, 2]);
    expect([...features.pigment_network]).toEqual([0, 0, 0]);
    expect(doubtful.pigment_network).toEqual([]);
  });

  it('scales a small mask to the label map', () => {
    const milia = maskOf(['1..', '..1']);
    const { features, doubtful } = deriveSuperpixelFeatures(LABELS, { milia_like_cyst: milia });
    // Each mask pixel covers 2x2: two thirds of superpixel 0 and of superpixel 3.
    expect([...features.milia_like_cyst]).toEqual([1, 0, 0, 1]);
    expect(doubtful.milia_like_cyst).toEqual([0, 3]);
  });

  it('counts superpixels that the map skips as absent', () => {
    const { features } = deriveSuperpixelFeatures(labelsOf(['02']), { streaks: maskOf(['11']) });
    expect([...features.streaks]).toEqual([1, 0, 1]);
  });

  it('reads views rightly', () => {
    const wide = createLabelMap({ height: 2, width: 3 }, Int32Array.of(0, 1, 9, 2, 3, 9));
    const { features } = deriveSuperpixelFeatures(wide.hi(2, 2), { streaks: maskOf(['1.', '.1']) });
    expect([...features.streaks]).toEqual([1, 0, 0, 1]);
  });

  it('gives the mask back where it was drawn from superpixels, at any whole enlargement of the map', () => {
    const flags = fc.array(fc.nat(1), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(flags, fc.integer({ min: 1, max: 5 }), (present, scale) => {
        const mask = maskOf(
          [0, 1, 2].map((row) =>
            present
              .slice(4 * row, 4 * row + 4)
              .map((flag) => (flag ? '1' : '.'))
              .join(''),
          ),
        );
        const size = { height: 3 * scale, width: 4 * scale };
        const labels = createLabelMap(
          size,
          Int32Array.from({ length: size.height * size.width }, (_, i) => {
            const row = Math.floor(Math.floor(i / size.width) / scale);
            return 4 * row + Math.floor((i % size.width) / scale);
          }),
        );
        const { features, doubtful } = deriveSuperpixelFeatures(labels, { negative_network: mask });
        expect([...features.negative_network]).toEqual(present);
        expect(doubtful.negative_network).toEqual([]);
      }),
    );
  });

  it('refuses a mask of another shape', () => {
    const streaks = maskOf(['11', '11']);
    expect(() => deriveSuperpixelFeatures(labelsOf(['000000', '000000']), { streaks })).toThrow(
      'masks.streaks: the mask has another shape than the label map; got 2x2; expected 6x2 at any scale (width x height). Give the mask and the label map of the same image.',
    );
    expect(() => deriveSuperpixelFeatures(LABELS, {}, { doubtMargin: 0.6 })).toThrow(
      'doubtMargin: out of range; got 0.6',
    );
  });

  it('knows one picture at two scales', () => {
    expect(sameShape({ height: 2848, width: 4288 }, { height: 170, width: 256 })).toBe(true);
    expect(sameShape({ height: 171, width: 256 }, { height: 512, width: 768 })).toBe(true);
    expect(sameShape({ height: 192, width: 256 }, { height: 512, width: 768 })).toBe(false);
    expect(sameShape({ height: 256, width: 171 }, { height: 512, width: 768 })).toBe(false);
  });

  it('counts superpixels', () => {
    expect(countSuperpixels(LABELS)).toBe(4);
    expect(
      DERMOSCOPIC_FEATURES.every((name) => deriveSuperpixelFeatures(LABELS, {}).features[name].length === 4),
    ).toBe(true);
  });
});
