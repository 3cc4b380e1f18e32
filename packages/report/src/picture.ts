/** Pictures as a report holds them: thumbnails written into the page itself; leans on core and the JPEG encoder. */
import {
  assertNumber,
  assertRgbImage,
  invalidArgument,
  type RgbImage,
  resizeImage,
  resolveOptions,
  scaledSize,
  sizeOf,
} from '@lesion/core';
import { encodeJpeg } from './jpeg.js';

/** A picture in a report: plain data that survives JSON. */
export interface ReportPicture {
  /** A `data:` URI with the bytes of a JPEG, PNG or WebP file in base64; nothing else is accepted. */
  source: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** What is to be seen, for those who cannot: `lesion outline of ISIC_0000001: result blue, truth red`. */
  description: string;
}

/** Options of {@link picture}. */
export interface PictureOptions {
  /** What is to be seen, in a few words. */
  description: string;
  /** The shorter side of the thumbnail in pixels; a smaller image keeps its size. @default 224 */
  shortSide?: number | undefined;
  /** Quality of the JPEG, 1 to 100. @default 82 */
  quality?: number | undefined;
}

/** Base64 without Node's Buffer and without a stack overflow on large files. */
function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += 0x8000) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
  }
  return btoa(parts.join(''));
}

/**
 * Makes a thumbnail for a report. Draw overlays at the image's full size first: shrinking them smooths the lines.
 *
 * @param image `[height, width, 3]`, not modified.
 * @throws LesionError `INVALID_ARGUMENT` if an option is out of range.
 * @example
 * ```ts
 * const outline = picture(drawOutline(image, mask), { description: 'lesion outline' });
 * ```
 */
export function picture(image: RgbImage, options: PictureOptions): ReportPicture {
  const { description, shortSide, quality } = resolveOptions(
    options,
    { description: undefined, shortSide: 224, quality: 82 },
    'picture',
  );
  assertRgbImage(image);
  assertNumber(shortSide, 'shortSide', { integer: true, min: 1 });
  if (typeof description !== 'string' || description.trim() === '') {
    throw invalidArgument({ what: 'a picture needs a description', where: 'description' });
  }
  const size = sizeOf(image);
  const small = Math.min(size.height, size.width) <= shortSide;
  const shown = small ? image : resizeImage(image, scaledSize(size, { shortSide }));
  const { width, height } = sizeOf(shown);
  return {
    source: `data:image/jpeg;base64,${base64(encodeJpeg(shown, { quality }))}`,
    width,
    height,
    description,
  };
}

/** @throws LesionError `INVALID_ARGUMENT` unless the picture's bytes lie in the page, so that no report ever asks the network. */
export function assertPicture(value: ReportPicture, where: string): void {
  if (!/^data:image\/(?:jpeg|png|webp);base64,[A-Za-z0-9+/]+={0,2}$/.test(value?.source)) {
    throw invalidArgument({
      what: 'not a picture whose bytes lie in the report',
      where: `${where}.source`,
      got: JSON.stringify(String(value?.source).slice(0, 40)),
      expected: 'data:image/jpeg;base64,...',
      mend: 'Make it with picture().',
    });
  }
  assertNumber(value.width, `${where}.width`, { integer: true, min: 1 });
  assertNumber(value.height, `${where}.height`, { integer: true, min: 1 });
}
