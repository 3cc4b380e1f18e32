import { DERMOSCOPIC_FEATURES, PATCH_CLASSES, type PatchClass } from '@lesion/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PatchInventory, type SuperpixelFeatures } from './inventory.js';
import { type PatchSample, patchTargets, planPatches, TABLE_II } from './plan.js';

function features(
  rows: Partial<Record<keyof SuperpixelFeatures, number[]>>,
  count: number,
): SuperpixelFeatures {
  return Object.fromEntries(
    DERMOSCOPIC_FEATURES.map((name) => [name, Uint8Array.from(rows[name] ?? new Array(count).fill(0))]),
  ) as SuperpixelFeatures;
}

const PAPER: Record<PatchClass, number> = {
  background: 1_500_000,
  pigment_network: 80_500,
  negative_network: 3227,
  milia_like_cyst: 4606,
  streaks: 2081,
};

/** An inventory with these counts, one superpixel a label, in images of a thousand. */
function inventoryOf(counts: Readonly<Record<PatchClass, number>>): PatchInventory {
  const labels = PATCH_CLASSES.flatMap((name) => new Array<PatchClass>(counts[name]).fill(name));
  const inventory = new PatchInventory();
  for (let start = 0; start < labels.length; start += 1000) {
    const part = labels.slice(start, start + 1000);
    const rows = Object.fromEntries(
      DERMOSCOPIC_FEATURES.map((name) => [name, Uint8Array.from(part, (label) => (label === name ? 1 : 0))]),
    ) as SuperpixelFeatures;
    inventory.add(`image ${start / 1000}`, rows);
  }
  return inventory;
}

const keyOf = ({ imageId, superpixel, class: label, degrees }: PatchSample): string =>
  [imageId, superpixel, label, degrees].join('|');

describe('patchTargets', () => {
  it('gives the numbers of Table II for the counts of the paper', () => {
    expect(patchTargets(PAPER)).toEqual({
      background: 87089,
      pigment_network: 77325,
      negative_network: 12908,
      milia_like_cyst: 18424,
      streaks: 8324,
    });
    expect(patchTargets(PAPER)).toEqual(TABLE_II);
  });

  it('scales the random samples by the amount of rare patches', () => {
    const tenth = { ...PAPER, negative_network: 0, milia_like_cyst: 991, streaks: 0 };
    const targets = patchTargets(tenth);
    expect(targets.milia_like_cyst).toBe(3964);
    expect(targets.background).toBe(Math.round((87089 * 991) / 9914));
    expect(targets.pigment_network).toBe(Math.round((77325 * 991) / 9914));
  });

  it('takes all there are of a class that has too few', () => {
    expect(patchTargets({ ...PAPER, background: 50, pigment_network: 7 })).toMatchObject({
      background: 50,
      pigment_network: 7,
    });
  });

  it('follows pigment network where no rare patch is', () => {
    const none = { negative_network: 0, milia_like_cyst: 0, streaks: 0 };
    const half = patchTargets({ ...none, background: 1e6, pigment_network: 38_662 });
    expect(half).toMatchObject({ background: Math.round((87089 * 38_662) / 77325), pigment_network: 38_662 });
    const much = patchTargets({ ...none, background: 1e6, pigment_network: 1e6 });
    expect(much).toMatchObject({ background: 87089, pigment_network: 77325 });
  });

  it('obeys a scale and refuses what it cannot plan', () => {
    const nothing = {
      background: 9,
      pigment_network: 0,
      negative_network: 0,
      milia_like_cyst: 0,
      streaks: 0,
    };
    expect(patchTargets(PAPER, { scale: 0.5 })).toMatchObject({ background: 43545, negative_network: 12908 });
    expect(patchTargets(nothing, { scale: 1 }).background).toBe(9);
    expect(() => patchTargets(nothing)).toThrow(
      'available: no patch carries a feature; got 9 background patches alone. Give images with annotated features, or a scale to plan background alone.',
    );
    expect(() => patchTargets({ ...PAPER, streaks: 1.5 })).toThrow(
      'available.streaks: out of range; got 1.5',
    );
    expect(() => patchTargets(PAPER, { scale: 0 })).toThrow(
      'scale: out of range; got 0; expected a number above 0',
    );
  });
});

