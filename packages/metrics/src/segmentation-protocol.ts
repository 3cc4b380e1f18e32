/** Task 1, lesion segmentation, as the challenges of 2017 and 2018 scored it. Leans on protocol and segmentation-metrics. */
import { type BinaryMask, resolveOptions } from '@lesion/core';
import { confusionOfMasks } from './confusion.js';
import { meanOfDefined } from './mean.js';
import {
  assertProtocol,
  type ByProtocol,
  createProtocol,
  type ProtocolAccumulator,
  type ProtocolName,
} from './protocol.js';
import { type SegmentationMetricName, segmentationMetrics } from './segmentation-metrics.js';

/** The Jaccard index below which the challenge of 2018 counts a segmentation as failed. */
export const FAILED_SEGMENTATION = 0.65;

/** The metrics of task 1; `unthresholdedJA` is the plain Jaccard index beside 2018's thresholded one. */
export type SegmentationProtocolMetric<P extends ProtocolName> = ByProtocol<
  P,
  SegmentationMetricName,
  SegmentationMetricName | 'unthresholdedJA'
>;

/** Options of {@link createSegmentationProtocol}. */
export interface SegmentationProtocolOptions<P extends ProtocolName> {
  /** Whose scoring. @default 'isic2017' */
  protocol?: P | undefined;
}

/**
 * Scores lesion segmentation, task 1: AC, JA, DI, SE and SP of each image, then their means.
 *
 * - `isic2017`: a value that is undefined for an image (SE of an empty truth, SP of a full one, JA and DI where truth
 *   and prediction are both empty) is left out of its mean.
 * - `isic2018`: such a value is 1, and a JA below 0.65 counts as 0; `unthresholdedJA` has the plain one.
 *
 * Masks come from files as foreground where > 128.
 *
 * @throws LesionError `INVALID_ARGUMENT` if an option is unknown.
 * @example
 * ```ts
 * const segmentation = createSegmentationProtocol({ protocol: 'isic2017' });
 * for (const { id, truth, prediction } of images) segmentation.update(id, truth, prediction);
 * segmentation.compute().metrics.JA;
 * ```
 */
export function createSegmentationProtocol<P extends ProtocolName = 'isic2017'>(
  options?: SegmentationProtocolOptions<P>,
): ProtocolAccumulator<BinaryMask, BinaryMask, SegmentationProtocolMetric<P>> {
  const { protocol } = resolveOptions(
    options as SegmentationProtocolOptions<ProtocolName> | undefined,
    { protocol: 'isic2017' },
    'createSegmentationProtocol',
  );
  assertProtocol(protocol);
  const ids: string[] = [];
  const names: string[] = ['AC', 'JA', 'DI', 'SE', 'SP'];
  if (protocol === 'isic2018') names.push('unthresholdedJA');
  const columns = new Map<string, number[]>(names.map((name) => [name, []]));
  const accumulator = createProtocol<BinaryMask, BinaryMask, string>({
    protocol,
    task: 1,
    add(id, truth, prediction) {
      const counts = confusionOfMasks(truth, prediction, [`${id}: truth`, `${id}: prediction`]);
      const row: Record<string, number> = segmentationMetrics(counts, {
        whenUndefined: protocol === 'isic2018' ? 1 : undefined,
      });
      if (protocol === 'isic2018') {
        row['unthresholdedJA'] = row['JA']!;
        if (row['JA']! < FAILED_SEGMENTATION) row['JA'] = 0;
      }
      ids.push(id);
      for (const name of names) columns.get(name)!.push(row[name]!);
    },
    evaluate(multiplicities) {
      const metrics: Record<string, number> = {};
      for (const name of names) metrics[name] = meanOfDefined(columns.get(name)!, multiplicities);
      return { metrics, perClass: {} };
    },
    perImage: () =>
      ids.map((id, index) => ({
        id,
        values: Object.fromEntries(names.map((name) => [name, columns.get(name)![index]!])),
      })),
  });
  return accumulator as ProtocolAccumulator<BinaryMask, BinaryMask, SegmentationProtocolMetric<P>>;
}
