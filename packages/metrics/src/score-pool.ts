/**
 * Labels and scores pooled over images, ranked once however often they are resampled. Leans on ranking and on the
 * arithmetic of roc and precision-recall.
 */
import { GrowingArray } from './growing-array.js';
import { type AveragePrecisionRule, averagePrecisionOf } from './precision-recall.js';
import {
  countAtThresholds,
  countResampled,
  emptyCounts,
  type Ranking,
  rank,
  type ThresholdCounts,
  useCounts,
} from './ranking.js';
import { areaUnderRoc } from './roc.js';

/** What a pool is worth, whatever the threshold. */
export interface RankMetrics {
  AUC: number;
  AP: number;
}

/** Both metrics from one ranking's counts. */
export function metricsOf(counts: ThresholdCounts, rule: AveragePrecisionRule): RankMetrics {
  return { AUC: areaUnderRoc(counts), AP: averagePrecisionOf(counts, rule) };
}

/** Labels and scores of many owners, such as the superpixels of images. */
export class ScorePool {
  readonly #labels = new GrowingArray((length) => new Uint8Array(length));
  readonly #scores = new GrowingArray((length) => new Float64Array(length));
  readonly #owners = new GrowingArray((length) => new Uint32Array(length));
  #ranking: Ranking | undefined;
  #resampling: { owners: Uint32Array; counts: ThresholdCounts } | undefined;

  /** Adds checked labels and scores of one owner. */
  append(labels: Uint8Array, scores: Float64Array, owner: number): void {
    this.#labels.append(labels);
    this.#scores.append(scores);
    this.#owners.append(new Uint32Array(labels.length).fill(owner));
    this.#ranking = undefined;
    this.#resampling = undefined;
  }

  /**
   * Area under the ROC curve and average precision.
   * @param multiplicities How often each owner counts; each once if not given.
   */
  evaluate(rule: AveragePrecisionRule, multiplicities?: Uint32Array): RankMetrics {
    if (multiplicities === undefined) {
      const { values } = this.#labels;
      if (this.#ranking === undefined) {
        return useCounts(values, this.#scores.values, (counts) => metricsOf(counts, rule));
      }
      return metricsOf(countAtThresholds(this.#ranking), rule);
    }
    this.#ranking ??= rank(this.#labels.values, this.#scores.values.slice());
    const owners = this.#owners.values;
    this.#resampling ??= {
      owners: this.#ranking.order.map((index) => owners[index]!),
      counts: emptyCounts(this.#ranking),
    };
    const { counts } = this.#resampling;
    countResampled(this.#ranking, this.#resampling.owners, multiplicities, counts);
    return metricsOf(counts, rule);
  }
}
