import { type BinaryMask, createBinaryMask } from '@lesion/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { bootstrapInterval, createSegmentationProtocol, type ProtocolName } from './index.js';

/** One row of pixels. */
const mask = (row: string): BinaryMask =>
  createBinaryMask(
    { height: 1, width: row.length },
    Uint8Array.from(row, (character) => Number(character)),
  );

const images = [
  { id: 'good', truth: mask('111100'), prediction: mask('111000') },
  { id: 'poor', truth: mask('111100'), prediction: mask('001110') },
  { id: 'nothing there', truth: mask('000000'), prediction: mask('000000') },
  { id: 'nothing else', truth: mask('111111'), prediction: mask('111111') },
];

function score<P extends ProtocolName>(protocol: P) {
  const segmentation = createSegmentationProtocol({ protocol });
  for (const { id, truth, prediction } of images) segmentation.update(id, truth, prediction);
  return segmentation;
}

describe('createSegmentationProtocol', () => {
  it('leaves undefined values out of the means of 2017', () => {
    const { count, task, metrics, perClass } = score('isic2017').compute();
    expect({ count, task, perClass }).toEqual({ count: 4, task: 1, perClass: {} });
    expect(metrics.AC).toBeCloseTo((5 / 6 + 3 / 6 + 1 + 1) / 4, 15);
    expect(metrics.JA).toBeCloseTo((3 / 4 + 2 / 5 + 1) / 3, 15);
    expect(metrics.DI).toBeCloseTo((6 / 7 + 4 / 7 + 1) / 3, 15);
    expect(metrics.SE).toBeCloseTo((3 / 4 + 2 / 4 + 1) / 3, 15);
    expect(metrics.SP).toBeCloseTo((1 + 1 / 2 + 1) / 3, 15);
  });

  it('counts undefined values as 1 and failed segmentations as 0 in 2018', () => {
    const { metrics } = score('isic2018').compute();
    expect(metrics.JA).toBeCloseTo((3 / 4 + 0 + 1 + 1) / 4, 15);
    expect(metrics.unthresholdedJA).toBeCloseTo((3 / 4 + 2 / 5 + 1 + 1) / 4, 15);
    expect(metrics.DI).toBeCloseTo((6 / 7 + 4 / 7 + 1 + 1) / 4, 15);
    expect(metrics.SE).toBeCloseTo((3 / 4 + 2 / 4 + 1 + 1) / 4, 15);
    expect(metrics.SP).toBeCloseTo((1 + 1 / 2 + 1 + 1) / 4, 15);
  });

  it('lets a Jaccard index of exactly 0.65 count', () => {
    const segmentation = createSegmentationProtocol({ protocol: 'isic2018' });
    segmentation.update('edge', mask('1'.repeat(20)), mask(`${'1'.repeat(13)}${'0'.repeat(7)}`));
    expect(segmentation.compute().metrics.JA).toBe(0.65);
    segmentation.update('below', mask('1'.repeat(20)), mask(`${'1'.repeat(12)}${'0'.repeat(8)}`));
    expect(segmentation.compute().metrics.JA).toBe(0.325);
  });

  it('keeps a row an image', () => {
    const { perImage } = score('isic2017').compute();
    expect(perImage.map(({ id }) => id)).toEqual(images.map(({ id }) => id));
    expect(perImage[1]).toEqual({ id: 'poor', values: { AC: 0.5, JA: 0.4, DI: 4 / 7, SE: 0.5, SP: 0.5 } });
    expect(perImage[2]!.values).toEqual({ AC: 1, JA: Number.NaN, DI: Number.NaN, SE: Number.NaN, SP: 1 });
    expect(score('isic2018').compute().perImage[1]!.values).toMatchObject({ JA: 0, unthresholdedJA: 0.4 });
  });

  it('draws the same samples as bootstrapInterval', () => {
    const segmentation = score('isic2017');
    const options = { replicates: 200, seed: 4, confidence: 0.8 };
    const rows = segmentation.compute().perImage.map(({ values }) => values['JA']!);
    const mean = (values: readonly number[]) => {
      const defined = values.filter((value) => !Number.isNaN(value));
      return defined.reduce((sum, value) => sum + value, 0) / defined.length;
    };
    const expected = bootstrapInterval(rows, mean, options);
    const got = segmentation.bootstrap(options).metrics.JA;
    expect(got.lower).toBeCloseTo(expected.lower, 12);
    expect(got.upper).toBeCloseTo(expected.upper, 12);
    expect(got.estimate).toBeCloseTo(expected.estimate, 12);
    expect(got.undefinedReplicates).toBe(expected.undefinedReplicates);
  });

  it('scores nothing as NaN', () => {
    for (const protocol of ['isic2017', 'isic2018'] as const) {
      const { count, metrics, perImage } = createSegmentationProtocol({ protocol }).compute();
      expect(count).toBe(0);
      expect(perImage).toEqual([]);
      for (const value of Object.values(metrics)) expect(value).toBeNaN();
    }
    expect(() => createSegmentationProtocol().bootstrap()).toThrow(
      'bootstrap: there is nothing to draw from; got 0 images; expected at least 1',
    );
  });

  it('names the image that it refuses and keeps what came before', () => {
    const segmentation = createSegmentationProtocol();
    segmentation.update('a', mask('10'), mask('10'));
    expect(() => segmentation.update('a', mask('10'), mask('10'))).toThrow(
      'a: the image was scored before. Give each image once.',
    );
    expect(() => segmentation.update('b', mask('10'), mask('100'))).toThrow(
      'b: prediction has another size than b: truth; got 3x1; expected 2x1',
    );
    const grey = createBinaryMask({ height: 1, width: 2 }, Uint8Array.of(0, 255));
    expect(() => segmentation.update('b', mask('10'), grey)).toThrow(
      'b: prediction: a binary mask holds only 0 and 1',
    );
    expect(() => segmentation.update('', mask('10'), mask('10'))).toThrow('id: not an image id; got ""');
    expect(segmentation.count).toBe(1);
    segmentation.update('b', mask('10'), mask('01'));
    expect(segmentation.compute().metrics.JA).toBe(0.5);
    expect(() => createSegmentationProtocol({ protocol: 'isic2016' as 'isic2017' })).toThrow(
      'protocol: unknown choice; got "isic2016"; expected "isic2017" or "isic2018"',
    );
  });

  it('types its metrics by the protocol', () => {
    const of2017 = createSegmentationProtocol().compute().metrics;
    const of2018 = createSegmentationProtocol({ protocol: 'isic2018' }).compute().metrics;
    const either = createSegmentationProtocol({ protocol: 'isic2017' as ProtocolName }).compute().metrics;
    expectTypeOf(of2017).toEqualTypeOf<Record<'AC' | 'JA' | 'DI' | 'SE' | 'SP', number>>();
    expectTypeOf(of2018.unthresholdedJA).toEqualTypeOf<number>();
    expectTypeOf(either).toEqualTypeOf(of2017);
  });
});
