// Every kind of layer, activation, loss and metric of tfjs-layers: results and gradients as on tfjs-cpu.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { configureOnnxRuntime } from '../src/index.js';
import { computeOn, expectSameAsCpu, relativeError, tensors } from './support.js';

// Many small graphs: a second thread for each would only be waited for.
configureOnnxRuntime({ threads: 1 });

const { layers } = tfl;

/** Weights that are the same on both backends, and not symmetric. */
const drawn = () => tfl.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 4 });

type Layer = InstanceType<typeof layers.Layer>;

interface Case {
  layer: () => Layer;
  /** Without the batch; several for a layer that merges. */
  inputs: number[][];
  /** Made of the random numbers from -1 to 1. */
  prepare?: (x: tf.Tensor) => tf.Tensor;
  /** What tfjs has gradients for. @default 'all' */
  gradients?: 'all' | 'weights' | 'none';
  /** tfjs-cpu's gradient of nearest neighbours is wrong beyond the first image. @default 3 */
  batch?: number;
}

const IMAGE = [[6, 5, 3]];
const SEQUENCE = [[5, 4]];
const VOLUME = [[4, 5, 4, 2]];

/** What all convolutions share. */
const convolution = { filters: 4, kernelSize: 3, kernelInitializer: drawn(), biasInitializer: drawn() };
const recurrent = {
  units: 3,
  kernelInitializer: drawn(),
  recurrentInitializer: drawn(),
  biasInitializer: drawn(),
};
const toIndices = (x: tf.Tensor) => tf.floor(tf.mul(tf.abs(x), 6.99));

