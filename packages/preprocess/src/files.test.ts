import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBinaryMask, createRgbImage, type LesionError } from '@lesion/core';
import { realData, realFile } from '@lesion/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGray, readImage, readMask, readSize, writeFileAtomic, writeMask, writePng } from './node.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-preprocess-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function failure(promise: Promise<unknown>): Promise<LesionError> {
  return promise.then(
    () => expect.unreachable('should have failed'),
    (error: LesionError) => error,
  );
}

describe('files', () => {
  it('reads back what it wrote and leaves nothing else behind', async () => {
    const image = createRgbImage(
      { height: 2, width: 3 },
      new Uint8Array(18).map((_, i) => i * 14),
    );
    const mask = createBinaryMask({ height: 2, width: 3 }, Uint8Array.of(0, 1, 0, 1, 1, 0));
    await Promise.all([
      writePng(join(folder, 'image.png'), createRgbImage({ height: 1, width: 1 })),
      writeMask(join(folder, 'mask.png'), mask),
    ]);
    await writePng(join(folder, 'image.png'), image);
    expect([...(await readImage(join(folder, 'image.png'))).data]).toEqual([...image.data]);
    expect(await readMask(join(folder, 'mask.png'))).toMatchMask(['.1.', '11.']);
    expect([...(await readGray(join(folder, 'mask.png'))).data]).toEqual([0, 255, 0, 255, 255, 0]);
    expect(await readSize(join(folder, 'image.png'))).toEqual({ height: 2, width: 3 });
    expect((await readdir(folder)).sort()).toEqual(['image.png', 'mask.png']);
  });

  it('gives the size after the orientation', async () => {
    const golden = JSON.parse(await readFile(new URL('../golden/decode.json', import.meta.url), 'utf8')) as {
      cases: { name: string; file: string; shape: number[] }[];
    };
    for (const { file, shape } of golden.cases) {
      const path = join(folder, 'sized.bin');
      await writeFileAtomic(path, Buffer.from(file, 'base64'));
      expect(await readSize(path)).toEqual({ height: shape[0], width: shape[1] });
    }
    await rm(join(folder, 'sized.bin'));
  });

  it('names what is missing, a folder or too large', async () => {
    const missing = join(folder, 'missing.jpg');
    for (const read of [readImage, readGray, readMask, readSize]) {
      const error = await failure(read(missing));
      expect(error.code).toBe('NOT_FOUND');
      expect(error.message).toBe(`${missing}: there is no such file. Check the path.`);
    }
    expect((await failure(readImage(folder))).message).toBe(
      `${folder}: a folder, not an image file. Give the path of one file.`,
    );
    expect((await failure(readImage(''))).message).toContain('path: not a path; got ""');
    const path = join(folder, 'large.png');
    await writePng(path, createRgbImage({ height: 10, width: 10 }));
    expect((await failure(readImage(path, { maxPixels: 99 }))).message).toContain(
      `${path}: the image is larger than the limit on pixels; got 10x10 = 100 pixels; expected at most 99`,
    );
    expect((await failure(readSize(path, { maxPixels: 99 }))).code).toBe('LIMIT_EXCEEDED');
    expect((await failure(readMask(path, { source: 'x' } as never))).message).toContain(
      'unknown option; got source',
    );
  });

  it('does not trust lengths in a damaged file', async () => {
    const path = join(folder, 'lying.tif');
    await writeFile(path, Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0, 0xff, 0xff, 0, 1));
    expect((await failure(readSize(path))).message).toBe(
      `${path}: the TIFF header is damaged or cut short. Fetch or export the file again.`,
    );
  });

  it('writes whole or not at all', async () => {
    const nowhere = join(folder, 'none', 'x.png');
    const error = await failure(writeMask(nowhere, createBinaryMask({ height: 1, width: 1 })));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toContain(`${nowhere}: the folder to write to does not exist. Make `);
    const taken = join(folder, 'taken');
    await mkdir(taken);
    await expect(writeFileAtomic(taken, 'x')).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe.skipIf(!realData)('real images', () => {
  it('reads an ISIC image and its mask at one size, and finds a cut file', async () => {
    const path = realFile('isic2017', 'ISIC-2017_Training_Data', 'ISIC_0000002.jpg');
    const image = await readImage(path);
    const mask = await readMask(
      realFile('isic2017', 'ISIC-2017_Training_Part1_GroundTruth', 'ISIC_0000002_segmentation.png'),
    );
    expect(image.shape.slice(0, 2)).toEqual(mask.shape);
    expect(await readSize(path)).toEqual({ height: mask.shape[0], width: mask.shape[1] });
    const bytes = await readFile(path);
    const cut = join(folder, 'cut.jpg');
    await writeFile(cut, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    const error = await failure(readImage(cut));
    expect(error.code).toBe('INVALID_FILE');
    expect(error.message).toContain(`${cut}: the JPEG file is truncated`);
  });
});