describe('planPatches', () => {
  it('plans a small inventory sample by sample', () => {
    const inventory = new PatchInventory();
    inventory.add('A', features({ streaks: [0, 1, 0] }, 3));
    inventory.add('B', features({ pigment_network: [1, 0], streaks: [1, 0] }, 2));
    expect(inventory.counts).toEqual({
      background: 3,
      pigment_network: 1,
      negative_network: 0,
      milia_like_cyst: 0,
      streaks: 2,
    });
    const plan = planPatches(inventory);
    expect([...plan].map(keyOf)).toEqual([
      'A|0|background|0',
      'A|2|background|0',
      'B|1|background|0',
      'B|0|pigment_network|0',
      'A|1|streaks|0',
      'A|1|streaks|90',
      'A|1|streaks|180',
      'A|1|streaks|270',
      'B|0|streaks|0',
      'B|0|streaks|90',
      'B|0|streaks|180',
      'B|0|streaks|270',
    ]);
    expect(plan.at(4)).toEqual({ imageId: 'A', superpixel: 1, class: 'streaks', degrees: 0 });
    expect(() => plan.at(12)).toThrow('index: out of range; got 12');
  });

  it('plans 204,070 samples at the size of the paper, each once', () => {
    const plan = planPatches(inventoryOf(PAPER), { seed: 5 });
    expect(plan.length).toBe(204_070);
    expect(plan.counts).toEqual(TABLE_II);
    const keys = new Set<string>();
    const counts = Object.fromEntries(PATCH_CLASSES.map((name) => [name, 0])) as Record<PatchClass, number>;
    for (const sample of plan) {
      keys.add(keyOf(sample));
      counts[sample.class]++;
    }
    expect(keys.size).toBe(204_070);
    expect(counts).toEqual(TABLE_II);
  });

  it('draws the same sample from the same seed, another from another', () => {
    const inventory = inventoryOf({
      ...PAPER,
      background: 3000,
      pigment_network: 0,
      negative_network: 0,
      milia_like_cyst: 50,
      streaks: 50,
    });
    const keys = (seed: number) => [...planPatches(inventory, { seed })].map(keyOf).join();
    expect(keys(1)).toBe(keys(1));
    expect(keys(1)).not.toBe(keys(2));
  });

  it('draws each patch about equally often', () => {
    const inventory = inventoryOf({
      background: 100,
      pigment_network: 0,
      negative_network: 0,
      milia_like_cyst: 1,
      streaks: 0,
    });
    const drawn = new Array<number>(100).fill(0);
    // A scale that takes 20 of 100: over 2,000 seeds each is expected 400 times, standard deviation 18.
    for (let seed = 0; seed < 2000; seed++) {
      for (const { class: label, superpixel } of planPatches(inventory, { seed, scale: 20 / 87089 })) {
        if (label === 'background') drawn[superpixel]!++;
      }
    }
    expect(Math.min(...drawn)).toBeGreaterThan(400 - 5 * 18);
    expect(Math.max(...drawn)).toBeLessThan(400 + 5 * 18);
  });

  it('never gives a sample that the features do not bear out', () => {
    const flags = fc.array(fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1)), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.array(flags, { minLength: 1, maxLength: 4 }), fc.nat(), (imagesFlags, seed) => {
        const inventory = new PatchInventory();
        imagesFlags.forEach((rows, index) => {
          const columns = DERMOSCOPIC_FEATURES.map((name, feature) => [
            name,
            rows.map((row) => row[feature]!),
          ]);
          inventory.add(String(index), features(Object.fromEntries(columns), rows.length));
        });
        for (const { imageId, superpixel, class: label } of planPatches(inventory, { seed, scale: 1e-4 })) {
          const row = imagesFlags[Number(imageId)]![superpixel]!;
          if (label === 'background') expect(row).toEqual([0, 0, 0, 0]);
          else expect(row[DERMOSCOPIC_FEATURES.indexOf(label)]).toBe(1);
        }
      }),
    );
  });
});

describe('PatchInventory', () => {
  it('refuses an image twice and features that are none, and is then unchanged', () => {
    const inventory = new PatchInventory();
    inventory.add('A', features({}, 2));
    expect(() => inventory.add('A', features({}, 2))).toThrow('imageId: the image was added before; got A');
    expect(() => inventory.add('B', features({ streaks: [0, 0, 0] }, 2))).toThrow(
      'features.streaks: features have different lengths; got 3; expected 2',
    );
    expect(() => inventory.add('B', features({ streaks: [0, 2] }, 2))).toThrow(
      'features.streaks: superpixel 1 is not usable; got 2; expected 0 or 1',
    );
    expect(inventory.imageIds).toEqual(['A']);
    expect(inventory.counts.background).toBe(2);
    expect(() => inventory.references('globules' as never)).toThrow(
      'name: unknown patch class; got "globules"',
    );
  });
});
