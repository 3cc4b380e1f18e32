import { SeededRandom } from '@lesion/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillHolesPixels, largestComponentPixels } from './components.js';
import { type Connectivity, connectedRuns } from './runs.js';

/** The component of each pixel of `value`, in the order in which they are met, by flooding; -1 elsewhere. */
function flooded(mask: Uint8Array, width: number, value: 0 | 1, connectivity: Connectivity): number[] {
  const height = mask.length / width;
  const labels = Array.from(mask, () => -1);
  let next = 0;
  for (let first = 0; first < mask.length; first++) {
    if (mask[first] !== value || labels[first] !== -1) continue;
    const open = [first];
    labels[first] = next;
    while (open.length > 0) {
      const at = open.pop()!;
      const [y, x] = [Math.floor(at / width), at % width];
      for (let v = y - 1; v <= y + 1; v++) {
        for (let u = x - 1; u <= x + 1; u++) {
          if (v < 0 || v >= height || u < 0 || u >= width) continue;
          if (connectivity === 4 && v !== y && u !== x) continue;
          const to = v * width + u;
          if (mask[to] !== value || labels[to] !== -1) continue;
          labels[to] = next;
          open.push(to);
        }
      }
    }
    next++;
  }
  return labels;
}

/** The same from runs. */
function labelled(mask: Uint8Array, width: number, value: 0 | 1, connectivity: Connectivity): number[] {
  const { count, starts, ends, roots } = connectedRuns(mask, width, value, connectivity);
  const labels = Array.from(mask, () => -1);
  const numbers = new Map<number, number>();
  for (let run = 0; run < count; run++) {
    const root = roots[run]!;
    if (root === run) numbers.set(run, numbers.size);
    for (let i = starts[run]!; i < ends[run]!; i++) labels[i] = numbers.get(root)!;
  }
  return labels;
}

function randomMask(length: number, seed: number, share: number, offset: number): Uint8Array {
  const random = new SeededRandom(seed);
  const mask = new Uint8Array(length + offset).subarray(offset);
  for (let i = 0; i < length; i++) mask[i] = random.chance(share) ? 1 : 0;
  return mask;
}

const masks = [
  fc.integer({ min: 1, max: 23 }),
  fc.integer({ min: 1, max: 23 }),
  fc.integer(),
  fc.constantFrom(0, 0.1, 0.4, 0.6, 0.9, 1),
  fc.constantFrom(0, 1, 2, 3),
  fc.constantFrom(4 as const, 8 as const),
] as const;

describe('connectedRuns', () => {
  it('finds what flooding finds, wherever the bytes begin', () => {
    fc.assert(
      fc.property(
        ...masks,
        fc.constantFrom(0 as const, 1 as const),
        (height, width, seed, share, offset, connectivity, value) => {
          const mask = randomMask(height * width, seed, share, offset);
          expect(labelled(mask, width, value, connectivity)).toEqual(
            flooded(mask, width, value, connectivity),
          );
        },
      ),
      { numRuns: 600 },
    );
  });

  it('takes a run a row where a row has one, however wide it is', () => {
    const [height, width] = [40, 1000];
    const disc = Uint8Array.from({ length: height * width }, (_, i) =>
      Math.hypot(Math.floor(i / width) - 20, ((i % width) - 500) / 25) < 15 ? 1 : 0,
    );
    expect(connectedRuns(disc, width, 1, 8).count).toBe(29);
    expect(connectedRuns(disc, width, 0, 4).count).toBe(height + 29);
  });

  it('joins branches that meet late, as a comb and a spiral do', () => {
    const width = 41;
    const comb = Uint8Array.from({ length: width * width }, (_, i) =>
      i >= width * (width - 1) || (i % width) % 2 === 0 ? 1 : 0,
    );
    expect(new Set(labelled(comb, width, 1, 4))).toEqual(new Set([0, -1]));
    expect(labelled(comb, width, 0, 4)).toEqual(flooded(comb, width, 0, 4));
  });
});

describe('components', () => {
  it('keeps the largest component, and the first of equal ones', () => {
    fc.assert(
      fc.property(...masks, (height, width, seed, share, offset, connectivity) => {
        const mask = randomMask(height * width, seed, share, offset);
        const labels = flooded(mask, width, 1, connectivity);
        const areas: number[] = [];
        for (const label of labels) if (label >= 0) areas[label] = (areas[label] ?? 0) + 1;
        const largest = areas.indexOf(Math.max(...areas));
        expect([...largestComponentPixels(mask, width, connectivity)]).toEqual(
          labels.map((label) => (label >= 0 && label === largest ? 1 : 0)),
        );
      }),
    );
  });

  it('fills the background that flooding from the edge does not reach', () => {
    fc.assert(
      fc.property(...masks, (height, width, seed, share, offset, connectivity) => {
        const mask = randomMask(height * width, seed, share, offset);
        const labels = flooded(mask, width, 0, connectivity === 8 ? 4 : 8);
        const outside = new Set(
          labels.filter((_, i) => {
            const [y, x] = [Math.floor(i / width), i % width];
            return y === 0 || y === height - 1 || x === 0 || x === width - 1;
          }),
        );
        expect([...fillHolesPixels(mask, width, connectivity)]).toEqual(
          labels.map((label) => (label < 0 || !outside.has(label) ? 1 : 0)),
        );
      }),
    );
  });
});
