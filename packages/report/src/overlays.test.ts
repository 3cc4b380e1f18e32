import {
  contiguousData,
  copyData,
  createBinaryMask,
  createLabelMap,
  createRgbImage,
  createScalarMap,
  type NdArray,
  type RgbImage,
  SeededRandom,
  sizeOf,
} from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blend,
  type Colour,
  contactSheet,
  drawFeatures,
  drawHeatMap,
  drawOutline,
  drawSuperpixels,
  FEATURE_COLOURS,
  OUTLINE_COLOURS,
} from './index.js';

const maskOf = (rows: string[]) =>
  createBinaryMask(
    { height: rows.length, width: rows[0]!.length },
    Uint8Array.from([...rows.join('')].map(Number)),
  );
const labelsOf = (rows: string[]) =>
  createLabelMap(
    { height: rows.length, width: rows[0]!.length },
    Int32Array.from([...rows.join('')].map(Number)),
  );
const plain = (height: number, width: number, value = 100): RgbImage =>
  createRgbImage({ height, width }, new Uint8Array(height * width * 3).fill(value));

/** The pixels of a colour as a mask. */
function where(image: RgbImage, colour: Colour) {
  const data = contiguousData(image);
  const size = sizeOf(image);
  const mask = createBinaryMask(size);
  for (let i = 0; i < size.height * size.width; i++) {
    if (colour.every((part, channel) => data[i * 3 + channel] === part)) mask.data[i] = 1;
  }
  return mask;
}

/** The same image as a view with other strides: its transpose's transpose over reordered data. */
function asView<T extends Uint8Array | Int32Array>(array: NdArray<T>): NdArray<T> {
  const { height, width } = sizeOf(array);
  const rest = array.dimension === 3 ? [array.shape[2]!] : [];
  const turned = array.transpose(...(rest.length ? [1, 0, 2] : [1, 0]));
  const data = copyData(turned as NdArray<T>);
  const fresh =
    rest.length > 0
      ? createRgbImage({ height: width, width: height }, data as Uint8Array)
      : data instanceof Int32Array
        ? createLabelMap({ height: width, width: height }, data)
        : createBinaryMask({ height: width, width: height }, data);
  return (fresh as NdArray).transpose(...(rest.length ? [1, 0, 2] : [1, 0])) as NdArray<T>;
}

describe('drawOutline', () => {
  const square = maskOf(['0000000', '0111110', '0111110', '0111110', '0111110', '0111110', '0000000']);

  it('draws the outermost pixels of the mask in blue', () => {
    const drawn = drawOutline(plain(7, 7), square);
    expect(where(drawn, OUTLINE_COLOURS.result)).toMatchMask([
      '.......',
      '.11111.',
      '.1...1.',
      '.1...1.',
      '.1...1.',
      '.11111.',
      '.......',
    ]);
    expect(where(drawn, [100, 100, 100])).toMatchMask([
      '1111111',
      '1.....1',
      '1.111.1',
      '1.111.1',
      '1.111.1',
      '1.....1',
      '1111111',
    ]);
  });

  it('draws as wide as asked for, in the colour asked for', () => {
    const line = maskOf([
      '000000000',
      '000000000',
      '000000000',
      '111111111',
      '111111111',
      '111111111',
      '111111111',
    ]);
    for (const [thickness, rows] of [
      [1, '0001'],
      [2, '00011'],
      [3, '00111'],
      [4, '001111'],
    ] as const) {
      const drawn = drawOutline(plain(7, 9), line, { colour: [255, 0, 0], thickness });
      const column = Array.from({ length: rows.length }, (_, y) => (drawn.get(y, 4, 0) === 255 ? 1 : 0));
      expect(column.join('')).toBe(rows);
    }
  });

  it('rounds the corners of a thick line', () => {
    const dot = maskOf(['0000000', '0000000', '0000000', '0001000', '0000000', '0000000', '0000000']);
    expect(where(drawOutline(plain(7, 7), dot, { thickness: 5 }), [0, 0, 255])).toMatchMask([
      '.......',
      '..111..',
      '.11111.',
      '.11111.',
      '.11111.',
      '..111..',
      '.......',
    ]);
  });

  it('follows the edge of the image where the lesion is cut off, and leaves an empty mask alone', () => {
    const full = createBinaryMask({ height: 3, width: 4 }, new Uint8Array(12).fill(1));
    expect(where(drawOutline(plain(3, 4), full), [0, 0, 255])).toMatchMask(['1111', '1..1', '1111']);
    const image = plain(3, 4);
    const untouched = drawOutline(image, createBinaryMask({ height: 3, width: 4 }));
    expect(copyData(untouched)).toEqual(copyData(image));
    expect(untouched.data).not.toBe(image.data);
  });

  it('scales the line with the image', () => {
    const mask = createBinaryMask({ height: 600, width: 800 });
    for (let y = 300; y < 600; y++) mask.data.fill(1, y * 800, (y + 1) * 800);
    const drawn = where(drawOutline(plain(600, 800), mask), [0, 0, 255]);
    let thickness = 0;
    for (let y = 200; y < 400; y++) thickness += drawn.get(y, 400);
    expect(thickness).toBe(4);
  });

  it('reads views as what they show, and never modifies what it was given', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (height, width, seed) => {
          const random = new SeededRandom(seed);
          const size = { height, width };
          const image = createRgbImage(
            size,
            Uint8Array.from({ length: height * width * 3 }, () => random.integer(256)),
          );
          const mask = createBinaryMask(
            size,
            Uint8Array.from({ length: height * width }, () => random.integer(2)),
          );
          const before = [copyData(image), copyData(mask)];
          const drawn = copyData(drawOutline(image, mask, { thickness: 2 }));
          expect(copyData(drawOutline(asView(image), asView(mask), { thickness: 2 }))).toEqual(drawn);
          expect([copyData(image), copyData(mask)]).toEqual(before);
        },
      ),
    );
  });

  it('names what is wrong', () => {
    expect(() => drawOutline(plain(7, 8), square)).toThrow(
      'mask: mask has another size than image; got 7x7; expected 8x7 (width x height)',
    );
    expect(() => drawOutline(plain(7, 7), square, { thickness: 0 })).toThrow(
      'thickness: out of range; got 0; expected a whole number of at least 1',
    );
    expect(() => drawOutline(plain(7, 7), square, { colour: [0, 0, 256] })).toThrow(
      'colour[2]: out of range',
    );
    expect(() => drawOutline(plain(7, 7), square, { colour: 'blue' as never })).toThrow(
      'colour: not a colour; got "blue"; expected [red, green, blue], each from 0 to 255',
    );
    expect(() => drawOutline(plain(7, 7), square, { color: [0, 0, 0] } as never)).toThrow(
      'drawOutline: unknown option; got color; expected one of colour, thickness',
    );
  });
});

