/**
 * Scores in descending order with ties as groups, and the counts above each threshold: what every curve and every
 * area is computed from, whether in one shot, by an accumulator or on a bootstrap sample. Leans on descending-order.
 */
import { loadKernels } from '@lesion/core';
import { descendingOrder } from './descending-order.js';
import { binary } from './kernels/binary.js';
import {
  assertSameLength,
  flatValues,
  type Labels,
  labelBytes,
  type Scores,
  scoreDoubles,
} from './values.js';

/** Labels in descending order of their scores. Equal scores form one group: no threshold separates them. */
export interface Ranking {
  /** The place in the input of each ranked label. */
  order: Uint32Array;
  /** The ranked labels. */
  labels: Uint8Array;
  /** Where each group ends, exclusive. */
  ends: Uint32Array;
  /** The scores, in the order of the input. */
  scores: Float64Array;
}

/** Counts at each threshold of a ranking: of the labels whose score is at least that. */
export interface ThresholdCounts {
  truePositives: Float64Array | Uint32Array;
  falsePositives: Float64Array | Uint32Array;
  /** All positives. */
  positives: number;
  /** All negatives. */
  negatives: number;
}

/** Ranks checked labels and scores; keeps `scores` without a copy. */
export function rank(labels: Uint8Array, scores: Float64Array): Ranking {
  const { order, keys } = descendingOrder(scores);
  const count = order.length;
  const ranked = new Uint8Array(count);
  const ends = new Uint32Array(count);
  let groups = 0;
  for (let i = 0; i < count; i++) {
    const index = order[i]!;
    ranked[i] = labels[index]!;
    // Keys tell most neighbours apart without a look at the scores, which lie all over memory.
    if (i > 0 && (keys[2 * i] !== keys[2 * i - 2] || scores[index] !== scores[order[i - 1]!])) {
      ends[groups++] = i;
    }
  }
  if (count > 0) ends[groups++] = count;
  return { order, labels: ranked, ends: ends.subarray(0, groups), scores };
}

/** The score of each group, descending. */
function thresholdsOf({ order, ends, scores }: Ranking): Float64Array {
  return Float64Array.from(ends, (end) => scores[order[end - 1]!]!);
}

/** Compiled from `assembly/ranking.ts`, which describes the function. */
interface RankingKernels {
  countAtThresholds(
    labels: number,
    scores: number,
    keys: number,
    count: number,
    counters: number,
    thresholds: number,
  ): number;
}

/** Below it, the plain path is as fast. */
const FEW_SCORES = 256;

const COUNTER_BYTES = 3 * 2048 * 4;

/**
 * Counts the labels at each threshold without keeping the order, in WebAssembly: 17 bytes a score, 25 with thresholds.
 * @param use Called with the counts, which are gone after it, and with the thresholds if they are asked for.
 * @returns undefined if `use` was not called: where there is no WebAssembly, and where a label or score is wrong.
 */
function useCountsFast<T>(
  labels: Uint8Array,
  scores: Float64Array | Float32Array,
  withThresholds: boolean,
  use: (counts: ThresholdCounts, thresholds: Float64Array) => T,
): { used: T } | undefined {
  const { length } = labels;
  if (length < FEW_SCORES) return undefined;
  const keyBytes = 8 * (length + 2);
  const wanted = length + (withThresholds ? 3 : 2) * keyBytes + COUNTER_BYTES;
  const kernels = loadKernels<RankingKernels>(binary, wanted, 5);
  if (kernels === undefined) return undefined;
  try {
    const labelsInside = kernels.array(Uint8Array, length);
    const scoresInside = kernels.array(Float64Array, length + 2);
    const keys = kernels.reserve(keyBytes);
    const counters = kernels.array(Uint32Array, COUNTER_BYTES / 4);
    const thresholds = withThresholds ? kernels.array(Float64Array, length) : new Float64Array(0);
    labelsInside.set(labels);
    scoresInside.set(scores);
    const groups = kernels.functions.countAtThresholds(
      labelsInside.byteOffset,
      scoresInside.byteOffset,
      keys,
      length,
      counters.byteOffset,
      withThresholds ? thresholds.byteOffset : 0,
    );
    if (groups < 0) return undefined;
    const { buffer } = kernels.memory;
    const at = counters[0]!;
    const truePositives = new Uint32Array(buffer, at, groups);
    const falsePositives = new Uint32Array(buffer, at + 4 * (length + 2), groups);
    const positives = truePositives[groups - 1]!;
    const counts = { truePositives, falsePositives, positives, negatives: length - positives };
    return { used: use(counts, thresholds.subarray(0, groups)) };
  } finally {
    kernels.release();
  }
}

