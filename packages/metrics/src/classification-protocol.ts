/**
 * Task 3, lesion classification, as the challenges of 2017 (one class against the rest) and 2018 (all classes at once)
 * scored it. Leans on protocol, score-pool and segmentation-metrics.
 */
import {
  assertAllFinite,
  assertNumber,
  assertOneOf,
  invalidArgument,
  LESION_CLASSES,
  resolveOptions,
} from '@lesion/core';
import { type ConfusionCounts, noCounts } from './confusion.js';
import { meanOfDefined } from './mean.js';
import {
  assertClassNames,
  assertProtocol,
  type ByProtocol,
  createProtocol,
  mapValues,
  type ProtocolAccumulator,
  type ProtocolName,
  valueOfClass,
} from './protocol.js';
import type { ScoreMetricName } from './score-metrics.js';
import { ScorePool } from './score-pool.js';
import { segmentationMetrics } from './segmentation-metrics.js';
import { DEFAULT_THRESHOLD } from './threshold.js';

/** The classes that the challenge of 2017 scored, each against the rest. */
export const CLASSES_2017 = ['melanoma', 'seborrheic_keratosis'] as const;

/** The metrics of task 3; `BACC` is balanced accuracy, for one class its recall at the largest score. */
export type ClassificationProtocolMetric<P extends ProtocolName> = ByProtocol<
  P,
  ScoreMetricName,
  ScoreMetricName | 'BACC'
>;

/** Options of {@link createClassificationProtocol}. */
export interface ClassificationProtocolOptions<P extends ProtocolName> {
  /** Whose scoring. @default 'isic2017' */
  protocol?: P | undefined;
  /**
   * The classes that are scored. Values of other classes are passed over.
   * @default CLASSES_2017 with `isic2017`, LESION_CLASSES with `isic2018`
   */
  classes?: readonly string[] | undefined;
  /**
   * One of `classes` that truth and prediction leave out, as the files of 2017 leave out the nevus: where it is not
   * given, its truth is 1 if no other class is, and its score is what the others' leave of 1, at least 0.
   * @default undefined none
   */
  restClass?: string | undefined;
}

/** A number for each class: as truth 0 or 1, as prediction a score in [0, 1]. */
export type ClassValues = Readonly<Record<string, number>>;

/** The checked values of all classes, that of the rest class worked out where it is not given. */
function complete(
  values: ClassValues,
  where: string,
  check: (value: number, where: string) => void,
  { classes, restClass }: { classes: readonly string[]; restClass?: string | undefined },
): number[] {
  const given = classes.map((name) => {
    if (name === restClass && values?.[name] === undefined) return undefined;
    const value = valueOfClass(values, name, where);
    check(value, `${where} of ${name}`);
    return value;
  });
  const sum = given.reduce<number>((total, value) => total + (value ?? 0), 0);
  return given.map((value) => value ?? Math.max(0, 1 - sum));
}

function checkTruth(value: number, where: string): void {
  assertOneOf(value, [0, 1], where);
}

function checkScore(value: number, where: string): void {
  if (typeof value === 'number') assertAllFinite([value], where);
  assertNumber(value, where, { min: 0, max: 1 });
}

/** The index of the largest value; -1 where several are largest, which the challenge calls undecided. */
function decided(scores: ArrayLike<number>): number {
  let best = 0;
  let ties = false;
  for (let i = 1; i < scores.length; i++) {
    if (scores[i]! > scores[best]!) {
      best = i;
      ties = false;
    } else if (scores[i] === scores[best]) {
      ties = true;
    }
  }
  return ties ? -1 : best;
}

interface ScoredImage {
  id: string;
  labels: Uint8Array;
  scores: Float64Array;
}

/**
 * Scores lesion classification, task 3.
 *
 * - `isic2017`: melanoma against the rest and seborrheic keratosis against the rest; AUC, AP (trapezoid), and AC, SE, SP
 *   at > 0.5. `metrics` is the mean of the two.
 * - `isic2018`: balanced multi-class accuracy (`BACC`): of the images of each class, the share whose largest score is
 *   that class's (several largest scores are wrong); the mean over the classes that occur. Beside it, for each class
 *   against the rest and as means: AUC, AP (step), and AC, SE, SP at > 0.5, an undefined SE or SP being 1. The challenge
 *   had seven classes; with three it is the same arithmetic on ISIC 2017's.
 *
 * A class without positives or without negatives has no AUC (NaN), and is left out of the mean.
 *
 * @throws LesionError `INVALID_ARGUMENT` if an option is unknown.
 * @example
 * ```ts
 * const classification = createClassificationProtocol();
 * classification.update('ISIC_0000001', { melanoma: 1, seborrheic_keratosis: 0 }, { melanoma: 0.8, seborrheic_keratosis: 0.1 });
 * classification.compute().perClass['melanoma']?.AUC;
 * ```
 */
