// Padding and cropping, on images small enough to check by eye.
import { type Tensor, type Tensor4D, tensor4d, tidy, zeros } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import '../test/support.js';
import { CropToReference, PadToMultiple } from './layers.js';

it('pads with zeros at the bottom and right', () => {
  const image = tensor4d([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
  const padded = new PadToMultiple({ multiple: 4 }).apply(image) as Tensor4D;
  expect(padded.shape).toEqual([1, 4, 4, 1]);
  expect([...padded.dataSync()]).toEqual([1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

it('leaves a size that fits as it is', () => {
  const image = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const padded = new PadToMultiple({ multiple: 2 }).apply(image) as Tensor;
  expect([...padded.dataSync()]).toEqual([1, 2, 3, 4]);
});

it('tells the shape of known and unknown sizes', () => {
  const layer = new PadToMultiple({ multiple: 32 });
  expect(layer.computeOutputShape([null, null, 33, 3])).toEqual([null, null, 64, 3]);
  expect(
    new CropToReference({}).computeOutputShape([
      [null, null, 64, 4],
      [null, null, 33, 3],
    ]),
  ).toEqual([null, null, 33, 4]);
});

it('crops to the size of the reference', () => {
  tidy(() => {
    const maps = tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const cropped = new CropToReference({}).apply([maps, zeros([1, 2, 1, 3])]) as Tensor4D;
    expect(cropped.shape).toEqual([1, 2, 1, 1]);
    expect([...cropped.dataSync()]).toEqual([1, 4]);
  });
});
