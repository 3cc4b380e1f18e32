/** What can be asked of a worker thread, and what it answers. Plain data on both ways. */
import type { IsicRecord, SuperpixelFeatures } from '@lesion/isic';
import type { AdjustColorsOptions, AugmentedSample } from '@lesion/preprocess';
import type { SuperpixelOptions } from '@lesion/superpixel';

/** One training sample of a FCRN: the augmented centre crop and a class for each of its pixels. */
export interface LinSampleTask {
  kind: 'lin-sample';
  record: IsicRecord;
  augmentation: AugmentedSample;
  /** Side of the square sample, pixels. */
  size: number;
  /** Share of the short side that the crop takes. */
  fraction: number;
  /**
   * Where the crop lies: from 0, at the image's top or left edge, to 1, at its bottom or right. In the centre if not
   * given.
   */
  place?: readonly [down: number, right: number] | undefined;
  /** How the image's colours change; not at all if not given. */
  colors?: AdjustColorsOptions | undefined;
  /** The class of the lesion's pixels, 1..3; the rest are background, 0. */
  lesionClass: number;
  /** If given, the image is first reduced to this short side and enlarged again. */
  throughShortSide?: number | undefined;
}

export interface LinSampleResult {
  /** RGB, size x size x 3. */
  image: Uint8Array;
  /** Classes, size x size. */
  labels: Uint8Array;
}

/** The superpixels of an image and which features they carry. */
export interface SuperpixelTask {
  kind: 'superpixels';
  record: IsicRecord;
  /** Used where the record has no superpixel file. */
  superpixels: SuperpixelOptions;
  /** Where computed superpixels are kept. */
  cacheFolder: string;
}

export interface SuperpixelResult {
  /** The file with the label map: the record's own or the kept one. */
  labelsPath: string;
  features: SuperpixelFeatures;
}

/** Patches of chosen superpixels of one image. */
export interface PatchTask {
  kind: 'patches';
  record: IsicRecord;
  labelsPath: string;
  /** Superpixel numbers. */
  chosen: Int32Array;
  /** Side of a patch, pixels. */
  size: number;
}

export interface PatchResult {
  /** RGB, chosen x size x size x 3. */
  data: Uint8Array;
}

export interface WorkerTasks {
  'lin-sample': { task: LinSampleTask; result: LinSampleResult };
  superpixels: { task: SuperpixelTask; result: SuperpixelResult };
  patches: { task: PatchTask; result: PatchResult };
}

export type WorkerTask = WorkerTasks[keyof WorkerTasks]['task'];
