import { expect, it } from 'vitest';
import { limitOf } from './capacity.js';
import { fcrnOperations, lfnOperations } from './operations.js';

const capacity = { gigabytesPerSecond: 10, gigaoperationsPerSecond: 100 };

it('is set by whatever takes longer, moving bytes or computing', () => {
  expect(limitOf({ bytes: 5e6, operations: 1e6 }, capacity)).toEqual({
    value: 0.5,
    of: '5.00 MB moved at 10.0 GB/s',
  });
  expect(limitOf({ bytes: 5e6, operations: 2e9, of: 'sums' }, capacity)).toEqual({
    value: 20,
    of: '2.00 G operations (sums) at 100 G/s',
  });
});

it('is counted in the unit of its row, and unknown on a machine that was not measured', () => {
  const perMinute = limitOf({ bytes: 0, operations: 1e11 }, capacity, (time) => 60_000 / time);
  expect(perMinute!.value).toBe(60);
  expect(limitOf({ bytes: 1, operations: 1 }, undefined)).toBeUndefined();
});

it('counts the networks as others do', () => {
  // ResNet-50 on 224x224 takes 3.8 10^9 multiplications with additions (He et al. 2016, Table 1).
  expect(fcrnOperations(50, 1, { height: 224, width: 224 }) / 2e9).toBeCloseTo(3.86, 1);
  // FCRN-88 as torch's layers count themselves; without the score layers' 0.01.
  expect(fcrnOperations(88, 1, { height: 320, width: 320 }) / 1e9).toBeCloseTo(27.33, 2);
  // Heights and widths are padded to multiples of 32.
  expect(fcrnOperations(50, 1, { height: 33, width: 64 })).toBe(
    fcrnOperations(50, 1, { height: 64, width: 64 }),
  );
  // By hand: of the narrowest network the layers at each size, 16, 16, 16 and 32 channels.
  const stage = (size: number, inputs: number, width: number) =>
    2 * size * size * (9 * inputs * width + width * width + 9 * width * width);
  const byHand = stage(56, 3, 16) + stage(28, 16, 16) + stage(14, 16, 16) + stage(7, 16, 32);
  expect(lfnOperations('narrow')).toBe(byHand + 2 * (32 * 512 + 512 * 5));
});
