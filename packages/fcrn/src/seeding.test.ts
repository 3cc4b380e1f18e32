// Initial kernels against their definitions.
import { conv2dTranspose, ones, slice, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import '../test/support.js';
import { bilinearKernel } from './seeding.js';

it('interpolates bilinearly, each channel by itself', () => {
  const kernel = bilinearKernel(2, 2);
  const at = (row: number, column: number, to: number, from: number) =>
    kernel[(row * 4 + column) * 4 + to * 2 + from];
  const ramp = [0.25, 0.75, 0.75, 0.25];
  ramp.forEach((a, row) => {
    ramp.forEach((b, column) => {
      expect([at(row, column, 0, 0), at(row, column, 1, 1)]).toEqual([a * b, a * b]);
      expect([at(row, column, 0, 1), at(row, column, 1, 0)]).toEqual([0, 0]);
    });
  });
});

it.each([2, 8])('keeps a constant map constant, but for the border, at factor %i', (factor) => {
  tidy(() => {
    const kernel = tensor4d(bilinearKernel(factor, 1), [2 * factor, 2 * factor, 1, 1]);
    const size = 4 * factor;
    const up = conv2dTranspose(ones([1, 4, 4, 1]) as Tensor4D, kernel, [1, size, size, 1], factor, 'same');
    const border = factor / 2;
    const inner = size - factor;
    const within = slice(up, [0, border, border, 0], [1, inner, inner, 1]).dataSync();
    expect(within).toBeAllClose(new Float32Array(inner * inner).fill(1), 1e-6);
  });
});
