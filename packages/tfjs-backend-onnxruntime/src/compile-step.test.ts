import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activeOnnxRuntimeBackend, compileStep, configureOnnxRuntime } from './index.js';

beforeEach(async () => {
  configureOnnxRuntime({});
  await tf.setBackend('onnxruntime');
});
afterEach(() => tf.disposeVariables());

function network({ dropout = 0 } = {}) {
  return sequential({
    layers: [
      layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        kernelInitializer: layersSeed(1),
      }),
      layers.batchNormalization(),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      ...(dropout > 0 ? [layers.dropout({ rate: dropout })] : []),
      layers.dense({ units: 4, kernelInitializer: layersSeed(2) }),
    ],
  });
}

const layersSeed = (seed: number) => ({ className: 'GlorotUniform', config: { seed } }) as never;

function batch(seed: number, size = 6): { images: tf.Tensor4D; labels: tf.Tensor2D } {
  return {
    images: tf.randomNormal([size, 8, 8, 3], 0, 1, 'float32', seed) as tf.Tensor4D,
    labels: tf.tidy(() => {
      const classes = Array.from({ length: size }, (_, i) => (i + seed) % 4);
      return tf.oneHot(tf.tensor1d(classes, 'int32'), 4) as tf.Tensor2D;
    }),
  };
}

type Step = (images: tf.Tensor4D, labels: tf.Tensor2D) => tf.Scalar;

function trainingStep(model: tf.Tensor | ReturnType<typeof network>, optimizer: tf.Optimizer): Step {
  const { apply } = model as ReturnType<typeof network>;
  return (images, labels) =>
    optimizer.minimize(() => {
      const output = apply.call(model, images, { training: true }) as tf.Tensor2D;
      return tf.losses.softmaxCrossEntropy(labels, output) as tf.Scalar;
    }, true)!;
}

async function train(step: Step, steps: number, size?: (i: number) => number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { images, labels } = batch(i + 1, size?.(i));
    const loss = step(images, labels);
    losses.push((await loss.data())[0]!);
    tf.dispose([loss, images, labels]);
  }
  return losses;
}

const weightsOf = async (model: ReturnType<typeof network>) =>
  Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));

describe('compileStep', () => {
  it.each([
    ['momentum', () => tf.train.momentum(0.05, 0.9)],
    ['adam', () => tf.train.adam(0.01)],
  ])('trains to the same bits as the step itself, with %s', async (_name, makeOptimizer) => {
    const plain = network();
    const expected = await train(trainingStep(plain, makeOptimizer()), 6);
    const model = network();
    const compiled = compileStep(trainingStep(model, makeOptimizer()));
    expect(await train(compiled, 6)).toEqual(expected);
    expect(await weightsOf(model)).toEqual(await weightsOf(plain));
    expect(expected[5]).not.toBe(expected[0]);
  });

  it('records nothing once it is compiled', async () => {
    const step = compileStep(trainingStep(network(), tf.train.sgd(0.1)));
    await train(step, 3);
    const backend = activeOnnxRuntimeBackend()!;
    const { compilations } = backend.statistics;
    const tensors = tf.memory().numTensors;
    let calls = 0;
    const counted = compileStep((x: tf.Tensor1D) => {
      calls++;
      return tf.sum(x);
    });
    const x = tf.tensor1d([1, 2]);
    for (let i = 0; i < 5; i++) counted(x).dispose();
    expect(calls).toBe(2);
    x.dispose();
    await train(step, 5);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(backend.statistics.compilations).toBeLessThanOrEqual(compilations + 1);
  });

  it('compiles once for each shape, and again what the cache has let go of', async () => {
    configureOnnxRuntime({ sessionCacheSize: 1 });
    await tf.setBackend('onnxruntime');
    const plain = network();
    const sizes = (i: number): number => [6, 3][i % 2]!;
    const expected = await train(trainingStep(plain, tf.train.momentum(0.05, 0.9)), 8, sizes);
    const model = network();
    const compiled = compileStep(trainingStep(model, tf.train.momentum(0.05, 0.9)));
    expect(await train(compiled, 8, sizes)).toEqual(expected);
  });

  it('takes a new learning rate when its key changes', async () => {
    const run = async (compile: (step: Step, rate: () => string) => Step) => {
      const model = network();
      const optimizer = tf.train.sgd(0.1);
      let rate = 0.1;
      const step = compile(trainingStep(model, optimizer), () => String(rate));
      await train(step, 4);
      rate = 0.01;
      optimizer.setLearningRate(rate);
      await train(step, 4);
      return weightsOf(model);
    };
    const expected = await run((step) => step);
    expect(await run((step, key) => compileStep(step, { key }))).toEqual(expected);
  });

  it('returns lists, and assigns variables that were made before', async () => {
    const total = tf.variable(tf.scalar(0));
    const step = compileStep((x: tf.Tensor1D) => {
      const sum = tf.sum(x);
      total.assign(tf.add(total, sum) as tf.Scalar);
      return [sum, tf.square(x)];
    });
    const x = tf.tensor1d([1, 2, 3]);
    for (let i = 0; i < 4; i++) {
      const [sum, squares] = step(x);
      expect([...(await sum!.data()), ...(await squares!.data())]).toEqual([6, 1, 4, 9]);
    }
    expect((await total.data())[0]).toBe(24);
  });

  it('refuses what would not be the same in every run', async () => {
    const dropping = compileStep(trainingStep(network({ dropout: 0.5 }), tf.train.sgd(0.1)));
    await expect(train(dropping, 2)).rejects.toThrow(
      'compileStep: the step makes data in JavaScript, which would be the same in every run; got float32 [6, 256]. Make it outside and pass it as an argument',
    );
    const kept: tf.Tensor[] = [];
    const keeping = compileStep((x: tf.Tensor1D) => {
      kept.push(tf.keep(tf.square(x)));
      return tf.sum(x);
    });
    const x = tf.tensor1d([1, 2]);
    keeping(x);
    expect(() => keeping(x)).toThrow(
      'compileStep: the step keeps a tensor that it does not return; got float32 [2] of Square',
    );
    expect([...(await kept[1]!.data())]).toEqual([1, 4]);
    const idle = compileStep((x: tf.Tensor1D) => x.clone());
    idle(x);
    expect(() => idle(x)).toThrow('compileStep: the step computes nothing');
  });

  it('is the step itself on another backend', async () => {
    await tf.setBackend('cpu');
    let calls = 0;
    const step = compileStep((x: tf.Tensor1D) => {
      calls++;
      return tf.sum(x);
    });
    for (let i = 0; i < 3; i++) expect((await step(tf.tensor1d([1, 2])).data())[0]).toBe(3);
    expect(calls).toBe(3);
  });
});

describe('without the synchronous call', () => {
  it('trains all the same, and says what dataSync needs', async () => {
    const plain = network();
    const expected = await train(trainingStep(plain, tf.train.momentum(0.05, 0.9)), 4);
    configureOnnxRuntime({ synchronous: false, blockedConvolutions: false });
    await tf.setBackend('onnxruntime');
    const model = network();
    const losses = await train(compileStep(trainingStep(model, tf.train.momentum(0.05, 0.9))), 4);
    expect(losses).toBeAllClose(expected, 1e-4);
    const sum = tf.sum(tf.tensor1d([1, 2]));
    expect(() => sum.dataSync()).toThrow('dataSync: results cannot be had without waiting here');
    // Reads that overlap wait for each other.
    const values = await Promise.all([sum.data(), tf.square(sum).data(), sum.data()]);
    expect(values.map(([value]) => value)).toEqual([3, 9, 3]);
  });
});
