/** Which numbers stand for the diagnoses: a LIN's indexes as they are, or the probabilities calibrated from them. */
import {
  assertOneOf,
  invalidArgument,
  LESION_CLASSES,
  type LesionClass,
  type LesionError,
} from '@lesion/core';
import type { AnalyzeLesionOptions } from '@lesion/licu';
import { applyLogisticCalibration } from '@lesion/metrics';
import { z } from 'zod';
import type { Lin, LinPredictOptions } from './lin.js';

/** The two kinds of scores that a LIN gives a lesion's diagnoses. */
export const CLASS_SCORES = ['calibrated', 'indexes'] as const;
/** One of {@link CLASS_SCORES}. */
export type ClassScores = (typeof CLASS_SCORES)[number];

/** One probability a class, each against the rest, in [0, 1]; they need not sum to 1. */
export type LesionProbabilities = Record<LesionClass, number>;

/** A bundle's `inference.calibration`: how the index of each class becomes a probability. */
export const linCalibrationSchema = z.record(
  z.enum(LESION_CLASSES),
  z.object({ slope: z.number(), intercept: z.number() }),
);
/** A logistic curve for each class, from lesion indexes to probabilities. */
export type LinCalibration = z.infer<typeof linCalibrationSchema>;

/** Probabilities from indexes, class by class. */
export function calibrateIndexes(
  indexes: Readonly<Record<LesionClass, number>>,
  calibration: LinCalibration,
): LesionProbabilities {
  const probability = (name: LesionClass): number => {
    // A weighted mean of values in [0, 1] can leave them by a rounding error.
    const index = Math.min(1, Math.max(0, indexes[name]));
    return applyLogisticCalibration([index], calibration[name])[0]!;
  };
  return Object.fromEntries(LESION_CLASSES.map((name) => [name, probability(name)])) as LesionProbabilities;
}

/** What analyzeLesion does unless told otherwise; an option that is missing here is `undefined` by default. */
export const LICU_DEFAULTS: Readonly<AnalyzeLesionOptions> = {
  weighting: 'distance',
  form: 'weighted-mean',
  border: 'ignore',
  threshold: 0.5,
  largestComponent: true,
  componentWeight: 'area',
  fillHoles: true,
  connectivity: 8,
};

/** Whether options of analyzeLesion ask for what a LIN does anyway: its own options, else the defaults. */
export function isDefaultLicu(options: AnalyzeLesionOptions = {}, own: AnalyzeLesionOptions = {}): boolean {
  const keys = Object.keys(options) as (keyof AnalyzeLesionOptions)[];
  return keys.every((key) => options[key] === undefined || options[key] === (own[key] ?? LICU_DEFAULTS[key]));
}

interface ClassPrediction {
  indexes: Readonly<Record<LesionClass, number>>;
  probabilities?: Readonly<LesionProbabilities> | undefined;
}

/**
 * The scores of a prediction, and of which kind they are: those that are asked for, else probabilities where there are
 * any.
 *
 * @throws LesionError `INVALID_ARGUMENT` if probabilities are asked for and there are none
 */
export function classScores(
  { indexes, probabilities }: ClassPrediction,
  wanted?: ClassScores,
): { kind: ClassScores; scores: Readonly<Record<LesionClass, number>> } {
  if (wanted !== undefined) assertOneOf(wanted, CLASS_SCORES, 'scores');
  if (probabilities === undefined || wanted === 'indexes') {
    if (wanted === 'calibrated') throw notCalibrated();
    return { kind: 'indexes', scores: indexes };
  }
  return { kind: 'calibrated', scores: probabilities };
}

/**
 * The kind of scores that a LIN's predictions have: the one asked for, else `calibrated` where it is calibrated for
 * these options.
 *
 * @throws LesionError `INVALID_ARGUMENT` if calibrated ones are asked for and it is not
 */
export function chooseClassScores(
  lin: Lin,
  options: LinPredictOptions | undefined,
  wanted?: ClassScores,
): ClassScores {
  if (wanted !== undefined) assertOneOf(wanted, CLASS_SCORES, 'scores');
  const isCalibrated = lin.isCalibratedFor(options);
  if (wanted === 'calibrated' && !isCalibrated) throw notCalibrated();
  return wanted ?? (isCalibrated ? 'calibrated' : 'indexes');
}

function notCalibrated(): LesionError {
  return invalidArgument({
    what: 'no calibrated probabilities',
    where: 'scores',
    got: 'a LIN without calibration, or other scales or LICU options than it was calibrated with',
    mend: 'Calibrate it with calibrateLin or "lesion calibrate", or take its indexes.',
  });
}
