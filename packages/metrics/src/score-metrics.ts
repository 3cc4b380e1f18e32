/** The challenge's five metrics of scores, in one shot or batch by batch. Leans on score-pool and segmentation-metrics. */
import { assertNumber, assertOneOf, resolveOptions } from '@lesion/core';
import { addCounts, type ConfusionCounts, countsAbove, noCounts } from './confusion.js';
import { AVERAGE_PRECISION_RULES, type AveragePrecisionOptions } from './precision-recall.js';
import { useInputCounts } from './ranking.js';
import { metricsOf, ScorePool } from './score-pool.js';
import { segmentationMetrics } from './segmentation-metrics.js';
import { DEFAULT_THRESHOLD, type ThresholdOptions } from './threshold.js';
import {
  assertSameLength,
  flatValues,
  type Labels,
  labelBytes,
  type Scores,
  scoreDoubles,
} from './values.js';

/** Area under the ROC curve, average precision; accuracy, sensitivity and specificity at a threshold. */
export type ScoreMetricName = 'AUC' | 'AP' | 'AC' | 'SE' | 'SP';

/** Each metric in [0, 1], or NaN where it is undefined. */
export type ScoreMetrics = Record<ScoreMetricName, number>;

/** Options of {@link scoreMetrics} and {@link createScoreAccumulator}. */
export interface ScoreMetricsOptions extends ThresholdOptions, AveragePrecisionOptions {}

/** Labels and scores, batch by batch. */
export interface ScoreAccumulator {
  /** How many labels there are so far. */
  readonly count: number;
  /**
   * Adds a batch.
   * @throws LesionError `INVALID_ARGUMENT` or `NOT_FINITE` as {@link rocAuc}; nothing is added then.
   */
  update(labels: Labels, scores: Scores): void;
  /** The metrics of all batches pooled. */
  compute(): ScoreMetrics;
  /** Forgets all batches. */
  reset(): void;
}

function settingsOf(options: ScoreMetricsOptions | undefined, where: string) {
  const settings = resolveOptions(options, { threshold: DEFAULT_THRESHOLD, rule: 'step' }, where);
  assertNumber(settings.threshold, 'threshold');
  assertOneOf(settings.rule, AVERAGE_PRECISION_RULES, 'rule');
  return settings;
}

function checkedBatch(labels: Labels, scores: Scores): { bytes: Uint8Array; doubles: Float64Array } {
  const flatLabels = flatValues(labels, 'labels');
  const flatScores = flatValues(scores, 'scores');
  assertSameLength(flatLabels, flatScores, ['labels', 'scores']);
  return { bytes: labelBytes(flatLabels, 'labels'), doubles: scoreDoubles(flatScores, 'scores') };
}

/**
 * Makes an accumulator that pools labels and scores: what it computes does not depend on how they were cut into
 * batches, and equals {@link scoreMetrics} of all of them.
 *
 * @example
 * ```ts
 * const features = createScoreAccumulator();
 * for (const { labels, scores } of images) features.update(labels, scores);
 * features.compute().AUC;
 * ```
 */
export function createScoreAccumulator(options?: ScoreMetricsOptions): ScoreAccumulator {
  const { threshold, rule } = settingsOf(options, 'createScoreAccumulator');
  let pool = new ScorePool();
  let counts: ConfusionCounts = noCounts();
  let count = 0;
  return {
    get count() {
      return count;
    },
    update(labels, scores) {
      const { bytes, doubles } = checkedBatch(labels, scores);
      pool.append(bytes, doubles, 0);
      addCounts(counts, countsAbove(bytes, doubles, threshold));
      count += bytes.length;
    },
    compute() {
      const { AC, SE, SP } = segmentationMetrics(counts);
      return { ...pool.evaluate(rule), AC, SE, SP };
    },
    reset() {
      pool = new ScorePool();
      counts = noCounts();
      count = 0;
    },
  };
}

/**
 * AUC, AP, AC, SE and SP of scores in one shot.
 *
 * @param labels 0 and 1.
 * @param scores Finite numbers, as many as labels.
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ or a label is neither 0 nor 1; `NOT_FINITE` if a score
 * is not finite.
 * @example
 * ```ts
 * scoreMetrics([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8]);
 * // { AUC: 0.875, AP: 0.8333333333333333, AC: 0.75, SE: 0.5, SP: 1 }
 * ```
 */
export function scoreMetrics(labels: Labels, scores: Scores, options?: ScoreMetricsOptions): ScoreMetrics {
  const { threshold, rule } = settingsOf(options, 'scoreMetrics');
  const ranked = useInputCounts(labels, scores, false, (counts) => metricsOf(counts, rule));
  const counts = countsAbove(flatValues(labels, 'labels'), flatValues(scores, 'scores'), threshold);
  const { AC, SE, SP } = segmentationMetrics(counts);
  return { ...ranked, AC, SE, SP };
}
