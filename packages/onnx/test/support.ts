// What the tests of this package share: an engine, a runtime, and the comparison of a model with its file.
import '@tensorflow/tfjs-backend-cpu';
import { SeededRandom } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { type ExportOnnxOptions, exportOnnx } from '../src/index.js';

await tf.setBackend('cpu');

/** Opens a file in ONNX Runtime; with one thread, as tests run beside each other. */
export function openSession(file: Uint8Array): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(file, {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
}

/** Normal random numbers. */
export function randomTensor(shape: number[], seed = 1): tf.Tensor {
  const random = new SeededRandom(seed);
  const length = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length }, () => random.normal()),
    shape,
  );
}

export interface Output {
  dims: readonly number[];
  data: Float32Array;
}

/** Feeds inputs in order to an open session. */
export async function run(
  session: Pick<ort.InferenceSession, 'run' | 'inputNames' | 'outputNames'>,
  inputs: readonly tf.Tensor[],
): Promise<Output[]> {
  const feeds = Object.fromEntries(
    inputs.map((input, i) => [
      session.inputNames[i]!,
      new ort.Tensor(input.dtype as 'float32', input.dataSync() as Float32Array, input.shape),
    ]),
  );
  const results = await session.run(feeds);
  return session.outputNames.map((name) => {
    const { dims, data } = results[name]!;
    return { dims, data: data as Float32Array };
  });
}

/** Opens a file, feeds it once and closes it. */
export async function runInOnnx(file: Uint8Array, inputs: readonly tf.Tensor[]): Promise<Output[]> {
  const session = await openSession(file);
  const outputs = await run(session, inputs);
  await session.release();
  return outputs;
}

/** Gives every weight random values; moving variances stay positive. */
export function randomizeWeights(model: LayersModel, seed = 1): void {
  for (const [i, weight] of model.weights.entries()) {
    const fanIn = weight.shape.slice(0, -1).reduce((product: number, extent) => product * (extent ?? 1), 1);
    const values = tf.tidy(() => {
      const normal = randomTensor(weight.shape as number[], seed + i);
      return weight.originalName.endsWith('variance')
        ? tf.add(tf.abs(normal), 0.5)
        : tf.div(normal, Math.sqrt(fanIn));
    });
    weight.write(values);
    values.dispose();
  }
}

/** The largest difference, relative to the largest value where that is above 1. */
export function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return got.length === expected.length && !Number.isNaN(difference)
    ? difference / scale
    : Number.POSITIVE_INFINITY;
}

/** Float32 sums of some hundred products in another order differ by this, relative to the largest value. */
export const TOLERANCE = 1e-5;

export interface ComparisonOptions extends ExportOnnxOptions {
  /** Shapes that the same file is run with, one list an input. @default each null is 2 */
  shapes?: number[][][];
  /** Input values by shape. @default normal */
  values?: (shape: number[], seed: number) => tf.Tensor;
  /** Leaves the weights as they are. */
  keepWeights?: boolean;
  tolerance?: number;
}

/** Exports a model once and expects the file to give what `model.predict` gives, at every shape. Disposes of neither. */
export async function expectSameInOnnx(
  model: LayersModel,
  options: ComparisonOptions = {},
): Promise<Uint8Array> {
  const { shapes, values = randomTensor, keepWeights = false, tolerance = TOLERANCE, ...exporting } = options;
  if (!keepWeights) randomizeWeights(model);
  const file = await exportOnnx(model, exporting);
  const session = await openSession(file);
  const all = shapes ?? [model.inputs.map(({ shape }) => shape.map((size) => size ?? 2))];
  for (const [i, inputShapes] of all.entries()) {
    const inputs = inputShapes.map((shape, k) => values(shape, 10 * i + k + 1));
    const expected = [model.predict(inputs.length === 1 ? inputs[0]! : inputs)].flat() as tf.Tensor[];
    const results = await run(session, inputs);
    for (const [k, tensor] of expected.entries()) {
      const result = results[k]!;
      expect(result.dims).toEqual(tensor.shape);
      const difference = largestDifference(result.data, tensor.dataSync());
      expect(difference, `output ${k} of ${JSON.stringify(inputShapes)}`).toBeLessThan(tolerance);
    }
    tf.dispose([inputs, expected]);
  }
  await session.release();
  return file;
}
