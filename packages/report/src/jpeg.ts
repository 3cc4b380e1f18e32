/**
 * A baseline JPEG encoder (ITU-T T.81, https://www.w3.org/Graphics/JPEG/itu-t81.pdf) for the thumbnails of
 * reports: it needs neither Node nor a canvas, answers at once and gives the same bytes everywhere. Colour is
 * kept at full resolution, so that thin outlines stay crisp. Leans on core alone.
 */
import {
  assertNumber,
  assertRgbImage,
  contiguousData,
  invalidArgument,
  type RgbImage,
  resolveOptions,
  sizeOf,
} from '@lesion/core';

/** Options of {@link encodeJpeg}. */
export interface EncodeJpegOptions {
  /** From 1 (small) to 100 (faithful), on the scale of the IJG library. @default 82 */
  quality?: number | undefined;
}

/** Annex K.1: luminance and chrominance steps at quality 50, row by row. */
const LUMINANCE_STEPS = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMINANCE_STEPS = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/** A Huffman table as a file holds it: how many codes there are of each length 1 to 16, and their symbols. */
interface HuffmanTable {
  counts: readonly number[];
  symbols: readonly number[];
}

const DC_SYMBOLS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const fromHex = (digits: string): number[] => digits.match(/../g)!.map((pair) => Number.parseInt(pair, 16));

/** Annex K.3: the tables for luminance (0) and chrominance (1). */
const DC_TABLES: readonly HuffmanTable[] = [
  { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: DC_SYMBOLS },
  { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: DC_SYMBOLS },
];
const AC_TABLES: readonly HuffmanTable[] = [
  {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    symbols: fromHex(
      '0102030004110512213141061351610722711432' +
        '8191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a5354555657' +
        '58595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6' +
        'b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
    ),
  },
  {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    symbols: fromHex(
      '0001020311040521310612415107617113223281' +
        '08144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a53545556' +
        '5758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4' +
        'b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
    ),
  },
];

/** The place of each coefficient in the order of rising frequency (Figure A.6), by walking the diagonals. */
const ZIGZAG = (() => {
  const places: number[] = [];
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let step = 0; step <= diagonal; step++) {
      const [row, column] = diagonal % 2 === 0 ? [diagonal - step, step] : [step, diagonal - step];
      if (row < 8 && column < 8) places.push(row * 8 + column);
    }
  }
  return Uint8Array.from(places);
})();

