/** A smaller set with the same mix of diagnoses. */
import { type IsicRecord, splitByImage } from '@lesion/isic';

/** As many records of each class as their share of the whole, drawn at random; all of them without a limit. */
export function drawByClass<T extends IsicRecord>(
  records: readonly T[],
  limit: number | undefined,
  seed: number,
): T[] {
  if (limit === undefined || limit >= records.length) return [...records];
  return splitByImage(records, { seed, fraction: limit / records.length }).training;
}
