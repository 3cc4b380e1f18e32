/** The worker thread's side: decodes, augments, finds superpixels, cuts patches. */
import { readFile } from 'node:fs/promises';
import { contiguousData, LesionError, resizeImage, type Size, scaledSize, sizeOf } from '@lesion/core';
import { readRecordImage, readRecordMask, readSuperpixelFeatures } from '@lesion/isic';
import { adjustColors, applyAugmentation, applyAugmentationToMask } from '@lesion/preprocess';
import { decodeLabels, extractPatches, regionProperties } from '@lesion/superpixel';
import { keptSuperpixels } from './superpixel-cache.js';
import { replying } from './worker-reply.js';
import type {
  LinSampleResult,
  LinSampleTask,
  PatchResult,
  PatchTask,
  SuperpixelResult,
  SuperpixelTask,
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
  const labelsPath = await keptSuperpixels(record, { options: task.superpixels, folder: cacheFolder });
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

export function perform(task: WorkerTask): Promise<LinSampleResult | SuperpixelResult | PatchResult> {
  switch (task.kind) {
    case 'lin-sample':
      return linSample(task);
    case 'superpixels':
      return imageSuperpixels(task);
    case 'patches':
      return patches(task);
  }
}

export default replying(perform);
