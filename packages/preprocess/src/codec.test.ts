import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { golden } from '../test/golden.js';
import { decodeGray, decodeImage, decodeMask } from './index.js';

function goldenFile(name: string): Uint8Array {
  const found = golden.cases.find((c) => c.name === name);
  if (found === undefined) throw new Error(`no golden case ${name}`);
  return Uint8Array.from(Buffer.from(found.file, 'base64'));
}

/** A JPEG of noise, large enough that a cut loses rows of it. */
async function noisyJpeg(): Promise<Uint8Array> {
  const data = new Uint8Array(96 * 96 * 3).map((_, i) => (i * 7919) >> 3);
  return sharp(data, { raw: { width: 96, height: 96, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A PNG file that announces a size and holds next to nothing. */
function hollowPng(width: number, height: number): Uint8Array {
  const bytes = Uint8Array.from(goldenFile('PNG RGB'));
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

async function failure(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  return promise.then(
    () => expect.unreachable('should have failed'),
    (error: { code: string; message: string }) => error,
  );
}

describe('decodeImage', () => {
  it.each(golden.cases.map((c) => [c.name, c] as const))('reads %s as Pillow does', async (_, c) => {
    const image = await decodeImage(Uint8Array.from(Buffer.from(c.file, 'base64')));
    expect(image.shape).toEqual(c.shape);
    expect(image.dtype).toBe('uint8');
    expect(image).toBeAllClose(c.expected, c.tolerance);
  });

  it('converts CMYK by its embedded profile', async () => {
    const colours = Uint8Array.of(200, 120, 90, 90, 40, 30, 250, 250, 250, 10, 10, 10);
    const file = await sharp(colours, { raw: { width: 4, height: 1, channels: 3 } })
      .withIccProfile('cmyk')
      .tiff({ compression: 'none' })
      .toBuffer();
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    expect(await decodeImage(file)).toBeAllClose([...colours], 24);
  });

  it('converts by an embedded RGB profile unless told to ignore it', async () => {
    const stored = Uint8Array.of(200, 80, 60);
    const file = await sharp(stored, { raw: { width: 1, height: 1, channels: 3 } })
      .withIccProfile('p3', { attach: true })
      .png()
      .toBuffer();
    const converted = await decodeImage(file);
    const asStored = await decodeImage(file, { colourProfile: 'ignore' });
    expect(converted).toBeAllClose([...stored], 2);
    expect(asStored.get(0, 0, 0)).toBeLessThan(195);
  });

  it('refuses a size above the limit from the header alone', async () => {
    const start = performance.now();
    const error = await failure(decodeImage(hollowPng(100_000, 100_000), { source: 'huge.png' }));
    expect(error.code).toBe('LIMIT_EXCEEDED');
    expect(error.message).toBe(
      'huge.png: the image is larger than the limit on pixels; got 100000x100000 = 10000000000 pixels; ' +
        'expected at most 100000000. Raise maxPixels if the file is trusted.',
    );
    expect(performance.now() - start).toBeLessThan(1000);
    const exact = goldenFile('PNG RGB');
    await expect(decodeImage(exact, { maxPixels: 8 * 16 })).resolves.toBeDefined();
    expect((await failure(decodeImage(exact, { maxPixels: 8 * 16 - 1 }))).code).toBe('LIMIT_EXCEEDED');
  });

  it('reads the announced size of every format', async () => {
    const jpeg = Uint8Array.from(goldenFile('JPEG baseline'));
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    jpeg.fill(0xff, frame + 5, frame + 9);
    const webp = Uint8Array.from(goldenFile('WebP lossless'));
    webp.set([0xff, 0xff, 0xff, 0x0f], 21);
    const tiff = Uint8Array.from(goldenFile('TIFF LZW'));
    const width = tiff.findIndex(
      (byte, i) => byte === 0 && tiff[i + 1] === 1 && (tiff[i + 2] === 3 || tiff[i + 2] === 4),
    );
    tiff.set([4, 0, 1, 0, 0, 0, 0, 0, 0, 0x10], width + 2);
    for (const [file, size] of [
      [jpeg, '65535x65535'],
      [webp, '16384x16384'],
      [tiff, '268435456x8'],
    ] as const) {
      const error = await failure(decodeImage(file, { source: 'huge' }));
      expect(error.code).toBe('LIMIT_EXCEEDED');
      expect(error.message).toContain(`huge: the image is larger than the limit on pixels; got ${size} = `);
    }
  });

  it('never gives part of a truncated file', async () => {
    const jpeg = await noisyJpeg();
    const files = [
      jpeg,
      ...['PNG RGB', 'WebP lossless', 'WebP lossy', 'TIFF LZW', 'JPEG progressive'].map(goldenFile),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        async (file, share) => {
          const error = await failure(
            decodeImage(file.subarray(0, Math.floor(file.length * share)), { source: 'cut.bin' }),
          );
          expect(error.code).toBe('INVALID_FILE');
          expect(error.message).toMatch(/^cut\.bin: [^\n]+$/);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds a truncated JPEG that was tidied up with an end marker or zeros', async () => {
    const jpeg = await noisyJpeg();
    const half = jpeg.subarray(0, jpeg.length >> 1);
    const ended = Uint8Array.of(...half, 0xff, 0xd9);
    expect((await failure(decodeImage(ended, { source: 'a.jpg' }))).message).toBe(
      'a.jpg: the JPEG file is truncated or damaged; got Corrupt JPEG data: premature end of data segment. ' +
        'Fetch or export the file again.',
    );
    const padded = Uint8Array.of(...half, ...new Uint8Array(half.length));
    expect((await failure(decodeImage(padded, { source: 'a.jpg' }))).message).toContain(
      'a.jpg: the JPEG file is truncated',
    );
  });

  it('refuses a damaged PNG', async () => {
    const bytes = Uint8Array.from(goldenFile('PNG RGB'));
    bytes[bytes.length >> 1]! ^= 0xff;
    const error = await failure(decodeImage(bytes, { source: 'bad.png' }));
    expect(error.code).toBe('INVALID_FILE');
    expect(error.message).toMatch(/^bad\.png: the PNG file is truncated or damaged; got [^\n]+$/);
  });

  it('says what else is not an image', async () => {
    expect((await failure(decodeImage(new Uint8Array(0), { source: 'empty.jpg' }))).message).toBe(
      'empty.jpg: the file is empty. Fetch or export it again.',
    );
    expect(
      (await failure(decodeImage(new TextEncoder().encode('<html>no</html>'), { source: 'x.jpg' }))).message,
    ).toBe(
      'x.jpg: not an image of a known format; expected a JPEG, PNG, WebP or TIFF file. Convert it to one of these.',
    );
    expect((await failure(decodeImage('photo.jpg' as never))).message).toContain(
      'bytes: not the bytes of a file; got "photo.jpg"; expected a Uint8Array. To read a file by its path, use readImage',
    );
    expect((await failure(decodeImage(goldenFile('PNG RGB'), { maxPixels: 0 }))).message).toContain(
      'maxPixels: out of range; got 0',
    );
    expect((await failure(decodeImage(goldenFile('PNG RGB'), { max: 1 } as never))).message).toContain(
      'unknown option; got max',
    );
  });

  it('survives any bytes after a known beginning', async () => {
    const beginnings = ['JPEG baseline', 'PNG RGB', 'WebP lossless', 'TIFF LZW'].map((name) =>
      goldenFile(name).subarray(0, 40),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...beginnings),
        fc.integer({ min: 4, max: 40 }),
        fc.uint8Array({ maxLength: 200 }),
        async (beginning, keep, rest) => {
          const bytes = Uint8Array.of(...beginning.subarray(0, keep), ...rest);
          const error = await failure(decodeImage(bytes, { maxPixels: 1_000_000 }));
          expect(['INVALID_FILE', 'LIMIT_EXCEEDED']).toContain(error.code);
          expect(error.message).not.toContain('\n');
        },
      ),
      { numRuns: 150 },
    );
  });

  it("leaves sharp's process-wide settings alone", async () => {
    const before = [sharp.concurrency(), sharp.simd(), sharp.cache().memory.max];
    await decodeImage(goldenFile('PNG RGB'));
    expect([sharp.concurrency(), sharp.simd(), sharp.cache().memory.max]).toEqual(before);
  });
});

describe('decodeGray and decodeMask', () => {
  const png = (data: number[], channels: 1 | 2 | 3 | 4) =>
    sharp(Uint8Array.from(data), { raw: { width: data.length / channels, height: 1, channels } })
      .png()
      .toBuffer();

  it('keeps grey levels and weighs colours', async () => {
    expect([...(await decodeGray(await png([0, 1, 127, 128, 129, 255], 1))).data]).toEqual([
      0, 1, 127, 128, 129, 255,
    ]);
    const colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9];
    expect([...(await decodeGray(await png(colours, 3))).data]).toEqual([76, 150, 29, 9]);
  });

  it('takes what is above 128, or another threshold, as foreground', async () => {
    const file = await png([0, 1, 127, 128, 129, 255], 1);
    expect(await decodeMask(file)).toMatchMask(['....11']);
    expect(await decodeMask(file, { threshold: 0 })).toMatchMask(['.11111']);
    const blackAndWhite = [255, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 128, 129, 0, 0, 255];
    expect(await decodeMask(await png(blackAndWhite, 1))).toMatchMask(['1111....1.1..1..1']);
    expect((await failure(decodeMask(file, { threshold: 255 }))).message).toContain(
      'threshold: out of range; got 255',
    );
  });

  it('takes what is transparent as background', async () => {
    expect(await decodeMask(await png([255, 255, 255, 255, 255, 255, 255, 0], 4))).toMatchMask(['1.']);
  });
});
