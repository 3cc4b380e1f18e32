/**
 * Writes a synthetic data set in the challenge's layout. Leans on the drawing beside it, on
 * @lesion/superpixel, and on @lesion/preprocess for files; Node only.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  assertNumber,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  invalidArgument,
  type LesionClass,
  LesionError,
  resolveOptions,
  SeededRandom,
  type Size,
} from '@lesion/core';
import { writeFileAtomic, writeJpeg, writeMask } from '@lesion/preprocess/node';
import { encodeLabels, superpixels } from '@lesion/superpixel';
import { DATASET_SPLITS, type DatasetSplit, PART_NAMES, SPLIT_PREFIXES } from '../layout.js';
import { deriveSuperpixelFeatures } from '../superpixel-features.js';
import { drawSyntheticLesion, type SyntheticDescription } from './draw.js';
import { drawPatient, type SyntheticPatient } from './patient.js';
import { planImage } from './plan.js';
import { defaultSuperpixelCount } from './superpixel-count.js';
import { prepareTargetFolder, RECIPE_FILE, RECIPE_MAKER } from './target-folder.js';

/** The first id of each split; apart, so that a split's images do not depend on the length of another. */
const FIRST_IDS: Record<DatasetSplit, number> = {
  training: 9_000_000,
  validation: 9_100_000,
  test: 9_200_000,
};
const MOST_IMAGES = 100_000;

/** How far {@link writeSyntheticDataset} has come. */
export interface SyntheticProgress {
  /** Images written so far, the one named included. */
  done: number;
  total: number;
  split: DatasetSplit;
  id: string;
}

/** Options of {@link writeSyntheticDataset}. */
export interface SyntheticDatasetOptions {
  /** Images of the training split, up to 100,000. @default 24 */
  training?: number | undefined;
  /** Images of the validation split, up to 100,000. @default 8 */
  validation?: number | undefined;
  /** Images of the test split, up to 100,000. @default 8 */
  test?: number | undefined;
  /** Seed of everything; image k of a split is the same however many images are asked for. @default 0 */
  seed?: number | undefined;
  /** Height of the images in pixels; the width is 4/3 of it. At least 48. @default 256 */
  shortSide?: number | undefined;
  /**
   * Superpixels asked for an image.
   * @default 1000 as in the challenge; for images below 327x245 one for each 80 pixels
   */
  superpixels?: number | undefined;
  /** JPEG quality of the images, 1 to 100. @default 92 */
  quality?: number | undefined;
  /** Whether an earlier synthetic data set in the folder is replaced. @default false */
  overwrite?: boolean | undefined;
  /** Called after each image. */
  onProgress?: ((progress: SyntheticProgress) => void) | undefined;
  /** Stops the run between two images. */
  signal?: AbortSignal | undefined;
}

/** One image of a synthetic data set. */
export interface SyntheticImage {
  id: string;
  split: DatasetSplit;
  diagnosis: LesionClass;
  patient: SyntheticPatient;
  /** Superpixels that the image was divided into. */
  superpixels: number;
  /** Superpixels that carry each feature. */
  carriers: Record<DermoscopicFeature, number>;
  description: SyntheticDescription;
}

/** What was written. */
export interface SyntheticDataset {
  folder: string;
  seed: number;
  size: Size;
  images: SyntheticImage[];
}

interface ImageRequest {
  folder: string;
  split: DatasetSplit;
  position: number;
  seed: number;
  size: Size;
  superpixelCount: number;
  quality: number;
}

function partPath(folder: string, split: DatasetSplit, part: keyof typeof PART_NAMES): string {
  return join(folder, `${SPLIT_PREFIXES[split][0]}${PART_NAMES[part]}`);
}

async function writeImage(request: ImageRequest): Promise<SyntheticImage> {
  const { folder, split, position, seed, size } = request;
  const id = `ISIC_${FIRST_IDS[split] + position}`;
  const { diagnosis, features } = planImage(position, split, seed);
  const random = new SeededRandom(seed).fork(id);
  const patient = drawPatient(diagnosis, random.fork('patient'));
  const lesion = drawSyntheticLesion({ diagnosis, features, size, random });
  const { labels, count } = superpixels(lesion.image, { preset: 'isic2017', count: request.superpixelCount });
  const derived = deriveSuperpixelFeatures(labels, lesion.featureMasks).features;
  const listed = DERMOSCOPIC_FEATURES.map((feature) => [feature, [...derived[feature]]] as const);
  const images = partPath(folder, split, 'images');
  await writeJpeg(join(images, `${id}.jpg`), lesion.image, { quality: request.quality });
  await writeFileAtomic(join(images, `${id}_superpixels.png`), encodeLabels(labels));
  await writeMask(join(partPath(folder, split, 'masks'), `${id}_segmentation.png`), lesion.mask);
  await writeFileAtomic(
    join(partPath(folder, split, 'features'), `${id}_features.json`),
    `${JSON.stringify(Object.fromEntries(listed))}\n`,
  );
  const carriers = Object.fromEntries(
    listed.map(([feature, values]) => [feature, values.filter((value) => value === 1).length]),
  ) as Record<DermoscopicFeature, number>;
  return { id, split, diagnosis, patient, superpixels: count, carriers, description: lesion.description };
}

