/** Reading the pieces of one record from disk, each checked against its image; leans on preprocess and superpixel. */
import {
  type BinaryMask,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  formatSize,
  invalidFile,
  type LabelMap,
  LesionError,
  type RgbImage,
  type Size,
  sizeOf,
} from '@lesion/core';
import { readImage, readMask, readSize } from '@lesion/preprocess/node';
import { decodeLabels } from '@lesion/superpixel';
import { readFeatureFile } from './feature-file.js';
import type { SuperpixelFeatures } from './inventory.js';
import { readBytes } from './read-bytes.js';
import {
  countSuperpixels,
  type DerivedFeatures,
  deriveSuperpixelFeatures,
  sameShape,
} from './superpixel-features.js';
import type { IsicRecord } from './types.js';

function pathOf(path: string | undefined, what: string, record: IsicRecord): string {
  if (path !== undefined) return path;
  throw new LesionError('NOT_FOUND', {
    what: `the data set has no ${what} with this id`,
    where: record.id,
    mend: 'Leave out records without one, or see with checkDataset what is missing.',
  });
}

/** @throws LesionError `INVALID_FILE` naming both files unless the sizes are equal. */
export function assertImageSize(size: Size, path: string, image: { size: Size; path: string }): void {
  if (size.width === image.size.width && size.height === image.size.height) return;
  throw invalidFile({
    what: 'has another size than its image',
    where: path,
    got: formatSize(size),
    expected: `${formatSize(image.size)} (width x height) as ${image.path}`,
    mend: 'Take the file that belongs to this image, or write it again at the size of the image.',
  });
}

async function assertSizeOfImage(size: Size, path: string, record: IsicRecord): Promise<void> {
  if (record.imagePath === undefined) return;
  assertImageSize(size, path, { size: await readSize(record.imagePath), path: record.imagePath });
}

/**
 * Reads a record's image, `[height, width, 3]`.
 *
 * @throws LesionError `NOT_FOUND` if the record has none, `INVALID_FILE` if it cannot be decoded.
 */
export async function readRecordImage(record: IsicRecord): Promise<RgbImage> {
  return readImage(pathOf(record.imagePath, 'image', record));
}

/**
 * Reads a record's lesion mask, `[height, width]` of 0 and 1.
 *
 * @throws LesionError `NOT_FOUND` if the record has none, `INVALID_FILE` if it cannot be decoded or has another size
 *   than the record's image (naming both files).
 */
export async function readRecordMask(record: IsicRecord): Promise<BinaryMask> {
  const path = pathOf(record.maskPath, 'lesion mask', record);
  const mask = await readMask(path);
  await assertSizeOfImage(sizeOf(mask), path, record);
  return mask;
}

/**
 * Reads a record's superpixels, `[height, width]`.
 *
 * @throws LesionError `NOT_FOUND` if the record has none, `INVALID_FILE` if they cannot be decoded or have another
 *   size than the record's image (naming both files).
 */
export async function readRecordLabels(record: IsicRecord): Promise<LabelMap> {
  const path = pathOf(record.superpixelsPath, 'superpixels', record);
  const labels = decodeLabels(await readBytes(path), { source: path });
  await assertSizeOfImage(sizeOf(labels), path, record);
  return labels;
}

/** @throws LesionError `INVALID_FILE` naming both files unless there is one value a superpixel. */
export function assertFeatureCount(
  count: number,
  path: string,
  labels: { count: number; path: string | undefined },
): void {
  if (count === labels.count) return;
  throw invalidFile({
    what: 'has another number of values than there are superpixels',
    where: path,
    got: `${count} values a feature`,
    expected: `${labels.count}, as ${labels.path ?? 'the label map given'} has superpixels`,
    mend: 'The features belong to the superpixels published with them: use those.',
  });
}

/**
 * Reads which superpixels of a record carry which feature: from its features JSON if there is one, else from its
 * attribute masks ({@link deriveSuperpixelFeatures}).
 *
 * @param labels The superpixels that the features are about: {@link readRecordLabels} for a features JSON; any
 *   superpixels of the image, at any scale, for attribute masks.
 * @returns For each feature a `Uint8Array` of one 0 or 1 a superpixel; undefined if nobody annotated the image.
 * @throws LesionError `INVALID_FILE` if the JSON is not one, its length differs from the superpixel count (naming both
 *   files), or a mask cannot be decoded or has another shape than the label map.
 */
export async function readSuperpixelFeatures(
  record: IsicRecord,
  labels: LabelMap,
): Promise<SuperpixelFeatures | undefined> {
  if (record.featuresPath === undefined) return (await readAttributeFeatures(record, labels))?.features;
  const values = await readFeatureFile(record.featuresPath, 'truth');
  assertFeatureCount(values[DERMOSCOPIC_FEATURES[0]].length, record.featuresPath, {
    count: countSuperpixels(labels),
    path: record.superpixelsPath,
  });
  return Object.fromEntries(
    DERMOSCOPIC_FEATURES.map((name) => [name, Uint8Array.from(values[name])]),
  ) as SuperpixelFeatures;
}

/**
 * Reads a record's attribute masks as features of superpixels, with those in doubt.
 *
 * @returns Undefined if nobody annotated the image.
 * @throws LesionError `INVALID_FILE` if a mask cannot be decoded or has another shape than the label map.
 */
export async function readAttributeFeatures(
  record: IsicRecord,
  labels: LabelMap,
): Promise<DerivedFeatures | undefined> {
  if (!record.attributesAnnotated) return undefined;
  const masks: Partial<Record<DermoscopicFeature, BinaryMask>> = {};
  for (const name of DERMOSCOPIC_FEATURES) {
    const path = record.attributePaths[name];
    if (path === undefined) continue;
    const mask = await readMask(path);
    if (!sameShape(sizeOf(mask), sizeOf(labels))) {
      throw invalidFile({
        what: 'the attribute mask has another shape than the superpixels of its image',
        where: path,
        got: formatSize(sizeOf(mask)),
        expected: `${formatSize(sizeOf(labels))} at any scale (width x height)`,
        mend: 'Take the mask that belongs to this image, and superpixels of the whole image.',
      });
    }
    masks[name] = mask;
  }
  return deriveSuperpixelFeatures(labels, masks);
}
