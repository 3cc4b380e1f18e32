import { readFileSync } from 'node:fs';
import {
  type BinaryMask,
  createBinaryMask,
  createRgbImage,
  type RgbImage,
  SeededRandom,
  type Size,
  sizeOf,
} from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosineAndSine } from './angle.js';
import {
  applyAugmentation,
  applyAugmentationToMask,
  centreCrop,
  centreCropMask,
  mirrorImage,
  mirrorMask,
  quarterTurnImage,
  quarterTurnMask,
  resizeImage,
  rotatedCrop,
  rotatedCropMask,
  rotateImage,
  rotateMask,
} from './index.js';

interface Golden {
  height: number;
  width: number;
  image: number[];
  rotated: { degrees: number; expected: number[] }[];
  crops: { degrees: number; size: number; fraction: number; expected: number[] }[];
}
const golden = JSON.parse(readFileSync(new URL('../golden/rotate.json', import.meta.url), 'utf8')) as Golden;
const goldenImage = createRgbImage(golden, Uint8Array.from(golden.image));

const side = fc.integer({ min: 1, max: 24 });
const angle = fc.double({ min: -720, max: 720, noNaN: true });
const axis = fc.constantFrom('x' as const, 'y' as const);

function noise({ height, width }: Size, seed: number): RgbImage {
  const random = new SeededRandom(seed);
  return createRgbImage(
    { height, width },
    Uint8Array.from({ length: height * width * 3 }, () => random.integer(256)),
  );
}

function letterF(): BinaryMask {
  return createBinaryMask({ height: 3, width: 2 }, Uint8Array.of(1, 1, 1, 0, 1, 0));
}

/** A few random discs, so that edges run in every direction. */
function discs({ height, width }: Size, seed: number): BinaryMask {
  const random = new SeededRandom(seed);
  const mask = createBinaryMask({ height, width });
  for (let disc = 0; disc < 3; disc++) {
    const row = random.next() * height;
    const column = random.next() * width;
    const radius = (0.1 + 0.2 * random.next()) * Math.min(height, width);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if ((y + 0.5 - row) ** 2 + (x + 0.5 - column) ** 2 < radius ** 2) mask.set(y, x, 1);
  }
  return mask;
}

function drawn(mask: BinaryMask): RgbImage {
  const image = createRgbImage(sizeOf(mask));
  for (let i = 0; i < image.data.length; i++) image.data[i] = 255 * mask.data[Math.floor(i / 3)]!;
  return image;
}

describe('mirror and quarter turn', () => {
  it('moves pixels as named', () => {
    expect(mirrorMask(letterF(), 'x')).toMatchMask(['11', '.1', '.1']);
    expect(mirrorMask(letterF(), 'y')).toMatchMask(['1.', '1.', '11']);
    expect(quarterTurnMask(letterF(), 1)).toMatchMask(['1..', '111']);
    expect(quarterTurnMask(letterF(), 2)).toMatchMask(['.1', '.1', '11']);
    expect(quarterTurnMask(letterF(), -1)).toMatchMask(['111', '..1']);
    expect(quarterTurnMask(letterF(), 4)).toMatchMask(['11', '1.', '1.']);
  });

  it('does the same to images, and undoes itself', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.nat(),
        axis,
        fc.integer({ min: -9, max: 9 }),
        (height, width, seed, along, turns) => {
          const image = noise({ height, width }, seed);
          expect([...mirrorImage(mirrorImage(image, along), along).data]).toEqual([...image.data]);
          expect([...quarterTurnImage(quarterTurnImage(image, turns), -turns).data]).toEqual([...image.data]);
          const twice = quarterTurnImage(image, 2);
          expect([...mirrorImage(mirrorImage(image, 'x'), 'y').data]).toEqual([...twice.data]);
          expect(quarterTurnImage(image, 1).get(width - 1, 0, 2)).toBe(image.get(0, 0, 2));
        },
      ),
    );
  });

  it('refuses other axes and parts of a turn', () => {
    expect(() => mirrorMask(letterF(), 'z' as never)).toThrow(
      'axis: unknown choice; got "z"; expected "x" or "y"',
    );
    expect(() => quarterTurnMask(letterF(), 0.5)).toThrow('turns: out of range; got 0.5');
  });
});

