// Golden values by scipy and scikit-learn; golden/generate_logistic_calibration.py made them.
import { readFileSync } from 'node:fs';
import { SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyLogisticCalibration, fitLogisticCalibration, rocAuc } from './index.js';

interface GoldenFit {
  name: string;
  labels: number[];
  scores: number[];
  epsilon: number;
  slope: number;
  intercept: number;
  sklearn: { slope: number; intercept: number };
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/logistic-calibration.json', import.meta.url), 'utf8'),
) as GoldenFit[];

describe('fitLogisticCalibration', () => {
  it.each(golden)('finds what scipy finds: $name', ({ labels, scores, epsilon, ...expected }) => {
    const { slope, intercept } = fitLogisticCalibration(labels, scores, { epsilon });
    expect(slope).toBeCloseTo(expected.slope, 9);
    expect(intercept).toBeCloseTo(expected.intercept, 9);
    expect(slope).toBeCloseTo(expected.sklearn.slope, 3);
    expect(intercept).toBeCloseTo(expected.sklearn.intercept, 3);
  });

  it('finds the curve that labels were drawn by', () => {
    const random = new SeededRandom(7);
    const scores = Array.from({ length: 20_000 }, () => random.next());
    const probabilities = applyLogisticCalibration(scores, { slope: 0.6, intercept: -1.2 });
    const labels = Array.from(probabilities, (probability) => (random.chance(probability) ? 1 : 0));
    const { slope, intercept } = fitLogisticCalibration(labels, scores);
    expect(Math.abs(slope - 0.6)).toBeLessThan(0.04);
    expect(Math.abs(intercept + 1.2)).toBeLessThan(0.04);
  });

  it('promises as many positives as its targets hold', () => {
    const labelled = fc.array(
      fc.tuple(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true })),
      { minLength: 4, maxLength: 60 },
    );
    fc.assert(
      fc.property(labelled, (list) => {
        const labels = [...list.map(([label]) => label), 0, 1];
        const scores = [...list.map(([, score]) => score), 0.25, 0.75];
        const positives = labels.filter((label) => label === 1).length;
        const negatives = labels.length - positives;
        // The intercept's gradient is 0 at the optimum.
        const targets = (positives * (positives + 1)) / (positives + 2) + negatives / (negatives + 2);
        const promised = applyLogisticCalibration(scores, fitLogisticCalibration(labels, scores));
        expect(promised.reduce((sum, value) => sum + value)).toBeCloseTo(targets, 6);
      }),
    );
  });

  it('keeps a negative slope', () => {
    expect(fitLogisticCalibration([1, 1, 0, 0], [0.1, 0.3, 0.6, 0.8]).slope).toBeLessThan(0);
  });

  it('mirrors when labels and scores do', () => {
    const { labels, scores, slope, intercept } = golden[0]!;
    const mirrored = fitLogisticCalibration(
      labels.map((label) => 1 - label),
      scores.map((score) => 1 - score),
    );
    expect(mirrored.slope).toBeCloseTo(slope, 8);
    expect(mirrored.intercept).toBeCloseTo(-intercept, 8);
  });

  it('gives the smoothed share of positives where all scores are alike', () => {
    const calibration = fitLogisticCalibration([0, 1, 0, 0], [0, 0, 1e-9, 0]);
    expect(calibration.slope).toBe(0);
    // (2 / 3 + 3 * 1 / 5) / 4
    expect(applyLogisticCalibration([0.7], calibration)[0]).toBeCloseTo(19 / 60, 12);
  });

  it('refuses what has no answer', () => {
    expect(() => fitLogisticCalibration([1, 1], [0.2, 0.4])).toThrow(
      'labels: labels of one kind alone cannot calibrate anything; got 2 positives and 0 negatives; expected at least 1 of each',
    );
    expect(() => fitLogisticCalibration([], [])).toThrow('got 0 positives and 0 negatives');
    expect(() => fitLogisticCalibration([0, 1], [0.2, 1.2])).toThrow('scores: holds a score outside [0, 1]');
    expect(() => fitLogisticCalibration([0, 1], [0.2])).toThrow('scores has another length than labels');
    expect(() => fitLogisticCalibration([0, 1], [0.2, 0.3], { epsilon: 0 })).toThrow('epsilon: out of range');
    expect(() => fitLogisticCalibration([0, 1, 1], [0.2, 0.1, 0.9], { maxIterations: 1 })).toThrow(
      'maxIterations: the fit did not come to rest; got 1 steps',
    );
  });
});

describe('applyLogisticCalibration', () => {
  it('leaves scores alone with slope 1 and intercept 0, up to the clipping', () => {
    expect([...applyLogisticCalibration([0.2, 0.5, 0.9], { slope: 1, intercept: 0 })]).toBeAllClose(
      [0.2, 0.5, 0.9],
      1e-15,
    );
    expect([...applyLogisticCalibration([0, 1], { slope: 1, intercept: 0 }, { epsilon: 0.01 })]).toBeAllClose(
      [0.01, 0.99],
      1e-15,
    );
    expect([...applyLogisticCalibration([0, 1], { slope: 300, intercept: 0 })]).toEqual([0, 1]);
  });

  it('keeps the AUC with a positive slope, and turns it round with a negative one', () => {
    const slopes = fc.double({ min: 0.1, max: 2, noNaN: true });
    const scored = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 1, max: 999 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(scored, slopes, fc.double({ min: -3, max: 3, noNaN: true }), (list, slope, intercept) => {
        const labels = [...list.map(([label]) => label), 0, 1];
        const scores = [...list.map(([, score]) => score / 1000), 0.25, 0.75];
        const auc = rocAuc(labels, scores);
        expect(rocAuc(labels, applyLogisticCalibration(scores, { slope, intercept }))).toBe(auc);
        const turned = rocAuc(labels, applyLogisticCalibration(scores, { slope: -slope, intercept }));
        expect(turned).toBeCloseTo(1 - auc, 12);
      }),
    );
  });

  it('refuses scores and calibrations that are none', () => {
    expect(() => applyLogisticCalibration([1.5], { slope: 1, intercept: 0 })).toThrow('outside [0, 1]');
    expect(() => applyLogisticCalibration([Number.NaN], { slope: 1, intercept: 0 })).toThrow(
      'not a finite number',
    );
    expect(() => applyLogisticCalibration([0.5], { slope: Number.NaN, intercept: 0 })).toThrow(
      'calibration.slope: out of range',
    );
  });
});
