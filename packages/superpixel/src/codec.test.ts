import { contiguousData, createLabelMap, LesionError } from '@lesion/core';
import * as fc from 'fast-check';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { decodeLabels, encodeLabels, labelColors } from './index.js';

const small = createLabelMap({ height: 2, width: 3 }, Int32Array.of(0, 1, 255, 256, 65_536, 0xffffff));

function codeOf(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    if (LesionError.isInstance(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A file of which only the header is there: signature, IHDR with a wrong checksum. */
function headerOnly(width: number, height: number, depth = 8, colorType = 2): Uint8Array {
  const bytes = encodeLabels(small).slice(0, 33);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes[24] = depth;
  bytes[25] = colorType;
  return bytes;
}

it('gives labels the colours of their bytes, the lowest first', () => {
  expect([...contiguousData(labelColors(small))]).toEqual([
    ...[0, 0, 0, 1, 0, 0, 255, 0, 0],
    ...[0, 1, 0, 0, 0, 1, 255, 255, 255],
  ]);
});

describe('encodeLabels and decodeLabels', () => {
  it('writes R + 256 G + 65536 B', () => {
    const data = Uint8Array.of(1, 2, 0, 0, 0, 1, 255, 255, 255);
    const bytes = encode({ width: 3, height: 1, data, channels: 3, depth: 8 });
    const labels = decodeLabels(bytes);
    expect(labels.shape).toEqual([1, 3]);
    expect([...contiguousData(labels)]).toEqual([513, 65_536, 16_777_215]);
    expect(encodeLabels(labels)).toEqual(bytes);
  });

  it('gives back every map of labels that fit three bytes', () => {
    const side = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(
        side,
        side,
        fc.infiniteStream(fc.integer({ min: 0, max: 0xffffff })),
        (height, width, stream) => {
          const values = Int32Array.from({ length: height * width }, () => stream.next().value!);
          const labels = createLabelMap({ height, width }, values);
          expect([...contiguousData(decodeLabels(encodeLabels(labels)))]).toEqual([...values]);
          const turned = labels.transpose(1, 0);
          const back = decodeLabels(encodeLabels(turned));
          expect(back.shape).toEqual([width, height]);
          expect([...contiguousData(back)]).toEqual([...contiguousData(turned)]);
        },
      ),
    );
  });

  it('holds far more than 65,536 superpixels', () => {
    const size = { height: 500, width: 600 };
    const values = Int32Array.from({ length: 300_000 }, (_, i) => i);
    expect(contiguousData(decodeLabels(encodeLabels(createLabelMap(size, values))))).toEqual(values);
  });

  it('reads a file that lies within a larger buffer, and one with alpha', () => {
    const bytes = encodeLabels(small);
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 7);
    expect(contiguousData(decodeLabels(larger.subarray(7, 7 + bytes.length)))).toEqual(contiguousData(small));
    const alpha = encode({ width: 1, height: 1, data: Uint8Array.of(3, 1, 0, 255), channels: 4, depth: 8 });
    expect(decodeLabels(alpha).get(0, 0)).toBe(259);
  });

  it('refuses labels that do not fit', () => {
    const labels = createLabelMap({ height: 1, width: 2 }, Int32Array.of(0, 0x1000000));
    expect(() => encodeLabels(labels)).toThrow(
      'labels: a label does not fit the index PNG; got 16777216 at row 0, column 1; expected at most 16777215. Number the superpixels from 0 without gaps.',
    );
  });

  it('refuses a file that claims too many pixels from its header alone', () => {
    const started = performance.now();
    const { code, message } = codeOf(() =>
      decodeLabels(headerOnly(100_000, 100_000), { source: 'bomb.png' }),
    );
    expect(performance.now() - started).toBeLessThan(1000);
    expect(code).toBe('LIMIT_EXCEEDED');
    expect(message).toBe(
      'bomb.png: too many pixels; got 100000x100000 = 10000000000; expected at most 100000000. Raise maxPixels if the file is trusted.',
    );
    expect(codeOf(() => decodeLabels(encodeLabels(small), { maxPixels: 5 })).message).toContain(
      'got 3x2 = 6',
    );
    expect(decodeLabels(encodeLabels(small), { maxPixels: 6 }).shape).toEqual([2, 3]);
  });

  it('refuses data that unpacks to more than the header says', () => {
    const bytes = encodeLabels(
      createLabelMap(
        { height: 60, width: 60 },
        Int32Array.from({ length: 3600 }, (_, i) => (i * 7919) & 0xffffff),
      ),
    );
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 1);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(20, 1);
    expect(codeOf(() => decodeLabels(bytes, { source: 'a.png' })).message).toMatch(
      /^a\.png: not a readable PNG; got \d+ bytes for 1x1 pixels\. Fetch or write the file again\.$/,
    );
  });

  it('names the file that is damaged, wherever it is cut', () => {
    const bytes = encodeLabels(small);
    for (let length = 0; length < bytes.length; length++) {
      const { code, message } = codeOf(() => decodeLabels(bytes.slice(0, length), { source: 'cut.png' }));
      expect(code).toBe('INVALID_FILE');
      expect(message).toMatch(/^cut\.png: not a readable PNG; got .*\. Fetch or write the file again\.$/);
    }
  });

  it('finds every changed byte', () => {
    const bytes = encodeLabels(small);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 0x10;
      const { code } = codeOf(() => decodeLabels(changed, { source: 'changed.png' }));
      expect(['INVALID_FILE', 'LIMIT_EXCEEDED']).toContain(code);
    }
  });

  it('refuses what is no index PNG', () => {
    const grey = encode({ width: 1, height: 1, data: Uint8Array.of(3), channels: 1, depth: 8 });
    expect(codeOf(() => decodeLabels(grey, { source: 'mask.png' }))).toEqual({
      code: 'INVALID_FILE',
      message:
        "mask.png: not an index PNG; got 8-bit grey; expected 8-bit RGB, in which R + 256 G + 65536 B numbers the superpixel. Take the challenge's _superpixels.png, or write one with encodeLabels.",
    });
    expect(codeOf(() => decodeLabels(headerOnly(2, 2, 16, 2))).message).toContain('got 16-bit RGB');
    expect(codeOf(() => decodeLabels(headerOnly(0, 2))).message).toContain('got a size of 0x2');
    expect(
      codeOf(() => decodeLabels(Uint8Array.of(0xff, 0xd8, 0xff), { source: 'a.jpg' })).message,
    ).toContain('a.jpg: not a readable PNG; got a file that does not begin like a PNG');
    expect(codeOf(() => decodeLabels('x' as unknown as Uint8Array)).message).toContain(
      'bytes: not the bytes of a file; got "x"; expected a Uint8Array',
    );
  });
});
