/** From scores to labels. Leans on core alone. */
import { assertNumber, resolveOptions } from '@lesion/core';
import { flatValues, type Scores, scoreDoubles } from './values.js';

/** The challenge's threshold, which a score must exceed. */
export const DEFAULT_THRESHOLD = 0.5;

/** Options of {@link thresholdScores}. */
export interface ThresholdOptions {
  /** What a score must exceed to count as positive; a score equal to it is negative. @default 0.5 */
  threshold?: number | undefined;
}

/**
 * 1 where a score exceeds the threshold, 0 elsewhere.
 *
 * @returns One byte a score, row by row.
 * @throws LesionError `NOT_FINITE` if a score is not finite.
 * @example
 * ```ts
 * thresholdScores([0.2, 0.5, 0.9]); // [0, 0, 1]
 * ```
 */
export function thresholdScores(scores: Scores, options?: ThresholdOptions): Uint8Array {
  const { threshold } = resolveOptions(options, { threshold: DEFAULT_THRESHOLD }, 'thresholdScores');
  assertNumber(threshold, 'threshold');
  return thresholdDoubles(scoreDoubles(flatValues(scores, 'scores'), 'scores'), threshold);
}

/** {@link thresholdScores} on checked scores. */
export function thresholdDoubles(scores: Float64Array, threshold: number): Uint8Array {
  const out = new Uint8Array(scores.length);
  for (let i = 0; i < out.length; i++) out[i] = scores[i]! > threshold ? 1 : 0;
  return out;
}
