// Every layer that can be written, against tfjs: the same numbers, at several sizes with one file.
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import {
  expectSameInOnnx,
  largestDifference,
  randomizeWeights,
  randomTensor,
  runInOnnx,
  TOLERANCE,
} from '../../test/support.js';
import { exportOnnx } from '../export-onnx.js';
import { onnxLayerNames } from '../layer-registry.js';
import { ACTIVATION_NAMES } from './activations.js';

type Layer = layers.Layer;
type Shape = (number | null)[];

/** Odd and even, square and not. */
const IMAGE_SIZES = [
  [1, 9, 7, 3],
  [2, 8, 8, 3],
  [3, 12, 11, 3],
];

const seen = new Set<string>();

function modelOf(layer: Layer, ...shapes: Shape[]) {
  seen.add(layer.getClassName());
  const inputs = shapes.map((shape) => input({ shape }));
  const output = layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as SymbolicTensor;
  return model({ inputs, outputs: output });
}

/** A layer on images of unknown size, at each of {@link IMAGE_SIZES}, and on images of one known odd size. */
async function onImages(make: () => Layer): Promise<void> {
  await expectSameInOnnx(modelOf(make(), [null, null, 3]), { shapes: IMAGE_SIZES.map((shape) => [shape]) });
  await expectSameInOnnx(modelOf(make(), [9, 7, 3]), { shapes: [[[2, 9, 7, 3]]] });
}

function each<T>(cases: Record<string, T>, test: (value: T) => Promise<unknown>): void {
  it.each(Object.entries(cases))('%s', async (_, value) => {
    await test(value);
  });
}

describe('Conv2D', () => {
  const base = { filters: 4, kernelSize: 3 };
  each(
    {
      valid: base,
      same: { ...base, padding: 'same' as const },
      'same with an even kernel': { ...base, kernelSize: 4, padding: 'same' as const },
      'same with stride 2': { ...base, strides: 2, padding: 'same' as const },
      'same with stride 3 and kernel 2': { ...base, kernelSize: 2, strides: 3, padding: 'same' as const },
      'same with stride 2 and kernel 1': { ...base, kernelSize: 1, strides: 2, padding: 'same' as const },
      'same with stride 2 and kernel 5x4': {
        ...base,
        kernelSize: [5, 4] as [number, number],
        strides: 2,
        padding: 'same' as const,
      },
      'same with stride 2 and kernel 4x1': {
        ...base,
        kernelSize: [4, 1] as [number, number],
        strides: 2,
        padding: 'same' as const,
      },
      'valid with stride 2x1': { ...base, strides: [2, 1] as [number, number] },
      'dilated, same': { ...base, dilationRate: 2, padding: 'same' as const },
      'dilated, valid, without bias': { ...base, dilationRate: 2, useBias: false },
      'with relu': { ...base, activation: 'relu' as const },
      'with softmax': { ...base, activation: 'softmax' as const },
    },
    (config) => onImages(() => layers.conv2d(config)),
  );
  it('counts channels first where the layer does', async () => {
    const layer = () =>
      layers.conv2d({
        ...base,
        padding: 'same',
        strides: 2,
        dataFormat: 'channelsFirst',
        activation: 'softmax',
      });
    await expectSameInOnnx(modelOf(layer(), [3, null, null]), { shapes: [[[2, 3, 9, 8]], [[1, 3, 7, 7]]] });
  });
});

describe('Conv1D and Conv3D', () => {
  const sizes = { shapes: [[[2, 9, 3]], [[1, 12, 3]]] };
  it('along a line', async () => {
    for (const config of [
      { filters: 4, kernelSize: 3, padding: 'same' as const, strides: 2 },
      { filters: 4, kernelSize: 3, dilationRate: 2, activation: 'tanh' as const },
    ]) {
      await expectSameInOnnx(modelOf(layers.conv1d(config), [null, 3]), sizes);
    }
  });
  it('in space', async () => {
    const layer = layers.conv3d({ filters: 3, kernelSize: 3, padding: 'same', strides: 2 });
    await expectSameInOnnx(modelOf(layer, [null, null, null, 2]), {
      shapes: [[[1, 5, 6, 7, 2]], [[2, 4, 4, 5, 2]]],
    });
    const transposed = layers.conv3dTranspose({ filters: 2, kernelSize: 3, padding: 'same', strides: 2 });
    await expectSameInOnnx(modelOf(transposed, [3, 4, 3, 2]));
  });
  it('refuses what tfjs itself mixes up', async () => {
    const layer = layers.conv1d({ filters: 2, kernelSize: 1, dataFormat: 'channelsFirst' });
    await expect(expectSameInOnnx(modelOf(layer, [4, 4]))).rejects.toThrow(
      /layer conv1d_Conv1D\d+: the layer cannot be exported to ONNX: tfjs takes its input channels first/,
    );
  });
});

