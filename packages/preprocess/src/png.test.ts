import { createBinaryMask, createRgbImage, type RgbImage, SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeGray, decodeImage, decodeMask, encodeMask, encodePng } from './index.js';

const side = fc.integer({ min: 1, max: 20 });

describe('encodePng', () => {
  it('gives back every value, views included', async () => {
    await fc.assert(
      fc.asyncProperty(side, side, fc.nat(), fc.boolean(), async (height, width, seed, smooth) => {
        const random = new SeededRandom(seed);
        const data = new Uint8Array(height * width * 3).map((_, i) =>
          smooth ? i >> 2 : random.integer(256),
        );
        const image = createRgbImage({ height, width }, data);
        const turned = image.transpose(1, 0, 2) as RgbImage;
        const back = await decodeImage(await encodePng(turned));
        expect(back.shape).toEqual([width, height, 3]);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) expect(back.get(x, y, 1)).toBe(image.get(y, x, 1));
        expect([...(await decodeImage(await encodePng(image))).data]).toEqual([...data]);
      }),
      { numRuns: 40 },
    );
  });

  it('writes one channel for grey, and filters: a ramp packs small', async () => {
    const ramp = createBinaryMask(
      { height: 64, width: 64 },
      new Uint8Array(4096).map((_, i) => (i % 64) + (i >> 6)),
    );
    const file = await encodePng(ramp);
    expect(await sharp(file).metadata()).toMatchObject({ channels: 1, depth: 'uchar', space: 'b-w' });
    expect(await decodeGray(file)).toBeAllClose([...ramp.data]);
    expect(file.length).toBeLessThan(200);
  });

  it('writes masks as 0 and 255', async () => {
    const mask = createBinaryMask({ height: 2, width: 3 }, Uint8Array.of(0, 1, 1, 1, 0, 0));
    const file = await encodeMask(mask);
    expect([...(await decodeGray(file)).data]).toEqual([0, 255, 255, 255, 0, 0]);
    expect(await decodeMask(file)).toMatchMask(['.11', '1..']);
    expect([...mask.data]).toEqual([0, 1, 1, 1, 0, 0]);
  });

  it('refuses what is no image', async () => {
    await expect(encodePng({ shape: [1, 1], dtype: 'float32' } as never)).rejects.toThrow(
      'image: not an 8-bit image; got float32 [1, 1]; expected uint8 [height, width, 3] or [height, width]',
    );
    await expect(encodePng(undefined as never)).rejects.toThrow('image: not an RGB image; got undefined');
  });
});
