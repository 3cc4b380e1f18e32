/** What tests of the backend share: the same work on two backends, and how far apart the results are. */
import '@tensorflow/tfjs-backend-cpu';
// Brings tfjs's gradients along.
import '@tensorflow/tfjs-layers';
import '../src/index.js';
import { SeededRandom } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

export interface Result {
  shape: number[];
  dtype: string;
  values: number[];
}

/** Runs `work` on a backend and reads what it returns. */
export async function computeOn(backend: string, work: () => tf.Tensor[]): Promise<Result[]> {
  await tf.setBackend(backend);
  const tensors = tf.tidy(work);
  const results: Result[] = [];
  for (const tensor of tensors) {
    const values = Array.from(await tensor.data());
    results.push({ shape: tensor.shape, dtype: tensor.dtype, values });
  }
  tf.dispose(tensors);
  return results;
}

/** The largest difference, in terms of the largest expected element; NaN and infinities have to be equal. */
export function relativeError(actual: readonly number[], expected: readonly number[]): number {
  let largest = 0;
  let worst = 0;
  expected.forEach((value, i) => {
    const other = actual[i]!;
    if (Object.is(value, other)) return;
    if (!Number.isFinite(value) || !Number.isFinite(other)) {
      if (value !== other) worst = Number.POSITIVE_INFINITY;
      return;
    }
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - other));
  });
  return worst === 0 ? 0 : worst / Math.max(largest, 1e-30);
}

/**
 * Sums of n products in float32 are off by up to n / 2^24 of the sum of their sizes, in the mean by its
 * square root. The longest sums here have some 10,000 terms: 6e-4 at the very worst, 6e-6 in the mean.
 */
export const FLOAT32_BOUND = 1e-4;

/** Checks that `work` gives on this backend what it gives on tfjs-cpu. */
export async function expectSameAsCpu(work: () => tf.Tensor[], bound = FLOAT32_BOUND): Promise<void> {
  const expected = await computeOn('cpu', work);
  const actual = await computeOn('onnxruntime', work);
  expect(actual.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
    expected.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  actual.forEach(({ values }, i) => {
    expect(relativeError(values, expected[i]!.values), `result ${i}`).toBeLessThanOrEqual(bound);
  });
}

/** Reproducible numbers from -1 to 1. */
export function uniform(random: SeededRandom, length: number): Float32Array {
  return Float32Array.from({ length }, () => random.uniform(-1, 1));
}

/** Tensors of these shapes, the same for the same seed. */
export function tensors(seed: number, ...shapes: number[][]): tf.Tensor[] {
  const random = new SeededRandom(seed);
  return shapes.map((shape) => tf.tensor(uniform(random, tf.util.sizeFromShape(shape)), shape));
}

/** A result and its gradients for all inputs, against a random gradient of the result. */
export function withGradients(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  seed: number,
  ...shapes: number[][]
): () => tf.Tensor[] {
  return () => {
    const inputs = tensors(seed, ...shapes);
    const shape = tf.tidy(() => f(...inputs).shape);
    const [dy] = tensors(seed + 1, shape);
    const { value, grads } = tf.valueAndGrads(f)(inputs, dy);
    return [value, ...grads];
  };
}