describe('Conv2DTranspose', () => {
  each(
    {
      'same, kernel 4, stride 2': { kernelSize: 4, strides: 2, padding: 'same' as const },
      'same, kernel 16, stride 8': { kernelSize: 16, strides: 8, padding: 'same' as const },
      'same, kernel 3, stride 2': { kernelSize: 3, strides: 2, padding: 'same' as const },
      'same, kernel 3, stride 1': { kernelSize: 3, padding: 'same' as const },
      'same, kernel 2, stride 3': { kernelSize: 2, strides: 3, padding: 'same' as const },
      'valid, kernel 3, stride 2': { kernelSize: 3, strides: 2, padding: 'valid' as const },
      'valid, kernel 2, stride 3, with relu': { kernelSize: 2, strides: 3, activation: 'relu' as const },
      'valid, kernel 3x2, stride 1x2, without bias': {
        kernelSize: [3, 2] as [number, number],
        strides: [1, 2] as [number, number],
        useBias: false,
      },
    },
    (config) => onImages(() => layers.conv2dTranspose({ filters: 4, ...config })),
  );
  it('counts channels first where the layer does', async () => {
    const layer = layers.conv2dTranspose({
      filters: 2,
      kernelSize: 4,
      strides: 2,
      padding: 'same',
      dataFormat: 'channelsFirst',
    });
    await expectSameInOnnx(modelOf(layer, [3, 5, 4]));
  });
});

describe('DepthwiseConv2D and SeparableConv2D', () => {
  each(
    {
      depthwise: () => layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', strides: 2 }),
      'depthwise with two filters a channel': () =>
        layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, activation: 'relu6' }),
      // tfjs leaves its dilation out; so does the file.
      'depthwise with a dilation': () => layers.depthwiseConv2d({ kernelSize: 3, dilationRate: 2 }),
      separable: () =>
        layers.separableConv2d({ filters: 5, kernelSize: 3, padding: 'same', activation: 'elu' }),
      'separable, dilated, several filters a channel': () =>
        layers.separableConv2d({ filters: 5, kernelSize: 2, dilationRate: 2, depthMultiplier: 3 }),
    },
    onImages,
  );
  it('refuses a bias that tfjs adds along the wrong axis', async () => {
    const layer = layers.separableConv2d({ filters: 2, kernelSize: 1, dataFormat: 'channelsFirst' });
    await expect(expectSameInOnnx(modelOf(layer, [2, 2, 2]))).rejects.toThrow('along the wrong axis');
  });
});

