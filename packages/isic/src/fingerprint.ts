/** A short name for exactly this data set, which model bundles record; leans on the file system. */
import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import { DERMOSCOPIC_FEATURES, mapInOrder } from '@lesion/core';
import { DATASET_SPLITS } from './layout.js';
import { fileLength, readBytes } from './read-bytes.js';
import type { IsicDataset } from './types.js';

/**
 * The SHA-256, as 64 hexadecimal digits, over the sorted ids of each split, the relative path and size in bytes of
 * each of their files, and the content of every table. It is the same wherever the folder lies, and changes if an
 * image comes, goes or changes its length, or a label changes. Images are not read, so that it takes moments: a
 * changed pixel in a file of the same length goes unseen.
 *
 * @throws LesionError `NOT_FOUND` if a table was removed since the data set was opened.
 * @example
 * ```ts
 * await datasetFingerprint(await openDataset('isic2017')); // '3f1c…'
 * ```
 */
export async function datasetFingerprint(dataset: IsicDataset): Promise<string> {
  const { folder, layout, splits } = dataset;
  const hash = createHash('sha256');
  const line = (...cells: (string | number)[]): void => {
    hash.update(`${JSON.stringify(cells)}\n`);
  };
  const relativePath = (path: string): string => relative(folder, path).split(sep).join('/');

  const files: string[] = [];
  for (const split of DATASET_SPLITS) {
    for (const record of splits[split]) {
      line('record', split, record.id);
      const { imagePath, superpixelsPath, maskPath, featuresPath, attributePaths } = record;
      const attributes = DERMOSCOPIC_FEATURES.map((name) => attributePaths[name]);
      for (const path of [imagePath, superpixelsPath, maskPath, featuresPath, ...attributes]) {
        if (path !== undefined) files.push(path);
      }
    }
  }
  const measured = mapInOrder(files, async (path) => ({ path, size: await fileLength(path) }), {
    concurrency: 16,
  });
  for await (const { path, size } of measured) line('file', relativePath(path), size);

  const tables = DATASET_SPLITS.flatMap((split) => [
    layout.splits[split].diagnoses,
    layout.splits[split].metadata,
    layout.splits[split].sources,
  ]);
  for (const path of [...tables, layout.attributesTable]) {
    if (path === undefined) continue;
    const content = await readBytes(path);
    line('table', relativePath(path), createHash('sha256').update(content).digest('hex'));
  }
  return hash.digest('hex');
}
