/** Logistic calibration: scores made probabilities by a curve with two parameters. Leans on core alone. */
import { assertNumber, invalidArgument, LesionError, resolveOptions } from '@lesion/core';
import {
  assertProbabilities,
  assertSameLength,
  flatValues,
  type Labels,
  labelBytes,
  type Scores,
  scoreDoubles,
} from './values.js';

/** What {@link fitLogisticCalibration} finds: the probability's logit is `slope * logit(score) + intercept`. */
export interface LogisticCalibration {
  /** 1 leaves scores as spread as they are, more draws them apart, less draws them together. */
  slope: number;
  /** The logit of the probability at a score of 0.5. */
  intercept: number;
}

/** Options of {@link applyLogisticCalibration}. */
export interface LogisticCalibrationOptions {
  /** Scores are clipped to [epsilon, 1 - epsilon], since 0 and 1 have no logit. @default 1e-6 */
  epsilon?: number | undefined;
}

/** Options of {@link fitLogisticCalibration}. */
export interface FitLogisticCalibrationOptions extends LogisticCalibrationOptions {
  /** Newton steps at most; some ten suffice. @default 100 */
  maxIterations?: number | undefined;
}

const DEFAULT_EPSILON = 1e-6;

/** The gradient, relative to the number of scores, at which the fit ends. */
const TOLERANCE = 1e-12;

/** Added to the Hessian's diagonal, so that it can be inverted (Lin, Lin and Weng, Algorithm 1). */
const RIDGE = 1e-12;

/** The shortest step that the line search tries (Lin, Lin and Weng, Algorithm 1). */
const SHORTEST_STEP = 1e-10;

/**
 * Fits a logistic curve that turns scores into probabilities: the slope and the intercept on the logit of the score
 * that make the labels likeliest.
 *
 * The labels are smoothed as Platt did: with `P` positives and `N` negatives, a positive counts as (P + 1) / (P + 2)
 * and a negative as 1 / (N + 2), so that the curve stays finite where scores separate the labels. A negative slope,
 * where higher scores belong to fewer positives, is kept: look at its sign. Scores that are all alike tell nothing; the
 * slope is then 0 and the probability the share of (smoothed) positives.
 *
 * Model and targets: Platt, "Probabilistic Outputs for Support Vector Machines", in Advances in Large Margin
 * Classifiers, MIT Press 1999. Newton's method with a line search: Lin, Lin and Weng 2007, Algorithm 1,
 * https://doi.org/10.1007/s10994-007-5018-6.
 *
 * @param labels 0 and 1, some of each.
 * @param scores In [0, 1], as many as labels; not those of images that the scoring model was trained on, of which it is
 * too sure.
 * @throws LesionError `INVALID_ARGUMENT` if lengths differ, a label is neither 0 nor 1, a score is outside [0, 1] or
 * all labels are alike; `LIMIT_EXCEEDED` if `maxIterations` were too few; `NOT_FINITE` if a score is not finite.
 * @example
 * ```ts
 * const calibration = fitLogisticCalibration([0, 0, 1, 1], [0.2, 0.4, 0.3, 0.6]); // { slope: 0.81…, intercept: 0.46… }
 * applyLogisticCalibration([0.5], calibration);
 * ```
 */