const CASES: Record<string, Case> = {
  conv1d: { layer: () => layers.conv1d({ ...convolution, padding: 'same' }), inputs: SEQUENCE },
  conv2d: { layer: () => layers.conv2d({ ...convolution, activation: 'relu' }), inputs: IMAGE },
  'conv2d, channels first': {
    layer: () => layers.conv2d({ ...convolution, dataFormat: 'channelsFirst', padding: 'same' }),
    inputs: [[3, 6, 5]],
  },
  conv2dTranspose: {
    layer: () => layers.conv2dTranspose({ ...convolution, strides: 2, padding: 'same' }),
    inputs: IMAGE,
  },
  depthwiseConv2d: {
    layer: () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, depthwiseInitializer: drawn() }),
    inputs: IMAGE,
  },
  separableConv2d: {
    layer: () =>
      layers.separableConv2d({
        filters: 4,
        kernelSize: 3,
        strides: 2,
        depthwiseInitializer: drawn(),
        pointwiseInitializer: drawn(),
      }),
    inputs: IMAGE,
  },
  conv3d: { layer: () => layers.conv3d({ ...convolution, padding: 'same' }), inputs: VOLUME },
  conv3dTranspose: {
    layer: () => layers.conv3dTranspose({ ...convolution, strides: 2 }),
    inputs: VOLUME,
    gradients: 'none',
  },
  maxPooling1d: { layer: () => layers.maxPooling1d({ poolSize: 2 }), inputs: SEQUENCE },
  maxPooling2d: {
    layer: () => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    inputs: IMAGE,
  },
  maxPooling3d: { layer: () => layers.maxPooling3d({ poolSize: 2 }), inputs: VOLUME },
  averagePooling1d: { layer: () => layers.averagePooling1d({ poolSize: 2 }), inputs: SEQUENCE },
  averagePooling2d: { layer: () => layers.averagePooling2d({ poolSize: 2, strides: 1 }), inputs: IMAGE },
  averagePooling3d: { layer: () => layers.averagePooling3d({ poolSize: 2 }), inputs: VOLUME },
  globalAveragePooling1d: { layer: () => layers.globalAveragePooling1d(), inputs: SEQUENCE },
  globalAveragePooling2d: { layer: () => layers.globalAveragePooling2d({}), inputs: IMAGE },
  globalMaxPooling1d: { layer: () => layers.globalMaxPooling1d(), inputs: SEQUENCE },
  globalMaxPooling2d: { layer: () => layers.globalMaxPooling2d({}), inputs: IMAGE },
  batchNormalization: { layer: () => layers.batchNormalization(), inputs: IMAGE },
  'batchNormalization of vectors': { layer: () => layers.batchNormalization(), inputs: [[7]] },
  layerNormalization: { layer: () => layers.layerNormalization(), inputs: SEQUENCE },
  dense: {
    layer: () =>
      layers.dense({ units: 4, kernelInitializer: drawn(), biasInitializer: drawn(), activation: 'tanh' }),
    inputs: [[6]],
  },
  leakyReLU: { layer: () => layers.leakyReLU(), inputs: SEQUENCE },
  prelu: { layer: () => layers.prelu({ alphaInitializer: drawn() }), inputs: SEQUENCE },
  elu: { layer: () => layers.elu(), inputs: SEQUENCE },
  thresholdedReLU: {
    layer: () => layers.thresholdedReLU({ theta: 0.3 }),
    inputs: SEQUENCE,
    gradients: 'none',
  },
  softmax: { layer: () => layers.softmax(), inputs: [[6]] },
  relu: { layer: () => layers.reLU({ maxValue: 0.5 }), inputs: SEQUENCE },
  add: {
    layer: () => layers.add(),
    inputs: [
      [4, 3],
      [4, 3],
      [4, 3],
    ],
  },
  average: {
    layer: () => layers.average(),
    inputs: [
      [4, 3],
      [4, 3],
    ],
  },
  concatenate: {
    layer: () => layers.concatenate({ axis: 1 }),
    inputs: [
      [4, 3],
      [2, 3],
    ],
  },
  maximum: {
    layer: () => layers.maximum(),
    inputs: [
      [4, 3],
      [4, 3],
    ],
  },
  minimum: {
    layer: () => layers.minimum(),
    inputs: [
      [4, 3],
      [4, 3],
    ],
  },
  multiply: {
    layer: () => layers.multiply(),
    inputs: [
      [4, 3],
      [4, 3],
    ],
  },
  dot: { layer: () => layers.dot({ axes: 1 }), inputs: [[4], [4]] },
  zeroPadding2d: {
    layer: () =>
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 1],
        ],
      }),
    inputs: IMAGE,
  },
  cropping2D: {
    layer: () =>
      layers.cropping2D({
        cropping: [
          [1, 0],
          [2, 1],
        ],
      }),
    inputs: IMAGE,
  },
  upSampling2d: { layer: () => layers.upSampling2d({ size: [2, 3] }), inputs: IMAGE, batch: 1 },
  'upSampling2d, bilinear': {
    layer: () => layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
    inputs: [[5, 5, 3]],
  },
  embedding: {
    layer: () => layers.embedding({ inputDim: 7, outputDim: 3, embeddingsInitializer: drawn() }),
    inputs: [[5]],
    prepare: toIndices,
    gradients: 'weights',
  },
  simpleRNN: { layer: () => layers.simpleRNN(recurrent), inputs: SEQUENCE },
  gru: { layer: () => layers.gru({ ...recurrent, returnSequences: true }), inputs: SEQUENCE },
  lstm: { layer: () => layers.lstm(recurrent), inputs: SEQUENCE },
  convLstm2d: {
    layer: () =>
      layers.convLstm2d({ ...convolution, recurrentInitializer: drawn(), kernelSize: 2, padding: 'same' }),
    inputs: [[3, 4, 4, 2]],
  },
  bidirectional: {
    layer: () => layers.bidirectional({ layer: layers.gru(recurrent) as never, mergeMode: 'concat' }),
    inputs: SEQUENCE,
  },
  timeDistributed: {
    layer: () => layers.timeDistributed({ layer: layers.dense({ units: 2, kernelInitializer: drawn() }) }),
    inputs: SEQUENCE,
  },
  flatten: { layer: () => layers.flatten(), inputs: IMAGE },
  reshape: { layer: () => layers.reshape({ targetShape: [5, 18] }), inputs: IMAGE },
  permute: { layer: () => layers.permute({ dims: [3, 1, 2] }), inputs: IMAGE },
  repeatVector: { layer: () => layers.repeatVector({ n: 3 }), inputs: [[4]] },
  masking: {
    layer: () => layers.masking({ maskValue: 0 }),
    inputs: SEQUENCE,
    prepare: (x) => tf.relu(x),
    gradients: 'none',
  },
  spatialDropout1d: { layer: () => layers.spatialDropout1d({ rate: 0 }), inputs: SEQUENCE },
  rescaling: { layer: () => layers.rescaling({ scale: 2, offset: 1 }), inputs: IMAGE },
  resizing: { layer: () => layers.resizing({ height: 4, width: 9 }), inputs: [[6, 6, 3]] },
  centerCrop: {
    layer: () => layers.centerCrop({ height: 4, width: 3 }),
    inputs: IMAGE,
    gradients: 'weights',
  },
  categoryEncoding: {
    layer: () => layers.categoryEncoding({ numTokens: 7, outputMode: 'multiHot' }),
    inputs: [[4]],
    prepare: toIndices,
    gradients: 'weights',
  },
};

