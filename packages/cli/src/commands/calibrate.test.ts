// How a calibration reads.
import { expect, it } from 'vitest';
import { describeCalibration } from './calibrate.js';

it('is told as a table, with a line for a class whose slope is negative', () => {
  const text = describeCalibration(
    {
      bundle: 'runs/lin',
      images: 12,
      folds: 5,
      calibration: {
        melanoma: { slope: 0.5, intercept: -1 },
        seborrheic_keratosis: { slope: -0.25, intercept: -2 },
        nevus: { slope: 0.75, intercept: 0.5 },
      },
      expectedCalibrationError: {
        melanoma: { positives: 3, before: 0.3, after: 0.125 },
        seborrheic_keratosis: { positives: 2, before: 0.2, after: 0.1 },
        nevus: { positives: 7, before: 0.25, after: 0.05 },
      },
      reversed: ['seborrheic_keratosis'],
    },
    'onnxruntime',
  );
  expect(text.split('\n')).toEqual([
    'runs/lin: calibrated on 12 images that the training held out, engine onnxruntime',
    '                      images    slope  intercept  error before   after',
    'melanoma                   3   0.5000    -1.0000        0.3000  0.1250',
    'seborrheic_keratosis       2  -0.2500    -2.0000        0.2000  0.1000',
    'nevus                      7   0.7500     0.5000        0.2500  0.0500',
    'expected calibration error in 10 bins; after: cross-fitted in 5 parts',
    'seborrheic_keratosis has a negative slope: its higher indexes belong to fewer lesions of it',
  ]);
});