describe('poolings', () => {
  const windows = {
    valid2: [2, 2, 'valid'],
    same2: [2, 2, 'same'],
    same3by2: [3, 2, 'same'],
    same3by1: [3, 1, 'same'],
    valid3by2: [3, 2, 'valid'],
    same2by3: [2, 3, 'same'],
  } as const;
  each(windows, async ([poolSize, strides, padding]) => {
    await onImages(() => layers.maxPooling2d({ poolSize, strides, padding }));
    await onImages(() => layers.averagePooling2d({ poolSize, strides, padding }));
    const lines = { shapes: [[[2, 9, 3]], [[1, 12, 3]]] };
    await expectSameInOnnx(modelOf(layers.maxPooling1d({ poolSize, strides, padding }), [null, 3]), lines);
    await expectSameInOnnx(
      modelOf(layers.averagePooling1d({ poolSize, strides, padding }), [null, 3]),
      lines,
    );
  });
  it('of windows narrower than their stride along one axis', async () => {
    const config = { poolSize: [3, 1] as [number, number], strides: 2, padding: 'same' } as const;
    await onImages(() => layers.maxPooling2d(config as never));
    await onImages(() => layers.averagePooling2d(config as never));
  });
  it('in space', async () => {
    const shapes = [[[1, 5, 6, 7, 2]]];
    const config = { poolSize: 2, strides: 2, padding: 'same' } as const;
    const at: Shape = [null, null, null, 2];
    await expectSameInOnnx(modelOf(layers.maxPooling3d(config as never), at), { shapes });
    await expectSameInOnnx(modelOf(layers.averagePooling3d(config as never), at), { shapes });
  });
  it('over all', async () => {
    for (const pool of [layers.globalAveragePooling2d, layers.globalMaxPooling2d]) {
      await onImages(() => pool({}));
      await expectSameInOnnx(modelOf(pool({ dataFormat: 'channelsFirst' }), [3, null, null]), {
        shapes: [[[2, 3, 5, 4]]],
      });
    }
    for (const pool of [layers.globalAveragePooling1d, layers.globalMaxPooling1d]) {
      await expectSameInOnnx(modelOf(pool({}), [null, 3]), { shapes: [[[2, 5, 3]]] });
    }
  });
  it('takes zeros around it as padding where nothing is below them, and only there', async () => {
    for (const activation of ['relu', 'tanh'] as const) {
      const image = input({ shape: [null, null, 3] });
      const active = layers.activation({ activation }).apply(image);
      const framed = layers.zeroPadding2d({ padding: 1 }).apply(active as SymbolicTensor);
      const pooled = layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(framed as SymbolicTensor);
      const averaged = layers.averagePooling2d({ poolSize: 3, strides: 2 }).apply(framed as SymbolicTensor);
      const network = model({
        inputs: image,
        outputs: [pooled as SymbolicTensor, averaged as SymbolicTensor],
      });
      await expectSameInOnnx(network, {
        shapes: IMAGE_SIZES.map((shape) => [shape]),
        values: (shape, seed) => tf.sub(randomTensor(shape, seed), 2),
      });
    }
  });
});

describe('normalisations', () => {
  each(
    {
      'behind a batch of images': [() => layers.batchNormalization({}), [null, null, 3]],
      'without scale': [() => layers.batchNormalization({ scale: false }), [4, 4, 3]],
      'without centre': [() => layers.batchNormalization({ center: false }), [5]],
      'of sequences': [() => layers.batchNormalization({}), [6, 3]],
      'of a layer': [() => layers.layerNormalization({}), [4, 4, 3]],
      'of a layer over two axes': [() => layers.layerNormalization({ axis: [1, 3] }), [4, null, 3]],
      'of a layer without parameters': [
        () => layers.layerNormalization({ center: false, scale: false }),
        [7],
      ],
      'by a factor': [() => layers.rescaling({ scale: 1 / 127.5, offset: -1 }), [null, null, 3]],
    } as Record<string, [() => Layer, Shape]>,
    ([make, shape]) => expectSameInOnnx(modelOf(make(), shape)),
  );
  it('over the height, where tfjs on the CPU takes the parameters of other rows', async () => {
    const layer = layers.batchNormalization({ axis: 1, epsilon: 0.1 });
    const network = modelOf(layer, [4, null, 3]);
    randomizeWeights(network);
    const x = randomTensor([2, 4, 5, 3]);
    const [gamma, beta, mean, variance] = layer
      .getWeights()
      .map((weight) => tf.reshape(weight, [1, 4, 1, 1]));
    const expected = tf.add(tf.mul(tf.div(tf.sub(x, mean!), tf.sqrt(tf.add(variance!, 0.1))), gamma!), beta!);
    const [got] = await runInOnnx(await exportOnnx(network), [x]);
    expect(largestDifference(got!.data, expected.dataSync())).toBeLessThan(TOLERANCE);
  });
  it('refuses to normalise over a size that it does not know', async () => {
    const layer = layers.batchNormalization({});
    const open = input({ shape: [null, 3] });
    const normalized = layers.layerNormalization({ axis: 1, center: false, scale: false }).apply(open);
    const network = model({ inputs: open, outputs: layer.apply(normalized) as SymbolicTensor });
    await expect(expectSameInOnnx(network)).rejects.toThrow(/layer_normalization.*known only at run time/);
  });
});

