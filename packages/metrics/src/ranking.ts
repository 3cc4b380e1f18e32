/**
 * Scores in descending order with ties as groups, and the counts above each threshold: what every curve and every
 * area is computed from, whether in one shot, by an accumulator or on a bootstrap sample. Leans on descending-order.
 */
import { descendingOrder } from './descending-order.js';
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
  truePositives: Float64Array;
  falsePositives: Float64Array;
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
export function thresholdsOf({ order, ends, scores }: Ranking): Float64Array {
  return Float64Array.from(ends, (end) => scores[order[end - 1]!]!);
}

/** Checks and ranks what a caller gave. */
export function rankInput(labels: Labels, scores: Scores): Ranking {
  const flatLabels = flatValues(labels, 'labels');
  const flatScores = flatValues(scores, 'scores');
  assertSameLength(flatLabels, flatScores, ['labels', 'scores']);
  return rank(labelBytes(flatLabels, 'labels'), scoreDoubles(flatScores, 'scores'));
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

/** Counts the labels at each threshold. */
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
