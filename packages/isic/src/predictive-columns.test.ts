import { LESION_CLASSES, type LesionClass, SeededRandom } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import { findPredictiveColumns } from './predictive-columns.js';

/** Images by value and class: `{ crop: [melanoma, keratosis, nevus] }`. */
function rowsOf(counts: Record<string, readonly [number, number, number]>, column = 'source') {
  return Object.entries(counts).flatMap(([value, perClass]) =>
    LESION_CLASSES.flatMap((diagnosis, index) =>
      Array.from({ length: perClass[index]! }, (_, i) => ({
        id: `${value}-${diagnosis}-${i}`,
        diagnosis: diagnosis as LesionClass | undefined,
        columns: { [column]: value },
      })),
    ),
  );
}

describe('findPredictiveColumns', () => {
  it('finds the column, the value and the class', () => {
    const rows = rowsOf({ crop: [360, 140, 1300], enlarged: [14, 111, 54] });
    const { predictive, diagnoses } = findPredictiveColumns(rows, ['source']);
    expect(diagnoses).toEqual([]);
    expect(predictive).toHaveLength(1);
    expect(predictive[0]).toMatchObject({ column: 'source', count: 1979, subset: 'crop', numeric: false });
    expect(predictive[0]!.telling).toMatchObject({
      value: 'enlarged',
      count: 179,
      diagnosis: 'seborrheic_keratosis',
    });
    expect(predictive[0]!.telling.share).toBeCloseTo(111 / 179, 12);
    expect(predictive[0]!.telling.overall).toBeCloseTo(251 / 1979, 12);
    expect(predictive[0]!.association.cramersV).toBeGreaterThan(0.4);
  });

  it('takes a column that fits the class one to one for a trap, unless its values spell the class', () => {
    const coded = rowsOf({ x: [50, 0, 0], y: [0, 50, 0], z: [0, 0, 50] });
    expect(findPredictiveColumns(coded, ['source']).predictive[0]!.association.cramersV).toBeCloseTo(1, 12);
    const spelt = rowsOf({ MEL: [50, 0, 0], 'Seborrheic keratosis': [0, 50, 0], NV: [0, 0, 50] });
    expect(findPredictiveColumns(spelt, ['source'])).toEqual({
      predictive: [],
      diagnoses: [{ column: 'source', conflicts: [] }],
    });
  });

  it('names the largest other subset that has every class, if there is one', () => {
    const rows = rowsOf({ 683: [134, 0, 488], 685: [1, 47, 1], 771: [100, 77, 252] });
    expect(findPredictiveColumns(rows, ['source']).predictive[0]).toMatchObject({
      telling: { value: '685' },
      subset: '771',
      numeric: true,
    });
    const none = rowsOf({ x: [50, 0, 0], y: [0, 50, 50] });
    expect(findPredictiveColumns(none, ['source']).predictive[0]!.subset).toBeUndefined();
  });

  it('puts the strongest column first', () => {
    const rows = rowsOf({ x: [60, 0, 0], y: [0, 60, 60] }, 'strong').map((row, i) => ({
      ...row,
      columns: { ...row.columns, weak: i < 80 ? 'p' : 'q' },
    }));
    const { predictive } = findPredictiveColumns(rows, ['weak', 'strong']);
    expect(predictive.map(({ column }) => column)).toEqual(['strong', 'weak']);
  });

  it('lists images whose spelt diagnosis contradicts the ground truth', () => {
    const rows = rowsOf({ MEL: [3, 0, 1], nevus: [0, 0, 5] });
    expect(findPredictiveColumns(rows, ['source']).diagnoses).toEqual([
      { column: 'source', conflicts: ['MEL-nevus-0'] },
    ]);
  });

  it('is silent on chance, on weak association, on constants, on ids and on few images', () => {
    const random = new SeededRandom(11);
    const rows = Array.from({ length: 2000 }, (_, i) => ({
      id: String(i),
      diagnosis: random.pick(LESION_CLASSES),
      columns: { camera: random.pick(['a', 'b', 'c', 'd']), constant: 'x', name: `file${i}` },
    }));
    expect(findPredictiveColumns(rows, ['camera', 'constant', 'name']).predictive).toEqual([]);
    // Clear, but slight: V = 0.1.
    expect(
      findPredictiveColumns(rowsOf({ a: [500, 0, 500], b: [600, 0, 400] }), ['source']).predictive,
    ).toEqual([]);
    expect(findPredictiveColumns(rowsOf({ a: [9, 0, 0], b: [0, 0, 9] }), ['source']).predictive).toEqual([]);
  });

  it('leaves out images without a value or a diagnosis', () => {
    const rows = rowsOf({ crop: [100, 0, 0], enlarged: [0, 0, 100] });
    const more = [
      { id: 'p', diagnosis: undefined, columns: { source: 'crop' } },
      { id: 'q', diagnosis: 'nevus' as const, columns: {} },
      { id: 'r', diagnosis: 'nevus' as const, columns: { source: '' } },
    ];
    expect(findPredictiveColumns([...rows, ...more], ['source']).predictive[0]!.count).toBe(200);
  });
});
