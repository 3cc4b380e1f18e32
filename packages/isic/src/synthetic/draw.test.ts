import { readFile } from 'node:fs/promises';
import {
  type BinaryMask,
  contiguousData,
  DERMOSCOPIC_FEATURES,
  type DermoscopicFeature,
  LESION_CLASSES,
  type RgbImage,
  SeededRandom,
} from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { drawSyntheticLesion, type SyntheticLesionOptions } from './draw.js';

const size = { height: 128, width: 170 };

function brightness(image: RgbImage): Float32Array {
  const pixels = contiguousData(image);
  return Float32Array.from(
    { length: pixels.length / 3 },
    (_, i) => (pixels[3 * i]! + pixels[3 * i + 1]! + pixels[3 * i + 2]!) / 3,
  );
}

function mean(values: ArrayLike<number>, counts: (index: number) => boolean): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!counts(i)) continue;
    sum += values[i]!;
    count++;
  }
  return sum / count;
}

function area(mask: BinaryMask): number {
  return contiguousData(mask).reduce((sum, value) => sum + value, 0);
}

/** The same image with one feature and with none. */
function pair(feature: DermoscopicFeature, seed: number, more: SyntheticLesionOptions = {}) {
  const common = { diagnosis: 'nevus', size, seed, artefacts: false, ...more } as const;
  const drawn = drawSyntheticLesion({ ...common, features: [feature] });
  const plain = drawSyntheticLesion({ ...common, features: [] });
  const place = contiguousData(drawn.featureMasks[feature]);
  return { drawn, place, after: brightness(drawn.image), before: brightness(plain.image) };
}

