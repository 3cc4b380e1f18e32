/** Superpixels that are computed once: label maps in a folder, by the content of the image and the options. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IsicRecord, readRecordImage } from '@lesion/isic';
import { encodeLabels, type SuperpixelOptions, superpixels } from '@lesion/superpixel';
import writeFileAtomic from 'write-file-atomic';

/** How superpixels are found, and where they are kept. */
export interface KeptSuperpixelsOptions {
  options: SuperpixelOptions;
  folder: string;
}

/**
 * The file with a record's superpixels: the data set's own where it has one, else the one in the folder, made if it
 * is not there yet. An image of other content never meets another's superpixels.
 *
 * @returns the path of a label map, as decodeLabels of @lesion/superpixel reads it
 * @throws LesionError as readRecordImage and superpixels
 */
export async function keptSuperpixels(
  record: IsicRecord,
  { options, folder }: KeptSuperpixelsOptions,
): Promise<string> {
  if (record.superpixelsPath !== undefined) return record.superpixelsPath;
  const key = createHash('sha256')
    .update(await readFile(record.imagePath!))
    .update(JSON.stringify(options))
    .digest('hex')
    .slice(0, 16);
  const path = join(folder, `${record.id}_${key}_superpixels.png`);
  if (!existsSync(path)) {
    const { labels } = superpixels(await readRecordImage(record), options);
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(path, Buffer.from(encodeLabels(labels)), { fsync: false });
  }
  return path;
}
