/**
 * Task 2, dermoscopic features, as the challenges of 2017 (superpixels) and 2018 (pixels) scored it. Leans on protocol,
 * score-pool and segmentation-metrics.
 */
import { DERMOSCOPIC_FEATURES, invalidArgument, resolveOptions } from '@lesion/core';
import { addCounts, type ConfusionCounts, countsAbove, noCounts } from './confusion.js';
import { meanOfDefined } from './mean.js';
import {
  assertClassNames,
  assertProtocol,
  type ByProtocol,
  createProtocol,
  type PerImageRow,
  type ProtocolAccumulator,
  type ProtocolName,
  type ProtocolParts,
  valueOfClass,
} from './protocol.js';
import type { ScoreMetricName } from './score-metrics.js';
import { ScorePool } from './score-pool.js';
import { type SegmentationMetricName, segmentationMetrics } from './segmentation-metrics.js';
import { DEFAULT_THRESHOLD } from './threshold.js';
import {
  assertProbabilities,
  assertSameLength,
  flatValues,
  type Labels,
  labelBytes,
  type Scores,
  scoreDoubles,
} from './values.js';

/** The metrics of task 2. */
export type FeatureProtocolMetric<P extends ProtocolName> = ByProtocol<
  P,
  ScoreMetricName,
  SegmentationMetricName
>;

/** Options of {@link createFeatureProtocol}. */
export interface FeatureProtocolOptions<P extends ProtocolName> {
  /** Whose scoring. @default 'isic2017' */
  protocol?: P | undefined;
  /** The features to be scored; each image has them all. @default DERMOSCOPIC_FEATURES */
  features?: readonly string[] | undefined;
}

/** For each feature, 0 or 1 a superpixel or pixel. */
export type FeatureLabels = Readonly<Record<string, Labels>>;
/** For each feature, a score in [0, 1] a superpixel or pixel. */
export type FeatureScores = Readonly<Record<string, Scores>>;

interface CheckedFeature {
  labels: Uint8Array;
  scores: Float64Array;
  counts: ConfusionCounts;
}

function checkFeatures(
  id: string,
  truth: FeatureLabels,
  prediction: FeatureScores,
  features: readonly string[],
): CheckedFeature[] {
  return features.map((feature) => {
    const truthName = `${id}: truth of ${feature}`;
    const predictionName = `${id}: prediction of ${feature}`;
    const flatTruth = flatValues(valueOfClass(truth, feature, `${id}: truth`), truthName);
    const flatPrediction = flatValues(valueOfClass(prediction, feature, `${id}: prediction`), predictionName);
    assertSameLength(flatTruth, flatPrediction, [truthName, predictionName]);
    if (flatTruth.length === 0) {
      throw invalidArgument({ what: 'holds no values', where: truthName, mend: 'Leave the image out.' });
    }
    const labels = labelBytes(flatTruth, truthName);
    const scores = scoreDoubles(flatPrediction, predictionName);
    assertProbabilities(scores, predictionName);
    return { labels, scores, counts: countsAbove(labels, scores, DEFAULT_THRESHOLD) };
  });
}

/** Sums one feature's counts over images. */
function sumCounts(counts: readonly ConfusionCounts[], multiplicities?: Uint32Array): ConfusionCounts {
  const total = noCounts();
  for (let i = 0; i < counts.length; i++) addCounts(total, counts[i]!, multiplicities?.[i] ?? 1);
  return total;
}

/** What both protocols keep of each image: an id, and counts for each feature. */
class FeatureCounts {
  readonly ids: string[] = [];
  readonly byFeature: ConfusionCounts[][];

  constructor(readonly features: readonly string[]) {
    this.byFeature = features.map(() => []);
  }

  rows(values: (counts: ConfusionCounts) => Record<string, number>): PerImageRow[] {
    return this.ids.flatMap((id, index) =>
      this.features.map((className, feature) => ({
        id,
        className,
        values: values(this.byFeature[feature]![index]!),
      })),
    );
  }
}

type Parts = ProtocolParts<FeatureLabels, FeatureScores, string>;