/** A layer's result, and the gradients of a function of it for its weights and for what it takes. */
function throughLayer({
  layer: make,
  inputs,
  prepare = (x) => x,
  gradients = 'all',
  batch = 3,
}: Case): tf.Tensor[] {
  const given = tensors(17, ...inputs.map((shape) => [batch, ...shape])).map(prepare);
  const layer = make();
  const apply = (xs: tf.Tensor[]) =>
    layer.apply(xs.length === 1 ? xs[0]! : xs, { training: true }) as tf.Tensor;
  const result = apply(given);
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const [dy] = tensors(23, result.shape);
  const cost = (...xs: tf.Tensor[]) => tf.sum(tf.mul(apply(xs), dy!)) as tf.Scalar;
  const results = [result];
  if (weights.length > 0 && gradients !== 'none') {
    const { grads } = tf.variableGrads(() => cost(...given), weights);
    results.push(...weights.map((weight) => grads[weight.name]!));
  }
  if (gradients === 'all') results.push(...tf.grads(cost)(given));
  return results;
}

describe('layers', () => {
  it.each(Object.entries(CASES))('%s', async (_name, example) => {
    await expectSameAsCpu(() => throughLayer(example), 2e-4);
  });

  it('noise and dropout draw, and are still when not training', async () => {
    await tf.setBackend('onnxruntime');
    const x = tf.ones([2, 500]);
    for (const layer of [
      layers.dropout({ rate: 0.4 }),
      layers.alphaDropout({ rate: 0.4 }),
      layers.gaussianDropout({ rate: 0.4 }),
      layers.gaussianNoise({ stddev: 0.5 }),
    ]) {
      const noisy = layer.apply(x, { training: true }) as tf.Tensor;
      expect((await tf.moments(noisy).variance.data())[0], layer.getClassName()).toBeGreaterThan(0.1);
      const still = layer.apply(x, { training: false }) as tf.Tensor;
      expect(Array.from(await still.data())).toEqual(Array.from(await x.data()));
    }
  });
});

describe('activations', () => {
  const ACTIVATIONS = [
    'elu',
    'gelu',
    'gelu_new',
    'hardSigmoid',
    'linear',
    'mish',
    'relu',
    'relu6',
    'selu',
    'sigmoid',
    'softmax',
    'softplus',
    'softsign',
    'swish',
    'tanh',
  ] as const;

  it.each(ACTIVATIONS)('%s', async (name) => {
    await expectSameAsCpu(() =>
      throughLayer({
        layer: () => layers.activation({ activation: name }),
        inputs: [[5, 6]],
        prepare: (x) => tf.mul(x, 5),
      }),
    );
  });
});