/**
 * Counts the labels at each threshold of checked labels and scores.
 * @param use Receives the counts, which are gone after it.
 */
export function useCounts<T>(
  labels: Uint8Array,
  scores: Float64Array,
  use: (counts: ThresholdCounts) => T,
): T {
  const fast = useCountsFast(labels, scores, false, use);
  return fast === undefined ? use(countAtThresholds(rank(labels, scores))) : fast.used;
}

/**
 * Checks what a caller gave and counts its labels at each threshold.
 * @param use Receives the counts and the thresholds, descending, which are gone after it.
 */
export function useInputCounts<T>(
  labels: Labels,
  scores: Scores,
  withThresholds: boolean,
  use: (counts: ThresholdCounts, thresholds: Float64Array) => T,
): T {
  const flatLabels = flatValues(labels, 'labels');
  const flatScores = flatValues(scores, 'scores');
  assertSameLength(flatLabels, flatScores, ['labels', 'scores']);
  const bytes = flatLabels instanceof Uint8Array ? flatLabels : labelBytes(flatLabels, 'labels');
  const floats = flatScores instanceof Float64Array || flatScores instanceof Float32Array;
  const doubles = floats ? flatScores : scoreDoubles(flatScores, 'scores');
  const fast = useCountsFast(bytes, doubles, withThresholds, use);
  if (fast !== undefined) return fast.used;
  const ranking = rank(labelBytes(flatLabels, 'labels'), scoreDoubles(flatScores, 'scores'));
  return use(countAtThresholds(ranking), withThresholds ? thresholdsOf(ranking) : new Float64Array(0));
}

/** Room for the counts of a ranking, to be filled again and again. */
export function emptyCounts(ranking: Ranking): ThresholdCounts {
  const groups = ranking.ends.length;
  return {
    truePositives: new Float64Array(groups),
    falsePositives: new Float64Array(groups),
    positives: 0,
    negatives: 0,
  };
}

/** Counts the labels at each threshold of a ranking. */
export function countAtThresholds(ranking: Ranking): ThresholdCounts {
  const { labels, ends } = ranking;
  const counts = emptyCounts(ranking);
  let positives = 0;
  let at = 0;
  for (let group = 0; group < ends.length; group++) {
    const end = ends[group]!;
    for (; at < end; at++) positives += labels[at]!;
    counts.truePositives[group] = positives;
    counts.falsePositives[group] = end - positives;
  }
  counts.positives = positives;
  counts.negatives = labels.length - positives;
  return counts;
}

/**
 * Counts the labels at each threshold, each as often as its owner's multiplicity says.
 * @param owners The owner of each ranked label.
 */
export function countResampled(
  ranking: Ranking,
  owners: Uint32Array,
  multiplicities: Uint32Array,
  counts: ThresholdCounts,
): void {
  const { labels, ends } = ranking;
  let positives = 0;
  let total = 0;
  let at = 0;
  for (let group = 0; group < ends.length; group++) {
    const end = ends[group]!;
    for (; at < end; at++) {
      const times = multiplicities[owners[at]!]!;
      total += times;
      if (labels[at] === 1) positives += times;
    }
    counts.truePositives[group] = positives;
    counts.falsePositives[group] = total - positives;
  }
  counts.positives = positives;
  counts.negatives = total - positives;
}