describe('Dense', () => {
  each(
    {
      'of vectors': [{ units: 4 }, [5]],
      'with an activation': [{ units: 4, activation: 'softmax' }, [5]],
      'of sequences, without bias': [{ units: 4, useBias: false, activation: 'relu' }, [6, 5]],
      'of images': [{ units: 4 }, [3, null, 5]],
    } as Record<string, [Parameters<typeof layers.dense>[0], Shape]>,
    ([config, shape]) => expectSameInOnnx(modelOf(layers.dense(config), shape)),
  );
  it('over the channels behind a convolution', async () => {
    const image = input({ shape: [null, null, 3] });
    const features = layers.conv2d({ filters: 6, kernelSize: 3 }).apply(image) as SymbolicTensor;
    const mixed = layers.dense({ units: 4, activation: 'relu' }).apply(features) as SymbolicTensor;
    await expectSameInOnnx(model({ inputs: image, outputs: mixed }), {
      shapes: IMAGE_SIZES.map((shape) => [shape]),
    });
  });
});

describe('activations', () => {
  const wide = (shape: number[], seed: number) => tf.mul(randomTensor(shape, seed), 4);
  it.each(ACTIVATION_NAMES)('%s', async (name) => {
    const config = { activation: name as 'relu' };
    await expectSameInOnnx(modelOf(layers.activation(config), [4, 3, 5]), { values: wide });
    // Within a convolution, whose channels lie elsewhere in the graph.
    await expectSameInOnnx(modelOf(layers.conv2d({ filters: 4, kernelSize: 1, ...config }), [3, 2, 3]));
  });
  each(
    {
      relu: () => layers.reLU(),
      'relu with a limit': () => layers.reLU({ maxValue: 3 }),
      leaky: () => layers.leakyReLU({ alpha: 0.2 }),
      elu: () => layers.elu(),
      thresholded: () => layers.thresholdedReLU({ theta: 0.7 }),
      softmax: () => layers.softmax({ axis: -1 }),
      'prelu, one slope an element': () => layers.prelu({}),
      'prelu, one slope a channel': () => layers.prelu({ sharedAxes: [1, 2] }),
    },
    (make) => expectSameInOnnx(modelOf(make(), [4, 3, 5]), { values: wide }),
  );
  it('softmax over several axes', async () => {
    await expectSameInOnnx(modelOf(layers.softmax({ axis: [1, 2] as never }), [4, 3]));
    await expectSameInOnnx(modelOf(layers.softmax({ axis: [1, 2] as never }), [4, 3]), { opset: 17 });
  });
  it('prelu behind a convolution', async () => {
    for (const sharedAxes of [[1, 2], [2]]) {
      const image = input({ shape: [5, 4, 3] });
      const features = layers.conv2d({ filters: 6, kernelSize: 2 }).apply(image) as SymbolicTensor;
      const bent = layers.prelu({ sharedAxes }).apply(features) as SymbolicTensor;
      await expectSameInOnnx(model({ inputs: image, outputs: bent }));
    }
  });
});

describe('merges', () => {
  const merges = {
    add: () => layers.add(),
    multiply: () => layers.multiply(),
    average: () => layers.average(),
    maximum: () => layers.maximum(),
    minimum: () => layers.minimum(),
    concatenate: () => layers.concatenate(),
  };
  each(merges, async (make) => {
    await expectSameInOnnx(modelOf(make(), [4, 3], [4, 3], [4, 3]));
    const image = input({ shape: [null, null, 3] });
    const a = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' }).apply(image) as SymbolicTensor;
    const merged = make().apply([a, image]) as SymbolicTensor;
    await expectSameInOnnx(model({ inputs: image, outputs: merged }), {
      shapes: IMAGE_SIZES.map((shape) => [shape]),
    });
  });
  it('stretch over axes of length 1, and over missing ones', async () => {
    await expectSameInOnnx(modelOf(layers.multiply(), [4, 5, 3], [1, 1, 3]));
    await expectSameInOnnx(modelOf(layers.add(), [4, 5, 3], [3]));
  });
  it('concatenate along any axis', async () => {
    for (const axis of [1, 2, 3, -1]) {
      await expectSameInOnnx(modelOf(layers.concatenate({ axis }), [4, 4, 4], [4, 4, 4]));
    }
  });
  each(
    {
      'vectors by vectors': [{ axes: -1 }, [4], [4]],
      'vectors of unit length': [{ axes: -1, normalize: true }, [4], [4]],
      'matrices by matrices': [{ axes: [2, 1] }, [3, 4], [4, 5]],
      'both along their last axis': [{ axes: [2, 2], normalize: true }, [3, 4], [5, 4]],
      'both along their first axis': [{ axes: 1 }, [4, 3], [4, 5]],
      'matrices by vectors': [{ axes: [2, 1] }, [3, 4], [4]],
    } as Record<string, [{ axes: number | [number, number]; normalize?: boolean }, Shape, Shape]>,
    ([config, a, b]) => expectSameInOnnx(modelOf(layers.dot(config), a, b)),
  );
});

