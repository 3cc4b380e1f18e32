/** Checking the files of one record: can they be read, and do they fit each other? Leans on `read-record`. */
import { basename } from 'node:path';
import {
  type BinaryMask,
  contiguousData,
  DERMOSCOPIC_FEATURES,
  formatSize,
  LesionError,
  type Size,
  sizeOf,
} from '@lesion/core';
import { readImage, readMask, readSize } from '@lesion/preprocess/node';
import { decodeLabels } from '@lesion/superpixel';
import { readFeatureFile } from './feature-file.js';
import { readBytes } from './read-bytes.js';
import { assertFeatureCount, assertImageSize } from './read-record.js';
import type { DatasetIssue, DatasetIssueKind } from './report.js';
import { countSuperpixels, sameShape } from './superpixel-features.js';
import type { IsicRecord } from './types.js';

/** What the files of a record came to. */
export interface RecordCheck {
  issues: DatasetIssue[];
  /** The image's size, if it could be read. */
  imageSize?: Size | undefined;
}

interface FilePair {
  size: Size;
  path: string;
}

class RecordChecker {
  readonly issues: DatasetIssue[] = [];

  constructor(readonly deep: boolean) {}

  /** Runs a check; an error of the family becomes an issue of this kind, with `where` the file. */
  async attempt<T>(
    kind: DatasetIssueKind,
    path: string,
    check: () => T | Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await check();
    } catch (error) {
      if (!LesionError.isInstance(error)) throw error;
      this.issues.push({ severity: 'error', kind, where: path, message: error.message });
      return undefined;
    }
  }

  async fits(size: Size, path: string, image: FilePair | undefined): Promise<void> {
    if (image !== undefined)
      await this.attempt('size-mismatch', path, () => assertImageSize(size, path, image));
  }

  async image(path: string): Promise<FilePair | undefined> {
    const size = await this.attempt('unreadable', path, async () =>
      this.deep ? sizeOf(await readImage(path)) : readSize(path),
    );
    return size && { size, path };
  }

  /** The mask's size; when deep, also whether it says anything. */
  async mask(path: string, what: string): Promise<Size | undefined> {
    if (!this.deep) return this.attempt('unreadable', path, () => readSize(path));
    const mask = await this.attempt('unreadable', path, () => readMask(path));
    if (mask === undefined) return undefined;
    const foreground = countForeground(mask);
    if (foreground === 0 || foreground === mask.size) {
      const empty = foreground === 0;
      this.issues.push({
        severity: 'warning',
        kind: empty ? 'empty-mask' : 'full-mask',
        where: path,
        message: `${path}: the ${what} is ${empty ? 'empty' : 'full'}; no pixel is ${empty ? 'above 128' : '128 or below'}. Look at the image, and correct or leave out the mask.`,
      });
    }
    return sizeOf(mask);
  }

  async superpixels(path: string): Promise<{ size: Size; count: number | undefined } | undefined> {
    return this.attempt('unreadable', path, async () => {
      if (!this.deep) return { size: await readSize(path), count: undefined };
      const labels = decodeLabels(await readBytes(path), { source: path });
      return { size: sizeOf(labels), count: countSuperpixels(labels) };
    });
  }
}

function countForeground(mask: BinaryMask): number {
  const data = contiguousData(mask);
  let count = 0;
  for (let i = 0; i < data.length; i++) count += data[i]!;
  return count;
}

/**
 * Checks the files of a record.
 *
 * @param deep Whether to decode everything; else only headers are read, and features JSONs whole.
 */
export async function checkRecordFiles(record: IsicRecord, deep: boolean): Promise<RecordCheck> {
  const checker = new RecordChecker(deep);
  const { imagePath, maskPath, superpixelsPath, featuresPath, attributePaths } = record;
  const image = imagePath === undefined ? undefined : await checker.image(imagePath);

  if (maskPath !== undefined) {
    const size = await checker.mask(maskPath, 'lesion mask');
    if (size !== undefined) await checker.fits(size, maskPath, image);
  }
  let count: number | undefined;
  if (superpixelsPath !== undefined) {
    const superpixels = await checker.superpixels(superpixelsPath);
    count = superpixels?.count;
    if (superpixels !== undefined) await checker.fits(superpixels.size, superpixelsPath, image);
  }
  if (featuresPath !== undefined) {
    const features = await checker.attempt('unreadable', featuresPath, () =>
      readFeatureFile(featuresPath, 'truth'),
    );
    if (features !== undefined && count !== undefined) {
      const expected = { count, path: superpixelsPath };
      await checker.attempt('feature-count', featuresPath, () =>
        assertFeatureCount(features[DERMOSCOPIC_FEATURES[0]].length, featuresPath, expected),
      );
    }
  }
  for (const feature of DERMOSCOPIC_FEATURES) {
    const path = attributePaths[feature];
    if (path === undefined) continue;
    const size = await checker.mask(path, 'attribute mask');
    if (size === undefined || image === undefined || sameShape(size, image.size)) continue;
    checker.issues.push({
      severity: 'error',
      kind: 'size-mismatch',
      where: path,
      message: `${path}: the attribute mask has another shape than its image; got ${formatSize(size)}; expected ${formatSize(image.size)} at any scale (width x height) as ${basename(image.path)}. Take the mask that belongs to this image.`,
    });
  }
  return { issues: checker.issues, imageSize: image?.size };
}
