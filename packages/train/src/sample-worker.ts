/** The worker thread's side: decodes, augments, finds superpixels, cuts patches. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contiguousData, LesionError, resizeImage, type Size, scaledSize, sizeOf } from '@lesion/core';
import { readRecordImage, readRecordMask, readSuperpixelFeatures } from '@lesion/isic';
import { adjustColors, applyAugmentation, applyAugmentationToMask } from '@lesion/preprocess';
import {
  decodeLabels,
  encodeLabels,
  extractPatches,
  regionProperties,
  superpixels,
} from '@lesion/superpixel';
import writeFileAtomic from 'write-file-atomic';
import type {
  LinSampleResult,
  LinSampleTask,
  PatchResult,
  PatchTask,
  SuperpixelResult,
  SuperpixelTask,
  WorkerReply,
  WorkerTask,
} from './worker-tasks.js';

/** The centre of a square crop that lies within the image, in shares of its sides. */
function cropCentre(
  { height, width }: Size,
  fraction: number,
  [down, right]: readonly [number, number],
): [number, number] {
  const side = fraction * Math.min(height, width);
  const [rows, columns] = [side / height, side / width];
  return [rows / 2 + down * (1 - rows), columns / 2 + right * (1 - columns)];
}

async function linSample(task: LinSampleTask): Promise<LinSampleResult> {
  const { record, augmentation, size, fraction, place, colors, lesionClass, throughShortSide } = task;
  let image = await readRecordImage(record);
  const mask = await readRecordMask(record);
  if (throughShortSide !== undefined) {
    const full = sizeOf(image);
    if (throughShortSide < Math.min(full.height, full.width)) {
      image = resizeImage(resizeImage(image, scaledSize(full, { shortSide: throughShortSide })), full);
    }
  }
  const geometry = { size, fraction, centre: place && cropCentre(sizeOf(image), fraction, place) };
  const labels = contiguousData(applyAugmentationToMask(mask, augmentation, geometry)).map(
    (inside) => inside * lesionClass,
  );
  const sample = applyAugmentation(image, augmentation, geometry);
  return { image: contiguousData(colors === undefined ? sample : adjustColors(sample, colors)), labels };
}

async function imageSuperpixels(task: SuperpixelTask): Promise<SuperpixelResult> {
  const { record, cacheFolder } = task;
  let labelsPath = record.superpixelsPath;
  if (labelsPath === undefined) {
    const key = createHash('sha256')
      .update(await readFile(record.imagePath!))
      .update(JSON.stringify(task.superpixels))
      .digest('hex')
      .slice(0, 16);
    labelsPath = join(cacheFolder, `${record.id}_${key}_superpixels.png`);
    if (!existsSync(labelsPath)) {
      const { labels } = superpixels(await readRecordImage(record), task.superpixels);
      await mkdir(cacheFolder, { recursive: true });
      await writeFileAtomic(labelsPath, Buffer.from(encodeLabels(labels)), { fsync: false });
    }
  }
  const labels = decodeLabels(await readFile(labelsPath), { source: labelsPath });
  const features = await readSuperpixelFeatures(record, labels);
  if (features === undefined) {
    throw new LesionError('INVALID_FILE', { what: 'the image has no feature annotation', where: record.id });
  }
  return { labelsPath, features };
}

async function patches(task: PatchTask): Promise<PatchResult> {
  const { record, labelsPath, chosen, size } = task;
  const image = await readRecordImage(record);
  const labels = decodeLabels(await readFile(labelsPath), { source: labelsPath });
  const byLabel = new Map(regionProperties(labels).map((region) => [region.label, region]));
  const regions = Array.from(chosen, (superpixel) => byLabel.get(superpixel)!);
  return { data: extractPatches(image, regions, { size }).data };
}

function perform(task: WorkerTask): Promise<LinSampleResult | SuperpixelResult | PatchResult> {
  switch (task.kind) {
    case 'lin-sample':
      return linSample(task);
    case 'superpixels':
      return imageSuperpixels(task);
    case 'patches':
      return patches(task);
  }
}

export default async function work(task: WorkerTask): Promise<WorkerReply> {
  try {
    return { result: await perform(task) };
  } catch (error) {
    if (!LesionError.isInstance(error)) throw error;
    const { cause: _, ...details } = error.details;
    return { failure: { code: error.code, details } };
  }
}
