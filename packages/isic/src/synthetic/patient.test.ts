import { SeededRandom } from '@lesion/core';
import { expect, it } from 'vitest';
import { drawPatient } from './patient.js';

it('draws ages in steps of five years, older for keratoses than for nevi, and unknowns now and then', () => {
  const random = new SeededRandom(2);
  const patients = (diagnosis: 'nevus' | 'seborrheic_keratosis') =>
    Array.from({ length: 600 }, () => drawPatient(diagnosis, random));
  const nevi = patients('nevus');
  const keratoses = patients('seborrheic_keratosis');
  const ages = (list: typeof nevi) => list.flatMap(({ age }) => (age === undefined ? [] : [age]));
  const mean = (list: number[]) => list.reduce((sum, age) => sum + age, 0) / list.length;
  expect(ages(nevi).every((age) => age % 5 === 0 && age >= 5 && age <= 85)).toBe(true);
  expect(mean(ages(keratoses)) - mean(ages(nevi))).toBeGreaterThan(10);
  expect(nevi.some(({ age }) => age === undefined)).toBe(true);
  expect(new Set(nevi.map(({ sex }) => sex))).toEqual(new Set(['female', 'male', undefined]));
});
