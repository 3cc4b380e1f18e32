/** Overlays of predictions, written beside them: `ID_outline.png` and `ID_features_overlay.png`. Leans on @lesion/report. */
import { join } from 'node:path';
import {
  type BinaryMask,
  type RgbImage,
  resizeImage,
  resizeLabels,
  resizeMask,
  type Size,
} from '@lesion/core';
import type { ImagePrediction } from '@lesion/train';

/** What is drawn: a prediction, its image, and the true mask where it is known. */
export interface OverlaySubject extends ImagePrediction {
  image: RgbImage;
  mask?: BinaryMask | undefined;
}

/** Draws the lesion's outline, the true one beneath it where it is known. */
export async function drawLesion({ image, lin, mask }: OverlaySubject): Promise<RgbImage> {
  const { drawOutline, OUTLINE_COLOURS } = await import('@lesion/report');
  const truth = mask === undefined ? image : drawOutline(image, mask, { colour: OUTLINE_COLOURS.truth });
  return lin === undefined ? truth : drawOutline(truth, lin.mask);
}

/**
 * Draws a small picture of a prediction: the outline, or the features where no LIN predicted. Reduced first, as lines
 * that are drawn on the whole image would be lost.
 */
export async function drawPreview({ image, lin, lfn }: OverlaySubject, size: Size): Promise<RgbImage> {
  const { drawFeatures, drawOutline } = await import('@lesion/report');
  const small = resizeImage(image, size);
  if (lin !== undefined) {
    return drawOutline(small, resizeMask(lin.mask, size));
  }
  return lfn === undefined ? small : drawFeatures(small, resizeLabels(lfn.labels, size), lfn.features);
}

/** Writes the overlays that a prediction allows, and gives their paths. */
export async function writeOverlays(folder: string, subject: OverlaySubject): Promise<string[]> {
  const { writePng } = await import('@lesion/preprocess/node');
  const paths: string[] = [];
  if (subject.lin !== undefined) {
    const path = join(folder, `${subject.id}_outline.png`);
    await writePng(path, await drawLesion(subject));
    paths.push(path);
  }
  if (subject.lfn !== undefined) {
    const { drawFeatures } = await import('@lesion/report');
    const path = join(folder, `${subject.id}_features_overlay.png`);
    await writePng(path, drawFeatures(subject.image, subject.lfn.labels, subject.lfn.features));
    paths.push(path);
  }
  return paths;
}