describe('centreCrop', () => {
  it('cuts the centred square', () => {
    const mask = createBinaryMask(
      { height: 4, width: 6 },
      Uint8Array.from('000000001100011000000000', Number),
    );
    expect(centreCropMask(mask, { fraction: 0.5 })).toMatchMask(['11', '1.']);
    expect(centreCropMask(mask, { fraction: 1 })).toMatchMask(['....', '.11.', '11..', '....']);
    expect(sizeOf(centreCrop(noise({ height: 767, width: 1022 }, 1), { fraction: 0.906 }))).toEqual({
      height: 695,
      width: 695,
    });
    expect(sizeOf(centreCrop(noise({ height: 1, width: 9 }, 1), { fraction: 0.1 }))).toEqual({
      height: 1,
      width: 1,
    });
  });

  it('is what rotatedCrop takes without a turn', () => {
    const image = noise({ height: 20, width: 31 }, 5);
    // 31 - 20 is odd: the exact centre lies half a pixel beside the crop in whole pixels.
    const between = rotatedCrop(image, { fraction: 1, size: 20 });
    const right = centreCrop(image.lo(0, 1, 0) as RgbImage, { fraction: 1 });
    const left = centreCrop(image.hi(20, 30, 3) as RgbImage, { fraction: 1 });
    expect(between).toBeAllClose(
      [...left.data].map((value, i) => (value + right.data[i]!) / 2),
      0.5,
    );
    const even = noise({ height: 20, width: 30 }, 5);
    const crop = centreCrop(even, { fraction: 1 });
    expect([...rotatedCrop(even, { fraction: 1, size: 20 }).data]).toEqual([...crop.data]);
    const small = rotatedCrop(even, { fraction: 1, size: 10 });
    // Inside, where no edge of the crop plays a part.
    const resized = resizeImage(crop, { height: 10, width: 10 });
    for (let y = 2; y < 8; y++)
      for (let x = 2; x < 8; x++)
        for (let c = 0; c < 3; c++)
          expect(Math.abs(small.get(y, x, c) - resized.get(y, x, c))).toBeLessThanOrEqual(1);
  });

  it('refuses a fraction out of range', () => {
    const image = noise({ height: 4, width: 4 }, 1);
    expect(() => centreCrop(image, { fraction: 0 })).toThrow(
      'fraction: out of range; got 0; expected a number above 0 and at most 1',
    );
    expect(() => centreCrop(image, { fraction: 1.1 })).toThrow('fraction: out of range; got 1.1');
    expect(() => rotatedCrop(image, { fraction: 2 })).toThrow('fraction: out of range; got 2');
    expect(() => rotatedCrop(image, { size: 0 })).toThrow('size: out of range; got 0');
    expect(() => rotatedCrop(image, { mirror: 'xy' as never })).toThrow('mirror: unknown choice; got "xy"');
    expect(() => rotateImage(image, Number.NaN)).toThrow('degrees: out of range; got NaN');
  });
});

describe('cosineAndSine', () => {
  it('is exact at multiples of 90 degrees and right to the last digits elsewhere', () => {
    expect([0, 90, 180, 270, 360, -90].map((d) => cosineAndSine(d).cosine + 0)).toEqual([1, 0, -1, 0, 1, 0]);
    expect([0, 90, 180, 270, 360, -90].map((d) => cosineAndSine(d).sine + 0)).toEqual([0, 1, 0, -1, 0, -1]);
    fc.assert(
      fc.property(fc.double({ min: -400, max: 400, noNaN: true }), (degrees) => {
        const { cosine, sine } = cosineAndSine(degrees);
        expect(cosine).toBeCloseTo(Math.cos((degrees * Math.PI) / 180), 14);
        expect(sine).toBeCloseTo(Math.sin((degrees * Math.PI) / 180), 14);
      }),
    );
  });
});

