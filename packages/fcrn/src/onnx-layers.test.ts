// The networks as ONNX files: one file for all sizes, and tfjs's numbers.
import { exportOnnx } from '@lesion/onnx';
import { abs, add, div, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { randomImages } from '../test/support.js';
import { buildFcrn } from './build.js';
import { CropToReference, PadToMultiple } from './layers.js';
import { registerFcrnOnnxLayers } from './onnx-layers.js';

registerFcrnOnnxLayers();

/** Statistics as after training: means that are not 0, variances that are not 1. */
function randomizeStatistics(network: LayersModel): void {
  for (const [i, weight] of network.weights.entries()) {
    const kind = weight.originalName.split('/').pop();
    if (kind !== 'moving_mean' && kind !== 'moving_variance') continue;
    const random = reshape(randomImages([1, 1, 1, weight.shape[0]!], i + 1), weight.shape as number[]);
    weight.write(kind === 'moving_mean' ? div(random, 10) : add(abs(random), 0.5));
  }
}

/** The largest difference at any shape, relative to the largest value there. */
async function compare(network: LayersModel, shapes: [number, number, number, number][]): Promise<number> {
  const session = await ort.InferenceSession.create(await exportOnnx(network), { intraOpNumThreads: 1 });
  let largest = 0;
  for (const [i, shape] of shapes.entries()) {
    const images = randomImages(shape, i + 1);
    const expected = network.predict(images) as Tensor;
    const feed = new ort.Tensor('float32', images.dataSync() as Float32Array, shape);
    const results = await session.run({ [session.inputNames[0]!]: feed });
    const output = results[session.outputNames[0]!]!;
    expect(output.dims).toEqual(expected.shape);
    const values = expected.dataSync() as Float32Array;
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    (output.data as Float32Array).forEach((value, at) => {
      largest = Math.max(largest, Math.abs(value - values[at]!) / scale);
    });
  }
  await session.release();
  return largest;
}

describe('the layers of sizes known only at run time', () => {
  it('pads and crops, in whichever layout', async () => {
    const image = input({ shape: [null, null, 3] });
    const padded = new PadToMultiple({ multiple: 4 }).apply(image) as SymbolicTensor;
    const cropped = new CropToReference({}).apply([padded, image]) as SymbolicTensor;
    for (const outputs of [padded, cropped]) {
      const network = model({ inputs: image, outputs });
      expect(
        await compare(network, [
          [1, 5, 7, 3],
          [2, 4, 8, 3],
          [1, 1, 6, 3],
        ]),
      ).toBe(0);
    }
    const known = input({ shape: [5, 6, 3] });
    const knownPadded = new PadToMultiple({ multiple: 4 }).apply(known) as SymbolicTensor;
    const file = await exportOnnx(model({ inputs: known, outputs: knownPadded }));
    const session = await ort.InferenceSession.create(file);
    expect(session.outputMetadata[0]).toMatchObject({ shape: ['batch', 8, 8, 3] });
  });

  it('crops maps back to the size that the file says its images have', async () => {
    const session = await ort.InferenceSession.create(
      await exportOnnx(buildFcrn({ depth: 50, width: 1 / 32 })),
    );
    expect(session.inputMetadata[0]).toMatchObject({ shape: ['batch', 'height', 'width', 3] });
    expect(session.outputMetadata[0]).toMatchObject({
      name: 'probabilities',
      shape: ['batch', 'height', 'width', 4],
    });
    await session.release();
  });
});

describe('whole networks', () => {
  const shapes: [number, number, number, number][] = [
    [1, 64, 64, 3],
    [2, 33, 70, 3],
    [1, 31, 96, 3],
  ];
  it.each([
    ['FCRN-88', { depth: 88, width: 1 / 16 }],
    ['FCRN-50', { depth: 50, width: 1 / 16 }],
    ['FCRN-88 with both inner shortcuts', { depth: 88, width: 1 / 32, innerShortcuts: 'both' }],
  ] as const)('%s gives the same scores, within 5e-6 of the largest', async (_, options) => {
    // Scores, not probabilities: those of a network that has learned nothing reach thousands, and softmax would make
    // a float32 rounding of them a visible change.
    const network = buildFcrn({ ...options, seed: 3, activation: 'linear' });
    randomizeStatistics(network);
    expect(await compare(network, shapes)).toBeLessThan(5e-6);
    network.dispose();
  });

  it('FCRN-88 gives probabilities', async () => {
    const session = await ort.InferenceSession.create(
      await exportOnnx(buildFcrn({ depth: 88, width: 1 / 16 })),
    );
    const feed = new ort.Tensor(
      'float32',
      randomImages([1, 33, 40, 3]).dataSync() as Float32Array,
      [1, 33, 40, 3],
    );
    const { probabilities } = await session.run({ image: feed });
    const values = probabilities!.data as Float32Array;
    expect(probabilities!.dims).toEqual([1, 33, 40, 4]);
    for (let at = 0; at < values.length; at += 4) {
      expect(values.subarray(at, at + 4).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    await session.release();
  });
});
