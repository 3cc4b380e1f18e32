/**
 * From an image to the LIN's class maps: the whole image at several scales through several networks, each
 * answer enlarged to the image's size and summed (Fig. 2).
 */
import {
  type ClassMaps,
  contiguousData,
  createClassMaps,
  createRowResampler,
  type RgbImage,
  resizeImage,
  type Size,
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

/**
 * The sum of class maps of any sizes, each interpolated bilinearly to one size, row by row: no map is ever
 * enlarged as a whole.
 */
export function sumClassMaps(maps: readonly ClassMaps[], size: Size): ClassMaps {
  const classes = maps[0]!.shape[2]!;
  const sum = createClassMaps(size, classes);
  const rowLength = size.width * classes;
  const row = new Float32Array(rowLength);
  const resamplers = maps.map((map) => createRowResampler(map, size));
  for (let y = 0; y < size.height; y++) {
    const out = (sum.data as Float32Array).subarray(y * rowLength, (y + 1) * rowLength);
    for (const resampler of resamplers) {
      resampler.row(y, row);
      for (let i = 0; i < rowLength; i++) out[i]! += row[i]!;
    }
  }
  return sum;
}
