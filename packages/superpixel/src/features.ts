/**
 * From an image to the colour of each pixel that the clustering compares: stretched, blurred, converted and
 * divided by the compactness, in one walk down the rows. Leans on `color` and `blur`.
 */
import type { Size } from '@lesion/core';
import { rowBlur } from './blur.js';
import { linearize, linearizeRow, linearToLab } from './color.js';
import type { SuperpixelSettings } from './options.js';

type FeatureSettings = Pick<
  SuperpixelSettings,
  'colorSpace' | 'blurSpace' | 'stretch' | 'sigma' | 'compactness'
>;

/** The value in 0..1 of each byte. */
function byteValues(data: Uint8Array, stretch: boolean): Float64Array {
  const values = Float64Array.from({ length: 256 }, (_, byte) => byte * (1 / 255));
  if (!stretch) return values;
  let low = 255;
  let high = 0;
  for (let i = 0; i < data.length; i++) {
    const byte = data[i]!;
    if (byte < low) low = byte;
    if (byte > high) high = byte;
  }
  const lowest = values[low]!;
  const range = values[high]! - lowest;
  // An image of one value has no range to stretch; it becomes black.
  return values.map((value) => (range > 0 ? (value - lowest) / range : value - lowest));
}

/**
 * The colours that distances are measured in, `[height * width * 3]`.
 * @param data RGB, interleaved.
 */
export function colorFeatures(data: Uint8Array, size: Size, settings: FeatureSettings): Float64Array {
  const { height, width } = size;
  const stride = width * 3;
  const toLab = settings.colorSpace === 'lab';
  const blurred = settings.sigma > 0;
  const convertFirst = toLab && !(blurred && settings.blurSpace === 'rgb');
  const values = byteValues(data, settings.stretch);
  const table = convertFirst ? values.map(linearize) : values;
  const readRow = (y: number, out: Float64Array): void => {
    const start = y * stride;
    for (let i = 0; i < stride; i++) out[i] = table[data[start + i]!]!;
    if (convertFirst) linearToLab(out);
  };
  const blur = blurred ? rowBlur(readRow, size, settings.sigma) : readRow;
  const ratio = 1 / settings.compactness;
  const features = new Float64Array(height * stride);
  for (let y = 0; y < height; y++) {
    const row = features.subarray(y * stride, (y + 1) * stride);
    blur(y, row);
    if (toLab && !convertFirst) {
      linearizeRow(row);
      linearToLab(row);
    }
    for (let i = 0; i < stride; i++) row[i]! *= ratio;
  }
  return features;
}
