// Golden values by scikit-learn; golden/generate.py made them.
import { readFileSync } from 'node:fs';
import { createBinaryMask } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  createClassificationProtocol,
  createFeatureProtocol,
  createSegmentationProtocol,
  expectedCalibrationError,
  precisionRecallCurve,
  reliabilityCurve,
  rocAuc,
  rocCurve,
  scoreMetrics,
} from '../src/index.js';

interface GoldenCalibration {
  bins: number;
  meanScore: number[];
  positiveShare: number[];
  count: number[];
  error: number;
}

interface GoldenRanking {
  name: string;
  labels: number[];
  scores: number[];
  auc: number;
  step: number;
  trapezoid: number;
  falsePositiveRate: number[];
  truePositiveRate: number[];
  thresholds: number[];
  precision: number[];
  recall: number[];
  uniform?: GoldenCalibration;
  quantile?: GoldenCalibration;
}

type Values = Record<string, number>;

interface GoldenScore {
  metrics: Values;
  perClass: Record<string, Values>;
}

interface Golden {
  rankings: GoldenRanking[];
  segmentation: { images: [number[], number[]][]; isic2017: Values; isic2018: Values };
  features: {
    images: [Record<string, number[]>, Record<string, number[]>][];
    isic2017: GoldenScore;
    isic2018: GoldenScore;
  };
  classification: {
    truth: Values[];
    prediction: Values[];
    undecided: number;
    isic2017: GoldenScore;
    isic2018: GoldenScore;
  };
}

const golden = JSON.parse(readFileSync(new URL('../golden/golden.json', import.meta.url), 'utf8')) as Golden;

function expectValues(got: Values, expected: Values): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) expect(got[name], name).toBeCloseTo(value, 12);
}

function expectScore(got: GoldenScore, expected: GoldenScore): void {
  expectValues(got.metrics, expected.metrics);
  expect(Object.keys(got.perClass)).toEqual(Object.keys(expected.perClass));
  for (const [name, values] of Object.entries(expected.perClass)) expectValues(got.perClass[name]!, values);
}

describe.each(golden.rankings)('scikit-learn on $name', (ranking) => {
  const { labels, scores } = ranking;

  it('has the same areas', () => {
    expect(rocAuc(labels, scores)).toBeCloseTo(ranking.auc, 13);
    expect(averagePrecision(labels, scores)).toBeCloseTo(ranking.step, 13);
    expect(averagePrecision(labels, scores, { rule: 'trapezoid' })).toBeCloseTo(ranking.trapezoid, 13);
    expect(scoreMetrics(labels, scores, { rule: 'trapezoid' })).toMatchObject({
      AUC: rocAuc(labels, scores),
      AP: averagePrecision(labels, scores, { rule: 'trapezoid' }),
    });
  });

  it('has the same curves', () => {
    const roc = rocCurve(labels, scores);
    expect(roc.falsePositiveRate).toBeAllClose(ranking.falsePositiveRate, 1e-14);
    expect(roc.truePositiveRate).toBeAllClose(ranking.truePositiveRate, 1e-14);
    expect(roc.thresholds).toBeAllClose([Number.POSITIVE_INFINITY, ...ranking.thresholds], 0);
    const curve = precisionRecallCurve(labels, scores);
    expect(curve.precision).toBeAllClose(ranking.precision, 1e-14);
    expect(curve.recall).toBeAllClose(ranking.recall, 1e-14);
    expect([...curve.thresholds]).toEqual([...roc.thresholds]);
  });
});

const probabilities = golden.rankings.filter((ranking) => ranking.uniform !== undefined);

describe.each(probabilities)('scikit-learn on $name', ({ labels, scores, uniform, quantile }) => {
  it('has the same calibration', () => {
    for (const [binning, expected] of [
      ['equal-width', uniform!],
      ['equal-mass', quantile!],
    ] as const) {
      const { bins } = expected;
      const curve = reliabilityCurve(labels, scores, { bins, binning });
      expect(curve.map((bin) => bin.count)).toEqual(expected.count);
      expect(curve.map((bin) => bin.meanScore)).toBeAllClose(expected.meanScore, 1e-13);
      expect(curve.map((bin) => bin.positiveShare)).toBeAllClose(expected.positiveShare, 1e-13);
      expect(expectedCalibrationError(labels, scores, { bins, binning })).toBeCloseTo(expected.error, 12);
    }
  });
});

describe.each(['isic2017', 'isic2018'] as const)('%s composed of scikit-learn', (protocol) => {
  it('scores segmentation', () => {
    const segmentation = createSegmentationProtocol({ protocol });
    const mask = (values: number[]) => createBinaryMask({ height: 5, width: 6 }, Uint8Array.from(values));
    golden.segmentation.images.forEach(([truth, prediction], index) => {
      segmentation.update(`image ${index}`, mask(truth), mask(prediction));
    });
    expectValues(segmentation.compute().metrics, golden.segmentation[protocol]);
  });

  it('scores features', () => {
    const features = createFeatureProtocol({ protocol });
    golden.features.images.forEach(([truth, prediction], index) => {
      features.update(`image ${index}`, truth, prediction);
    });
    expectScore(features.compute(), golden.features[protocol]);
  });

  it('scores classification', () => {
    const { truth, prediction, undecided } = golden.classification;
    expect(undecided).toBeGreaterThan(0);
    const classification = createClassificationProtocol({ protocol });
    truth.forEach((values, index) => {
      classification.update(`image ${index}`, values, prediction[index]!);
    });
    expectScore(classification.compute(), golden.classification[protocol]);
  });
});
