// Axes in another order, by eye and against their definition.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { permute } from './permute.js';

it('transposes a matrix', () => {
  expect([...permute(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], [1, 0])]).toEqual([1, 4, 2, 5, 3, 6]);
});

it('undoes itself with the opposite order', () => {
  const arrays = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: shape.length },
      ),
    ),
  );
  fc.assert(
    fc.property(arrays, ([shape, order]) => {
      const length = shape.reduce((product, extent) => product * extent, 1);
      const data = Float32Array.from({ length }, (_, i) => i);
      const there = permute(data, shape, order);
      const back = permute(
        there,
        order.map((axis) => shape[axis]!),
        order.map((_, axis) => order.indexOf(axis)),
      );
      expect(back).toEqual(data);
    }),
  );
});