export function createClassificationProtocol<P extends ProtocolName = 'isic2017'>(
  options?: ClassificationProtocolOptions<P>,
): ProtocolAccumulator<ClassValues, ClassValues, ClassificationProtocolMetric<P>> {
  const settings = resolveOptions(
    options as ClassificationProtocolOptions<ProtocolName> | undefined,
    { protocol: 'isic2017', classes: undefined, restClass: undefined },
    'createClassificationProtocol',
  );
  const { protocol, restClass } = settings;
  assertProtocol(protocol);
  const multiClass = protocol === 'isic2018';
  const classes: readonly string[] = settings.classes ?? (multiClass ? LESION_CLASSES : CLASSES_2017);
  assertClassNames(classes, 'classes');
  if (restClass !== undefined) assertOneOf(restClass, classes, 'restClass');

  const images: ScoredImage[] = [];
  const pools = classes.map(() => new ScorePool());
  const evaluateClass = (c: number, multiplicities?: Uint32Array): Record<string, number> => {
    const counts = countClass(images, c, multiplicities);
    const { AC, SE, SP } = segmentationMetrics(counts, {
      whenUndefined: multiClass && images.length > 0 ? 1 : undefined,
    });
    const rankMetrics = pools[c]!.evaluate(multiClass ? 'step' : 'trapezoid', multiplicities);
    const metrics = { ...rankMetrics, AC, SE, SP };
    return multiClass ? { BACC: recallOfLargest(images, c, multiplicities), ...metrics } : metrics;
  };
  const accumulator = createProtocol<ClassValues, ClassValues, string>({
    protocol,
    task: 3,
    add(id, truth, prediction, index) {
      const naming = { classes, restClass };
      const labels = Uint8Array.from(complete(truth, `${id}: truth`, checkTruth, naming));
      const scores = Float64Array.from(complete(prediction, `${id}: prediction`, checkScore, naming));
      const positives = labels.reduce((sum, label) => sum + label, 0);
      if (multiClass && positives !== 1) {
        throw invalidArgument({
          what: 'an image has exactly one class',
          where: `${id}: truth`,
          got: classes.filter((_, c) => labels[c] === 1).join(', ') || 'none',
          expected: `one of ${classes.join(', ')}`,
          ...(positives === 0 ? { mend: 'Name the class that the files leave out as restClass.' } : {}),
        });
      }
      images.push({ id, labels, scores });
      pools.forEach((pool, c) => {
        pool.append(labels.subarray(c, c + 1), scores.subarray(c, c + 1), index);
      });
    },
    evaluate(multiplicities) {
      const rows = classes.map((_, c) => evaluateClass(c, multiplicities));
      return {
        metrics: mapValues(rows[0]!, (_, metric) => meanOfDefined(rows.map((row) => row[metric]!))),
        perClass: Object.fromEntries(classes.map((name, c) => [name, rows[c]!])),
      };
    },
    perImage: () =>
      images.flatMap(({ id, labels, scores }) =>
        classes.map((className, c) => ({ id, className, values: { truth: labels[c]!, score: scores[c]! } })),
      ),
  });
  return accumulator as ProtocolAccumulator<ClassValues, ClassValues, ClassificationProtocolMetric<P>>;
}

/** One class against the rest at the threshold. */
function countClass(
  images: readonly ScoredImage[],
  c: number,
  multiplicities?: Uint32Array,
): ConfusionCounts {
  const counts = noCounts();
  images.forEach(({ labels, scores }, index) => {
    const times = multiplicities?.[index] ?? 1;
    const predicted = scores[c]! > DEFAULT_THRESHOLD;
    if (labels[c] === 1) counts[predicted ? 'truePositives' : 'falseNegatives'] += times;
    else counts[predicted ? 'falsePositives' : 'trueNegatives'] += times;
  });
  return counts;
}

/** Of the images of a class, the share whose largest score is that class's. */
function recallOfLargest(images: readonly ScoredImage[], c: number, multiplicities?: Uint32Array): number {
  let positives = 0;
  let right = 0;
  images.forEach(({ labels, scores }, index) => {
    if (labels[c] !== 1) return;
    const times = multiplicities?.[index] ?? 1;
    positives += times;
    if (decided(scores) === c) right += times;
  });
  return right / positives;
}
