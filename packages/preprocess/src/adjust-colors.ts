/** Changes of brightness, contrast, saturation and tint, as cameras and lamps differ in them. */
import {
  assertNumber,
  assertRgbImage,
  copyData,
  createRgbImage,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';

/** Options of {@link adjustColors}. */
export interface AdjustColorsOptions {
  /** Multiplies all channels. @default 1 */
  brightness?: number | undefined;
  /** Multiplies each channel's distance from mid-grey, 128. @default 1 */
  contrast?: number | undefined;
  /** Multiplies each pixel's distance from its own grey (Rec. 601 luma); 0 leaves grey. @default 1 */
  saturation?: number | undefined;
  /** Multiplies red, green and blue, as the colour of the light does. @default [1, 1, 1] */
  tint?: readonly [red: number, green: number, blue: number] | undefined;
}

/** Rec. 601's shares of red, green and blue in luma. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * Adjusts an image's colours: tint, then saturation, then brightness, then contrast; the result is rounded and kept
 * within 0 to 255. With the defaults nothing changes.
 *
 * @param image `[height, width, 3]`, views too.
 * @returns A new image of the same size.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is no RGB image or a factor is negative.
 * @example
 * ```ts
 * const warmer = adjustColors(image, { tint: [1.05, 1, 0.95], contrast: 1.1 });
 * ```
 */
export function adjustColors(image: RgbImage, options?: AdjustColorsOptions): RgbImage {
  assertRgbImage(image);
  const { brightness, contrast, saturation, tint } = resolveOptions(
    options,
    { brightness: 1, contrast: 1, saturation: 1, tint: [1, 1, 1] as const },
    'adjustColors',
  );
  assertNumber(brightness, 'brightness', { min: 0 });
  assertNumber(contrast, 'contrast', { min: 0 });
  assertNumber(saturation, 'saturation', { min: 0 });
  tint.forEach((factor, channel) => {
    assertNumber(factor, `tint[${channel}]`, { min: 0 });
  });
  // All four are linear: one 3x3 matrix and one constant.
  const gain = brightness * contrast;
  const constant = 128 * (1 - contrast);
  const matrix = tint.map((_, to) =>
    tint.map(
      (factor, from) => gain * factor * ((1 - saturation) * LUMA[from]! + (from === to ? saturation : 0)),
    ),
  );
  const data = copyData(image) as Uint8Array;
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  const [toRed, toGreen, toBlue] = matrix as [number[], number[], number[]];
  for (let i = 0; i < data.length; i += 3) {
    const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
    clamped[i] = toRed[0]! * red + toRed[1]! * green + toRed[2]! * blue + constant;
    clamped[i + 1] = toGreen[0]! * red + toGreen[1]! * green + toGreen[2]! * blue + constant;
    clamped[i + 2] = toBlue[0]! * red + toBlue[1]! * green + toBlue[2]! * blue + constant;
  }
  return createRgbImage(sizeOf(image), data);
}
