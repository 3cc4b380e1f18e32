import { LESION_CLASSES, type LesionClass } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { type AugmentedSample, type DiagnosedImage, planDm, planDr, planDrDm } from './index.js';

/** ISIC 2017's training images, Table I. */
const counts: Record<LesionClass, number> = { melanoma: 374, seborrheic_keratosis: 254, nevus: 1372 };
const images: DiagnosedImage[] = LESION_CLASSES.flatMap((diagnosis) =>
  Array.from({ length: counts[diagnosis] }, (_, i) => ({ id: `${diagnosis}-${i}`, diagnosis })),
);

function countByClass(plan: AugmentedSample[]): Record<string, number> {
  const byClass: Record<string, number> = {};
  for (const { diagnosis } of plan) byClass[diagnosis] = (byClass[diagnosis] ?? 0) + 1;
  return byClass;
}

describe('planDr', () => {
  it("gives Table I's numbers on ISIC 2017's", () => {
    const plan = planDr(images);
    expect(countByClass(plan)).toEqual({ melanoma: 7480, seborrheic_keratosis: 5080, nevus: 10976 });
    expect(new Set(plan.map(({ id, degrees }) => `${id} ${degrees}`)).size).toBe(plan.length);
    expect(plan.every(({ mirror }) => mirror === null)).toBe(true);
  });

  it('turns each image by the steps of its class', () => {
    const plan = planDr([
      { id: 'a', diagnosis: 'nevus' },
      { id: 'b', diagnosis: 'melanoma' },
    ]);
    expect(plan.slice(0, 8).map(({ degrees }) => degrees)).toEqual([0, 45, 90, 135, 180, 225, 270, 315]);
    expect(plan.slice(8, 11)).toEqual([
      { id: 'b', diagnosis: 'melanoma', degrees: 0, mirror: null },
      { id: 'b', diagnosis: 'melanoma', degrees: 18, mirror: null },
      { id: 'b', diagnosis: 'melanoma', degrees: 36, mirror: null },
    ]);
    expect(plan.at(-1)!.degrees).toBe(342);
  });

  it('takes other steps, and only what is told about the image', () => {
    const steps = { melanoma: 90, seborrheic_keratosis: 120, nevus: 360 };
    const extra = { id: 'c', diagnosis: 'melanoma', age: 40 } as DiagnosedImage;
    expect(countByClass(planDr(images, { steps }))).toEqual({
      melanoma: 374 * 4,
      seborrheic_keratosis: 254 * 3,
      nevus: 1372,
    });
    expect(planDr([extra], { steps })[1]).toEqual({
      id: 'c',
      diagnosis: 'melanoma',
      degrees: 90,
      mirror: null,
    });
  });

  it('refuses steps that do not close the circle, and unknown classes', () => {
    const step = (melanoma: number) => () =>
      planDr(images, { steps: { melanoma, seborrheic_keratosis: 18, nevus: 45 } });
    expect(step(50)).toThrow(
      'steps.melanoma: the step does not divide the full circle; got 50; expected degrees',
    );
    expect(step(0)).toThrow('steps.melanoma: out of range; got 0');
    expect(() => planDr([{ id: 'x', diagnosis: 'wart' as LesionClass }])).toThrow(
      'diagnosis of "x": unknown choice; got "wart"; expected "melanoma" or',
    );
    expect(() => planDr([], { steps: { benign: 45 } as never })).toThrow('steps: unknown option; got benign');
  });
});

describe('planDm and planDrDm', () => {
  it('mirrors each sample of DR, about half of them along either axis', () => {
    const dr = planDr(images);
    const dm = planDm(dr, { seed: 7 });
    expect(dm.map(({ mirror, ...sample }) => ({ ...sample, mirror: null }))).toEqual(dr);
    const along = dm.filter(({ mirror }) => mirror === 'x').length;
    expect(dm.every(({ mirror }) => mirror === 'x' || mirror === 'y')).toBe(true);
    expect(Math.abs(along / dm.length - 0.5)).toBeLessThan(0.02);
  });

  it('is the same for the same seed and another for another', () => {
    const dr = planDr(images.slice(0, 10));
    expect(planDm(dr, { seed: 1 })).toEqual(planDm(dr, { seed: 1 }));
    expect(planDm(dr, { seed: 1 })).not.toEqual(planDm(dr, { seed: 2 }));
    expect(planDm(dr)).toEqual(planDm(dr, { seed: 0 }));
  });

  it('joins both for DR+DM, in pairs', () => {
    const both = planDrDm(images, { seed: 3 });
    const dr = planDr(images);
    expect(both.slice(0, dr.length)).toEqual(dr);
    expect(both.slice(dr.length)).toEqual(planDm(dr, { seed: 3 }));
    expect(countByClass(both)).toEqual({ melanoma: 14960, seborrheic_keratosis: 10160, nevus: 21952 });
  });

  it('refuses to mirror twice', () => {
    expect(() => planDm(planDm(planDr(images.slice(0, 1))))).toThrow(
      'dr[0]: the sample is mirrored already; got melanoma-0 mirrored along',
    );
  });
});
