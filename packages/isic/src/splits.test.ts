import { LESION_CLASSES, type LesionClass } from '@lesion/core';
import { realData, realFile } from '@lesion/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDataset } from './dataset.js';
import { splitByImage } from './splits.js';

interface Image {
  id: string;
  diagnosis?: LesionClass | undefined;
}

function images(counts: readonly number[]): Image[] {
  const classes = [...LESION_CLASSES, undefined];
  return counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, i) => ({ id: `${index}-${i}`, diagnosis: classes[index] })),
  );
}

const ids = (list: readonly Image[]): string[] => list.map(({ id }) => id);
const countOf = (list: readonly Image[], diagnosis: LesionClass | undefined): number =>
  list.filter((image) => image.diagnosis === diagnosis).length;

describe('splitByImage', () => {
  it('splits 374, 254 and 1,372 images as 80:20 of each class', () => {
    const { training, validation } = splitByImage(images([374, 254, 1372]));
    expect([training.length, validation.length]).toEqual([1600, 400]);
    expect(LESION_CLASSES.map((name) => countOf(training, name))).toEqual([299, 203, 1098]);
  });

  it('puts each image on one side, each class within one image of its share', () => {
    const counts = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40));
    const fraction = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(counts, fraction, fc.integer(), (perClass, share, seed) => {
        const all = images(perClass);
        const { training, validation } = splitByImage(all, { seed, fraction: share });
        expect([...ids(training), ...ids(validation)].sort()).toEqual(ids(all).sort());
        expect(training.length).toBe(Math.round(all.length * share));
        for (const [index, name] of [...LESION_CLASSES, undefined].entries()) {
          expect(Math.abs(countOf(training, name) - perClass[index]! * share)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('depends on the seed and the ids, not on their order', () => {
    const all = images([20, 20, 20, 0]);
    const split = splitByImage(all, { seed: 3 });
    expect(splitByImage(all, { seed: 3 })).toEqual(split);
    expect(splitByImage(all, { seed: 4 })).not.toEqual(split);
    const reversed = splitByImage([...all].reverse(), { seed: 3 });
    expect(ids(reversed.training).sort()).toEqual(ids(split.training).sort());
    // Each side keeps the order given.
    expect(ids(split.training)).toEqual(ids(all).filter((id) => ids(split.training).includes(id)));
  });

  it('keeps the choice within a class when another class grows by whole shares', () => {
    const melanomas = (list: readonly Image[]) =>
      ids(list.filter(({ diagnosis }) => diagnosis === 'melanoma'));
    const few = splitByImage(images([20, 0, 5, 0]), { seed: 1 });
    const many = splitByImage(images([20, 0, 50, 0]), { seed: 1 });
    expect(melanomas(many.training)).toEqual(melanomas(few.training));
  });

  it('refuses an image given twice and a fraction that leaves nothing', () => {
    expect(() => splitByImage([{ id: 'A' }, { id: 'A' }])).toThrow(
      'images: an image occurs twice; got A. Split before making rotated copies; both sides could get one of them.',
    );
    expect(() => splitByImage([], { fraction: 1 })).toThrow(
      'fraction: leaves nothing to validate on; got 1; expected below 1',
    );
    expect(() => splitByImage([], { fraction: 0 })).toThrow('fraction: out of range; got 0');
    expect(() => splitByImage([], { ratio: 1 } as never)).toThrow('splitByImage: unknown option; got ratio');
  });

  it.skipIf(!realData)('splits the real training images', async () => {
    const { splits } = await openDataset(realFile('isic2017'));
    const present = splits.training.filter(({ imagePath }) => imagePath !== undefined);
    const { training, validation } = splitByImage(present);
    expect([training.length, validation.length]).toEqual([1594, 398]);
    expect(LESION_CLASSES.map((name) => countOf(validation, name))).toEqual([74, 51, 273]);
  });
});
