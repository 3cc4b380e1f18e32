/** Encoding to PNG, by hand but for the platform's zlib, so that masks are one-channel files in browsers too. */
import {
  assertBinaryMask,
  assertRgbImage,
  type BinaryMask,
  contiguousData,
  describe,
  invalidArgument,
  type RgbImage,
  sizeOf,
} from '@lesion/core';
import type { GrayImage } from './codec.js';

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function chunk(kind: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = kind.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toUpLeft = Math.abs(estimate - upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

/** Writes one row under a PNG filter type (0 none, 1 sub, 2 up, 4 Paeth) and returns the sum of its magnitudes. */
function filterRow(
  type: number,
  data: Uint8Array,
  at: number,
  stride: number,
  step: number,
  out: Uint8Array,
): number {
  let sum = 0;
  for (let i = 0; i < stride; i++) {
    const left = i >= step ? data[at + i - step]! : 0;
    const up = at > 0 ? data[at + i - stride]! : 0;
    const upLeft = at > 0 && i >= step ? data[at + i - step - stride]! : 0;
    const guess = type === 0 ? 0 : type === 1 ? left : type === 2 ? up : paeth(left, up, upLeft);
    const value = (data[at + i]! - guess) & 255;
    out[i] = value;
    sum += value < 128 ? value : 256 - value;
  }
  return sum;
}

async function encode(data: Uint8Array, width: number, channels: 1 | 3): Promise<Uint8Array> {
  const stride = width * channels;
  const height = data.length / stride;
  const filtered = new Uint8Array(height * (stride + 1));
  let best = new Uint8Array(stride);
  let candidate = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    let bestType = 0;
    let bestSum = filterRow(0, data, y * stride, stride, channels, best);
    for (const type of [1, 2, 4]) {
      if (bestSum === 0) break;
      const sum = filterRow(type, data, y * stride, stride, channels, candidate);
      if (sum < bestSum) {
        bestType = type;
        bestSum = sum;
        [best, candidate] = [candidate, best];
      }
    }
    filtered[y * (stride + 1)] = bestType;
    filtered.set(best, y * (stride + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 3 ? 2 : 0], 8);
  const zlib = new Blob([filtered]).stream().pipeThrough(new CompressionStream('deflate'));
  const compressed = new Uint8Array(await new Response(zlib).arrayBuffer());
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [
    signature,
    chunk('IHDR', header),
    chunk('IDAT', compressed),
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/**
 * Encodes an image as an 8-bit PNG file, RGB or grey; decoding gives back the same values.
 *
 * A mask of 0 and 1 would come out almost black: use {@link encodeMask} for masks.
 *
 * @param image RGB `[height, width, 3]` or grey `[height, width]`, views too.
 * @throws LesionError `INVALID_ARGUMENT` if `image` is neither.
 * @example
 * ```ts
 * const file = new Blob([await encodePng(image)], { type: 'image/png' });
 * ```
 */
export async function encodePng(image: RgbImage | GrayImage): Promise<Uint8Array> {
  const isGray = image?.shape?.length === 2;
  if (isGray && image.dtype !== 'uint8') {
    throw invalidArgument({
      what: 'not an 8-bit image',
      where: 'image',
      got: describe(image),
      expected: 'uint8 [height, width, 3] or [height, width]',
    });
  }
  if (!isGray) assertRgbImage(image);
  return encode(contiguousData(image), sizeOf(image).width, isGray ? 1 : 3);
}

/**
 * Encodes a mask as an 8-bit grey PNG file of 0 and 255, the challenge's form.
 *
 * @param mask `[height, width]` of 0 and 1, views too.
 * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a mask.
 */
export async function encodeMask(mask: BinaryMask): Promise<Uint8Array> {
  assertBinaryMask(mask);
  const gray = contiguousData(mask).map((value) => value * 255);
  return encode(gray, sizeOf(mask).width, 1);
}