function parts2017(features: readonly string[]): Parts {
  const kept = new FeatureCounts(features);
  const pools = features.map(() => new ScorePool());
  const atThreshold = (counts: ConfusionCounts) => {
    const { AC, SE, SP } = segmentationMetrics(counts);
    return { AC, SE, SP };
  };
  let rows: { AC: number; SE: number; SP: number }[] = [];
  return {
    protocol: 'isic2017',
    task: 2,
    add(id, truth, prediction, index) {
      const checked = checkFeatures(id, truth, prediction, features);
      kept.ids.push(id);
      checked.forEach(({ labels, scores, counts }, feature) => {
        pools[feature]!.append(labels, scores, index);
        kept.byFeature[feature]!.push(counts);
      });
      rows = [];
    },
    evaluate(multiplicities) {
      if (rows.length === 0) rows = kept.byFeature.flat().map(atThreshold);
      const pooled = features.map((_, feature) => ({
        ...pools[feature]!.evaluate('trapezoid', multiplicities),
        ...atThreshold(sumCounts(kept.byFeature[feature]!, multiplicities)),
      }));
      // The challenge's mean runs over the pooled rows and over every row of an image and a feature alike.
      const times = [
        ...features.map(() => 1),
        ...kept.byFeature.flatMap((counts) => counts.map((_, index) => multiplicities?.[index] ?? 1)),
      ];
      const meanOfRows = (name: 'AC' | 'SE' | 'SP') =>
        meanOfDefined(
          [...pooled, ...rows].map((row) => row[name]),
          times,
        );
      return {
        metrics: {
          AUC: meanOfDefined(pooled.map((row) => row.AUC)),
          AP: meanOfDefined(pooled.map((row) => row.AP)),
          AC: meanOfRows('AC'),
          SE: meanOfRows('SE'),
          SP: meanOfRows('SP'),
        },
        perClass: Object.fromEntries(features.map((feature, i) => [feature, pooled[i]!])),
      };
    },
    perImage: () => kept.rows(atThreshold),
  };
}

function parts2018(features: readonly string[]): Parts {
  const kept = new FeatureCounts(features);
  const score = (counts: ConfusionCounts) => segmentationMetrics(counts, { whenUndefined: 1 });
  return {
    protocol: 'isic2018',
    task: 2,
    add(id, truth, prediction) {
      const checked = checkFeatures(id, truth, prediction, features);
      kept.ids.push(id);
      checked.forEach(({ labels, counts }, feature) => {
        // Images differ in size; as shares of the image, each counts the same.
        const shares = noCounts();
        addCounts(shares, counts, 1 / labels.length);
        kept.byFeature[feature]!.push(shares);
      });
    },
    evaluate(multiplicities) {
      const sums = kept.byFeature.map((counts) => sumCounts(counts, multiplicities));
      const empty = kept.ids.length === 0;
      const scored = (counts: ConfusionCounts) => (empty ? segmentationMetrics(noCounts()) : score(counts));
      return {
        metrics: scored(sumCounts(sums)),
        perClass: Object.fromEntries(features.map((feature, i) => [feature, scored(sums[i]!)])),
      };
    },
    perImage: () => kept.rows(score),
  };
}

/**
 * Scores dermoscopic features, task 2.
 *
 * - `isic2017`, on superpixels: AUC and AP (trapezoid) of each feature over the superpixels of all images pooled, and
 *   their mean over the features. AC, SE and SP at > 0.5: `perClass` has those of the pooled superpixels, `metrics` the
 *   mean over the pooled rows *and* every row of an image and a feature, undefined values left out.
 * - `isic2018`, made for pixels: the confusion counts of each image and feature at > 0.5, as shares of the image, are
 *   summed over images; JA and DI of the sums are `perClass`, of the sum over all features `metrics`; an undefined one
 *   is 1. AC, SE and SP of the same sums are not the challenge's. Given superpixels, it counts each as one, whatever its
 *   area; paint them into masks to have the challenge's own figure.
 *
 * @throws LesionError `INVALID_ARGUMENT` if an option is unknown.
 * @example
 * ```ts
 * const features = createFeatureProtocol();
 * features.update('ISIC_0000001', truth, prediction); // each { pigment_network: [...], negative_network: [...], ... }
 * features.compute().perClass['streaks']?.AUC;
 * ```
 */
export function createFeatureProtocol<P extends ProtocolName = 'isic2017'>(
  options?: FeatureProtocolOptions<P>,
): ProtocolAccumulator<FeatureLabels, FeatureScores, FeatureProtocolMetric<P>> {
  const { protocol, features } = resolveOptions(
    options as FeatureProtocolOptions<ProtocolName> | undefined,
    { protocol: 'isic2017', features: DERMOSCOPIC_FEATURES },
    'createFeatureProtocol',
  );
  assertProtocol(protocol);
  assertClassNames(features, 'features');
  const parts = protocol === 'isic2017' ? parts2017(features) : parts2018(features);
  return createProtocol(parts) as ProtocolAccumulator<FeatureLabels, FeatureScores, FeatureProtocolMetric<P>>;
}
