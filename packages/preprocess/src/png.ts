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
import { filterRows } from './png-filters.js';

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
  const pixels = contiguousData(mask);
  const gray = new Uint8Array(pixels.length);
  for (let i = 0; i < gray.length; i++) gray[i] = -pixels[i]!;
  return encode(gray, { width: sizeOf(mask).width, channels: 1, deflate });
}
