import { createBinaryMask, DERMOSCOPIC_FEATURES, SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  averagePrecision,
  bootstrapInterval,
  createFeatureProtocol,
  type FeatureLabels,
  type FeatureScores,
  rocAuc,
  segmentationMetrics,
} from './index.js';

interface ScoredImage {
  id: string;
  truth: FeatureLabels;
  prediction: FeatureScores;
}

const features = ['dots', 'lines'];
const images: ScoredImage[] = [
  {
    id: 'a',
    truth: { dots: [1, 0, 0], lines: [0, 0, 0] },
    prediction: { dots: [0.9, 0.6, 0.1], lines: [0.2, 0.6, 0.1] },
  },
  { id: 'b', truth: { dots: [1, 0], lines: [1, 1] }, prediction: { dots: [0.5, 0.2], lines: [0.8, 0.3] } },
];

function randomImages(seed: number, count: number): ScoredImage[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const length = 1 + random.integer(8);
    const truth: Record<string, number[]> = {};
    const prediction: Record<string, number[]> = {};
    for (const feature of DERMOSCOPIC_FEATURES) {
      truth[feature] = Array.from({ length }, () => random.integer(2));
      prediction[feature] = Array.from({ length }, () => random.integer(9) / 8);
    }
    return { id: `image ${index}`, truth, prediction };
  });
}

/** All images' values of one feature, one after the other. */
const pooled = (list: readonly ScoredImage[], part: 'truth' | 'prediction', feature: string): number[] =>
  list.flatMap((image) => Array.from(image[part][feature] as ArrayLike<number>));

describe('createFeatureProtocol, isic2017', () => {
  it('ranks pooled superpixels and averages rows of both kinds', () => {
    const protocol = createFeatureProtocol({ features });
    for (const { id, truth, prediction } of images) protocol.update(id, truth, prediction);
    const { count, task, metrics, perClass, perImage } = protocol.compute();
    expect({ count, task }).toEqual({ count: 2, task: 2 });
    // dots: positives 0.9 and 0.5, negatives 0.6, 0.2 and 0.1; lines: positives 0.8 and 0.3, negatives 0.6, 0.2, 0.1.
    expect(perClass['dots']).toEqual({
      AUC: 5 / 6,
      AP: averagePrecision([1, 0, 0, 1, 0], [0.9, 0.6, 0.1, 0.5, 0.2], { rule: 'trapezoid' }),
      AC: 3 / 5,
      SE: 1 / 2,
      SP: 2 / 3,
    });
    expect(perClass['lines']!.AUC).toBe(5 / 6);
    expect(metrics.AUC).toBeCloseTo(5 / 6, 15);
    // Rows: pooled dots and lines, then dots of a and b, lines of a and b.
    expect(metrics.AC).toBeCloseTo((3 / 5 + 3 / 5 + 2 / 3 + 1 / 2 + 2 / 3 + 1 / 2) / 6, 15);
    expect(metrics.SE).toBeCloseTo((1 / 2 + 1 / 2 + 1 + 0 + 1 / 2) / 5, 15);
    expect(metrics.SP).toBeCloseTo((2 / 3 + 2 / 3 + 1 / 2 + 1 + 2 / 3) / 5, 15);
    expect(perImage).toEqual([
      { id: 'a', className: 'dots', values: { AC: 2 / 3, SE: 1, SP: 1 / 2 } },
      { id: 'a', className: 'lines', values: { AC: 2 / 3, SE: Number.NaN, SP: 2 / 3 } },
      { id: 'b', className: 'dots', values: { AC: 1 / 2, SE: 0, SP: 1 } },
      { id: 'b', className: 'lines', values: { AC: 1 / 2, SE: 1 / 2, SP: Number.NaN } },
    ]);
  });

  it('equals one shot over all superpixels', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, count) => {
        const list = randomImages(seed, count);
        const protocol = createFeatureProtocol();
        for (const { id, truth, prediction } of list) {
          protocol.update(id, truth, prediction);
          protocol.compute();
        }
        const { perClass } = protocol.compute();
        for (const feature of DERMOSCOPIC_FEATURES) {
          const labels = pooled(list, 'truth', feature);
          const scores = pooled(list, 'prediction', feature);
          expect(perClass[feature]!.AUC).toBe(rocAuc(labels, scores));
          expect(perClass[feature]!.AP).toBe(averagePrecision(labels, scores, { rule: 'trapezoid' }));
        }
      }),
    );
  });

  it('draws images, each with all its superpixels', () => {
    const list = randomImages(11, 9);
    const protocol = createFeatureProtocol();
    for (const { id, truth, prediction } of list) protocol.update(id, truth, prediction);
    const options = { replicates: 60, seed: 9 };
    const got = protocol.bootstrap(options);
    const statistic = (feature: string) => (sample: readonly ScoredImage[]) =>
      rocAuc(pooled(sample, 'truth', feature), pooled(sample, 'prediction', feature));
    expect(got.perClass['streaks']!.AUC).toEqual(bootstrapInterval(list, statistic('streaks'), options));
    // The mean over rows, by scoring each sample anew.
    const whole = (sample: readonly ScoredImage[]) => {
      const again = createFeatureProtocol();
      sample.forEach(({ truth, prediction }, index) => {
        again.update(`${index}`, truth, prediction);
      });
      return again.compute().metrics.SE;
    };
    const expected = bootstrapInterval(list, whole, options);
    expect(got.metrics.SE.lower).toBeCloseTo(expected.lower, 12);
    expect(got.metrics.SE.upper).toBeCloseTo(expected.upper, 12);
  });
});

