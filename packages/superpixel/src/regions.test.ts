import { contiguousData, createLabelMap, type LabelMap } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regionProperties } from './index.js';

function draw(rows: string[]): LabelMap {
  return createLabelMap(
    { height: rows.length, width: rows[0]!.length },
    Int32Array.from(rows.join(''), Number),
  );
}

describe('regionProperties', () => {
  it('measures regions that can be counted by eye', () => {
    expect(regionProperties(draw(['0011', '0211', '0333']))).toEqual([
      {
        label: 0,
        area: 4,
        box: { top: 0, left: 0, bottom: 3, right: 2 },
        centroid: { row: 0.75, column: 0.25 },
        neighbours: [1, 2, 3],
      },
      {
        label: 1,
        area: 4,
        box: { top: 0, left: 2, bottom: 2, right: 4 },
        centroid: { row: 0.5, column: 2.5 },
        neighbours: [0, 2, 3],
      },
      {
        label: 2,
        area: 1,
        box: { top: 1, left: 1, bottom: 2, right: 2 },
        centroid: { row: 1, column: 1 },
        neighbours: [0, 1, 3],
      },
      {
        label: 3,
        area: 3,
        box: { top: 2, left: 1, bottom: 3, right: 4 },
        centroid: { row: 2, column: 2 },
        neighbours: [0, 1, 2],
      },
    ]);
  });

  it('takes gaps, wild numbers, one pixel and views', () => {
    const gaps = draw(['05', '57']);
    expect(regionProperties(gaps).map(({ label, neighbours }) => [label, neighbours])).toEqual([
      [0, [5]],
      [5, [0, 7]],
      [7, [5]],
    ]);
    const wild = createLabelMap({ height: 1, width: 3 }, Int32Array.of(2 ** 31 - 1, 9, 2 ** 31 - 1));
    expect(regionProperties(wild).map(({ label, area, neighbours }) => [label, area, neighbours])).toEqual([
      [9, 1, [2 ** 31 - 1]],
      [2 ** 31 - 1, 2, [9]],
    ]);
    expect(regionProperties(draw(['3']))).toEqual([
      {
        label: 3,
        area: 1,
        box: { top: 0, left: 0, bottom: 1, right: 1 },
        centroid: { row: 0, column: 0 },
        neighbours: [],
      },
    ]);
    const turned = draw(['012', '012']).transpose(1, 0).lo(1, 0);
    expect(regionProperties(turned).map(({ label, box }) => [label, box])).toEqual([
      [1, { top: 0, left: 0, bottom: 1, right: 2 }],
      [2, { top: 1, left: 0, bottom: 2, right: 2 }],
    ]);
  });

  it('agrees with a slow look at every region', () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(side, side, fc.infiniteStream(fc.nat(5)), (height, width, stream) => {
        const labels = createLabelMap(
          { height, width },
          Int32Array.from({ length: height * width }, () => stream.next().value!),
        );
        for (const region of regionProperties(labels)) {
          const pixels: [number, number][] = [];
          const neighbours = new Set<number>();
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              if (labels.get(y, x) !== region.label) continue;
              pixels.push([y, x]);
              if (y > 0) neighbours.add(labels.get(y - 1, x));
              if (x > 0) neighbours.add(labels.get(y, x - 1));
              if (y < height - 1) neighbours.add(labels.get(y + 1, x));
              if (x < width - 1) neighbours.add(labels.get(y, x + 1));
            }
          }
          neighbours.delete(region.label);
          const rows = pixels.map(([y]) => y);
          const columns = pixels.map(([, x]) => x);
          const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
          expect(region).toEqual({
            label: region.label,
            area: pixels.length,
            box: {
              top: Math.min(...rows),
              left: Math.min(...columns),
              bottom: Math.max(...rows) + 1,
              right: Math.max(...columns) + 1,
            },
            centroid: { row: mean(rows), column: mean(columns) },
            neighbours: [...neighbours].sort((a, b) => a - b),
          });
        }
      }),
    );
  });

  it('takes a region a pixel', () => {
    const count = 400_000;
    const labels = createLabelMap(
      { height: 500, width: 800 },
      Int32Array.from({ length: count }, (_, i) => i),
    );
    const regions = regionProperties(labels);
    expect(regions.length).toBe(count);
    expect(regions[801]!.neighbours).toEqual([1, 800, 802, 1601]);
    expect(contiguousData(labels)[801]).toBe(801);
  });

  it('refuses what is no label map', () => {
    expect(() => regionProperties(createLabelMap({ height: 1, width: 1 }, Int32Array.of(-1)))).toThrow(
      'labels: labels are 0 and up; got -1 at row 0, column 0',
    );
  });
});
