/** Calibration: how far scores are from the shares of positives that they promise. Leans on core alone. */
import { assertNumber, assertOneOf, resolveOptions } from '@lesion/core';
import { interpolatedAt } from './bootstrap.js';
import {
  assertProbabilities,
  assertSameLength,
  flatValues,
  type Labels,
  labelBytes,
  type Scores,
  scoreDoubles,
} from './values.js';

/** Options of {@link reliabilityCurve} and {@link expectedCalibrationError}. */
export interface CalibrationOptions {
  /** How many bins there are at most. @default 10 */
  bins?: number | undefined;
  /**
   * `'equal-width'` cuts [0, 1] into bins of the same width; `'equal-mass'` cuts at quantiles of the scores, so
   * that bins hold about as many. Equal scores share a bin either way.
   * @default 'equal-width'
   */
  binning?: 'equal-width' | 'equal-mass' | undefined;
}

/** One point of a reliability curve: the scores above `lower` up to and including `upper`. */
export interface ReliabilityBin {
  /** The lower edge, exclusive but for the lowest bin. */
  lower: number;
  /** The upper edge, inclusive. */
  upper: number;
  /** How many scores the bin holds, at least 1. */
  count: number;
  /** The mean of its scores: what they promise. */
  meanScore: number;
  /** The share of positives among its labels: what is so. */
  positiveShare: number;
}

/**
 * The reliability curve: mean score against share of positives, bin by bin. Bins without scores are left out.
 *
 * @param labels 0 and 1.
 * @param scores Probabilities in [0, 1], as many as labels.
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ, a label is neither 0 nor 1 or a score is outside [0, 1];
 * `NOT_FINITE` if a score is not finite.
 * @example
 * ```ts
 * reliabilityCurve([0, 1, 1], [0.1, 0.6, 0.8], { bins: 2 });
 * // [{ lower: 0, upper: 0.5, count: 1, meanScore: 0.1, positiveShare: 0 },
 * //  { lower: 0.5, upper: 1, count: 2, meanScore: 0.7, positiveShare: 1 }]
 * ```
 */
export function reliabilityCurve(
  labels: Labels,
  scores: Scores,
  options?: CalibrationOptions,
): ReliabilityBin[] {
  return binsOf(labels, scores, options, 'reliabilityCurve');
}

/**
 * The expected calibration error: the distance between mean score and share of positives, averaged over the bins of
 * the {@link reliabilityCurve}, each weighted by its number of scores.
 *
 * Definition: Naeini, Cooper and Hauskrecht 2015, https://doi.org/10.1609/aaai.v29i1.9602.
 *
 * @param labels 0 and 1.
 * @param scores Probabilities in [0, 1], as many as labels.
 * @returns In [0, 1], 0 if calibrated; NaN of nothing.
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ, a label is neither 0 nor 1 or a score is outside [0, 1];
 * `NOT_FINITE` if a score is not finite.
 * @example
 * ```ts
 * expectedCalibrationError([0, 1, 1], [0.1, 0.6, 0.8], { bins: 2 }); // (0.1 + 2 * 0.3) / 3
 * ```
 */
export function expectedCalibrationError(
  labels: Labels,
  scores: Scores,
  options?: CalibrationOptions,
): number {
  let sum = 0;
  let count = 0;
  for (const bin of binsOf(labels, scores, options, 'expectedCalibrationError')) {
    sum += bin.count * Math.abs(bin.meanScore - bin.positiveShare);
    count += bin.count;
  }
  return sum / count;
}

function binsOf(
  labels: Labels,
  scores: Scores,
  options: CalibrationOptions | undefined,
  where: string,
): ReliabilityBin[] {
  const { bins, binning } = resolveOptions(options, { bins: 10, binning: 'equal-width' }, where);
  assertNumber(bins, 'bins', { integer: true, min: 1 });
  assertOneOf(binning, ['equal-width', 'equal-mass'], 'binning');
  const flatLabels = flatValues(labels, 'labels');
  const flatScores = flatValues(scores, 'scores');
  assertSameLength(flatLabels, flatScores, ['labels', 'scores']);
  const bytes = labelBytes(flatLabels, 'labels');
  const doubles = scoreDoubles(flatScores, 'scores');
  assertProbabilities(doubles, 'scores');

  const sorted = binning === 'equal-mass' ? doubles.slice().sort() : undefined;
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) =>
    sorted === undefined ? i / bins : interpolatedAt(sorted, (i * (sorted.length - 1)) / bins),
  );
  const counts = new Uint32Array(bins);
  const scoreSums = new Float64Array(bins);
  const positives = new Uint32Array(bins);
  for (let i = 0; i < doubles.length; i++) {
    const bin = binAt(edges, doubles[i]!);
    counts[bin]!++;
    scoreSums[bin]! += doubles[i]!;
    positives[bin]! += bytes[i]!;
  }
  const curve: ReliabilityBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const count = counts[bin]!;
    if (count === 0) continue;
    curve.push({
      lower: edges[bin]!,
      upper: edges[bin + 1]!,
      count,
      meanScore: scoreSums[bin]! / count,
      positiveShare: positives[bin]! / count,
    });
  }
  return curve;
}

/** The first bin whose upper edge is not below the score; the last bin takes what rounding left above its edge. */
function binAt(edges: Float64Array, score: number): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (score <= edges[middle + 1]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
