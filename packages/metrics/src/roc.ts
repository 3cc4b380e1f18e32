/** The receiver operating characteristic and the area under it. Leans on core and ranking. */
import { resolveOptions } from '@lesion/core';
import { type ThresholdCounts, useInputCounts } from './ranking.js';
import type { Labels, Scores } from './values.js';

/** Options of {@link rocCurve}. */
export interface RocCurveOptions {
  /**
   * Whether points inside straight stretches of the curve are left out. The area stays the same; a curve of
   * 600,000 scores becomes one that can be drawn.
   * @default false
   */
  dropCollinear?: boolean | undefined;
}

/** A ROC curve from (0, 0) to (1, 1), one point a threshold, thresholds descending. */
export interface RocCurve {
  /** 1 - SP, eq. (6); NaN without negatives. */
  falsePositiveRate: Float64Array;
  /** SE; NaN without positives. */
  truePositiveRate: Float64Array;
  /** Scores of at least this count as positive; the first is infinite, so that none does. */
  thresholds: Float64Array;
}

/** The points of a curve that bend it, first and last included. */
function bends(counts: ThresholdCounts): number[] {
  const { truePositives, falsePositives } = counts;
  const last = truePositives.length - 1;
  const kept: number[] = [];
  let keptTrue = 0;
  let keptFalse = 0;
  for (let i = 0; i <= last; i++) {
    const alongTrue = truePositives[i]! - keptTrue;
    const alongFalse = falsePositives[i]! - keptFalse;
    const nextTrue = i === last ? 0 : truePositives[i + 1]! - truePositives[i]!;
    const nextFalse = i === last ? 0 : falsePositives[i + 1]! - falsePositives[i]!;
    if (i < last && alongTrue * nextFalse === alongFalse * nextTrue) continue;
    kept.push(i);
    keptTrue = truePositives[i]!;
    keptFalse = falsePositives[i]!;
  }
  return kept;
}

/**
 * The ROC curve: sensitivity against false positive rate at every threshold. Equal scores share a point.
 *
 * Eqs. (5) and (6) of https://doi.org/10.3390/s18020556.
 *
 * @param labels 0 and 1.
 * @param scores Finite numbers, as many as labels.
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ or a label is neither 0 nor 1; `NOT_FINITE` if a score
 * is not finite.
 * @example
 * ```ts
 * rocCurve([0, 1, 1], [0.1, 0.1, 0.8]);
 * // { falsePositiveRate: [0, 0, 1], truePositiveRate: [0, 0.5, 1], thresholds: [Infinity, 0.8, 0.1] }
 * ```
 */
export function rocCurve(labels: Labels, scores: Scores, options?: RocCurveOptions): RocCurve {
  const { dropCollinear } = resolveOptions(options, { dropCollinear: false }, 'rocCurve');
  return useInputCounts(labels, scores, true, (counts, thresholds) =>
    curveOf(counts, thresholds, dropCollinear),
  );
}

function curveOf(counts: ThresholdCounts, thresholds: Float64Array, dropCollinear: boolean): RocCurve {
  const points = dropCollinear ? bends(counts) : undefined;
  const length = 1 + (points?.length ?? thresholds.length);
  const curve: RocCurve = {
    falsePositiveRate: new Float64Array(length),
    truePositiveRate: new Float64Array(length),
    thresholds: new Float64Array(length),
  };
  curve.falsePositiveRate[0] = 0 / counts.negatives;
  curve.truePositiveRate[0] = 0 / counts.positives;
  curve.thresholds[0] = Number.POSITIVE_INFINITY;
  for (let i = 1; i < length; i++) {
    const point = points?.[i - 1] ?? i - 1;
    curve.falsePositiveRate[i] = counts.falsePositives[point]! / counts.negatives;
    curve.truePositiveRate[i] = counts.truePositives[point]! / counts.positives;
    curve.thresholds[i] = thresholds[point]!;
  }
  return curve;
}

/** {@link rocAuc} from counts: whole numbers up to the one division. */
export function areaUnderRoc(counts: ThresholdCounts): number {
  const { truePositives, falsePositives, positives, negatives } = counts;
  if (positives === 0 || negatives === 0) return Number.NaN;
  let doubled = 0;
  let lastTrue = 0;
  let lastFalse = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const here = truePositives[i]!;
    const alsoFalse = falsePositives[i]!;
    doubled += (alsoFalse - lastFalse) * (here + lastTrue);
    lastTrue = here;
    lastFalse = alsoFalse;
  }
  return doubled / 2 / positives / negatives;
}

/**
 * The area under the ROC curve: the probability that a positive outscores a negative, a tie counting one half.
 *
 * @param labels 0 and 1.
 * @param scores Finite numbers, as many as labels.
 * @returns In [0, 1]; NaN unless there are both positives and negatives.
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ or a label is neither 0 nor 1; `NOT_FINITE` if a score
 * is not finite.
 * @remarks Time is in proportion to the scores. It takes 17 bytes a score; with plain kernels, 41.
 * @example
 * ```ts
 * rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8]); // 0.875
 * ```
 */
export function rocAuc(labels: Labels, scores: Scores): number {
  return useInputCounts(labels, scores, false, areaUnderRoc);
}
