import { SeededRandom, setKernels } from '@lesion/core';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillHolesPixels, largestComponentPixels } from './components.js';
import { type ConnectionWork, withFastRuns } from './run-kernels.js';
import { type Connectivity, connectedRuns } from './runs.js';

afterEach(() => setKernels('auto'));

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

/** The same from runs in WebAssembly. */
function labelledFast(mask: Uint8Array, width: number, value: 0 | 1, connectivity: Connectivity): number[] {
  return withFastRuns(mask, width, value, connectivity, ({ count, bounds, numbers }) => {
    const labels = Array.from(mask, () => -1);
    const met = new Map<number, number>();
    for (let run = 0; run < count; run++) {
      const number = numbers[run]!;
      if (!met.has(number)) met.set(number, met.size);
      labels.fill(met.get(number)!, bounds[2 * run]!, bounds[2 * run + 1]!);
    }
    return labels;
  })!;
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
          const expected = flooded(mask, width, value, connectivity);
          expect(labelled(mask, width, value, connectivity)).toEqual(expected);
          expect(labelledFast(mask, width, value, connectivity)).toEqual(expected);
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

describe('withFastRuns', () => {
  /** Rows of several words, an end of the row within a word and at its end. */
  it.each([63, 64, 65, 128, 200])('gives the runs of the plain path in rows of %i', (width) => {
    for (const share of [0, 0.02, 0.5, 0.98, 1]) {
      const mask = randomMask(40 * width, width, share, 1);
      for (const value of [0, 1] as const) {
        const { count, starts, ends } = connectedRuns(mask, width, value, 8);
        const bounds = withFastRuns(mask, width, value, 8, (runs) => [...runs.bounds]);
        expect(bounds).toEqual(Array.from({ length: 2 * count }, (_, i) => (i % 2 ? ends : starts)[i >> 1]));
        expect(labelledFast(mask, width, value, 4)).toEqual(labelled(mask, width, value, 4));
      }
    }
  });

  it('goes on from one band of rows to the next', () => {
    const [height, width] = [700, 500];
    const mask = randomMask(height * width, 3, 0.55, 0);
    for (const connectivity of [4, 8] as const) {
      const { count, roots } = connectedRuns(mask, width, 1, connectivity);
      const components = new Set(roots.subarray(0, count)).size;
      const found = withFastRuns(mask, width, 1, connectivity, (runs) => new Set(runs.numbers).size);
      expect(found).toBe(components);
    }
  });

  it('takes hardly more steps than there are runs, whatever the mask', () => {
    const side = 600;
    const drawn = (inside: (y: number, x: number) => boolean): Uint8Array =>
      Uint8Array.from({ length: side * side }, (_, i) => (inside(Math.floor(i / side), i % side) ? 1 : 0));
    const masks = {
      noise: randomMask(side * side, 5, 0.5, 0),
      comb: drawn((y, x) => y === side - 1 || x % 2 === 0),
      // Teeth that meet two by two, the pairs again, and so on down.
      tree: drawn((y, x) => x % 2 === 0 || (y % 20 === 0 && (x >> (1 + y / 20)) % 2 === 0)),
      checks: drawn((y, x) => (x + y) % 2 === 0),
    };
    for (const mask of Object.values(masks)) {
      for (const connectivity of [4, 8] as const) {
        const work: ConnectionWork = { runs: 0, steps: 0 };
        withFastRuns(mask, side, 1, connectivity, () => {}, work);
        expect(work.runs).toBeGreaterThan(0);
        expect(work.steps / work.runs).toBeLessThan(0.2);
      }
    }
  });

  it('does nothing without WebAssembly', () => {
    setKernels('plain');
    expect(withFastRuns(new Uint8Array(6), 3, 1, 8, () => 1)).toBeUndefined();
  });
});

describe.each(['auto', 'plain'] as const)('components, %s', (kernels) => {
  beforeEach(() => setKernels(kernels));

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

  it('keeps the component that weighs most', () => {
    fc.assert(
      fc.property(...masks, (height, width, seed, share, offset, connectivity) => {
        const mask = randomMask(height * width, seed, share, offset);
        const labels = flooded(mask, width, 1, connectivity);
        const weights: number[] = [];
        labels.forEach((label, i) => {
          if (label >= 0) weights[label] = (weights[label] ?? 0) + (i % 7);
        });
        const most = Math.max(...weights);
        const heaviest = most > 0 ? weights.indexOf(most) : -2;
        const weigh = (start: number, end: number): number => {
          let sum = 0;
          for (let i = start; i < end; i++) sum += i % 7;
          return sum;
        };
        expect([...largestComponentPixels(mask, width, connectivity, weigh)]).toEqual(
          labels.map((label) => (label === heaviest ? 1 : 0)),
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
