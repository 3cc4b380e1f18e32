/**
 * The challenge's superpixel files: PNGs in which the colour of a pixel is the number of its superpixel.
 * Leans on `fast-png` for the format and on `@lesion/core`.
 */
import {
  assertLabelMap,
  assertNumber,
  contiguousData,
  createLabelMap,
  createRgbImage,
  describe,
  formatSize,
  invalidArgument,
  invalidFile,
  type LabelMap,
  LesionError,
  type RgbImage,
  resolveOptions,
  type Size,
  sizeOf,
} from '@lesion/core';
import { decode, encode } from 'fast-png';

/** The largest number that three bytes hold. */
const LARGEST_LABEL = 0xffffff;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const CHUNK_OVERHEAD = 12;
const HEADER_LENGTH = 13;

/** Options of {@link decodeLabels}. */
export interface DecodeLabelsOptions {
  /**
   * Most pixels that the file may have. Looked up in its header, before anything is unpacked.
   * @default 100_000_000
   */
  maxPixels?: number | undefined;
  /** What error messages call the file, such as its path. @default 'superpixels' */
  source?: string | undefined;
}

/**
 * The colours of the challenge's superpixel files: a label is R + 256 G + 65536 B. Written as a PNG by any library, the
 * result is what {@link encodeLabels} gives, but for its compression.
 *
 * @param labels `[height, width]`, 0 to 16,777,215; views too.
 * @returns `[height, width, 3]`.
 * @throws LesionError `INVALID_ARGUMENT` if `labels` is not a label map or a label does not fit three bytes.
 * @example
 * ```ts
 * await writePng('ISIC_0000000_superpixels.png', labelColors(labels)); // of @lesion/preprocess/node, on another thread
 * ```
 */
export function labelColors(labels: LabelMap): RgbImage {
  assertLabelMap(labels);
  const { height, width } = sizeOf(labels);
  const source = contiguousData(labels);
  const data = new Uint8Array(source.length * 3);
  for (let i = 0, at = 0; i < source.length; i++) {
    const label = source[i]!;
    if (label > LARGEST_LABEL) {
      throw invalidArgument({
        what: 'a label does not fit the index PNG',
        where: 'labels',
        got: `${label} at row ${Math.floor(i / width)}, column ${i % width}`,
        expected: `at most ${LARGEST_LABEL}`,
        mend: 'Number the superpixels from 0 without gaps.',
      });
    }
    data[at++] = label;
    data[at++] = label >> 8;
    data[at++] = label >> 16;
  }
  return createRgbImage({ height, width }, data);
}

/**
 * Writes a label map as the ISIC 2017 challenge does: an RGB PNG whose pixel is R + 256 G + 65536 B.
 *
 * @param labels `[height, width]`, 0 to 16,777,215; views too.
 * @returns The bytes of the PNG file.
 * @throws LesionError `INVALID_ARGUMENT` if `labels` is not a label map or a label does not fit three bytes.
 * @example
 * ```ts
 * await writeFile('ISIC_0000000_superpixels.png', encodeLabels(labels));
 * ```
 */
export function encodeLabels(labels: LabelMap): Uint8Array {
  const data = contiguousData(labelColors(labels));
  return encode({ ...sizeOf(labels), data, channels: 3, depth: 8 });
}

function damaged(source: string, got: string, cause?: unknown): LesionError {
  return invalidFile({
    what: 'not a readable PNG',
    where: source,
    got,
    mend: 'Fetch or write the file again.',
    cause,
  });
}

