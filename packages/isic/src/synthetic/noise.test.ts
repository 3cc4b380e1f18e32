import { SeededRandom } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { type Cell, NoiseField, smoothstep } from './noise.js';

const points = Array.from({ length: 4000 }, (_, i) => [(i % 80) * 0.37 - 12, Math.floor(i / 80) * 0.41 - 9]);

describe('NoiseField', () => {
  it('repeats from the same stream and differs from another', () => {
    const one = new NoiseField(new SeededRandom(4));
    const same = new NoiseField(new SeededRandom(4));
    const other = new NoiseField(new SeededRandom(5));
    const read = (field: NoiseField) => points.map(([x, y]) => field.cloud(x!, y!, 3));
    expect(read(one)).toEqual(read(same));
    expect(read(one)).not.toEqual(read(other));
  });

  it('keeps to about [-1, 1] around 0 and uses the range', () => {
    const field = new NoiseField(new SeededRandom(1));
    for (const octaves of [1, 3]) {
      const values = points.map(([x, y]) => field.cloud(x!, y!, octaves));
      expect(Math.max(...values.map(Math.abs))).toBeLessThan(1.1);
      expect(Math.max(...values)).toBeGreaterThan(0.5);
      expect(Math.min(...values)).toBeLessThan(-0.5);
      expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThan(0.05);
    }
  });

  it('has no jumps, not across lattice lines either', () => {
    const field = new NoiseField(new SeededRandom(2));
    for (let x = -3; x < 3; x += 0.01) {
      expect(Math.abs(field.value(x + 0.001, 0.6) - field.value(x, 0.6))).toBeLessThan(0.01);
    }
  });

  it('is 0 at lattice points, where a ridge is 1', () => {
    const field = new NoiseField(new SeededRandom(3));
    expect(Math.abs(field.value(4, -7))).toBe(0);
    expect(field.ridge(4, -7, 1)).toBe(1);
  });

  it('finds cells with borders half way between seeds', () => {
    const field = new NoiseField(new SeededRandom(6));
    const cell: Cell = { seedDistance: 0, borderDistance: 0, value: 0 };
    const values = new Set<number>();
    for (const [x, y] of points) {
      field.cell(x!, y!, cell);
      expect(cell.borderDistance).toBeGreaterThanOrEqual(0);
      expect(cell.seedDistance).toBeLessThan(1.5);
      values.add(cell.value);
    }
    expect(values.size).toBeGreaterThan(100);
    // Wherever a walk leaves one cell for the next, it is at a border.
    let crossings = 0;
    for (let x = -8; x < 8; x += 0.005) {
      const { value } = cell;
      field.cell(x, 0.37 * x, cell);
      if (x > -8 && cell.value !== value) {
        crossings++;
        expect(cell.borderDistance).toBeLessThan(0.01);
      }
    }
    expect(crossings).toBeGreaterThan(10);
  });
});

describe('smoothstep', () => {
  it('rises from 0 to 1, or falls where the bounds are swapped', () => {
    expect([0, 1, 1.5, 2, 3].map((value) => smoothstep(1, 2, value))).toEqual([0, 0, 0.5, 1, 1]);
    expect([0, 1, 1.5, 2, 3].map((value) => smoothstep(2, 1, value))).toEqual([1, 1, 0.5, 0, 0]);
  });
});
