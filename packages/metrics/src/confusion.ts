/** Confusion counts of a binary truth and a binary prediction: what every metric at a threshold is made of. */
import {
  assertBinaryMask,
  assertSameSize,
  type BinaryMask,
  contiguousData,
  loadKernels,
  type NdArray,
} from '@lesion/core';
import { binary } from './kernels/binary.js';
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
  const counts =
    expected instanceof Uint8Array && got instanceof Uint8Array ? countsOfBytes(expected, got) : undefined;
  return counts ?? countsOfNumbers(expected, got);
}

function countsOf(length: number, positives: number, predicted: number, both: number): ConfusionCounts {
  return {
    truePositives: both,
    falsePositives: predicted - both,
    trueNegatives: length - positives - predicted + both,
    falseNegatives: positives - both,
  };
}

/** One by one, with an error for the first value that is neither 0 nor 1. */
function countsOfNumbers(truth: ArrayLike<number>, prediction: ArrayLike<number>): ConfusionCounts {
  let positives = 0;
  let predicted = 0;
  let both = 0;
  for (let i = 0; i < truth.length; i++) {
    const t = truth[i]!;
    const p = prediction[i]!;
    if (t !== 0 && t !== 1) throw notALabel(t, i, 'truth');
    if (p !== 0 && p !== 1) throw notALabel(p, i, 'prediction');
    positives += t;
    predicted += p;
    both += t & p;
  }
  return countsOf(truth.length, positives, predicted, both);
}

/** As many words as four counters of 8 bits in one number can add up. */
const WORDS_AT_A_TIME = 255;

/** The sum of four counters of 8 bits in one number. */
function sumOfBytes(word: number): number {
  const pairs = (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff);
  return (pairs & 0xffff) + (pairs >>> 16);
}

/** @returns undefined if a byte is neither 0 nor 1. */
function countsOfBytes(truth: Uint8Array, prediction: Uint8Array): ConfusionCounts | undefined {
  return countsByVectors(truth, prediction) ?? countsByWords(truth, prediction);
}

/** Compiled from `assembly/confusion.ts`, which describes the function. */
interface ConfusionKernels {
  countPairs(truth: number, prediction: number, length: number, counts: number): number;
}

const VECTOR_BYTES = 16;

/** Bytes of each array that are in WebAssembly's memory at a time, so that they stay in the cache. */
const TILE_BYTES = 2048 * VECTOR_BYTES;

/** Below it, the plain path is as fast. */
const FEW_BYTES = 4096;

/**
 * Sixteen at a time, in WebAssembly: a mask is counted in a fraction of the time that its file takes to decode.
 * @returns undefined where there is no WebAssembly, where there is little to count, or if a byte is neither 0 nor 1.
 */
function countsByVectors(truth: Uint8Array, prediction: Uint8Array): ConfusionCounts | undefined {
  const { length } = truth;
  if (length < FEW_BYTES) return undefined;
  const kernels = loadKernels<ConfusionKernels>(binary, 2 * TILE_BYTES + 12, 3);
  if (kernels === undefined) return undefined;
  try {
    const t = kernels.array(Uint8Array, TILE_BYTES);
    const p = kernels.array(Uint8Array, TILE_BYTES);
    const counts = kernels.array(Int32Array, 3);
    let positives = 0;
    let predicted = 0;
    let both = 0;
    for (let start = 0; start < length; start += TILE_BYTES) {
      const end = Math.min(start + TILE_BYTES, length);
      const bytes = Math.ceil((end - start) / VECTOR_BYTES) * VECTOR_BYTES;
      for (const [tile, values] of [
        [t, truth],
        [p, prediction],
      ] as const) {
        tile.set(values.subarray(start, end));
        tile.fill(0, end - start, bytes);
      }
      if (!kernels.functions.countPairs(t.byteOffset, p.byteOffset, bytes, counts.byteOffset))
        return undefined;
      positives += counts[0]!;
      predicted += counts[1]!;
      both += counts[2]!;
    }
    return countsOf(length, positives, predicted, both);
  } finally {
    kernels.release();
  }
}

/** The plain path: four at a time. @returns undefined if a byte is neither 0 nor 1. */
function countsByWords(truth: Uint8Array, prediction: Uint8Array): ConfusionCounts | undefined {
  const t = wordsOf(truth);
  const p = wordsOf(prediction);
  let positives = 0;
  let predicted = 0;
  let both = 0;
  let bits = 0;
  for (let start = 0; start < t.length; start += WORDS_AT_A_TIME) {
    const end = Math.min(start + WORDS_AT_A_TIME, t.length);
    let blockPositives = 0;
    let blockPredicted = 0;
    let blockBoth = 0;
    for (let i = start; i < end; i++) {
      const here = t[i]!;
      const there = p[i]!;
      bits |= here | there;
      blockPositives = (blockPositives + here) | 0;
      blockPredicted = (blockPredicted + there) | 0;
      blockBoth = (blockBoth + (here & there)) | 0;
    }
    positives += sumOfBytes(blockPositives);
    predicted += sumOfBytes(blockPredicted);
    both += sumOfBytes(blockBoth);
  }
  for (let i = 4 * t.length; i < truth.length; i++) {
    bits |= truth[i]! | prediction[i]!;
    positives += truth[i]!;
    predicted += prediction[i]!;
    both += truth[i]! & prediction[i]!;
  }
  return (bits & 0xfefefefe) === 0 ? countsOf(truth.length, positives, predicted, both) : undefined;
}

/** All whole words of bytes; of a copy where the bytes begin at an odd place. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(buffer, byteOffset, bytes.length >> 2);
}

/** Counts how `score > threshold` agrees with the labels, both checked. */
export function countsAbove(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  threshold: number,
): ConfusionCounts {
  let positives = 0;
  let predicted = 0;
  let both = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    const above = scores[i]! > threshold ? 1 : 0;
    positives += label;
    predicted += above;
    both += label & above;
  }
  return countsOf(labels.length, positives, predicted, both);
}

/**
 * {@link confusionCounts} of two masks, whose values are read once.
 * @throws LesionError `INVALID_ARGUMENT` if one is no mask or the sizes differ.
 */
export function confusionOfMasks(
  truth: BinaryMask,
  prediction: BinaryMask,
  names: readonly [string, string],
): ConfusionCounts {
  if (isMask(truth) && isMask(prediction)) {
    assertSameSize(truth, prediction, names);
    const counts = countsOfBytes(contiguousData(truth), contiguousData(prediction));
    if (counts !== undefined) return counts;
  }
  assertBinaryMask(truth, names[0]);
  assertBinaryMask(prediction, names[1]);
  return confusionCounts(truth, prediction);
}

/** By type and shape; its values are another matter. */
function isMask(value: BinaryMask): boolean {
  const { dtype, dimension, size } = (value ?? {}) as Partial<BinaryMask>;
  return dtype === 'uint8' && dimension === 2 && size! > 0;
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
