/** Choosing a subset of the images by a column of the CSVs that lie beside the truth. */
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { invalidArgument, LesionError } from '@lesion/core';
import { readCsv } from '../csv.js';
import { nameSome } from '../wording.js';
import type { WhereFilter } from './types.js';

const DESCRIBES_IMAGES = /(_sources|metadata)\.csv$/i;

async function describingFiles(truth: string): Promise<string[]> {
  const folders = [dirname(resolve(truth)), resolve(truth)];
  const found: string[] = [];
  for (const folder of folders) {
    // The truth of task 3 is a file, so its listing fails; so may a parent that is not ours to read.
    const names = await readdir(folder).catch(() => []);
    for (const name of names.sort()) if (DESCRIBES_IMAGES.test(name)) found.push(join(folder, name));
  }
  return found;
}

/**
 * Keeps the ids whose column holds the value. All `*_sources.csv` and `*metadata.csv` beside the truth are
 * read; images without a line in the file that has the column are left out.
 *
 * @throws LesionError `NOT_FOUND` if no such CSV lies beside the truth; `INVALID_ARGUMENT` if none of them has the
 *   column, or no image of the truth has the value, naming what there is.
 */
export async function selectWhere(
  ids: readonly string[],
  where: WhereFilter | undefined,
  truth: string,
): Promise<string[]> {
  if (where === undefined) return [...ids];
  const files = await describingFiles(truth);
  if (files.length === 0) {
    throw new LesionError('NOT_FOUND', {
      what: 'no CSV with columns to choose by lies beside the truth',
      where: dirname(resolve(truth)),
      expected: 'a file *_sources.csv or *_metadata.csv',
      mend: 'Put one there, with the columns image_id and the one asked for.',
    });
  }
  const known = new Set<string>();
  const chosenValues = new Map<string, string>();
  for (const file of files) {
    const { columns, rows } = await readCsv(file, { columns: ['image_id'], headerOptional: false });
    for (const name of columns) if (name !== 'image_id') known.add(name);
    if (!columns.includes(where.column)) continue;
    for (const { cells } of rows) chosenValues.set(cells['image_id']!, cells[where.column]!);
  }
  if (!known.has(where.column)) {
    throw invalidArgument({
      what: 'unknown column',
      where: 'where',
      got: JSON.stringify(where.column),
      expected: `one of ${[...known].join(', ')}`,
    });
  }
  const selected = ids.filter((id) => chosenValues.get(id) === where.value);
  if (selected.length === 0) {
    const values = new Set(ids.flatMap((id) => chosenValues.get(id) ?? []));
    throw invalidArgument({
      what: `no image of the truth has this value of ${where.column}`,
      where: 'where',
      got: JSON.stringify(where.value),
      expected:
        values.size === 0 ? 'a value that some image has' : `one of ${nameSome([...values].sort(), 10)}`,
    });
  }
  return selected;
}
