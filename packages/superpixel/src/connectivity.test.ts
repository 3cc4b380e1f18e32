import { createLabelMap } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConnectivityRule, closeGaps, enforceConnectivity } from './connectivity.js';

function connect(rows: string[], rule: ConnectivityRule) {
  const width = rows[0]!.length;
  const labels = Int32Array.from(rows.join(''), Number);
  const out = new Int32Array(labels.length);
  const size = { height: rows.length, width };
  const count = enforceConnectivity(labels, out, size, rule);
  return { labels: createLabelMap(size, out), count };
}

describe('enforceConnectivity', () => {
  const pieces = ['0011', '0811', '0022', '3300'];

  it('numbers the pieces in reading order', () => {
    for (const rule of ['scikit-image', 'epfl'] as const) {
      const { labels, count } = connect(pieces, { rule, minSize: 1, maxSize: 100 });
      expect(labels).toMatchMask(['..11', '.211', '..33', '4455']);
      expect(count).toBe(6);
    }
  });

  it('merges a small piece into the neighbour met last around it (scikit-image)', () => {
    // Around the 8 right, left, below, above are looked at; the labelled ones are 1 on the right, 0 elsewhere.
    expect(connect(pieces, { rule: 'scikit-image', minSize: 2, maxSize: 100 }).labels).toMatchMask([
      '..11',
      '..11',
      '..22',
      '3344',
    ]);
  });

  it('merges a small piece into the neighbour above its first pixel, else the left one (epfl)', () => {
    const { labels, count } = connect(['0011', '0871', '0122'], { rule: 'epfl', minSize: 2, maxSize: 100 });
    // 8 goes to 0 above, 7 to 1 above, the lone 1 below to what the 8 above it became.
    expect(labels).toMatchMask(['..11', '..11', '..22']);
    expect(count).toBe(3);
  });

  it('cuts a piece once it is large enough', () => {
    expect(connect(['0000', '0000'], { rule: 'scikit-image', minSize: 0, maxSize: 3 })).toEqual(
      expect.objectContaining({ count: 4 }),
    );
    expect(connect(['000000'], { rule: 'scikit-image', minSize: 0, maxSize: 1 }).labels).toMatchMask([
      '.12345',
    ]);
  });

  it('leaves one label where everything is too small', () => {
    for (const rule of ['scikit-image', 'epfl'] as const) {
      const { labels, count } = connect(['012', '345'], { rule, minSize: 2, maxSize: 100 });
      expect(labels).toMatchMask(['...', '...']);
      expect(count).toBe(1);
    }
  });

  it('gives connected labels without gaps, none too small but where all are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 7, maxLength: 7 }), {
          minLength: 1,
          maxLength: 9,
        }),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom('scikit-image' as const, 'epfl' as const),
        (rows, minSize, rule) => {
          const drawn = rows.map((row) => row.join(''));
          const { labels, count } = connect(drawn, { rule, minSize, maxSize: 1000 });
          const data = labels.data as Int32Array;
          const sizes = new Array(count).fill(0);
          for (const label of data) sizes[label]++;
          if (count > 1) expect(Math.min(...sizes)).toBeGreaterThanOrEqual(Math.max(1, minSize));
          const out = new Int32Array(data.length);
          const size = { height: rows.length, width: 7 };
          // Already connected: enforcing it once more finds one piece a label.
          expect(enforceConnectivity(data, out, size, { rule, minSize: 1, maxSize: 1000 })).toBe(count);
          expect([...out]).toEqual([...data]);
        },
      ),
    );
  });

  it('closes gaps and keeps the order', () => {
    const labels = Int32Array.of(7, 2, 2, 9, 7);
    expect(closeGaps(labels, 12)).toBe(3);
    expect([...labels]).toEqual([1, 0, 0, 2, 1]);
  });
});
