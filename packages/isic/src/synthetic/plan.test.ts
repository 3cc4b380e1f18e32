import { DERMOSCOPIC_FEATURES, LESION_CLASSES, SeededRandom } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { drawDiagnosis, drawFeatures, planImage } from './plan.js';

describe('planImage', () => {
  it('gives 3 melanomas, 2 seborrheic keratoses and 11 nevi in every 16 images', () => {
    for (const start of [0, 16, 160]) {
      const counts = { melanoma: 0, seborrheic_keratosis: 0, nevus: 0 };
      for (let i = 0; i < 16; i++) counts[planImage(start + i, 'training', 5).diagnosis]++;
      expect(counts).toEqual({ melanoma: 3, seborrheic_keratosis: 2, nevus: 11 });
    }
  });

  it('shows every diagnosis and every feature in the first three images, whatever the seed', () => {
    for (let seed = 0; seed < 50; seed++) {
      const planned = [0, 1, 2].map((position) => planImage(position, 'test', seed));
      expect(new Set(planned.map(({ diagnosis }) => diagnosis))).toEqual(new Set(LESION_CLASSES));
      expect(new Set(planned.flatMap(({ features }) => features))).toEqual(new Set(DERMOSCOPIC_FEATURES));
    }
  });

  it('depends on split and seed', () => {
    const diagnoses = (split: string, seed: number) =>
      Array.from({ length: 48 }, (_, i) => planImage(i, split, seed).diagnosis);
    expect(diagnoses('training', 1)).toEqual(diagnoses('training', 1));
    expect(diagnoses('training', 1)).not.toEqual(diagnoses('test', 1));
    expect(diagnoses('training', 1)).not.toEqual(diagnoses('training', 2));
  });
});

describe('drawDiagnosis and drawFeatures', () => {
  it("draw with the challenge's shares", () => {
    const random = new SeededRandom(3);
    const drawn = Array.from({ length: 4000 }, () => drawDiagnosis(random));
    const share = (name: string) => drawn.filter((diagnosis) => diagnosis === name).length / 4000;
    expect(share('melanoma')).toBeCloseTo(0.187, 1);
    expect(share('seborrheic_keratosis')).toBeCloseTo(0.127, 1);
    expect(share('nevus')).toBeCloseTo(0.686, 1);
  });

  it('give milia-like cysts to keratoses and streaks to melanomas above all', () => {
    const random = new SeededRandom(3);
    const share = (
      diagnosis: (typeof LESION_CLASSES)[number],
      feature: (typeof DERMOSCOPIC_FEATURES)[number],
    ) =>
      Array.from({ length: 500 }, () => drawFeatures(diagnosis, random)).filter((drawn) =>
        drawn.includes(feature),
      ).length / 500;
    expect(share('seborrheic_keratosis', 'milia_like_cyst')).toBeGreaterThan(0.6);
    expect(share('nevus', 'milia_like_cyst')).toBeLessThan(0.2);
    expect(share('melanoma', 'streaks')).toBeGreaterThan(0.3);
    expect(share('nevus', 'streaks')).toBeLessThan(0.2);
  });
});
