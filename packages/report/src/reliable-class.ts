/** From truths and probabilities to the bins that a reliability diagram draws. Leans on @lesion/metrics. */
import { resolveOptions } from '@lesion/core';
import { bootstrapInterval, expectedCalibrationError, reliabilityCurve } from '@lesion/metrics';
import type { ReportReliableClass } from './report-data.js';

/** What one class's reliability is made of. */
export interface ReliableClassOptions {
  /** The name of the class, `melanoma`. */
  name: string;
  /** 0 and 1. */
  labels: ArrayLike<number>;
  /** As many probabilities in [0, 1]. */
  scores: ArrayLike<number>;
  /** Bins of equal width. @default 10 */
  bins?: number | undefined;
  /** Samples of the bootstrap behind the error's interval; 0 leaves it out. @default 1000 */
  replicates?: number | undefined;
  /** @default 0 */
  seed?: number | string | undefined;
}

/** The standard normal's two-sided 95 % point. */
const Z = 1.959964;

/**
 * The interval of a share that `positives` of `count` show, by Wilson 1927,
 * https://doi.org/10.1080/01621459.1927.10502953: it stays within 0 and 1 and holds in small bins.
 */
export function wilsonInterval(positives: number, count: number): [low: number, high: number] {
  const share = positives / count;
  const spread = (Z * Z) / count;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / count + spread / (4 * count));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/**
 * One class's reliability diagram as data: bins with the mean probability, the share of the class and its interval,
 * and the expected calibration error with a bootstrap interval.
 *
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ, a label is neither 0 nor 1 or a score is outside [0, 1];
 *   `NOT_FINITE` if a score is not finite.
 * @example
 * ```ts
 * reliableClass({ name: 'melanoma', labels: [0, 1, 1], scores: [0.1, 0.6, 0.8], bins: 2 }).bins.length; // 2
 * ```
 */
export function reliableClass(options: ReliableClassOptions): ReportReliableClass {
  const { bins, replicates, seed } = resolveOptions(
    options,
    { name: undefined, labels: undefined, scores: undefined, bins: 10, replicates: 1000, seed: 0 },
    'reliableClass',
  );
  const { name } = options;
  const labels = Uint8Array.from(options.labels);
  const scores = Float64Array.from(options.scores);
  const points = reliabilityCurve(labels, scores, { bins }).map((bin) => {
    const [low, high] = wilsonInterval(Math.round(bin.positiveShare * bin.count), bin.count);
    return { ...bin, low, high };
  });
  const error = expectedCalibrationError(labels, scores, { bins });
  const value = Number.isFinite(error) ? error : null;
  if (replicates === 0 || labels.length === 0) return { name, bins: points, error: value };
  const items = Array.from(labels, (_, i) => i);
  const { lower, upper } = bootstrapInterval(
    items,
    (sample) =>
      expectedCalibrationError(
        sample.map((i) => labels[i]!),
        sample.map((i) => scores[i]!),
        { bins },
      ),
    { replicates, seed },
  );
  return { name, bins: points, error: { value, low: lower, high: upper } };
}