async function writeTables(
  folder: string,
  split: DatasetSplit,
  images: readonly SyntheticImage[],
): Promise<void> {
  const flag = (image: SyntheticImage, diagnosis: LesionClass) =>
    image.diagnosis === diagnosis ? '1.0' : '0.0';
  const diagnoses = images.map(
    (image) => `${image.id},${flag(image, 'melanoma')},${flag(image, 'seborrheic_keratosis')}\n`,
  );
  const metadata = images.map(
    ({ id, patient }) => `${id},${patient.age ?? 'unknown'},${patient.sex ?? 'unknown'}\n`,
  );
  await writeFileAtomic(
    partPath(folder, split, 'diagnoses'),
    `image_id,melanoma,seborrheic_keratosis\n${diagnoses.join('')}`,
  );
  await writeFileAtomic(
    partPath(folder, split, 'metadata'),
    `image_id,age_approximate,sex\n${metadata.join('')}`,
  );
}

/**
 * Writes a data set of drawn dermoscopy images in the layout of the ISIC 2017 challenge: images, superpixels,
 * lesion masks, superpixel features, diagnoses and metadata. It serves to run and to test every step without
 * real data; no figure measured on it says anything about real lesions.
 *
 * The diagnoses come in the challenge's shares (3 melanomas, 2 seborrheic keratoses and 11 nevi in 16 images); the
 * first three images of a split show all three diagnoses and all four features. A superpixel carries a feature if most of it
 * is inside the feature's place. `synthetic.json` in the folder records how each image was made. Files appear
 * whole or not at all. A split of 0 images is left out.
 *
 * @param folder Made if absent; must be empty unless `overwrite` is set.
 * @returns What was drawn, image by image.
 * @throws LesionError `INVALID_ARGUMENT` for an option out of range or unknown, or a folder that cannot be
 *   written to without harm; `ABORTED` if `signal` asks to stop.
 * @example
 * ```ts
 * const { images } = await writeSyntheticDataset('synthetic', { training: 16, validation: 4, test: 4 });
 * images[0].id; // 'ISIC_9000000'
 * ```
 */
export async function writeSyntheticDataset(
  folder: string,
  options?: SyntheticDatasetOptions,
): Promise<SyntheticDataset> {
  const resolved = resolveOptions(
    options,
    {
      training: 24,
      validation: 8,
      test: 8,
      seed: 0,
      shortSide: 256,
      superpixels: undefined,
      quality: 92,
      overwrite: false,
      onProgress: undefined,
      signal: undefined,
    },
    'writeSyntheticDataset',
  );
  const { seed, shortSide, quality, onProgress, signal } = resolved;
  for (const split of DATASET_SPLITS) {
    assertNumber(resolved[split], split, { integer: true, min: 0, max: MOST_IMAGES });
  }
  assertNumber(seed, 'seed', { integer: true });
  assertNumber(shortSide, 'shortSide', { integer: true, min: 48 });
  assertNumber(quality, 'quality', { integer: true, min: 1, max: 100 });
  const size: Size = { height: shortSide, width: Math.round((shortSide * 4) / 3) };
  const superpixelCount = resolved.superpixels ?? defaultSuperpixelCount(size);
  assertNumber(superpixelCount, 'superpixels', { integer: true, min: 1, max: size.height * size.width });
  const total = resolved.training + resolved.validation + resolved.test;
  if (total === 0) {
    throw invalidArgument({
      what: 'no image is asked for',
      where: 'writeSyntheticDataset',
      mend: 'Give training, validation or test a number above 0.',
    });
  }

  await prepareTargetFolder(folder, resolved.overwrite);
  const images: SyntheticImage[] = [];
  const writeRecipe = (complete: boolean) =>
    writeFileAtomic(
      join(folder, RECIPE_FILE),
      `${JSON.stringify({ maker: RECIPE_MAKER, complete, seed, size, superpixels: superpixelCount, images }, null, 1)}\n`,
    );
  // First, so that a run that was cut off can be overwritten.
  await writeRecipe(false);
  for (const split of DATASET_SPLITS) {
    if (resolved[split] === 0) continue;
    for (const part of ['images', 'masks', 'features'] as const) {
      await mkdir(partPath(folder, split, part), { recursive: true });
    }
    for (let position = 0; position < resolved[split]; position++) {
      if (signal?.aborted) {
        throw new LesionError('ABORTED', {
          what: 'stopped before all images were written',
          where: folder,
          got: `${images.length} of ${total} images`,
          mend: 'Run it again with overwrite.',
          cause: signal.reason,
        });
      }
      const image = await writeImage({ folder, split, position, seed, size, superpixelCount, quality });
      images.push(image);
      onProgress?.({ done: images.length, total, split, id: image.id });
    }
    await writeTables(
      folder,
      split,
      images.filter((image) => image.split === split),
    );
  }
  await writeRecipe(true);
  return { folder, seed, size, images };
}
