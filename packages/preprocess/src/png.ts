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

/** PNG's filter types in use: a row as it is, less its left neighbours, less the row above, less Paeth's guess. */
const FILTER_TYPES = [0, 1, 2, 4];

/** The sum of bytes read as signed: the smaller, the better they usually pack. */
function magnitude(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += bytes[i]! < 128 ? bytes[i]! : 256 - bytes[i]!;
  return sum;
}

/**
 * Filters each row in the way that leaves the smallest magnitudes, `[height * (1 + stride)]` with the type first.
 */
function filterRows(data: Uint8Array, stride: number, step: number): Uint8Array<ArrayBuffer> {
  const height = data.length / stride;
  const out = new Uint8Array(height * (1 + stride));
  const candidates = FILTER_TYPES.map(() => new Uint8Array(stride));
  const [plain, sub, up, paeth] = candidates as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  // Both rows have a pixel of zeros before them and the first has a row of zeros above it, as PNG defines.
  let above = new Uint8Array(step + stride);
  let row = new Uint8Array(step + stride);
  for (let y = 0; y < height; y++) {
    plain.set(data.subarray(y * stride, (y + 1) * stride));
    row.set(plain, step);
    for (let i = 0; i < stride; i++) {
      const value = row[i + step]!;
      const left = row[i]!;
      const top = above[i + step]!;
      const topLeft = above[i]!;
      sub[i] = value - left;
      up[i] = value - top;
      const toLeft = Math.abs(top - topLeft);
      const toTop = Math.abs(left - topLeft);
      const toTopLeft = Math.abs(left + top - 2 * topLeft);
      const guess = toLeft <= toTop && toLeft <= toTopLeft ? left : toTop <= toTopLeft ? top : topLeft;
      paeth[i] = value - guess;
    }
    let best = 0;
    let bestMagnitude = Number.POSITIVE_INFINITY;
    for (let k = 0; k < candidates.length; k++) {
      const candidate = magnitude(candidates[k]!);
      if (candidate >= bestMagnitude) continue;
      best = k;
      bestMagnitude = candidate;
    }
    out[y * (1 + stride)] = FILTER_TYPES[best]!;
    out.set(candidates[best]!, y * (1 + stride) + 1);
    [above, row] = [row, above];
  }
  return out;
}

/** Compresses to a zlib stream. */
export type Deflate = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

async function encode(
  data: Uint8Array,
  layout: { width: number; channels: 1 | 3; deflate: Deflate },
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, channels, deflate } = layout;
  const stride = width * channels;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, data.length / stride);
  header.set([8, channels === 3 ? 2 : 0], 8);
  const compressed = await deflate(filterRows(data, stride, channels));
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [
    signature,
    chunk('IHDR', header),
    chunk('IDAT', compressed),
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Encodes an image as {@link Codec.encodePng} says. */
export async function encodeImage(
  image: RgbImage | GrayImage,
  deflate: Deflate,
): Promise<Uint8Array<ArrayBuffer>> {
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
  return encode(contiguousData(image), { width: sizeOf(image).width, channels: isGray ? 1 : 3, deflate });
}

/** Encodes a mask as {@link Codec.encodeMask} says. */
export async function encodeBinary(mask: BinaryMask, deflate: Deflate): Promise<Uint8Array<ArrayBuffer>> {
  assertBinaryMask(mask);
  const gray = contiguousData(mask).map((value) => value * 255);
  return encode(gray, { width: sizeOf(mask).width, channels: 1, deflate });
}