describe('drawSuperpixels', () => {
  it('draws where superpixels meet, not at the edge of the image', () => {
    const labels = labelsOf(['00011', '00011', '22211']);
    const drawn = drawSuperpixels(plain(3, 5), labels, { colour: [255, 255, 255], alpha: 1 });
    expect(where(drawn, [255, 255, 255])).toMatchMask(['..1..', '111..', '..1..']);
    expect(
      copyData(drawSuperpixels(plain(3, 5), asView(labels), { colour: [255, 255, 255], alpha: 1 })),
    ).toEqual(copyData(drawn));
  });

  it('lets the image shine through and draws nothing within one superpixel', () => {
    const image = plain(2, 2);
    expect(
      drawSuperpixels(image, labelsOf(['01', '01']), { colour: [200, 0, 100], alpha: 0.5 }).get(0, 0, 0),
    ).toBe(150);
    expect(copyData(drawSuperpixels(image, labelsOf(['00', '00'])))).toEqual(copyData(image));
    expect(() => drawSuperpixels(image, labelsOf(['000']))).toThrow('labels has another size than image');
  });
});

describe('drawFeatures', () => {
  const labels = labelsOf(['000111', '000111', '000111', '222222']);

  it('fills the superpixels that carry a feature and lines them', () => {
    const drawn = drawFeatures(
      plain(4, 6),
      labels,
      { streaks: Uint8Array.of(0, 1, 0) },
      { alpha: 0.5, thickness: 1 },
    );
    // The line is solid, the one pixel within it half covered, the rest as it was.
    expect(where(drawn, FEATURE_COLOURS.streaks)).toMatchMask(['...1..', '...1..', '...111', '......']);
    expect([0, 1, 2].map((channel) => drawn.get(0, 5, channel))).toEqual([157, 97, 50]);
    expect(where(drawn, [100, 100, 100])).toMatchMask(['111...', '111...', '111...', '111111']);
  });

  it('takes probabilities above the threshold, not those at it', () => {
    const image = plain(4, 6);
    const values = { pigment_network: Float32Array.of(0.5, 0.4, 0.1) };
    expect(copyData(drawFeatures(image, labels, values))).toEqual(copyData(image));
    const lower = drawFeatures(image, labels, values, { threshold: 0.25, alpha: 1 });
    expect(where(lower, FEATURE_COLOURS.pigment_network)).toMatchMask([
      '111111',
      '111111',
      '111111',
      '......',
    ]);
  });

  it('stripes a superpixel with two features in both colours', () => {
    const one = createLabelMap({ height: 12, width: 12 });
    const drawn = drawFeatures(
      plain(12, 12),
      one,
      { pigment_network: Uint8Array.of(1), milia_like_cyst: Uint8Array.of(1) },
      { alpha: 1, thickness: 1 },
    );
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 12; x++) {
        const name = Math.floor((x + y) / 3) % 2 === 0 ? 'pigment_network' : 'milia_like_cyst';
        expect([0, 1, 2].map((channel) => drawn.get(y, x, channel))).toEqual([...FEATURE_COLOURS[name]]);
      }
    }
  });

  it('takes other colours and leaves its arguments alone', () => {
    const image = plain(4, 6);
    const drawn = drawFeatures(
      image,
      labels,
      { streaks: Uint8Array.of(1, 1, 1) },
      { colours: { streaks: [1, 2, 3] }, alpha: 1 },
    );
    expect(where(drawn, [1, 2, 3])).toMatchMask(['111111', '111111', '111111', '111111']);
    expect(copyData(image)).toEqual(copyData(plain(4, 6)));
  });

  it('names what is wrong', () => {
    expect(() => drawFeatures(plain(4, 6), labels, { streaks: Uint8Array.of(0, 1) })).toThrow(
      'features.streaks: not one value a superpixel; got Uint8Array(2); expected 3 values, as the highest label is 2',
    );
    expect(() => drawFeatures(plain(4, 6), labels, { globules: Uint8Array.of(0, 1, 0) } as never)).toThrow(
      'features: unknown choice; got "globules"',
    );
  });
});

