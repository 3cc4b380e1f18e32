import { readFileSync } from 'node:fs';
import { contiguousData, createLabelMap } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { boundaries } from './index.js';

const labels = createLabelMap(
  { height: 4, width: 5 },
  Int32Array.from([...'00111', '00111', '22211', '22211'].join(''), Number),
);

describe('boundaries', () => {
  it('draws thin lines', () => {
    expect(boundaries(labels)).toMatchMask(['.1...', '111..', '..1..', '..1..']);
  });

  it('draws both sides when thick', () => {
    expect(boundaries(labels, { mode: 'thick' })).toMatchMask(['.11..', '111..', '1111.', '..11.']);
  });

  it('leaves the background free when inner', () => {
    expect(boundaries(labels, { mode: 'inner' })).toMatchMask(['..1..', '..1..', '1111.', '..11.']);
    expect(boundaries(labels, { mode: 'inner', background: 1 })).toMatchMask([
      '.1...',
      '11...',
      '111..',
      '..1..',
    ]);
  });

  it("marks scikit-image's pixels", () => {
    const golden = JSON.parse(
      readFileSync(new URL('../golden/boundaries.json', import.meta.url), 'utf8'),
    ) as {
      shape: [number, number];
      labels: string;
      thick: string;
      inner: string;
    };
    const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
    const [height, width] = golden.shape;
    const map = createLabelMap(
      { height, width },
      Int32Array.from(new Int16Array(bytes(golden.labels).buffer)),
    );
    for (const mode of ['thick', 'inner'] as const) {
      expect(contiguousData(boundaries(map, { mode }))).toEqual(bytes(golden[mode]));
    }
  });

  it('reads views and draws nothing on one region or one pixel', () => {
    expect(boundaries(labels.transpose(1, 0))).toMatchMask(['.1..', '11..', '.111', '....', '....']);
    expect(boundaries(createLabelMap({ height: 1, width: 1 }))).toMatchMask(['.']);
    expect(boundaries(createLabelMap({ height: 2, width: 2 }), { mode: 'thick' })).toMatchMask(['..', '..']);
  });

  it('refuses an unknown mode', () => {
    expect(() => boundaries(labels, { mode: 'outer' as 'thin' })).toThrow(
      'mode: unknown choice; got "outer"; expected "thin" or "inner" or "thick"',
    );
  });
});