function ascii(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/**
 * Reads the header and walks the chunks without unpacking them, so that a file that claims too much or ends
 * too early is refused before it costs memory.
 */
function inspect(bytes: Uint8Array, maxPixels: number, source: string): Size {
  if (bytes.length < SIGNATURE.length || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    throw damaged(source, bytes.length === 0 ? 'an empty file' : 'a file that does not begin like a PNG');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = SIGNATURE.length;
  const complete = (): boolean =>
    at + CHUNK_OVERHEAD <= bytes.length && at + CHUNK_OVERHEAD + view.getUint32(at) <= bytes.length;
  if (!complete()) throw damaged(source, `a file that ends after ${bytes.length} bytes`);
  if (ascii(bytes, at + 4) !== 'IHDR' || view.getUint32(at) !== HEADER_LENGTH) {
    throw damaged(source, 'a file without a header');
  }
  const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
  const pixels = size.width * size.height;
  if (pixels === 0) throw damaged(source, `a size of ${formatSize(size)}`);
  if (pixels > maxPixels) {
    throw new LesionError('LIMIT_EXCEEDED', {
      what: 'too many pixels',
      where: source,
      got: `${formatSize(size)} = ${pixels}`,
      expected: `at most ${maxPixels}`,
      mend: 'Raise maxPixels if the file is trusted.',
    });
  }
  const depth = bytes[at + 16]!;
  const colorType = bytes[at + 17]!;
  if (depth !== 8 || (colorType !== 2 && colorType !== 6)) {
    const kinds: Record<number, string> = {
      0: 'grey',
      2: 'RGB',
      3: 'palette',
      4: 'grey with alpha',
      6: 'RGBA',
    };
    throw invalidFile({
      what: 'not an index PNG',
      where: source,
      got: `${depth}-bit ${kinds[colorType] ?? `colour type ${colorType}`}`,
      expected: '8-bit RGB, in which R + 256 G + 65536 B numbers the superpixel',
      mend: "Take the challenge's _superpixels.png, or write one with encodeLabels.",
    });
  }
  let packed = 0;
  let type = '';
  for (; type !== 'IEND'; at += CHUNK_OVERHEAD + view.getUint32(at)) {
    if (!complete())
      throw damaged(source, `a file that ends after ${bytes.length} bytes, before its end mark`);
    type = ascii(bytes, at + 4);
    if (type === 'IDAT') packed += view.getUint32(at);
  }
  // Packing never swells rows by more than a trickle, so more than that hides pixels that the header denies.
  const unpacked = (size.width * (colorType === 6 ? 4 : 3) + 1) * size.height;
  if (packed > unpacked * 1.01 + 1024)
    throw damaged(source, `${packed} bytes for ${formatSize(size)} pixels`);
  return size;
}

/**
 * Reads a superpixel PNG of the ISIC 2017 challenge: label = R + 256 G + 65536 B. An alpha channel is ignored.
 *
 * @param bytes The file. Checksums are verified.
 * @returns Labels `[height, width]`, 0 to 16,777,215.
 * @throws LesionError `LIMIT_EXCEEDED` if the header announces more than `maxPixels`; `INVALID_FILE` if the
 *   file is damaged or not an 8-bit RGB PNG, naming `source`; `INVALID_ARGUMENT` for wrong options.
 * @example
 * ```ts
 * const labels = decodeLabels(await readFile(path), { source: path });
 * ```
 */
export function decodeLabels(bytes: Uint8Array, options?: DecodeLabelsOptions): LabelMap {
  const { maxPixels, source } = resolveOptions(
    options,
    { maxPixels: 100_000_000, source: 'superpixels' },
    'decodeLabels',
  );
  assertNumber(maxPixels, 'maxPixels', { integer: true, min: 1 });
  if (!(bytes instanceof Uint8Array)) {
    throw invalidArgument({
      what: 'not the bytes of a file',
      where: 'bytes',
      got: describe(bytes),
      expected: 'a Uint8Array',
    });
  }
  const size = inspect(bytes, maxPixels, source);
  const labels = new Int32Array(size.height * size.width);
  let image: ReturnType<typeof decode>;
  try {
    image = decode(bytes, { checkCrc: true });
  } catch (error) {
    throw damaged(source, error instanceof Error ? error.message : String(error), error);
  }
  const { data, channels } = image;
  for (let i = 0, at = 0; i < labels.length; i++, at += channels) {
    labels[i] = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16);
  }
  return createLabelMap(size, labels);
}
