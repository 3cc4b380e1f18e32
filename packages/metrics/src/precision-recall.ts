/** The precision-recall curve and average precision by both rules. Leans on core and ranking. */
import { assertOneOf, resolveOptions } from '@lesion/core';
import { type ThresholdCounts, useInputCounts } from './ranking.js';
import type { Labels, Scores } from './values.js';

/** How average precision is taken from the curve, see {@link AveragePrecisionOptions.rule}. */
export type AveragePrecisionRule = 'step' | 'trapezoid';

/** The rules there are. */
export const AVERAGE_PRECISION_RULES = ['step', 'trapezoid'] as const;

/** Options of {@link averagePrecision}. */
export interface AveragePrecisionOptions {
  /**
   * - `'step'`: the sum of precision times gain in recall, as scikit-learn has it since 0.19 and as the
   *   challenge of 2018 scored.
   * - `'trapezoid'`: the area under the curve with straight lines between its points, from (0, 1) on, as
   *   scikit-learn had it up to 0.18 and as the challenge of 2017 scored. It is optimistic.
   * @default 'step'
   */
  rule?: AveragePrecisionRule | undefined;
}

/** A precision-recall curve, one point a threshold, thresholds descending. */
export interface PrecisionRecallCurve {
  /** The share of true ones among those at or above the threshold; 1 at the first point. */
  precision: Float64Array;
  /** SE, from 0 to 1; NaN without positives. */
  recall: Float64Array;
  /** Scores of at least this count as positive; the first is infinite, so that none does. */
  thresholds: Float64Array;
}

/**
 * The precision-recall curve, in the order of {@link rocCurve}: thresholds descending, recall rising from 0.
 *
 * @param labels 0 and 1.
 * @param scores Finite numbers, as many as labels.
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ or a label is neither 0 nor 1; `NOT_FINITE` if a score
 * is not finite.
 * @example
 * ```ts
 * precisionRecallCurve([0, 1, 1], [0.1, 0.1, 0.8]).recall; // [0, 0.5, 1]
 * ```
 */
export function precisionRecallCurve(labels: Labels, scores: Scores): PrecisionRecallCurve {
  return useInputCounts(labels, scores, true, curveOf);
}

function curveOf(counts: ThresholdCounts, thresholds: Float64Array): PrecisionRecallCurve {
  const { truePositives, falsePositives, positives } = counts;
  const length = 1 + thresholds.length;
  const curve: PrecisionRecallCurve = {
    precision: new Float64Array(length),
    recall: new Float64Array(length),
    thresholds: new Float64Array(length),
  };
  curve.precision[0] = 1;
  curve.recall[0] = 0 / positives;
  curve.thresholds[0] = Number.POSITIVE_INFINITY;
  for (let i = 1; i < length; i++) {
    const here = truePositives[i - 1]!;
    curve.precision[i] = here / (here + falsePositives[i - 1]!);
    curve.recall[i] = here / positives;
    curve.thresholds[i] = thresholds[i - 1]!;
  }
  return curve;
}

/** {@link averagePrecision} from counts. */
export function averagePrecisionOf(counts: ThresholdCounts, rule: AveragePrecisionRule): number {
  const { truePositives, falsePositives, positives } = counts;
  if (positives === 0) return Number.NaN;
  let sum = 0;
  let lastTrue = 0;
  let lastPrecision = 1;
  for (let i = 0; i < truePositives.length; i++) {
    const here = truePositives[i]!;
    const predicted = here + falsePositives[i]!;
    // A bootstrap sample may hold nothing above the first thresholds.
    if (predicted === 0) continue;
    const precision = here / predicted;
    sum += (here - lastTrue) * (rule === 'step' ? precision : (precision + lastPrecision) / 2);
    lastTrue = here;
    lastPrecision = precision;
  }
  return sum / positives;
}

/**
 * Average precision: the precision-recall curve as one number, by the rule of today or that of the challenge.
 *
 * @param labels 0 and 1.
 * @param scores Finite numbers, as many as labels.
 * @returns In [0, 1]; NaN without positives.
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ or a label is neither 0 nor 1; `NOT_FINITE` if a score
 * is not finite.
 * @example
 * ```ts
 * averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { rule: 'trapezoid' }); // 0.7916666666666666
 * ```
 */
export function averagePrecision(labels: Labels, scores: Scores, options?: AveragePrecisionOptions): number {
  const { rule } = resolveOptions(options, { rule: 'step' }, 'averagePrecision');
  assertOneOf(rule, AVERAGE_PRECISION_RULES, 'rule');
  return useInputCounts(labels, scores, false, (counts) => averagePrecisionOf(counts, rule));
}
