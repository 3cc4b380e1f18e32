/**
 * What an image file says of itself before its pixels: format, size, EXIF orientation. Read by us, not by a
 * decoder, so that the limit on pixels holds before any memory is spent, alike in Node and browser.
 */
import { formatSize, invalidFile, LesionError, type Size } from '@lesion/core';

/** The file formats that can be decoded. */
export type ImageFormat = 'JPEG' | 'PNG' | 'WebP' | 'TIFF';

export interface ImageHeader {
  format: ImageFormat;
  /** The size as stored, before the orientation is applied. */
  stored: Size;
  /** The size as seen, after the orientation is applied. */
  size: Size;
  /** EXIF orientation, 1 to 8; 1 is upright. */
  orientation: number;
  /** Where the orientation is stored, a 16-bit number; absent where the file has none. */
  orientationAt?: { offset: number; littleEndian: boolean } | undefined;
}

/** Bytes that are read in pieces: a file or memory. */
export interface ByteSource {
  readonly length: number;
  /** Reads up to `length` bytes; fewer only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

type Found = Omit<ImageHeader, 'size' | 'orientation'> & { orientation?: number | undefined };

class EndOfFile extends Error {}

async function view(source: ByteSource, offset: number, length: number): Promise<DataView> {
  const bytes = await source.read(offset, length);
  if (bytes.length < length) throw new EndOfFile();
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function ascii(data: DataView, offset: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(data.getUint8(offset + i));
  return text;
}

const WIDTH_TAG = 256;
const HEIGHT_TAG = 257;
const ORIENTATION_TAG = 274;
const SHORT = 3;

interface Directory {
  width: number;
  height: number;
  orientation?: number | undefined;
  orientationAt?: ImageHeader['orientationAt'];
}

/** Reads the first directory of a TIFF structure, which is also EXIF's; undefined where there is none. */
async function readDirectory(source: ByteSource, base: number): Promise<Directory | undefined> {
  const head = await view(source, base, 8);
  const order = ascii(head, 0, 2);
  const littleEndian = order === 'II';
  if ((!littleEndian && order !== 'MM') || head.getUint16(2, littleEndian) !== 42) return undefined;
  const start = base + head.getUint32(4, littleEndian);
  const count = (await view(source, start, 2)).getUint16(0, littleEndian);
  const entries = await view(source, start + 2, count * 12);
  const directory: Directory = { width: 0, height: 0 };
  for (let at = 0; at < count * 12; at += 12) {
    const tag = entries.getUint16(at, littleEndian);
    const short = entries.getUint16(at + 2, littleEndian) === SHORT;
    const value = short ? entries.getUint16(at + 8, littleEndian) : entries.getUint32(at + 8, littleEndian);
    if (tag === WIDTH_TAG) directory.width = value;
    else if (tag === HEIGHT_TAG) directory.height = value;
    else if (tag === ORIENTATION_TAG && short) {
      directory.orientation = value;
      directory.orientationAt = { offset: start + 2 + at + 8, littleEndian };
    }
  }
  return directory;
}

type Orientation = Pick<Directory, 'orientation' | 'orientationAt'>;

/** Reads the orientation from an EXIF block; a damaged block counts as none, as it does for other readers. */
async function readExif(source: ByteSource, base: number): Promise<Orientation> {
  try {
    const directory = await readDirectory(source, base);
    return { orientation: directory?.orientation, orientationAt: directory?.orientationAt };
  } catch (error) {
    if (error instanceof EndOfFile) return {};
    throw error;
  }
}

async function readJpeg(source: ByteSource): Promise<Found | undefined> {
  let exif: Orientation = {};
  for (let at = 2; ; ) {
    const marker = await view(source, at, 2);
    if (marker.getUint8(0) !== 0xff) return undefined;
    const kind = marker.getUint8(1);
    if (kind === 0xff) {
      at++;
      continue;
    }
    // The scan or the end before any frame header.
    if (kind === 0xda || kind === 0xd9) return undefined;
    const length = (await view(source, at + 2, 2)).getUint16(0);
    const isFrame = kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc;
    if (isFrame) {
      const frame = await view(source, at + 4, 5);
      return {
        format: 'JPEG',
        stored: { height: frame.getUint16(1), width: frame.getUint16(3) },
        ...exif,
      };
    }
    if (kind === 0xe1 && length >= 16) {
      const name = ascii(await view(source, at + 4, 6), 0, 6);
      if (name === 'Exif\0\0') exif = await readExif(source, at + 10);
    }
    at += 2 + length;
  }
}

async function readPng(source: ByteSource): Promise<Found | undefined> {
  const head = await view(source, 8, 16);
  if (ascii(head, 4, 4) !== 'IHDR') return undefined;
  const found: Found = {
    format: 'PNG',
    stored: { width: head.getUint32(8), height: head.getUint32(12) },
  };
  for (let at = 33; at + 8 <= source.length; ) {
    const chunk = await view(source, at, 8);
    const kind = ascii(chunk, 4, 4);
    if (kind === 'IDAT' || kind === 'IEND') break;
    if (kind === 'eXIf') return { ...found, ...(await readExif(source, at + 8)) };
    at += 12 + chunk.getUint32(0);
  }
  return found;
}

async function readWebp(source: ByteSource): Promise<Found | undefined> {
  const head = await view(source, 12, 18);
  const kind = ascii(head, 0, 4);
  if (kind === 'VP8 ') {
    return {
      format: 'WebP',
      stored: { width: head.getUint16(14, true) & 0x3fff, height: head.getUint16(16, true) & 0x3fff },
    };
  }
  if (kind === 'VP8L') {
    const bits = head.getUint32(9, true);
    return { format: 'WebP', stored: { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 } };
  }
  if (kind !== 'VP8X') return undefined;
  const found: Found = {
    format: 'WebP',
    stored: {
      width: (head.getUint16(12, true) | (head.getUint8(14) << 16)) + 1,
      height: (head.getUint16(15, true) | (head.getUint8(17) << 16)) + 1,
    },
  };
  for (let at = 30; at + 8 <= source.length; ) {
    const chunk = await view(source, at, 8);
    const length = chunk.getUint32(4, true);
    if (ascii(chunk, 0, 4) === 'EXIF') {
      const prefixed = length >= 6 && ascii(await view(source, at + 8, 6), 0, 6) === 'Exif\0\0';
      return { ...found, ...(await readExif(source, at + 8 + (prefixed ? 6 : 0))) };
    }
    at += 8 + length + (length % 2);
  }
  return found;
}

async function readTiff(source: ByteSource): Promise<Found | undefined> {
  const directory = await readDirectory(source, 0);
  if (directory === undefined) return undefined;
  const { width, height, orientation, orientationAt } = directory;
  return { format: 'TIFF', stored: { width, height }, orientation, orientationAt };
}

function formatOf(start: Uint8Array): ImageFormat | undefined {
  const text = String.fromCharCode(...start);
  if (text.startsWith('\xff\xd8')) return 'JPEG';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'WebP';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'TIFF';
  return undefined;
}

const readers = { JPEG: readJpeg, PNG: readPng, WebP: readWebp, TIFF: readTiff };

/**
 * Reads the header of an image file.
 * @throws LesionError `INVALID_FILE` naming `name` if it is not a JPEG, PNG, WebP or TIFF, or its header is damaged.
 */
export async function readHeader(source: ByteSource, name: string): Promise<ImageHeader> {
  if (source.length === 0) {
    throw invalidFile({ what: 'the file is empty', where: name, mend: 'Fetch or export it again.' });
  }
  const format = formatOf(await source.read(0, 12));
  if (format === undefined) {
    throw invalidFile({
      what: 'not an image of a known format',
      where: name,
      expected: 'a JPEG, PNG, WebP or TIFF file',
      mend: 'Convert it to one of these.',
    });
  }
  let found: Found | undefined;
  try {
    found = await readers[format](source);
  } catch (error) {
    if (!(error instanceof EndOfFile)) throw error;
  }
  if (found === undefined || found.stored.width === 0 || found.stored.height === 0) {
    throw invalidFile({
      what: `the ${format} header is damaged or cut short`,
      where: name,
      mend: 'Fetch or export the file again.',
    });
  }
  const { orientation = 1, stored, orientationAt } = found;
  const known = orientation >= 1 && orientation <= 8 ? orientation : 1;
  return {
    format,
    stored,
    size:
      known >= 5
        ? { height: stored.width, width: stored.height }
        : { height: stored.height, width: stored.width },
    orientation: known,
    orientationAt,
  };
}

/** @throws LesionError `LIMIT_EXCEEDED` if an image of this size has more than `maxPixels` pixels. */
export function assertWithinLimit(size: Size, maxPixels: number, name: string): void {
  const pixels = size.width * size.height;
  if (pixels <= maxPixels) return;
  throw new LesionError('LIMIT_EXCEEDED', {
    what: 'the image is larger than the limit on pixels',
    where: name,
    got: `${formatSize(size)} = ${pixels} pixels`,
    expected: `at most ${maxPixels}`,
    mend: 'Raise maxPixels if the file is trusted.',
  });
}
