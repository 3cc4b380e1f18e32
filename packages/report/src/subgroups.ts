/** Measures of groups of images, each with its interval. Leans on @lesion/metrics. */
import { assertNumber, resolveOptions } from '@lesion/core';
import { bootstrapInterval } from '@lesion/metrics';
import type { ReportMeasure, ReportSubgroup } from './report-data.js';

/** How images are divided into groups and what is measured of each. */
export interface SubgroupsOptions<Item> {
  /** Images, or whatever is measured. */
  items: readonly Item[];
  /** For each attribute the name of an item's group; `undefined` where it is not known. */
  attributes: Readonly<Record<string, (item: Item) => string | undefined>>;
  /** For each measure its value over some items; NaN where it is undefined. */
  measures: Readonly<Record<string, (items: readonly Item[]) => number>>;
  /** Samples of the bootstrap behind each interval; 0 leaves them out. @default 1000 */
  replicates?: number | undefined;
  /** @default 0 */
  seed?: number | string | undefined;
}

/** What stands for a group that is not known. */
const UNKNOWN = 'not known';

const kept = (value: number): number | null => (Number.isFinite(value) ? value : null);

/**
 * Measures all items, then the groups of each attribute: in the order of their names, those that are not known last.
 * An attribute that no item has is left out.
 *
 * @returns One entry a group, the first with the attribute `all`.
 * @throws LesionError `INVALID_ARGUMENT` if an option is out of range.
 * @example
 * ```ts
 * subgroups({
 *   items: [{ sex: 'female', ja: 0.8 }, { sex: 'male', ja: 0.7 }],
 *   attributes: { sex: ({ sex }) => sex },
 *   measures: { JA: (items) => items.reduce((sum, { ja }) => sum + ja, 0) / items.length },
 * });
 * ```
 */
export function subgroups<Item>(options: SubgroupsOptions<Item>): ReportSubgroup[] {
  const { replicates, seed } = resolveOptions(
    options,
    { items: undefined, attributes: undefined, measures: undefined, replicates: 1000, seed: 0 },
    'subgroups',
  );
  const { items, attributes, measures } = options;
  assertNumber(replicates, 'replicates', { integer: true, min: 0 });
  const measure = (group: readonly Item[], of: (items: readonly Item[]) => number): ReportMeasure => {
    const value = of(group);
    if (replicates === 0 || !Number.isFinite(value)) return kept(value);
    const { lower, upper } = bootstrapInterval(group, of, { replicates, seed });
    return { value, low: kept(lower), high: kept(upper) };
  };
  const describe = (attribute: string, name: string, group: readonly Item[]): ReportSubgroup => ({
    attribute,
    name,
    count: group.length,
    measures: Object.fromEntries(Object.entries(measures).map(([key, of]) => [key, measure(group, of)])),
  });
  const found = [describe('all', 'all images', items)];
  for (const [attribute, groupOf] of Object.entries(attributes)) {
    const groups = new Map<string | undefined, Item[]>();
    for (const item of items) {
      const name = groupOf(item);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [item]);
      else group.push(item);
    }
    const names = [...groups.keys()].filter((name) => name !== undefined).sort();
    if (names.length === 0) continue;
    for (const name of names) found.push(describe(attribute, name, groups.get(name)!));
    const unknown = groups.get(undefined);
    if (unknown !== undefined) found.push(describe(attribute, UNKNOWN, unknown));
  }
  return found;
}