describe('shapes', () => {
  each(
    {
      flatten: [() => layers.flatten(), [4, 3, 5]],
      'flatten, channels first': [() => layers.flatten({ dataFormat: 'channelsFirst' }), [4, 3, 5]],
      reshape: [() => layers.reshape({ targetShape: [5, 12] }), [4, 3, 5]],
      'reshape with an open size': [() => layers.reshape({ targetShape: [-1, 5] }), [4, 3, 5]],
      permute: [() => layers.permute({ dims: [3, 1, 2] }), [4, 3, 5]],
      repeat: [() => layers.repeatVector({ n: 3 }), [4]],
      'zeros around': [
        () =>
          layers.zeroPadding2d({
            padding: [
              [1, 2],
              [0, 3],
            ],
          }),
        [4, null, 5],
      ],
      'zeros around, channels first': [
        () => layers.zeroPadding2d({ padding: [1, 2], dataFormat: 'channelsFirst' }),
        [4, 3, 5],
      ],
      cropped: [
        () =>
          layers.cropping2D({
            cropping: [
              [1, 0],
              [0, 2],
            ],
          }),
        [4, 6, 5],
      ],
      'cropped, channels first': [
        () => layers.cropping2D({ cropping: [1, 1], dataFormat: 'channelsFirst' } as never),
        [4, 3, 5],
      ],
      'enlarged to the nearest': [() => layers.upSampling2d({ size: [2, 3] }), [null, null, 2]],
      'enlarged bilinearly': [
        () => layers.upSampling2d({ size: [3, 2], interpolation: 'bilinear' }),
        [3, 5, 2],
      ],
      'enlarged, channels first': [
        () => layers.upSampling2d({ size: [2, 2], dataFormat: 'channelsFirst' }),
        [2, 3, 4],
      ],
      dropout: [() => layers.dropout({ rate: 0.5 }), [4]],
      'spatial dropout': [() => layers.spatialDropout1d({ rate: 0.5 }), [4, 3]],
      noise: [() => layers.gaussianNoise({ stddev: 1 }), [4]],
      'gaussian dropout': [() => layers.gaussianDropout({ rate: 0.5 }), [4]],
      'alpha dropout': [() => layers.alphaDropout({ rate: 0.5 }), [4]],
    } as Record<string, [() => Layer, Shape]>,
    ([make, shape]) => expectSameInOnnx(modelOf(make(), shape)),
  );
  it('flatten, reshape and permute behind a convolution', async () => {
    for (const make of [
      () => layers.flatten(),
      () => layers.reshape({ targetShape: [3, 20] }),
      () => layers.permute({ dims: [2, 3, 1] }),
    ]) {
      const image = input({ shape: [5, 4, 3] });
      const features = layers.conv2d({ filters: 5, kernelSize: 2 }).apply(image) as SymbolicTensor;
      const moved = make().apply(features) as SymbolicTensor;
      const narrowed = layers.dense({ units: 3 }).apply(moved) as SymbolicTensor;
      await expectSameInOnnx(model({ inputs: image, outputs: [moved, narrowed, features] }));
    }
  });
  it('look up rows of a table, by floats and by integers', async () => {
    const rows = (shape: number[], seed: number) => tf.floor(tf.abs(tf.mul(randomTensor(shape, seed), 2)));
    await expectSameInOnnx(modelOf(layers.embedding({ inputDim: 40, outputDim: 3 }), [5]), { values: rows });
    seen.add('Embedding');
    const indices = input({ shape: [null], dtype: 'int32' });
    const found = layers.embedding({ inputDim: 40, outputDim: 3 }).apply(indices) as SymbolicTensor;
    await expectSameInOnnx(model({ inputs: indices, outputs: found }), {
      values: (shape, seed) => tf.cast(rows(shape, seed), 'int32'),
    });
    const masking = layers.embedding({ inputDim: 4, outputDim: 3, maskZero: true });
    await expect(expectSameInOnnx(modelOf(masking, [5]))).rejects.toThrow('masks have no counterpart');
  });
});

it('has tried every layer that it can write', () => {
  expect(onnxLayerNames().filter((name) => !seen.has(name))).toEqual([]);
});
