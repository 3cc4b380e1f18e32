/** From a file's bytes to an image of a size that is quick to analyse. */
import {
  createRgbImage,
  formatSize,
  LesionError,
  type RgbImage,
  resizeImage,
  type Size,
  sizeOf,
} from '@lesion/core';
import { decodeImage } from '@lesion/preprocess';

/** Images are analysed with at most this many pixels: the class maps alone take 16 bytes for each. */
export const ANALYSED_PIXELS = 1_048_576;

/**
 * Photos up to this size are decoded whole: the same bytes as in Node. It is also the most that a canvas holds on
 * many phones.
 */
const WHOLE_PIXELS = 16_777_216;
const MOST_PIXELS = 100_000_000;

export interface Photo {
  image: RgbImage;
  /** The photo's own size, where it was reduced; undefined where it is analysed as it is. */
  original: Size | undefined;
  /** Whether the browser reduced it while decoding: its kernel is not this project's. */
  reducedWhileDecoding: boolean;
}

/** The size with the same aspect and at most as many pixels. */
export function boundedSize({ height, width }: Size, pixels = ANALYSED_PIXELS): Size {
  if (height * width <= pixels) return { height, width };
  const factor = Math.sqrt(pixels / (height * width));
  return {
    height: Math.max(1, Math.floor(height * factor)),
    width: Math.max(1, Math.floor(width * factor)),
  };
}

function fit(image: RgbImage): Photo {
  const original = sizeOf(image);
  const size = boundedSize(original);
  if (size.height === original.height && size.width === original.width) {
    return { image, original: undefined, reducedWhileDecoding: false };
  }
  return { image: resizeImage(image, size), original, reducedWhileDecoding: false };
}

/** Lets the browser decode and reduce in one go, so that the photo's full size is in memory once at most. */
async function decodeReduced(bytes: Uint8Array<ArrayBuffer>, name: string, original: Size): Promise<Photo> {
  const size = boundedSize(original);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes]), {
      resizeWidth: size.width,
      resizeHeight: size.height,
      resizeQuality: 'high',
      imageOrientation: 'from-image',
    });
  } catch (error) {
    throw new LesionError('INVALID_FILE', {
      what: 'this browser cannot decode the photo',
      where: name,
      got: formatSize(original),
      mend: 'The file may be damaged, or too large for this device: reduce it first.',
      cause: error,
    });
  }
  try {
    const context = new OffscreenCanvas(size.width, size.height).getContext('2d', {
      willReadFrequently: true,
    })!;
    context.fillStyle = 'white';
    context.fillRect(0, 0, size.width, size.height);
    context.drawImage(bitmap, 0, 0, size.width, size.height);
    const { data } = context.getImageData(0, 0, size.width, size.height);
    const rgb = new Uint8Array(size.height * size.width * 3);
    for (let from = 0, to = 0; from < data.length; from += 4) {
      rgb[to++] = data[from]!;
      rgb[to++] = data[from + 1]!;
      rgb[to++] = data[from + 2]!;
    }
    return { image: createRgbImage(size, rgb), original, reducedWhileDecoding: true };
  } finally {
    bitmap.close();
  }
}

/**
 * Decodes a photo and reduces it where it is large.
 *
 * @throws LesionError `INVALID_FILE` if it is no image that this browser reads; `LIMIT_EXCEEDED` above 100 megapixels
 */
export async function decodePhoto(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Photo> {
  try {
    return fit(await decodeImage(bytes, { source: name, maxPixels: WHOLE_PIXELS }));
  } catch (error) {
    if (!LesionError.isInstance(error) || error.code !== 'LIMIT_EXCEEDED') throw error;
    const [, width, height] = /(\d+)x(\d+)/.exec(String(error.details.got)) ?? [];
    const original = { height: Number(height), width: Number(width) };
    if (!(original.height * original.width <= MOST_PIXELS)) {
      throw new LesionError('LIMIT_EXCEEDED', {
        what: 'the photo is too large for a page',
        where: name,
        got: formatSize(original),
        expected: `at most ${MOST_PIXELS / 1e6} megapixels`,
        mend: 'Reduce it first.',
      });
    }
    return decodeReduced(bytes, name, original);
  }
}
