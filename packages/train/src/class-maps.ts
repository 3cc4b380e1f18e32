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
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type InputNormalization, normalizePixels } from './normalization.js';

/**
 * One network's class probabilities for a whole image.
 *
 * @param model takes `[1, height, width, 3]`, gives `[1, height, width, classes]` softmax values
 * @returns `[height, width, classes]` at the image's size
 */
export async function predictClassMaps(
  model: LayersModel,
  image: RgbImage,
  normalization: InputNormalization,
): Promise<ClassMaps> {
  const { height, width } = sizeOf(image);
  const output = tf.tidy(() => {
    const pixels = normalizePixels(contiguousData(image), normalization);
    return model.predict(tf.tensor4d(pixels, [1, height, width, 3])) as tf.Tensor4D;
  });
  const data = await output.data<'float32'>();
  const classes = output.shape[3];
  output.dispose();
  return createClassMaps({ height, width }, classes, data);
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
