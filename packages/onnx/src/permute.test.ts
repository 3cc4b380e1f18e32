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

it.each([
  [3, 2, 0, 1],
  [1, 3, 2, 0],
  [2, 0, 3, 1],
  [0, 3, 1, 2],
])('puts every element of axes longer than a tile where order %i %i %i %i says', (...order) => {
  const shape = [2, 19, 1, 35];
  const strides = [19 * 35, 35, 35, 1];
  const out = permute(
    Float32Array.from({ length: 2 * 19 * 35 }, (_, i) => i),
    shape,
    order,
  );
  const extents = order.map((axis) => shape[axis]!);
  out.forEach((value, place) => {
    let rest = place;
    let source = 0;
    for (let axis = 3; axis >= 0; axis--) {
      source += (rest % extents[axis]!) * strides[order[axis]!]!;
      rest = Math.floor(rest / extents[axis]!);
    }
    if (value !== source) expect([place, value]).toEqual([place, source]);
  });
});