export function fitLogisticCalibration(
  labels: Labels,
  scores: Scores,
  options?: FitLogisticCalibrationOptions,
): LogisticCalibration {
  const { epsilon, maxIterations } = resolveOptions(
    options,
    { epsilon: DEFAULT_EPSILON, maxIterations: 100 },
    'fitLogisticCalibration',
  );
  assertNumber(maxIterations, 'maxIterations', { integer: true, min: 1 });
  const flatLabels = flatValues(labels, 'labels');
  const flatScores = flatValues(scores, 'scores');
  assertSameLength(flatLabels, flatScores, ['labels', 'scores']);
  const bytes = labelBytes(flatLabels, 'labels');
  const logits = logitsOf(flatScores, epsilon);
  const count = bytes.length;
  const positives = bytes.reduce((sum, label) => sum + label, 0);
  const negatives = count - positives;
  if (positives === 0 || negatives === 0) {
    throw invalidArgument({
      what: 'labels of one kind alone cannot calibrate anything',
      where: 'labels',
      got: `${positives} positives and ${negatives} negatives`,
      expected: 'at least 1 of each',
    });
  }
  const positiveTarget = (positives + 1) / (positives + 2);
  const negativeTarget = 1 / (negatives + 2);
  const targets = Float64Array.from(bytes, (label) => (label === 1 ? positiveTarget : negativeTarget));

  if (logits.every((logit) => logit === logits[0])) {
    const share = targets.reduce((sum, target) => sum + target) / count;
    return { slope: 0, intercept: Math.log(share / (1 - share)) };
  }

  let fit: LogisticCalibration = { slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) };
  let value = lossOf(fit, logits, targets);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    let [slopeGradient, interceptGradient] = [0, 0];
    let [slopeSlope, slopeIntercept, interceptIntercept] = [RIDGE, 0, RIDGE];
    for (let i = 0; i < count; i++) {
      const logit = logits[i]!;
      const probability = sigmoid(fit.slope * logit + fit.intercept);
      const residual = probability - targets[i]!;
      const curvature = probability * (1 - probability);
      slopeGradient += logit * residual;
      interceptGradient += residual;
      slopeSlope += logit * logit * curvature;
      slopeIntercept += logit * curvature;
      interceptIntercept += curvature;
    }
    if (Math.max(Math.abs(slopeGradient), Math.abs(interceptGradient)) <= TOLERANCE * count) return fit;

    const determinant = slopeSlope * interceptIntercept - slopeIntercept * slopeIntercept;
    const slopeStep = (slopeIntercept * interceptGradient - interceptIntercept * slopeGradient) / determinant;
    const interceptStep = (slopeIntercept * slopeGradient - slopeSlope * interceptGradient) / determinant;
    const descent = slopeGradient * slopeStep + interceptGradient * interceptStep;
    let share = 1;
    for (; share >= SHORTEST_STEP; share /= 2) {
      const next = {
        slope: fit.slope + share * slopeStep,
        intercept: fit.intercept + share * interceptStep,
      };
      const nextValue = lossOf(next, logits, targets);
      if (nextValue < value + 1e-4 * share * descent) {
        [fit, value] = [next, nextValue];
        break;
      }
    }
    // No shorter step lowers the loss: rounding hides what is left of the way.
    if (share < SHORTEST_STEP) return fit;
  }
  throw new LesionError('LIMIT_EXCEEDED', {
    what: 'the fit did not come to rest',
    where: 'maxIterations',
    got: `${maxIterations} steps`,
    mend: 'Allow more steps.',
  });
}

/**
 * The probabilities that a calibration makes of scores. A positive slope keeps their order, and so the AUC.
 *
 * @param scores In [0, 1].
 * @param calibration What {@link fitLogisticCalibration} gave.
 * @returns A probability in [0, 1] for each score, in their order.
 * @throws LesionError `INVALID_ARGUMENT` if a score is outside [0, 1]; `NOT_FINITE` if a score is not finite.
 * @example
 * ```ts
 * applyLogisticCalibration([0.2, 0.5], { slope: 1, intercept: 0 }); // Float64Array [0.2, 0.5]
 * ```
 */
export function applyLogisticCalibration(
  scores: Scores,
  calibration: LogisticCalibration,
  options?: LogisticCalibrationOptions,
): Float64Array {
  const { epsilon } = resolveOptions(options, { epsilon: DEFAULT_EPSILON }, 'applyLogisticCalibration');
  const { slope, intercept } = calibration;
  assertNumber(slope, 'calibration.slope');
  assertNumber(intercept, 'calibration.intercept');
  return logitsOf(flatValues(scores, 'scores'), epsilon).map((logit) => sigmoid(slope * logit + intercept));
}

/** The logits of scores, clipped; a copy. */
function logitsOf(scores: ArrayLike<number>, epsilon: number): Float64Array {
  assertNumber(epsilon, 'epsilon', { min: 0, aboveMin: true, max: 0.25 });
  const doubles = scoreDoubles(scores, 'scores');
  assertProbabilities(doubles, 'scores');
  return doubles.map((score) => {
    const clipped = Math.min(1 - epsilon, Math.max(epsilon, score));
    return Math.log(clipped / (1 - clipped));
  });
}

/** 1 / (1 + exp(-x)) without an overflow. */
function sigmoid(x: number): number {
  const power = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : power) / (1 + power);
}

/** The cross-entropy between targets and probabilities, in the form that neither overflows nor cancels. */
function lossOf(
  { slope, intercept }: LogisticCalibration,
  logits: Float64Array,
  targets: Float64Array,
): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const x = slope * logits[i]! + intercept;
    sum += Math.max(x, 0) - targets[i]! * x + Math.log1p(Math.exp(-Math.abs(x)));
  }
  return sum;
}
