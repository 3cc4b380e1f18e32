/** Opening a data set in the challenge's layout as records, and choosing among them; leans on `scan`. */
import { invalidArgument } from '@lesion/core';
import { scanDataset } from './scan.js';
import type { WhereFilter } from './score/types.js';
import type { IsicDataset, IsicRecord } from './types.js';
import { nameSome } from './wording.js';

/**
 * Opens a data set in the layout of the ISIC 2017 challenge. Folders are listed and tables read; no image is
 * opened. Any part may be absent, and images that a CSV lists but that are not there become records without
 * `imagePath`; {@link checkDataset} reports all that is missing.
 *
 * @throws LesionError `NOT_FOUND` if the folder does not exist or holds no part of the layout; `INVALID_FILE` naming
 *   file and line if a table misses a column, names an unknown id, an id twice or a value out of range.
 * @example
 * ```ts
 * const { splits } = await openDataset('isic2017');
 * const images = splits.training.filter((record) => record.imagePath !== undefined);
 * ```
 */
export async function openDataset(folder: string): Promise<IsicDataset> {
  const { dataset } = await scanDataset(folder, (error) => {
    throw error;
  });
  return dataset;
}

/**
 * The records whose column holds a value, such as `{ column: 'image_source', value: 'crop512' }`; what
 * `--where` of the command does.
 *
 * @throws LesionError `INVALID_ARGUMENT` if no record has the column or none has the value, naming what there is.
 */
export function selectRecords<T extends Pick<IsicRecord, 'columns'>>(
  records: readonly T[],
  where: WhereFilter,
): T[] {
  const { column, value } = where;
  const values = new Set(records.flatMap(({ columns }) => columns[column] ?? []));
  if (values.size === 0) {
    const known = new Set(records.flatMap(({ columns }) => Object.keys(columns)));
    throw invalidArgument({
      what: 'unknown column',
      where: 'where',
      got: JSON.stringify(column),
      expected: known.size === 0 ? 'records with columns' : `one of ${[...known].join(', ')}`,
    });
  }
  if (!values.has(value)) {
    throw invalidArgument({
      what: `no record has this value of ${column}`,
      where: 'where',
      got: JSON.stringify(value),
      expected: `one of ${nameSome([...values].sort(), 10)}`,
    });
  }
  return records.filter(({ columns }) => columns[column] === value);
}