describe('rotation', () => {
  it.each(golden.rotated)('by $degrees degrees is what SciPy gives', ({ degrees, expected }) => {
    expect(rotateImage(goldenImage, degrees)).toBeAllClose(expected, 0.5 + 1e-3);
  });

  it.each(golden.crops)('with crop, by $degrees degrees, is what SciPy gives', ({ expected, ...options }) => {
    expect(rotatedCrop(goldenImage, options)).toBeAllClose(expected, 0.5 + 1e-3);
  });

  it('turns squares exactly at multiples of 90 degrees, at any scale', () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        fc.nat(),
        fc.integer({ min: -5, max: 5 }),
        (height, width, size, seed, turns) => {
          const square = noise({ height, width: height }, seed);
          expect([...rotateImage(square, 90 * turns).data]).toEqual([
            ...quarterTurnImage(square, turns).data,
          ]);
          const image = noise({ height, width }, seed);
          const upright = rotatedCrop(image, { size });
          expect([...rotatedCrop(image, { size, degrees: 90 * turns }).data]).toEqual([
            ...quarterTurnImage(upright, turns).data,
          ]);
          const mask = discs({ height, width }, seed);
          expect([...rotatedCropMask(mask, { size, degrees: 90 * turns }).data]).toEqual([
            ...quarterTurnMask(rotatedCropMask(mask, { size }), turns).data,
          ]);
        },
      ),
    );
  });

  it('turns about the centre, by the angle, at the scale: a linear ramp tells where each pixel comes from', () => {
    const ramp = createRgbImage({ height: 100, width: 120 });
    for (let y = 0; y < 100; y++) {
      for (let x = 0; x < 120; x++) {
        ramp.set(y, x, 0, 2 * y);
        ramp.set(y, x, 1, 2 * x);
      }
    }
    for (const size of [10, 25, 60, 130]) {
      for (const degrees of [0, 18, 36, 72, 45, 135, -100]) {
        const fraction = 0.6;
        const turned = rotatedCrop(ramp, { degrees, fraction, size });
        const scale = (100 * fraction) / size;
        const radians = (degrees * Math.PI) / 180;
        let worst = 0;
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) {
            const down = (y + 0.5 - size / 2) * scale;
            const right = (x + 0.5 - size / 2) * scale;
            // What is seen turns counter-clockwise, so the pixel looks back clockwise.
            const row = 50 + Math.cos(radians) * down + Math.sin(radians) * right - 0.5;
            const column = 60 + Math.cos(radians) * right - Math.sin(radians) * down - 0.5;
            worst = Math.max(worst, Math.abs(turned.get(y, x, 0) - 2 * row));
            worst = Math.max(worst, Math.abs(turned.get(y, x, 1) - 2 * column));
          }
        }
        expect(worst).toBeLessThan(0.6);
      }
    }
  });

  it('never shows a colour that the image does not have: no black corners', () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        angle,
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (height, width, size, degrees, fraction) => {
          const bright = createRgbImage({ height, width }, new Uint8Array(height * width * 3).fill(201));
          expect(new Set(rotateImage(bright, degrees).data)).toEqual(new Set([201]));
          expect(new Set(rotatedCrop(bright, { degrees, fraction, size }).data)).toEqual(new Set([201]));
          const full = createBinaryMask({ height, width }, new Uint8Array(height * width).fill(1));
          expect(new Set(rotateMask(full, degrees).data)).toEqual(new Set([1]));
        },
      ),
    );
  });

  it('mirrors after turning', () => {
    fc.assert(
      fc.property(side, side, side, fc.nat(), angle, axis, (height, width, size, seed, degrees, mirror) => {
        const image = noise({ height, width }, seed);
        const plain = rotatedCrop(image, { degrees, size });
        expect([...rotatedCrop(image, { degrees, size, mirror }).data]).toEqual([
          ...mirrorImage(plain, mirror).data,
        ]);
      }),
    );
  });

  it('turns about another point on request', () => {
    const image = noise({ height: 40, width: 60 }, 8);
    // A square of 20 about the middle of the upper left quarter, turned in place.
    const [height, width] = [20, 30];
    const quarter = image.hi(height, width, 3) as RgbImage;
    const options = { fraction: 0.5, size: 20, degrees: 90, centre: [0.25, 0.25] } as const;
    expect([...rotatedCrop(image, options).data]).toEqual([
      ...rotatedCrop(quarter, { fraction: 1, size: 20, degrees: 90 }).data,
    ]);
    expect(() => rotatedCrop(image, { centre: [0.5, 1.5] })).toThrow('centre: out of range; got 1.5');
  });

  it('reads views as what they show', () => {
    const image = noise({ height: 9, width: 12 }, 4);
    const turned = rotatedCrop(image.transpose(1, 0, 2).step(-1, 1) as RgbImage, { size: 7, degrees: 33 });
    expect([...turned.data]).toEqual([
      ...rotatedCrop(quarterTurnImage(image, 1), { size: 7, degrees: 33 }).data,
    ]);
  });
});

describe('applyAugmentation', () => {
  it('keeps a mask aligned with the image that it is drawn into', () => {
    const sizes = fc.record({
      height: fc.integer({ min: 30, max: 60 }),
      width: fc.integer({ min: 30, max: 60 }),
    });
    fc.assert(
      fc.property(
        sizes,
        fc.nat(),
        angle,
        fc.option(axis),
        fc.integer({ min: 12, max: 80 }),
        (source, seed, degrees, mirror, size) => {
          const mask = discs(source, seed);
          const sample = { degrees, mirror };
          const image = applyAugmentation(drawn(mask), sample, { size });
          const turned = applyAugmentationToMask(mask, sample, { size });
          let decided = 0;
          for (let i = 0; i < size * size; i++) {
            const grey = image.data[3 * i]!;
            if (grey !== 0 && grey !== 255) continue;
            decided++;
            // The pixel under the centre weighs most: where all that is weighed agrees, so does the mask.
            if (turned.data[i] !== grey / 255)
              expect.fail(`pixel ${i} is ${grey} but the mask ${turned.data[i]}`);
          }
          expect(decided / (size * size)).toBeGreaterThan(0.25);
        },
      ),
    );
  });

  it('gives 320 x 320 by default', () => {
    const mask = discs({ height: 40, width: 50 }, 3);
    const sample = { id: 'a', diagnosis: 'nevus', degrees: 45, mirror: 'x' } as const;
    expect(applyAugmentationToMask(mask, sample).shape).toEqual([320, 320]);
    expect(applyAugmentation(drawn(mask), sample).shape).toEqual([320, 320, 3]);
    expect(() => applyAugmentationToMask(mask, sample, { crop: 1 } as never)).toThrow(
      'unknown option; got crop',
    );
  });
});
