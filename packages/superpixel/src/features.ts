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

/** The smallest and largest byte of an image. */
export type ByteRange = { low: number; high: number };

function byteRange(data: Uint8Array): ByteRange {
  let low = 255;
  let high = 0;
  for (let i = 0; i < data.length; i++) {
    const byte = data[i]!;
    if (byte < low) low = byte;
    if (byte > high) high = byte;
  }
  return { low, high };
}

/** The value in 0..1 of each byte; those from `low` to `high` are stretched to 0..1. */
function byteValues(range: ByteRange | undefined): Float64Array {
  const values = Float64Array.from({ length: 256 }, (_, byte) => byte * (1 / 255));
  if (range === undefined) return values;
  const lowest = values[range.low]!;
  const width = values[range.high]! - lowest;
  // An image of one value has no range to stretch; it becomes black.
  return values.map((value) => (width > 0 ? (value - lowest) / width : value - lowest));
}

/** Whether the conversion to CIELAB comes before the blur. */
export function convertsFirst({ colorSpace, blurSpace, sigma }: FeatureSettings): boolean {
  return colorSpace === 'lab' && !(sigma > 0 && blurSpace === 'rgb');
}

/**
 * What a byte becomes first: its value, in linear light where the conversion comes next.
 * @param range Of the image's bytes; needed where they are stretched.
 */
export function byteTable(range: ByteRange | undefined, settings: FeatureSettings): Float64Array {
  const values = byteValues(settings.stretch ? range : undefined);
  return convertsFirst(settings) ? values.map(linearize) : values;
}

/**
 * The colours that distances are measured in, `[height * width * 3]`.
 * @param data RGB, interleaved.
 */
export function colorFeatures(data: Uint8Array, size: Size, settings: FeatureSettings): Float64Array {
  const { height, width } = size;
  const stride = width * 3;
  const toLab = settings.colorSpace === 'lab';
  const convertFirst = convertsFirst(settings);
  const table = byteTable(settings.stretch ? byteRange(data) : undefined, settings);
  const readRow = (y: number, out: Float64Array): void => {
    const start = y * stride;
    for (let i = 0; i < stride; i++) out[i] = table[data[start + i]!]!;
    if (convertFirst) linearToLab(out);
  };
  const blur = settings.sigma > 0 ? rowBlur(readRow, size, settings.sigma) : readRow;
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