describe('losses', () => {
  const LOSSES = [
    'meanSquaredError',
    'meanAbsoluteError',
    'meanAbsolutePercentageError',
    'meanSquaredLogarithmicError',
    'squaredHinge',
    'hinge',
    'categoricalHinge',
    'logcosh',
    'categoricalCrossentropy',
    'sparseCategoricalCrossentropy',
    'binaryCrossentropy',
    'kullbackLeiblerDivergence',
    'poisson',
    'cosineProximity',
  ];

  it.each(LOSSES)('%s', async (name) => {
    const train = async (backend: string) => {
      await tf.setBackend(backend);
      const model = tfl.sequential({
        layers: [
          layers.dense({ units: 3, inputShape: [4], kernelInitializer: drawn(), activation: 'softmax' }),
        ],
      });
      model.compile({ optimizer: tf.train.sgd(0.1), loss: name, metrics: ['accuracy'] });
      const [x, raw] = tensors(31, [6, 4], [6, 3]);
      const y = name.startsWith('sparse') ? tf.cast(tf.argMax(raw!, 1), 'float32') : tf.softmax(raw!);
      const losses: number[] = [];
      for (let step = 0; step < 3; step++) {
        const [loss] = (await model.trainOnBatch(x!, y)) as number[];
        losses.push(loss!);
      }
      return [losses, Array.from(await model.getWeights()[0]!.data())];
    };
    const expected = await train('cpu');
    const actual = await train('onnxruntime');
    expect(relativeError(actual[0]!, expected[0]!)).toBeLessThan(1e-5);
    expect(relativeError(actual[1]!, expected[1]!)).toBeLessThan(1e-4);
  });

  it('of tfjs-core', async () => {
    await expectSameAsCpu(() => {
      const [raw, x] = tensors(37, [5, 4], [5, 4]);
      const y = tf.softmax(raw!);
      const p = tf.softmax(x!);
      const binary = tf.cast(tf.greater(raw!, 0), 'float32');
      const losses: ((prediction: tf.Tensor) => tf.Tensor)[] = [
        (q) => tf.losses.absoluteDifference(y, q),
        (q) => tf.losses.cosineDistance(y, q, 1),
        (q) => tf.losses.hingeLoss(binary, q),
        (q) => tf.losses.huberLoss(y, q),
        (q) => tf.losses.logLoss(y, q),
        (q) => tf.losses.meanSquaredError(y, q),
        (q) => tf.losses.sigmoidCrossEntropy(binary, q),
        (q) => tf.losses.softmaxCrossEntropy(y, q),
      ];
      return losses.flatMap((loss) => {
        const { value, grad } = tf.valueAndGrad(loss)(p);
        return [value, grad];
      });
    });
  });
});

describe('metrics', () => {
  it('agree', async () => {
    const { metrics } = tfl;
    const measure = () => {
      const [raw, x] = tensors(41, [12, 3], [12, 3]);
      const classes = tf.oneHot(tf.argMax(raw!, 1) as tf.Tensor1D, 3, 1, 0, 'float32');
      const p = tf.softmax(tf.add(x!, tf.mul(classes, 0.5)));
      return [
        metrics.binaryAccuracy(classes, p),
        metrics.binaryCrossentropy(classes, p),
        metrics.categoricalAccuracy(classes, p),
        metrics.categoricalCrossentropy(classes, p),
        metrics.cosineProximity(classes, p),
        metrics.meanAbsoluteError(classes, p),
        metrics.meanAbsolutePercentageError(tf.add(classes, 1), p),
        metrics.meanSquaredError(classes, p),
        metrics.precision(classes, tf.round(p)),
        metrics.recall(classes, tf.round(p)),
        metrics.sparseCategoricalAccuracy(tf.cast(tf.argMax(raw!, 1), 'float32'), p),
        tf.math.confusionMatrix(tf.argMax(raw!, 1) as tf.Tensor1D, tf.argMax(p, 1) as tf.Tensor1D, 3),
      ];
    };
    const expected = await computeOn('cpu', measure);
    const actual = await computeOn('onnxruntime', measure);
    actual.forEach(({ values }, i) => {
      expect(relativeError(values, expected[i]!.values), `metric ${i}`).toBeLessThan(1e-5);
    });
  });
});
