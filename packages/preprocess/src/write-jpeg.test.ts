import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contiguousData, createRgbImage, SeededRandom } from '@lesion/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImage } from './read.js';
import { writeJpeg } from './write-jpeg.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-jpeg-'));
});
afterAll(() => rm(folder, { recursive: true }));

function ramp(height: number, width: number) {
  const pixels = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    pixels.set([(255 * (i % width)) / width, (255 * Math.floor(i / width)) / height, 90], 3 * i);
  }
  return createRgbImage({ height, width }, pixels);
}

describe('writeJpeg', () => {
  it("writes what readImage reads back within JPEG's loss", async () => {
    const path = join(folder, 'ramp.jpg');
    const image = ramp(24, 40);
    await writeJpeg(path, image, { quality: 95 });
    const bytes = await readFile(path);
    expect([...bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    const back = await readImage(path);
    expect(back.shape).toEqual([24, 40, 3]);
    expect(contiguousData(back)).toBeAllClose(contiguousData(image), 8);
  });

  it('reads a transposed view as what it shows', async () => {
    const path = join(folder, 'view.jpg');
    const image = ramp(24, 40);
    await writeJpeg(path, image.transpose(1, 0, 2));
    const back = await readImage(path);
    expect(back.shape).toEqual([40, 24, 3]);
    expect(Math.abs(back.get(30, 5, 0) - image.get(5, 30, 0))).toBeLessThan(9);
  });

  it('gives larger files at higher quality and leaves nothing else behind', async () => {
    const random = new SeededRandom(1);
    const noise = createRgbImage(
      { height: 32, width: 32 },
      Uint8Array.from({ length: 3072 }, () => random.integer(256)),
    );
    await writeJpeg(join(folder, 'low.jpg'), noise, { quality: 10 });
    await writeJpeg(join(folder, 'high.jpg'), noise, { quality: 95 });
    const low = (await readFile(join(folder, 'low.jpg'))).length;
    const high = (await readFile(join(folder, 'high.jpg'))).length;
    expect(high).toBeGreaterThan(2 * low);
    expect((await readdir(folder)).filter((name) => !name.endsWith('.jpg'))).toEqual([]);
  });

  it('refuses what it cannot write, in one line', async () => {
    const image = ramp(2, 2);
    await expect(writeJpeg(join(folder, 'x.jpg'), image, { quality: 0 })).rejects.toThrow(
      'quality: out of range; got 0; expected a whole number of at least 1 and at most 100',
    );
    await expect(writeJpeg(join(folder, 'none', 'x.jpg'), image)).rejects.toThrow(
      'the folder to write to does not exist',
    );
    const long = createRgbImage({ height: 1, width: 65_536 });
    await expect(writeJpeg(join(folder, 'long.jpg'), long)).rejects.toThrow(
      'too long a side for JPEG; got 65536x1; expected at most 65535 pixels a side. Write it as PNG.',
    );
  });
});