describe('drawSyntheticLesion', () => {
  it('gives arrays of the size asked for', () => {
    const { image, mask, featureMasks } = drawSyntheticLesion({ size: { height: 60, width: 90 } });
    expect(image.shape).toEqual([60, 90, 3]);
    expect(mask.shape).toEqual([60, 90]);
    expect(Object.keys(featureMasks)).toEqual([...DERMOSCOPIC_FEATURES]);
    expect(featureMasks.streaks.shape).toEqual([60, 90]);
    expect(drawSyntheticLesion().image.shape).toEqual([256, 341, 3]);
  });

  it('draws the same for the same seed and something else for another', () => {
    const first = drawSyntheticLesion({ size, seed: 'a' });
    const again = drawSyntheticLesion({ size, seed: 'a' });
    const other = drawSyntheticLesion({ size, seed: 'b' });
    expect(again).toEqual(first);
    expect(contiguousData(other.image)).not.toEqual(contiguousData(first.image));
  });

  it('moves a given stream on', () => {
    const random = new SeededRandom(1);
    const first = drawSyntheticLesion({ size, random });
    const second = drawSyntheticLesion({ size, random });
    expect(contiguousData(second.image)).not.toEqual(contiguousData(first.image));
    const again = drawSyntheticLesion({ size, random: new SeededRandom(1) });
    expect(again.description).toEqual(first.description);
    expect(contiguousData(again.image)).toEqual(contiguousData(first.image));
  });

  it('draws the same lesion at another size', () => {
    const common = { seed: 5, diagnosis: 'melanoma', features: [] } as const;
    const small = drawSyntheticLesion({ ...common, size: { height: 120, width: 160 } });
    const large = drawSyntheticLesion({ ...common, size: { height: 240, width: 320 } });
    let differing = 0;
    for (let row = 0; row < 120; row++) {
      for (let column = 0; column < 160; column++) {
        if (small.mask.get(row, column) !== large.mask.get(2 * row, 2 * column)) differing++;
      }
    }
    expect(differing / area(small.mask)).toBeLessThan(0.05);
  });

  it.each(LESION_CLASSES)(
    'draws a %s darker than the skin around it, with a mask neither empty nor full',
    (diagnosis) => {
      for (let seed = 0; seed < 12; seed++) {
        const { image, mask } = drawSyntheticLesion({ diagnosis, size, seed });
        const inside = contiguousData(mask);
        const share = area(mask) / inside.length;
        expect(share).toBeGreaterThan(0.02);
        expect(share).toBeLessThan(0.6);
        const light = brightness(image);
        // The rim of the window is dark too, so skin is counted in the middle half of the image only.
        const near = (i: number) => {
          const row = Math.floor(i / size.width) / size.height - 0.5;
          const column = (i % size.width) / size.width - 0.5;
          return Math.abs(row) < 0.38 && Math.abs(column) < 0.38;
        };
        const skin = mean(light, (i) => inside[i] === 0 && near(i));
        expect(skin - mean(light, (i) => inside[i] === 1)).toBeGreaterThan(15);
      }
    },
  );

  it('draws what is asked for, in the order of the challenge', () => {
    const { description, featureMasks } = drawSyntheticLesion({
      size,
      diagnosis: 'seborrheic_keratosis',
      features: ['streaks', 'pigment_network', 'streaks'],
    });
    expect(description.diagnosis).toBe('seborrheic_keratosis');
    expect(description.features).toEqual(['pigment_network', 'streaks']);
    expect(area(featureMasks.pigment_network)).toBeGreaterThan(0);
    expect(area(featureMasks.negative_network)).toBe(0);
    expect(area(featureMasks.milia_like_cyst)).toBe(0);
    expect(description.cysts).toEqual([]);
  });

  it('keeps every place inside the mask and the two networks apart', () => {
    for (let seed = 0; seed < 8; seed++) {
      const { mask, featureMasks } = drawSyntheticLesion({ size, seed, features: DERMOSCOPIC_FEATURES });
      const inside = contiguousData(mask);
      const dark = contiguousData(featureMasks.pigment_network);
      const light = contiguousData(featureMasks.negative_network);
      for (const feature of DERMOSCOPIC_FEATURES) {
        const place = contiguousData(featureMasks[feature]);
        expect(place.some((value) => value === 1)).toBe(true);
        expect(place.every((value, i) => value <= inside[i]!)).toBe(true);
      }
      expect(dark.some((value, i) => value === 1 && light[i] === 1)).toBe(false);
    }
  });

  it.each(DERMOSCOPIC_FEATURES)('changes the image in and next to the place of %s only', (feature) => {
    for (let seed = 0; seed < 4; seed++) {
      const { place, before, after } = pair(feature, seed);
      const near = 6;
      let far = 0;
      let inPlace = 0;
      for (let i = 0; i < place.length; i++) {
        if (before[i] === after[i]) continue;
        if (place[i]) inPlace++;
        const row = Math.floor(i / size.width);
        const column = i % size.width;
        let close = false;
        for (let y = Math.max(0, row - near); y <= Math.min(size.height - 1, row + near) && !close; y++) {
          for (let x = Math.max(0, column - near); x <= Math.min(size.width - 1, column + near); x++) {
            if (place[y * size.width + x]) close = true;
          }
        }
        if (!close) far++;
      }
      expect(far).toBe(0);
      expect(inPlace).toBeGreaterThan(20);
    }
  });

  it('draws milia-like cysts brighter than what surrounds them', () => {
    for (let seed = 0; seed < 6; seed++) {
      const { drawn, place, after } = pair('milia_like_cyst', seed, {
        diagnosis: 'seborrheic_keratosis',
        size: { height: 256, width: 341 },
      });
      expect(drawn.description.cysts.length).toBeGreaterThanOrEqual(3);
      for (const { row, column, radius } of drawn.description.cysts) {
        const away = (i: number) => Math.hypot(Math.floor(i / 341) - row, (i % 341) - column);
        const spot = mean(after, (i) => away(i) < 0.7 * radius + 0.5);
        const around = mean(after, (i) => away(i) > 1.7 * radius && away(i) < 3 * radius);
        expect(spot - around).toBeGreaterThan(10);
        expect(place[Math.round(row) * 341 + Math.round(column)]).toBe(1);
      }
    }
  });

  it('draws streaks as dark lines across the border', () => {
    for (let seed = 0; seed < 6; seed++) {
      const { drawn, place, before, after } = pair('streaks', seed);
      expect(drawn.description.streaks.length).toBeGreaterThan(3);
      let darkening = 0;
      for (const { root, tip } of drawn.description.streaks) {
        const row = Math.round(0.5 * root.row + 0.5 * tip.row);
        const column = Math.round(0.5 * root.column + 0.5 * tip.column);
        const index = row * size.width + column;
        darkening += (before[index]! - after[index]!) / drawn.description.streaks.length;
      }
      const whole = mean(before, (i) => place[i] === 1) - mean(after, (i) => place[i] === 1);
      expect(darkening).toBeGreaterThan(8);
      expect(darkening).toBeGreaterThan(whole);
    }
  });

  it('draws a pigment network as dark lines with lighter holes, a negative network as light lines', () => {
    for (let seed = 0; seed < 6; seed++) {
      for (const [feature, sign] of [
        ['pigment_network', -1],
        ['negative_network', 1],
      ] as const) {
        const { place, before, after } = pair(feature, seed, { size: { height: 256, width: 341 } });
        const changes = [...after].map((value, i) => value - before[i]!).filter((_, i) => place[i] === 1);
        const onLines = changes.filter((change) => sign * change > 4).length / changes.length;
        expect(onLines).toBeGreaterThan(0.1);
        expect(onLines).toBeLessThan(0.9);
        if (feature === 'pigment_network') expect(changes.some((change) => change > 4)).toBe(true);
        else expect(changes.reduce((sum, change) => sum + change, 0)).toBeGreaterThan(0);
      }
    }
  });

  it('leans on nothing that a browser lacks', async () => {
    const seen = new Set<string>();
    const outside = new Set<string>();
    const follow = async (name: string): Promise<void> => {
      if (seen.has(name)) return;
      seen.add(name);
      const source = await readFile(new URL(name.replace(/\.js$/, '.ts'), import.meta.url), 'utf8');
      for (const [, target] of source.matchAll(/from '([^']+)'/g)) {
        if (target!.startsWith('.')) await follow(target!);
        else outside.add(target!);
      }
    };
    await follow('./draw.js');
    expect(seen.size).toBeGreaterThan(8);
    expect([...outside]).toEqual(['@lesion/core']);
  });

  it('draws no artefacts where none are wanted', () => {
    const artefacts = Array.from(
      { length: 12 },
      (_, seed) => drawSyntheticLesion({ size, seed }).description,
    );
    expect(artefacts.some(({ hairs }) => hairs > 0)).toBe(true);
    expect(artefacts.some(({ ruler }) => ruler)).toBe(true);
    for (let seed = 0; seed < 12; seed++) {
      const { description } = drawSyntheticLesion({ size, seed, artefacts: false });
      expect(description).toMatchObject({ hairs: 0, ruler: false, bubbles: 0, window: false });
    }
  });

  it('refuses what it cannot draw, in one line', () => {
    expect(() => drawSyntheticLesion({ size: { height: 40, width: 90 } })).toThrow(
      'size.height: out of range; got 40; expected a whole number of at least 48',
    );
    expect(() => drawSyntheticLesion({ diagnosis: 'wart' as never })).toThrow(
      'diagnosis: unknown choice; got "wart"; expected "melanoma" or "seborrheic_keratosis" or "nevus"',
    );
    expect(() => drawSyntheticLesion({ features: ['globules' as never] })).toThrow(
      'features: unknown choice; got "globules"',
    );
    expect(() => drawSyntheticLesion({ seed: 1, random: new SeededRandom(1) })).toThrow(
      'drawSyntheticLesion: seed and random cannot both be given. Leave one of them out.',
    );
    expect(() => drawSyntheticLesion({ hair: true } as never)).toThrow(
      'drawSyntheticLesion: unknown option; got hair',
    );
  });
});
