/**
 * Decoding in Node by sharp, loaded at the first image so that the arithmetic of this package costs no native
 * library. Decodes from memory and leaves sharp's process-wide cache and concurrency as they are.
 */
import { promisify } from 'node:util';
import { constants, deflate as deflateWithCallback, type ZlibOptions } from 'node:zlib';
import { invalidFile, LesionError } from '@lesion/core';
import { createCodec } from './codec.js';
import type { DecodeRequest, Platform } from './platform.js';

const deflate = promisify<Uint8Array, ZlibOptions, Uint8Array>(deflateWithCallback);

type Sharp = typeof import('sharp').default;

let loaded: Promise<Sharp> | undefined;

export function loadSharp(): Promise<Sharp> {
  loaded ??= import('sharp').then(
    (module) => module.default,
    (cause: unknown) => {
      loaded = undefined;
      throw new LesionError('ENGINE_UNAVAILABLE', {
        what: 'the image library cannot be loaded',
        where: 'sharp',
        mend: 'Install it for this platform: npm install sharp.',
        cause,
      });
    },
  );
  return loaded;
}

/** libvips joins several lines, each with its loader's name before it; the first says most. */
function firstReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split('\n').find((part) => part.trim() !== '') ?? 'no reason given';
  return line.trim().replace(/^(Vips\w+|vips\w+|\w+load(_buffer)?|Input buffer[^:]*): /, '');
}

function decodingError(error: unknown, { header, name }: DecodeRequest): LesionError {
  const reason = firstReason(error);
  if (/premature end|truncated|unexpected end|read error|EOF/i.test(reason)) {
    return invalidFile({
      what: `the ${header.format} file is truncated or damaged`,
      where: name,
      got: reason,
      mend: 'Fetch or export the file again.',
      cause: error,
    });
  }
  return invalidFile({
    what: `the ${header.format} file cannot be decoded`,
    where: name,
    got: reason,
    mend: 'Open it in an image editor and save it as PNG.',
    cause: error,
  });
}

/** Whether a file holds 8-bit grey levels and nothing else; what this says costs a look at its header. */
async function isPlainGray(file: ReturnType<Sharp>): Promise<boolean> {
  const { space, depth, channels } = await file.metadata();
  return space === 'b-w' && depth === 'uchar' && channels === 1;
}

const nodePlatform: Platform = {
  async decode(bytes, request) {
    const sharp = await loadSharp();
    try {
      const file = sharp(bytes, {
        // The strictest: JPEG data that ends early but for a tidy end marker is only a warning to libjpeg.
        failOn: 'warning',
        limitInputPixels: request.maxPixels,
        ignoreIcc: request.ignoreProfile,
        sequentialRead: true,
      });
      const { data, info } = await file
        .toColourspace(request.gray && (await isPlainGray(file)) ? 'b-w' : 'srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      return { data, size: { height: info.height, width: info.width }, channels: info.channels };
    } catch (error) {
      throw decodingError(error, request);
    }
  },

  // Filtered rows hold little but runs to find: on photographs ten times as fast as zlib's default, and smaller.
  deflate: (bytes) => deflate(bytes, { strategy: constants.Z_RLE }),
};

/** The one codec of Node, behind both entries of this package. */
export const nodeCodec = createCodec(nodePlatform);
