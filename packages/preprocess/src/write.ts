/** Writing image files so that no reader ever meets half a file. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { type BinaryMask, LesionError, type RgbImage } from '@lesion/core';
import type { GrayImage } from './codec.js';
import { nodeCodec } from './platform-node.js';

let written = 0;

/**
 * Writes a file under a temporary name in the same folder, then renames it: readers see the old file or the
 * whole new one. The folder must exist.
 *
 * @throws LesionError `NOT_FOUND` if the folder does not exist.
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  written += 1;
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${threadId}-${written}.partial`);
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new LesionError('NOT_FOUND', {
        what: 'the folder to write to does not exist',
        where: path,
        mend: `Make ${folder} first.`,
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * Writes an image as an 8-bit PNG file, RGB or grey, atomically.
 *
 * @param image RGB `[height, width, 3]` or grey `[height, width]`. For masks use {@link writeMask}.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is neither; `NOT_FOUND` if the folder does not exist.
 */
export async function writePng(path: string, image: RgbImage | GrayImage): Promise<void> {
  await writeFileAtomic(path, await nodeCodec.encodePng(image));
}

/**
 * Writes a mask as an 8-bit grey PNG file of 0 and 255, atomically.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is no mask; `NOT_FOUND` if the folder does not exist.
 */
export async function writeMask(path: string, mask: BinaryMask): Promise<void> {
  await writeFileAtomic(path, await nodeCodec.encodeMask(mask));
}
