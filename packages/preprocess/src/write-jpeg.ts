/** Writing photographs as JPEG files, the format of the challenge's images; leans on sharp and on ./write. */
import {
  assertNumber,
  assertRgbImage,
  contiguousData,
  LesionError,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';
import { loadSharp } from './platform-node.js';
import { writeFileAtomic } from './write.js';

/** The longest side that a JPEG file can hold. */
const LONGEST_SIDE = 65_535;

/** Options of {@link writeJpeg}. */
export interface WriteJpegOptions {
  /** 1 (small, blocky) to 100 (large, near the original). @default 92 */
  quality?: number | undefined;
}

/**
 * Writes an image as a baseline JPEG file without subsampling of colour, atomically. JPEG loses detail: for
 * masks and superpixels use PNG.
 *
 * @param image RGB `[height, width, 3]`, no side above 65,535; views too.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is not an RGB image or `quality` is out of range;
 *   `LIMIT_EXCEEDED` if a side is too long for JPEG; `NOT_FOUND` if the folder does not exist.
 * @example
 * ```ts
 * await writeJpeg('ISIC_0000000.jpg', image, { quality: 95 });
 * ```
 */
export async function writeJpeg(path: string, image: RgbImage, options?: WriteJpegOptions): Promise<void> {
  const { quality } = resolveOptions(options, { quality: 92 }, 'writeJpeg');
  assertNumber(quality, 'quality', { integer: true, min: 1, max: 100 });
  assertRgbImage(image);
  const { height, width } = sizeOf(image);
  if (Math.max(height, width) > LONGEST_SIDE) {
    throw new LesionError('LIMIT_EXCEEDED', {
      what: 'too long a side for JPEG',
      where: path,
      got: `${width}x${height}`,
      expected: `at most ${LONGEST_SIDE} pixels a side`,
      mend: 'Write it as PNG.',
    });
  }
  const sharp = await loadSharp();
  const bytes = await sharp(contiguousData(image), { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
  await writeFileAtomic(path, bytes);
}
