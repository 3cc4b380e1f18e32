/** Image files to arrays and back, the same in Node and browser but for the {@link Platform} beneath. */
import {
  assertNumber,
  assertOneOf,
  type BinaryMask,
  contiguousData,
  copyData,
  createBinaryMask,
  createRgbImage,
  describe,
  formatSize,
  invalidArgument,
  invalidFile,
  type NdArray,
  type RgbImage,
  resolveOptions,
  type Size,
  sizeOf,
} from '@lesion/core';
import { binarise } from './binarise.js';
import { assertComplete } from './complete.js';
import { assertWithinLimit, memorySource, readHeader } from './header.js';
import type { Pixels, Platform } from './platform.js';
import { encodeBinary, encodeImage } from './png.js';

/** An 8-bit grey image, `[height, width]`. */
export type GrayImage = NdArray<Uint8Array>;

/** Options of all decoders. */
export interface DecodeOptions {
  /**
   * The most pixels an image may have, width x height, checked from its header before anything is decoded.
   * @default 100_000_000
   */
  maxPixels?: number | undefined;
  /** What to call the bytes in an error, such as a file name. @default 'image' */
  source?: string | undefined;
}

/** Options of {@link Codec.decodeImage}. */
export interface DecodeImageOptions extends DecodeOptions {
  /**
   * Whether the colours of an RGB image are converted to sRGB by the profile embedded in the file, or taken as
   * they are stored, as Pillow and OpenCV do. CMYK is always converted.
   * @default 'convert'
   */
  colourProfile?: 'convert' | 'ignore' | undefined;
}

/** Options of {@link Codec.decodeMask}. */
export interface DecodeMaskOptions extends DecodeOptions {
  /**
   * Grey levels above this are foreground. Use 0 for files that hold 0 and 1.
   * @default 128
   */
  threshold?: number | undefined;
}

/** The decoders and encoders of one platform. */
export interface Codec {
  /**
   * Decodes a JPEG, PNG, WebP or TIFF file to an upright RGB image.
   *
   * EXIF orientation is applied; grey is spread over the three channels; 16 bits become 8; CMYK becomes sRGB;
   * what is transparent shows white. Of several pages or frames the first is taken.
   *
   * @returns `[height, width, 3]`, 0 to 255.
   * @throws LesionError `INVALID_FILE` if the bytes are no such file, truncated or damaged; `LIMIT_EXCEEDED` if
   *   the header announces more than `maxPixels`; `INVALID_ARGUMENT` for wrong options.
   */
  decodeImage(bytes: Uint8Array, options?: DecodeImageOptions): Promise<RgbImage>;
  /**
   * Decodes a file to grey levels as stored: embedded profiles are ignored and what is transparent counts as 0.
   * Colours become luma, `(19595 R + 38470 G + 7471 B) / 65536` (ITU-R BT.601), rounded.
   *
   * @returns `[height, width]`, 0 to 255.
   * @throws LesionError As {@link Codec.decodeImage}.
   */
  decodeGray(bytes: Uint8Array, options?: DecodeOptions): Promise<GrayImage>;
  /**
   * Decodes a mask file: foreground where the grey level is above `threshold`, the challenge's rule.
   *
   * @returns `[height, width]` of 0 and 1.
   * @throws LesionError As {@link Codec.decodeImage}.
   */
  decodeMask(bytes: Uint8Array, options?: DecodeMaskOptions): Promise<BinaryMask>;
  /**
   * Encodes an image as an 8-bit PNG file, RGB or grey; decoding gives back the same values.
   *
   * A mask of 0 and 1 would come out almost black: use {@link Codec.encodeMask} for masks.
   *
   * @param image RGB `[height, width, 3]` or grey `[height, width]`, views too.
   * @throws LesionError `INVALID_ARGUMENT` if `image` is neither.
   * @example
   * ```ts
   * const file = new Blob([await encodePng(image)], { type: 'image/png' });
   * ```
   */
  encodePng(image: RgbImage | GrayImage): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Encodes a mask as an 8-bit grey PNG file of 0 and 255, the challenge's form.
   *
   * @param mask `[height, width]` of 0 and 1, views too.
   * @throws LesionError `INVALID_ARGUMENT` if `mask` is not a mask.
   */
  encodeMask(mask: BinaryMask): Promise<Uint8Array<ArrayBuffer>>;
}

const WHITE = 255;
const BLACK = 0;

/** Interleaved RGB without alpha. */
function flattened({ data, size, channels }: Pixels, background: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  const count = size.height * size.width;
  const rgb = new Uint8Array(count * 3);
  const colours = channels >= 3 ? 1 : 0;
  const alphaAt = channels === 4 ? 3 : channels === 2 ? 1 : -1;
  for (let i = 0, at = 0, out = 0; i < count; i++, at += channels, out += 3) {
    const alpha = alphaAt < 0 ? 255 : data[at + alphaAt]!;
    for (let c = 0; c < 3; c++) {
      const value = data[at + c * colours]!;
      rgb[out + c] =
        alpha === 255 ? value : Math.floor((value * alpha + background * (255 - alpha)) / 255 + 0.5);
    }
  }
  return rgb;
}