describe('createFeatureProtocol, isic2018', () => {
  it('sums shares of each image, so that large images count no more than small ones', () => {
    const protocol = createFeatureProtocol({ protocol: 'isic2018', features: ['dots'] });
    const small = createBinaryMask({ height: 1, width: 2 }, Uint8Array.of(1, 0));
    const large = createBinaryMask({ height: 2, width: 2 }, Uint8Array.of(1, 1, 0, 0));
    protocol.update('small', { dots: small }, { dots: small });
    protocol.update('large', { dots: large }, { dots: createBinaryMask({ height: 2, width: 2 }) });
    const { metrics, perClass, perImage } = protocol.compute();
    // Half of each image is positive; one is found whole, the other not at all.
    expect(metrics).toEqual({ AC: 0.75, JA: 0.5, DI: 2 / 3, SE: 0.5, SP: 1 });
    expect(perClass['dots']).toEqual(metrics);
    expect(perImage.map(({ values }) => values['JA'])).toEqual([1, 0]);
  });

  it('scores an attribute that occurs nowhere and is predicted nowhere as 1', () => {
    const protocol = createFeatureProtocol({ protocol: 'isic2018', features: ['dots', 'lines'] });
    protocol.update('a', { dots: [0, 0], lines: [1, 0] }, { dots: [0, 0], lines: [0, 0] });
    const { metrics, perClass } = protocol.compute();
    expect(perClass['dots']).toMatchObject({ JA: 1, DI: 1, SE: 1 });
    expect(perClass['lines']).toMatchObject({ JA: 0, DI: 0, SE: 0 });
    expect(metrics).toMatchObject({ JA: 0, DI: 0 });
  });

  it('is plain counts where images are equally large', () => {
    const list = randomImages(5, 1);
    const protocol = createFeatureProtocol({ protocol: 'isic2018' });
    const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
    for (const { id, truth, prediction } of list) {
      protocol.update(id, truth, prediction);
      for (const feature of DERMOSCOPIC_FEATURES) {
        pooled(list, 'truth', feature).forEach((label, index) => {
          const predicted = (prediction[feature] as number[])[index]! > 0.5;
          if (label === 1) counts[predicted ? 'truePositives' : 'falseNegatives']++;
          else counts[predicted ? 'falsePositives' : 'trueNegatives']++;
        });
      }
    }
    const expected = segmentationMetrics(counts);
    expect(Object.values(protocol.compute().metrics)).toBeAllClose(Object.values(expected), 1e-12);
  });
});

describe('createFeatureProtocol', () => {
  it('scores nothing as NaN', () => {
    for (const protocol of ['isic2017', 'isic2018'] as const) {
      const { metrics, perClass } = createFeatureProtocol({ protocol }).compute();
      expect(Object.keys(perClass)).toEqual([...DERMOSCOPIC_FEATURES]);
      for (const value of [...Object.values(metrics), ...Object.values(perClass['streaks']!)])
        expect(value).toBeNaN();
    }
  });

  it('names the image and feature that it refuses and adds nothing', () => {
    const protocol = createFeatureProtocol({ features });
    const { truth, prediction } = images[1]!;
    expect(() => protocol.update('b', truth, { dots: [0.5, 0.2] })).toThrow(
      'b: prediction: has no value for lines; got dots',
    );
    expect(() => protocol.update('b', truth, { dots: [0.5, 0.2], lines: [0.1] })).toThrow(
      'b: prediction of lines has another length than b: truth of lines; got 1; expected 2',
    );
    expect(() => protocol.update('b', truth, { dots: [0.5, 0.2], lines: [0.1, 1.2] })).toThrow(
      'b: prediction of lines: holds a score outside [0, 1]; got 1.2 at index 1 of 2',
    );
    expect(() => protocol.update('b', truth, { dots: [0.5, Number.NaN], lines: [0.1, 0.2] })).toThrow(
      'b: prediction of dots: holds a value that is not a finite number; got NaN at index 1 of 2',
    );
    expect(() => protocol.update('b', { dots: [], lines: [] }, { dots: [], lines: [] })).toThrow(
      'b: truth of dots: holds no values. Leave the image out.',
    );
    expect(protocol.count).toBe(0);
    protocol.update('b', truth, prediction);
    expect(protocol.compute().perImage.length).toBe(2);
    expect(() => createFeatureProtocol({ features: ['dots', 'dots'] })).toThrow(
      'features: not a list of names; got dots, dots; expected at least one, each once',
    );
  });

  it('types its metrics by the protocol', () => {
    expectTypeOf(createFeatureProtocol().compute().metrics).toHaveProperty('AUC');
    expectTypeOf(createFeatureProtocol({ protocol: 'isic2018' }).compute().metrics).not.toHaveProperty('AUC');
  });
});
