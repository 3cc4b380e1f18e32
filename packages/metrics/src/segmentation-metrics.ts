/** The challenge's metrics at a threshold, eqs. (3) to (5), from confusion counts. Leans on core and confusion. */
import { assertNumber, resolveOptions } from '@lesion/core';
import type { ConfusionCounts } from './confusion.js';

/** The paper's names: accuracy, Jaccard index, Dice coefficient, sensitivity, specificity. */
export type SegmentationMetricName = 'AC' | 'JA' | 'DI' | 'SE' | 'SP';

/** Each metric in [0, 1], or NaN where it is undefined. */
export type SegmentationMetrics = Record<SegmentationMetricName, number>;

/** Options of {@link segmentationMetrics}. */
export interface SegmentationMetricsOptions {
  /**
   * The value of a metric whose denominator is 0, in [0, 1]. The challenge of 2017 left such values out of its
   * means, that of 2018 counted them as 1.
   * @default undefined NaN
   */
  whenUndefined?: number | undefined;
}

/**
 * Accuracy, Jaccard index, Dice coefficient, sensitivity and specificity, eqs. (3) to (5) of
 * https://doi.org/10.3390/s18020556.
 *
 * A metric whose denominator is 0 is NaN: SE without positives, SP without negatives, JA and DI where truth and
 * prediction are both empty, AC of nothing. `JSON.stringify` writes NaN as null.
 *
 * @param counts As from {@link confusionCounts}; any common scale.
 * @throws LesionError `INVALID_ARGUMENT` if a count is negative or not finite.
 * @example
 * ```ts
 * segmentationMetrics({ truePositives: 3, falsePositives: 1, trueNegatives: 4, falseNegatives: 2 });
 * // { AC: 0.7, JA: 0.5, DI: 0.6666666666666666, SE: 0.6, SP: 0.8 }
 * ```
 */
export function segmentationMetrics(
  counts: ConfusionCounts,
  options?: SegmentationMetricsOptions,
): SegmentationMetrics {
  const { whenUndefined } = resolveOptions(options, { whenUndefined: undefined }, 'segmentationMetrics');
  if (whenUndefined !== undefined) assertNumber(whenUndefined, 'whenUndefined', { min: 0, max: 1 });
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  assertNumber(truePositives, 'counts.truePositives', { min: 0 });
  assertNumber(falsePositives, 'counts.falsePositives', { min: 0 });
  assertNumber(trueNegatives, 'counts.trueNegatives', { min: 0 });
  assertNumber(falseNegatives, 'counts.falseNegatives', { min: 0 });
  const ratio = (numerator: number, denominator: number): number =>
    denominator === 0 ? (whenUndefined ?? Number.NaN) : numerator / denominator;
  const wrong = falsePositives + falseNegatives;
  const right = truePositives + trueNegatives;
  return {
    AC: ratio(right, right + wrong),
    JA: ratio(truePositives, truePositives + wrong),
    DI: ratio(2 * truePositives, 2 * truePositives + wrong),
    SE: ratio(truePositives, truePositives + falseNegatives),
    SP: ratio(trueNegatives, trueNegatives + falsePositives),
  };
}