/** The image turned upright; `orientation` is EXIF's. */
export function upright(image: RgbImage, orientation: number): RgbImage {
  if (orientation === 1) return image;
  const turned = orientation >= 5 ? image.transpose(1, 0, 2) : image;
  const flipRows = [3, 4, 7, 8].includes(orientation) ? -1 : 1;
  const flipColumns = [2, 3, 6, 7].includes(orientation) ? -1 : 1;
  const view = turned.step(flipRows, flipColumns, 1) as RgbImage;
  return createRgbImage({ height: view.shape[0]!, width: view.shape[1]! }, copyData(view));
}

interface Request {
  maxPixels: number;
  source: string;
  ignoreProfile: boolean;
  background: number;
  gray: boolean;
}

/** The pixels as stored, and the EXIF orientation that turns them upright. */
async function decodePixels(
  platform: Platform,
  bytes: Uint8Array,
  request: Request,
): Promise<Pixels & { orientation: number }> {
  const { maxPixels, source: name, ignoreProfile, background, gray } = request;
  if (!(bytes instanceof Uint8Array)) {
    throw invalidArgument({
      what: 'not the bytes of a file',
      where: 'bytes',
      got: describe(bytes),
      expected: 'a Uint8Array',
      mend: 'To read a file by its path, use readImage of @lesion/preprocess/node.',
    });
  }
  assertNumber(maxPixels, 'maxPixels', { integer: true, min: 1 });
  const header = await readHeader(memorySource(bytes), name);
  assertWithinLimit(header.size, maxPixels, name);
  assertComplete(bytes, header.format, name);
  const wanted = { header, name, maxPixels, ignoreProfile, background, gray };
  const pixels = await platform.decode(bytes, wanted);
  const { size } = pixels;
  if (size.height !== header.stored.height || size.width !== header.stored.width) {
    throw invalidFile({
      what: 'the decoded image has another size than its header says',
      where: name,
      got: formatSize(size),
      expected: formatSize(header.stored),
    });
  }
  return { ...pixels, orientation: header.orientation };
}

function uprightRgb(
  pixels: Pixels & { orientation: number },
  { background }: Pick<Request, 'background'>,
): RgbImage {
  return upright(createRgbImage(pixels.size, flattened(pixels, background)), pixels.orientation);
}

/** Makes the decoders and encoders that run on a platform. */
export function createCodec(platform: Platform): Codec {
  async function grayLevels(
    bytes: Uint8Array,
    limits: Pick<Request, 'maxPixels' | 'source'>,
  ): Promise<GrayImage> {
    const request = { ...limits, ignoreProfile: true, background: BLACK, gray: true };
    const pixels = await decodePixels(platform, bytes, request);
    if (pixels.channels === 1 && pixels.orientation === 1) {
      const { buffer, byteOffset, length } = pixels.data;
      return createGrayImage(pixels.size, new Uint8Array(buffer as ArrayBuffer, byteOffset, length));
    }
    const image = uprightRgb(pixels, request);
    const rgb = contiguousData(image);
    const gray = new Uint8Array(rgb.length / 3);
    for (let i = 0, at = 0; i < gray.length; i++, at += 3)
      gray[i] = (rgb[at]! * 19595 + rgb[at + 1]! * 38470 + rgb[at + 2]! * 7471 + 32768) >> 16;
    return createGrayImage(sizeOf(image), gray);
  }

  return {
    async decodeImage(bytes, options) {
      const defaults = { maxPixels: 100_000_000, source: 'image', colourProfile: 'convert' } as const;
      const { maxPixels, source, colourProfile } = resolveOptions(options, defaults, 'decodeImage');
      assertOneOf(colourProfile, ['convert', 'ignore'], 'colourProfile');
      const ignoreProfile = colourProfile === 'ignore';
      const request = { maxPixels, source, ignoreProfile, background: WHITE, gray: false };
      return uprightRgb(await decodePixels(platform, bytes, request), request);
    },

    async decodeGray(bytes, options) {
      return grayLevels(
        bytes,
        resolveOptions(options, { maxPixels: 100_000_000, source: 'image' }, 'decodeGray'),
      );
    },

    async decodeMask(bytes, options) {
      const defaults = { maxPixels: 100_000_000, source: 'mask', threshold: 128 };
      const { threshold, ...limits } = resolveOptions(options, defaults, 'decodeMask');
      assertNumber(threshold, 'threshold', { min: 0, max: 254 });
      const gray = await grayLevels(bytes, limits);
      binarise(contiguousData(gray), threshold);
      return gray;
    },

    encodePng: (image) => encodeImage(image, platform.deflate),
    encodeMask: (mask) => encodeBinary(mask, platform.deflate),
  };
}

function createGrayImage(size: Size, data: Uint8Array): GrayImage {
  // The same kind of array as a mask; only the range of its values differs.
  return createBinaryMask(size, data);
}