describe('drawHeatMap', () => {
  it('runs from the first colour of the palette to the last and clips', () => {
    const map = createScalarMap({ height: 1, width: 5 }, Float32Array.of(-1, 0, 0.5, 1, 9));
    const gray = drawHeatMap(map, { palette: 'gray' });
    expect([0, 1, 2, 3, 4].map((x) => gray.get(0, x, 0))).toEqual([0, 0, 128, 255, 255]);
    const pixels = createScalarMap({ height: 1, width: 3 }, Float32Array.of(10, 15, 20));
    const scaled = drawHeatMap(pixels, { palette: 'gray', minimum: 10, maximum: 20 });
    expect([0, 1, 2].map((x) => scaled.get(0, x, 1))).toEqual([0, 128, 255]);
  });

  it('refuses what has no colour', () => {
    const map = createScalarMap({ height: 1, width: 2 }, Float32Array.of(0, Number.NaN));
    expect(() => drawHeatMap(map)).toThrow('map: holds a value that is not finite; got NaN at index 1 of 2');
    const good = createScalarMap({ height: 1, width: 1 });
    expect(() => drawHeatMap(good, { minimum: 1 })).toThrow('the range of values is empty; got 1 to 1');
    expect(() => drawHeatMap(good, { palette: 'jet' as never })).toThrow(
      'palette: unknown choice; got "jet"',
    );
  });
});

describe('blend', () => {
  it('mixes by alpha: 0 is the first image, 1 the second', () => {
    const mixed = (alpha?: number) => blend(plain(1, 1, 10), plain(1, 1, 20), { alpha }).get(0, 0, 0);
    expect([mixed(0), mixed(0.25), mixed(), mixed(1)]).toEqual([10, 13, 15, 20]);
    expect(() => mixed(1.5)).toThrow(
      'alpha: out of range; got 1.5; expected a number of at least 0 and at most 1',
    );
    expect(() => blend(plain(1, 1), plain(1, 2))).toThrow('top: top has another size than bottom');
  });
});

describe('contactSheet', () => {
  it('lays images out row by row, centred in cells of the largest size', () => {
    const sheet = contactSheet([plain(3, 1, 1), plain(1, 3, 2), plain(1, 1, 3)], {
      columns: 2,
      gap: 1,
      background: [0, 0, 0],
    });
    const reds = createBinaryMask({ height: 7, width: 7 });
    for (let y = 0; y < 7; y++) for (let x = 0; x < 7; x++) reds.set(y, x, sheet.get(y, x, 0));
    expect(sheet.shape).toEqual([7, 7, 3]);
    expect(reds).toMatchMask(['.1.....', '.1..222', '.1.....', '.......', '.......', '.3.....', '.......']);
  });

  it('is nearly square by itself and never wider than its images', () => {
    expect(contactSheet(Array.from({ length: 5 }, () => plain(2, 2))).shape).toEqual([12, 22, 3]);
    expect(contactSheet([plain(2, 2)], { columns: 9 }).shape).toEqual([2, 2, 3]);
    expect(() => contactSheet([])).toThrow('images: a contact sheet needs an image; expected at least 1');
    expect(() => contactSheet([plain(1, 1)], { columns: 0 })).toThrow('columns: out of range; got 0');
  });
});
