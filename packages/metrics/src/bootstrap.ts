/** Bootstrap confidence intervals by the percentile method: images are drawn again, with replacement. Leans on core. */
import { assertNumber, resolveOptions, SeededRandom } from '@lesion/core';

/** Options of a bootstrap. */
export interface BootstrapOptions {
  /** How many samples are drawn. @default 1000 */
  replicates?: number | undefined;
  /** The share of samples that the interval covers, between 0 and 1. @default 0.95 */
  confidence?: number | undefined;
  /** The seed: the same seed draws the same samples from the same number of items. @default 0 */
  seed?: number | string | undefined;
}

/** A confidence interval. */
export interface BootstrapInterval {
  /** The statistic of the items themselves. */
  estimate: number;
  /** The lower bound; NaN if the statistic was undefined on every sample. */
  lower: number;
  /** The upper bound; NaN if the statistic was undefined on every sample. */
  upper: number;
  /** The samples on which the statistic was undefined (NaN), for want of a positive for example; left out. */
  undefinedReplicates: number;
}

/** Options with their defaults filled in and checked. */
export function resolveBootstrapOptions(options: BootstrapOptions | undefined, where: string) {
  const settings = resolveOptions(options, { replicates: 1000, confidence: 0.95, seed: 0 }, where);
  assertNumber(settings.replicates, 'replicates', { integer: true, min: 1 });
  assertNumber(settings.confidence, 'confidence', { min: 0, aboveMin: true, max: 1 });
  return settings;
}

/**
 * Draws samples of `count` items with replacement and hands each to `visit` as the items' indices; the array is
 * the same one each time.
 */
export function drawSamples(
  count: number,
  settings: { replicates: number; seed: number | string },
  visit: (indices: Uint32Array) => void,
): void {
  const random = new SeededRandom(settings.seed);
  const indices = new Uint32Array(count);
  for (let replicate = 0; replicate < settings.replicates; replicate++) {
    for (let i = 0; i < count; i++) indices[i] = random.integer(count);
    visit(indices);
  }
}

/** The interval that `confidence` of the values of a statistic lie in, from its lower to its upper percentile. */
export function percentileInterval(
  estimate: number,
  values: Float64Array,
  confidence: number,
): BootstrapInterval {
  const defined = values.filter((value) => !Number.isNaN(value)).sort();
  return {
    estimate,
    lower: quantile(defined, (1 - confidence) / 2),
    upper: quantile(defined, (1 + confidence) / 2),
    undefinedReplicates: values.length - defined.length,
  };
}

/** The quantile of sorted values, interpolated linearly between its neighbours; NaN of none. */
function quantile(sorted: Float64Array, share: number): number {
  return interpolatedAt(sorted, share * (sorted.length - 1));
}

/** The value at a place between 0 and the last index, interpolated linearly between its neighbours; NaN of none. */
export function interpolatedAt(sorted: Float64Array, place: number): number {
  if (sorted.length === 0) return Number.NaN;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/**
 * The bootstrap confidence interval of a statistic by the percentile method: `replicates` samples of as many items
 * as there are, drawn with replacement.
 *
 * The items are what is independent, as a rule images: an interval of a pooled AUC draws images, each with all its
 * superpixels, never superpixels on their own. For the challenge's metrics, `bootstrap()` of a protocol does the
 * same much faster.
 *
 * @param items At least one.
 * @param statistic Computes a number from a sample; NaN where it is undefined.
 * @throws LesionError `INVALID_ARGUMENT` if there are no items or an option is out of range.
 * @example
 * ```ts
 * const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
 * bootstrapInterval([0.7, 0.8, 0.9], mean, { seed: 17 });
 * ```
 */
export function bootstrapInterval<Item>(
  items: readonly Item[],
  statistic: (sample: readonly Item[]) => number,
  options?: BootstrapOptions,
): BootstrapInterval {
  const settings = resolveBootstrapOptions(options, 'bootstrapInterval');
  assertNumber(items.length, 'items.length', { min: 1 });
  const values = new Float64Array(settings.replicates);
  let replicate = 0;
  drawSamples(items.length, settings, (indices) => {
    values[replicate++] = statistic(Array.from(indices, (index) => items[index]!));
  });
  return percentileInterval(statistic(items), values, settings.confidence);
}
