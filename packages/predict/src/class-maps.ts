/**
 * From an image to a network's class maps: the whole image at a scale, through one network (Fig. 2). Their sum is core's.
 */
import {
  type ClassMaps,
  contiguousData,
  createClassMaps,
  type RgbImage,
  resizeImage,
  scaledSize,
  sizeOf,
} from '@lesion/core';
import { type InputNormalization, normalizePixels } from './normalization.js';
import type { PredictionNetwork } from './prediction-network.js';

/**
 * One network's class probabilities for a whole image.
 *
 * @param network takes `[1, height, width, 3]`, gives `[1, height, width, classes]` softmax values
 * @returns `[height, width, classes]` at the image's size
 */
export async function predictClassMaps(
  network: PredictionNetwork,
  image: RgbImage,
  normalization: InputNormalization,
): Promise<ClassMaps> {
  const { height, width } = sizeOf(image);
  const pixels = normalizePixels(contiguousData(image), normalization);
  const { data, shape } = await network.predict(pixels, [1, height, width, 3]);
  return createClassMaps({ height, width }, shape[3]!, data);
}

/**
 * The image at each scale. A scale is the length of the short side; the aspect is kept ("~300x300").
 * An image is enlarged to a scale above its own size, as the paper's networks expect lesions of one size.
 */
export function imageAtScales(image: RgbImage, shortSides: readonly number[]): RgbImage[] {
  return shortSides.map((shortSide) => resizeImage(image, scaledSize(sizeOf(image), { shortSide })));
}
