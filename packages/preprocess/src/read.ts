/** Reading image files by their path; every error names the file. */
import { open, readFile } from 'node:fs/promises';
import {
  assertNumber,
  type BinaryMask,
  describe,
  invalidArgument,
  invalidFile,
  LesionError,
  type RgbImage,
  resolveOptions,
  type Size,
} from '@lesion/core';
import type { DecodeImageOptions, DecodeMaskOptions, DecodeOptions, GrayImage } from './codec.js';
import { assertWithinLimit, type ByteSource, readHeader } from './header.js';
import { nodeCodec } from './platform-node.js';

/** Options of {@link readGray}. */
export type ReadOptions = Omit<DecodeOptions, 'source'>;
/** Options of {@link readImage}. */
export type ReadImageOptions = Omit<DecodeImageOptions, 'source'>;
/** Options of {@link readMask}. */
export type ReadMaskOptions = Omit<DecodeMaskOptions, 'source'>;

function fileError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new LesionError('NOT_FOUND', {
      what: 'there is no such file',
      where: path,
      mend: 'Check the path.',
      cause: error,
    });
  }
  if (code === 'EISDIR') {
    return invalidFile({
      what: 'a folder, not an image file',
      where: path,
      mend: 'Give the path of one file.',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return invalidFile({
      what: 'the file may not be read',
      where: path,
      mend: 'Allow this user to read it.',
      cause: error,
    });
  }
  return error;
}

function assertPath(path: unknown): asserts path is string {
  if (typeof path === 'string' && path !== '') return;
  throw invalidArgument({
    what: 'not a path',
    where: 'path',
    got: describe(path),
    expected: 'the path of a file',
  });
}

/** Reads the size from the header, piece by piece. */
async function sizeFromHeader(path: string, maxPixels: number): Promise<Size> {
  let file: Awaited<ReturnType<typeof open>> | undefined;
  try {
    file = await open(path);
    const handle = file;
    const information = await handle.stat();
    if (information.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    const source: ByteSource = {
      length: information.size,
      async read(offset, length) {
        // A damaged length field must not make us set aside gigabytes.
        const most = Math.max(0, Math.min(length, information.size - offset));
        const { buffer, bytesRead } = await handle.read(new Uint8Array(most), 0, most, offset);
        return buffer.subarray(0, bytesRead);
      },
    };
    const { size } = await readHeader(source, path);
    assertWithinLimit(size, maxPixels, path);
    return size;
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await file?.close();
  }
}

/** The whole file, once its header is known to be within the limit: nobody wants gigabytes read to be refused. */
async function bytesOf(path: string, maxPixels: number): Promise<Uint8Array> {
  assertNumber(maxPixels, 'maxPixels', { integer: true, min: 1 });
  await sizeFromHeader(path, maxPixels);
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(error, path);
  }
}

/**
 * Reads an image file as `decodeImage` decodes it.
 *
 * @returns `[height, width, 3]`, 0 to 255.
 * @throws LesionError `NOT_FOUND` if there is no such file; `INVALID_FILE` if it is not an image, truncated or
 *   damaged; `LIMIT_EXCEEDED` if its header announces more than `maxPixels`. All name the path.
 * @example
 * ```ts
 * const image = await readImage('ISIC_0000000.jpg');
 * ```
 */
export async function readImage(path: string, options?: ReadImageOptions): Promise<RgbImage> {
  assertPath(path);
  const defaults = { maxPixels: 100_000_000, colourProfile: 'convert' } as const;
  const resolved = resolveOptions(options, defaults, 'readImage');
  return nodeCodec.decodeImage(await bytesOf(path, resolved.maxPixels), { ...resolved, source: path });
}

/**
 * Reads the grey levels of a file as `decodeGray` decodes them.
 * @throws LesionError As {@link readImage}.
 */
export async function readGray(path: string, options?: ReadOptions): Promise<GrayImage> {
  assertPath(path);
  const resolved = resolveOptions(options, { maxPixels: 100_000_000 }, 'readGray');
  return nodeCodec.decodeGray(await bytesOf(path, resolved.maxPixels), { ...resolved, source: path });
}

/**
 * Reads a mask file as `decodeMask` decodes it: foreground above 128.
 * @throws LesionError As {@link readImage}.
 */
export async function readMask(path: string, options?: ReadMaskOptions): Promise<BinaryMask> {
  assertPath(path);
  const resolved = resolveOptions(options, { maxPixels: 100_000_000, threshold: 128 }, 'readMask');
  return nodeCodec.decodeMask(await bytesOf(path, resolved.maxPixels), { ...resolved, source: path });
}

/**
 * Reads the size of an upright image from its file's header, without decoding it.
 * @throws LesionError As {@link readImage}, but finds no damage beyond the header.
 */
export async function readSize(path: string, options?: ReadOptions): Promise<Size> {
  assertPath(path);
  const { maxPixels } = resolveOptions(options, { maxPixels: Number.MAX_SAFE_INTEGER }, 'readSize');
  assertNumber(maxPixels, 'maxPixels', { integer: true, min: 1 });
  return sizeFromHeader(path, maxPixels);
}