/** A.3.3: `COSINES[u * 8 + x]` is the share of sample x in coefficient u. */
const COSINES = Float64Array.from({ length: 64 }, (_, i) => {
  const u = i >> 3;
  const x = i & 7;
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

/** Codes and their lengths by symbol (Annex C). */
function codesOf({ counts, symbols }: HuffmanTable): { codes: Uint16Array; lengths: Uint8Array } {
  const codes = new Uint16Array(256);
  const lengths = new Uint8Array(256);
  let code = 0;
  let next = 0;
  for (let length = 1; length <= 16; length++) {
    for (let i = 0; i < counts[length - 1]!; i++) {
      codes[symbols[next]!] = code++;
      lengths[symbols[next++]!] = length;
    }
    code <<= 1;
  }
  return { codes, lengths };
}

const DC_CODES = DC_TABLES.map(codesOf);
const AC_CODES = AC_TABLES.map(codesOf);

/** Bytes that grow, and bits put into them with a zero byte stuffed after each 0xff (B.1.1.5). */
class JpegWriter {
  #bytes: Uint8Array;
  #length = 0;
  #bits = 0;
  #bitCount = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }

  segment(marker: number, content: readonly number[]): void {
    for (const value of [0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255, ...content]) {
      this.byte(value);
    }
  }

  bits(value: number, count: number): void {
    // At most 7 bits wait and at most 16 come: they fit into 32.
    this.#bits = (this.#bits << count) | value;
    this.#bitCount += count;
    while (this.#bitCount >= 8) {
      this.#bitCount -= 8;
      const byte = (this.#bits >>> this.#bitCount) & 255;
      this.byte(byte);
      if (byte === 255) this.byte(0);
    }
    this.#bits &= (1 << this.#bitCount) - 1;
  }

  /** Fills the last byte with ones, as F.1.2.3 asks. */
  flush(): void {
    if (this.#bitCount > 0) this.bits((1 << (8 - this.#bitCount)) - 1, 8 - this.#bitCount);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Steps at a quality, by the IJG library's rule. */
function scaledSteps(steps: readonly number[], quality: number): Uint8Array {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return Uint8Array.from(steps, (step) => Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))));
}

/** Writes a number of `category` bits, negative ones as F.1.2.1 codes them. */
function writeMagnitude(writer: JpegWriter, value: number, category: number): void {
  if (category > 0) writer.bits(value < 0 ? value + (1 << category) - 1 : value, category);
}

const categoryOf = (value: number): number => 32 - Math.clz32(Math.abs(value));

/**
 * Encodes an image as a baseline JPEG without chroma subsampling.
 *
 * @param image `[height, width, 3]`, at most 65,535 pixels a side.
 * @returns The bytes of the file.
 * @throws LesionError `INVALID_ARGUMENT` if the image is too large for the format or the quality is out of range.
 */
export function encodeJpeg(image: RgbImage, options?: EncodeJpegOptions): Uint8Array {
  const { quality } = resolveOptions(options, { quality: 82 }, 'encodeJpeg');
  assertRgbImage(image);
  assertNumber(quality, 'quality', { integer: true, min: 1, max: 100 });
  const { height, width } = sizeOf(image);
  if (height > 65535 || width > 65535) {
    throw invalidArgument({
      what: 'too large for a JPEG',
      where: 'image',
      got: `${width}x${height}`,
      expected: 'at most 65535 pixels a side',
    });
  }
  const pixels = contiguousData(image);
  const steps = [scaledSteps(LUMINANCE_STEPS, quality), scaledSteps(CHROMINANCE_STEPS, quality)];
  const writer = new JpegWriter(1024 + Math.ceil(pixels.length / 8));

  writer.byte(0xff);
  writer.byte(0xd8);
  writer.segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  for (const [id, table] of steps.entries()) {
    writer.segment(0xdb, [id, ...Array.from(ZIGZAG, (place) => table[place]!)]);
  }
  const extent = [height >> 8, height & 255, width >> 8, width & 255];
  writer.segment(0xc0, [8, ...extent, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
  for (const id of [0, 1]) {
    for (const [kind, tables] of [DC_TABLES, AC_TABLES].entries()) {
      const { counts, symbols } = tables[id]!;
      writer.segment(0xc4, [(kind << 4) | id, ...counts, ...symbols]);
    }
  }
  writer.segment(0xda, [3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);

  const samples = [new Float64Array(64), new Float64Array(64), new Float64Array(64)] as const;
  const rows = new Float64Array(64);
  const coefficients = new Int32Array(64);
  const previous = [0, 0, 0];

  /** Cuts the block at (top, left) out of the image as YCbCr around 0; the last row and column go on past the edge. */
  const readBlock = (top: number, left: number): void => {
    const [luminance, blueness, redness] = samples;
    for (let y = 0, i = 0; y < 8; y++) {
      const line = Math.min(top + y, height - 1) * width;
      for (let x = 0; x < 8; x++, i++) {
        const at = (line + Math.min(left + x, width - 1)) * 3;
        const red = pixels[at]!;
        const green = pixels[at + 1]!;
        const blue = pixels[at + 2]!;
        luminance[i] = 0.299 * red + 0.587 * green + 0.114 * blue - 128;
        blueness[i] = -0.168735892 * red - 0.331264108 * green + 0.5 * blue;
        redness[i] = 0.5 * red - 0.418687589 * green - 0.081312411 * blue;
      }
    }
  };

  /** The quantised coefficients of one component's block, in zigzag order. */
  const transform = (block: Float64Array, table: Uint8Array): void => {
    for (let y = 0; y < 64; y += 8) {
      for (let u = 0; u < 8; u++) {
        let sum = 0;
        for (let x = 0; x < 8; x++) sum += COSINES[u * 8 + x]! * block[y + x]!;
        rows[y + u] = sum;
      }
    }
    for (let i = 0; i < 64; i++) {
      const place = ZIGZAG[i]!;
      const v = place >> 3;
      const u = place & 7;
      let sum = 0;
      for (let y = 0; y < 8; y++) sum += COSINES[v * 8 + y]! * rows[y * 8 + u]!;
      coefficients[i] = Math.round(sum / table[place]!);
    }
  };

  const writeBlock = (component: number): void => {
    const dc = DC_CODES[component === 0 ? 0 : 1]!;
    const ac = AC_CODES[component === 0 ? 0 : 1]!;
    const difference = coefficients[0]! - previous[component]!;
    previous[component] = coefficients[0]!;
    const category = categoryOf(difference);
    writer.bits(dc.codes[category]!, dc.lengths[category]!);
    writeMagnitude(writer, difference, category);
    let zeros = 0;
    for (let i = 1; i < 64; i++) {
      const value = coefficients[i]!;
      if (value === 0) {
        zeros++;
        continue;
      }
      for (; zeros > 15; zeros -= 16) writer.bits(ac.codes[0xf0]!, ac.lengths[0xf0]!);
      const symbol = (zeros << 4) | categoryOf(value);
      writer.bits(ac.codes[symbol]!, ac.lengths[symbol]!);
      writeMagnitude(writer, value, symbol & 15);
      zeros = 0;
    }
    if (zeros > 0) writer.bits(ac.codes[0]!, ac.lengths[0]!);
  };

  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      readBlock(top, left);
      for (let component = 0; component < 3; component++) {
        transform(samples[component]!, steps[component === 0 ? 0 : 1]!);
        writeBlock(component);
      }
    }
  }
  writer.flush();
  writer.byte(0xff);
  writer.byte(0xd9);
  return writer.finish();
}
