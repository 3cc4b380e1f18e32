/** Confusion counts of a binary truth and a binary prediction: what every metric at a threshold is made of. */
import { assertSameSize, type NdArray } from '@lesion/core';
import { assertSameLength, flatValues, type Labels, notALabel } from './values.js';

/** How many pixels, superpixels or images fall in each cell of truth and prediction. */
export interface ConfusionCounts {
  /** Positive and predicted so. */
  truePositives: number;
  /** Negative but predicted positive. */
  falsePositives: number;
  /** Negative and predicted so. */
  trueNegatives: number;
  /** Positive but predicted negative. */
  falseNegatives: number;
}

/** Counts of nothing, to add to. */
export function noCounts(): ConfusionCounts {
  return { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
}

/** Adds `counts`, `times` over, to `total` in place. */
export function addCounts(total: ConfusionCounts, counts: ConfusionCounts, times = 1): void {
  total.truePositives += times * counts.truePositives;
  total.falsePositives += times * counts.falsePositives;
  total.trueNegatives += times * counts.trueNegatives;
  total.falseNegatives += times * counts.falseNegatives;
}

/**
 * Counts how a binary prediction agrees with the truth.
 *
 * @param truth 0 and 1: a mask `[height, width]` or a flat array.
 * @param prediction 0 and 1, of the same shape.
 * @throws LesionError `INVALID_ARGUMENT` if the shapes differ or a value is neither 0 nor 1.
 * @example
 * ```ts
 * confusionCounts([1, 1, 0, 0], [1, 0, 0, 0]);
 * // { truePositives: 1, falsePositives: 0, trueNegatives: 2, falseNegatives: 1 }
 * ```
 */
export function confusionCounts(truth: Labels, prediction: Labels): ConfusionCounts {
  const expected = flatValues(truth, 'truth');
  const got = flatValues(prediction, 'prediction');
  if (isMatrix(truth) && isMatrix(prediction)) assertSameSize(truth, prediction, ['truth', 'prediction']);
  assertSameLength(expected, got, ['truth', 'prediction']);
  let positives = 0;
  let predicted = 0;
  let both = 0;
  for (let i = 0; i < expected.length; i++) {
    const t = expected[i]!;
    const p = got[i]!;
    if (t !== 0 && t !== 1) throw notALabel(t, i, 'truth');
    if (p !== 0 && p !== 1) throw notALabel(p, i, 'prediction');
    positives += t;
    predicted += p;
    both += t & p;
  }
  return {
    truePositives: both,
    falsePositives: predicted - both,
    trueNegatives: expected.length - positives - predicted + both,
    falseNegatives: positives - both,
  };
}

function isMatrix(values: Labels): values is NdArray<Uint8Array> {
  return (values as Partial<NdArray>).shape?.length === 2;
}

/** Confusion counts, batch by batch. */
export interface ConfusionAccumulator {
  /** Adds a batch. @throws LesionError `INVALID_ARGUMENT` as {@link confusionCounts}; nothing is added then. */
  update(truth: Labels, prediction: Labels): void;
  /** The counts of all batches together. */
  compute(): ConfusionCounts;
  /** Forgets all batches. */
  reset(): void;
}

/**
 * Makes an accumulator of {@link confusionCounts}.
 * @example
 * ```ts
 * const confusion = createConfusionAccumulator();
 * for (const { truth, prediction } of batches) confusion.update(truth, prediction);
 * segmentationMetrics(confusion.compute()).JA;
 * ```
 */
export function createConfusionAccumulator(): ConfusionAccumulator {
  let total = noCounts();
  return {
    update: (truth, prediction) => addCounts(total, confusionCounts(truth, prediction)),
    compute: () => ({ ...total }),
    reset: () => {
      total = noCounts();
    },
  };
}
