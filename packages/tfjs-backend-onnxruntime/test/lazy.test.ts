// What a user must not notice of the fact that nothing is computed before it is read.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { configureOnnxRuntime, type OnnxRuntimeBackend, SUPPORTED_KERNELS } from '../src/index.js';
import { computeOn, tensors } from './support.js';

const backend = () => tf.backend() as OnnxRuntimeBackend;

beforeEach(async () => {
  await tf.setBackend('onnxruntime');
});

afterAll(() => {
  tf.disposeVariables();
});

/** A network with most kinds of layers, for images `[8, 8, 3]` and three classes. */
function network(): tfl.Sequential {
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 6,
        kernelSize: 3,
        padding: 'same',
        useBias: false,
      }),
      tfl.layers.batchNormalization(),
      tfl.layers.activation({ activation: 'relu' }),
      tfl.layers.maxPooling2d({ poolSize: 2 }),
      tfl.layers.dropout({ rate: 0.25 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

/** Images whose class shows in their brightest channel. */
function examples(count: number) {
  const [noise] = tensors(7, [count, 8, 8, 3]);
  const classes = Array.from({ length: count }, (_, i) => i % 3);
  const labels = tf.oneHot(tf.tensor1d(classes, 'int32'), 3, 1, 0, 'float32');
  const x = tf.add(noise!, tf.reshape(tf.mul(labels, 2), [count, 1, 1, 3])) as tf.Tensor4D;
  return { x, y: labels as tf.Tensor2D };
}

describe('tensors', () => {
  it('keep what an array held when they were made', async () => {
    const array = Float32Array.of(1, 2, 3);
    const x = tf.tensor1d(array);
    const twice = tf.mul(x, 2);
    array.fill(100);
    expect(Array.from(await twice.data())).toEqual([2, 4, 6]);
    expect(Array.from(x.dataSync())).toEqual([1, 2, 3]);
  });

  it('give away copies', async () => {
    const x = tf.add(tf.tensor1d([1, 2]), 1);
    const first = await x.data();
    first.fill(9);
    expect(Array.from(x.dataSync())).toEqual([2, 3]);
  });

  it('can be read after what they were computed from is gone', async () => {
    const a = tf.tensor1d([1, 2]);
    const b = tf.square(a);
    const c = tf.add(b, a);
    tf.dispose([a, b]);
    expect(Array.from(await c.data())).toEqual([2, 6]);
    expect(() => a.dataSync()).toThrow('disposed');
  });

  it('can be read again after others that share their elements are gone', () => {
    const x = tf.add(tf.tensor1d([1, 2, 3, 4]), 1);
    const clone = x.clone();
    const reshaped = tf.reshape(x, [2, 2]);
    x.dispose();
    expect(Array.from(clone.dataSync())).toEqual([2, 3, 4, 5]);
    clone.dispose();
    expect(reshaped.arraySync()).toEqual([
      [2, 3],
      [4, 5],
    ]);
  });

  it('respect tidy and keep', () => {
    const before = tf.memory().numTensors;
    let kept: tf.Tensor | undefined;
    const result = tf.tidy(() => {
      const x = tf.tensor1d([1, 2]);
      kept = tf.keep(tf.mul(x, 3));
      return tf.add(kept, 1);
    });
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(Array.from(result.dataSync())).toEqual([4, 7]);
    expect(Array.from(kept!.dataSync())).toEqual([3, 6]);
    tf.dispose([result, kept!]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('move between backends and back', async () => {
    const image = tf.conv2d(tf.ones([1, 4, 4, 2]) as tf.Tensor4D, tf.ones([3, 3, 2, 3]), 1, 'same');
    const whole = tf.cast(tf.tensor1d([3, 4]), 'int32');
    const flag = tf.greater(whole, 3);
    await tf.setBackend('cpu');
    const doubled = tf.mul(image, 2);
    const summed = tf.add(whole, tf.cast(flag, 'int32'));
    await tf.setBackend('onnxruntime');
    const sums = tf.sum(doubled, [0, 3]);
    expect((await sums.array()) as number[][]).toEqual([
      [48, 72, 72, 48],
      [72, 108, 108, 72],
      [72, 108, 108, 72],
      [48, 72, 72, 48],
    ]);
    expect(Array.from(await tf.mul(summed, 10).data())).toEqual([30, 50]);
    expect(tf.logicalNot(flag).dataSync()).toEqual(Uint8Array.of(1, 0));
  });

  it('hold strings', async () => {
    const words = tf.tensor2d([['mole', 'naevus']]);
    expect(await tf.reshape(words, [2]).array()).toEqual(['mole', 'naevus']);
    expect(() => tf.concat([words, words])).toThrow(
      'onnxruntime: a string tensor cannot be computed with on this backend; got string; ' +
        "expected float32, int32 or bool. Convert it first, or switch to another backend with tf.setBackend('cpu').",
    );
  });

  it('may be empty', () => {
    const empty = tf.zeros([0, 3]);
    expect(tf.add(empty, 1).shape).toEqual([0, 3]);
    expect(tf.sum(tf.concat([empty, tf.ones([2, 3])])).dataSync()[0]).toBe(6);
    expect(tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 2])).arraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('can be chosen by a mask, whose count only the data tells', async () => {
    const x = tf.mul(tf.tensor1d([1, 2, 3, 4]), 10);
    const chosen = await tf.booleanMaskAsync(x, tf.greater(x, 15));
    expect(Array.from(await chosen.data())).toEqual([20, 30, 40]);
    const { values, indices } = tf.unique(tf.tensor1d([5, 7, 5], 'int32'));
    expect([Array.from(values.dataSync()), Array.from(indices.dataSync())]).toEqual([
      [5, 7],
      [0, 1, 0],
    ]);
  });
});

describe('errors', () => {
  it('name a kernel that is missing, and what to do', () => {
    expect(SUPPORTED_KERNELS).not.toContain('FFT');
    expect(tf.getKernel('FFT', 'onnxruntime')).toBeUndefined();
    expect(() => tf.complex([1], [2])).toThrow(
      'Complex: the kernel Complex is not on the onnxruntime backend. Compute this part on another backend: ' +
        "tf.setBackend('cpu') before it and tf.setBackend('onnxruntime') after it; tensors move by themselves.",
    );
  });

  it('leave kernels of other backends alone', async () => {
    await tf.setBackend('cpu');
    expect(tf.real(tf.complex([1], [2])).dataSync()[0]).toBe(1);
  });

  it('of one graph harm no other', () => {
    const bystander = tf.add(tf.tensor1d([1, 2]), 1);
    // Known only when it is computed: the index is computed as well.
    const index = tf.tidy(() => tf.cast(tf.add(tf.tensor1d([5]), 0), 'int32'));
    const broken = tf.gather(tf.tensor1d([1, 2]), index as tf.Tensor1D);
    const derived = tf.mul(broken, 2);
    expect(() => derived.dataSync()).toThrow(
      /^onnxruntime: ONNX Runtime could not compute a graph; got .* idx=5 must be within .* Check the values/,
    );
    expect(Array.from(bystander.dataSync())).toEqual([2, 3]);
    expect(Array.from(tf.square(bystander).dataSync())).toEqual([4, 9]);
    expect(() => broken.dataSync()).toThrow('idx=5');
    expect(index.dataSync()[0]).toBe(5);
    expect(backend().memory().pendingNodes).toBe(2);
    tf.dispose([broken, derived]);
    expect(backend().memory().pendingNodes).toBe(0);
  });
});

describe('training', () => {
  it('with fit, callbacks, metrics and validation data', async () => {
    const model = network();
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const { x, y } = examples(48);
    const epochs: Record<string, number>[] = [];
    let batchCount = 0;
    const history = await model.fit(x, y, {
      epochs: 6,
      batchSize: 16,
      shuffle: true,
      validationData: [x, y],
      verbose: 0,
      callbacks: {
        onBatchEnd: () => {
          batchCount++;
        },
        onEpochEnd: (_epoch, logs) => {
          epochs.push({ ...logs } as Record<string, number>);
        },
      },
    });
    expect(batchCount).toBe(18);
    expect(epochs).toHaveLength(6);
    expect(Object.keys(history.history).sort()).toEqual(['acc', 'loss', 'val_acc', 'val_loss']);
    const { loss } = history.history as { loss: number[] };
    expect(loss[5]!).toBeLessThan(loss[0]! / 2);
    const [evaluated, accuracy] = model.evaluate(x, y, { batchSize: 16 }) as tf.Scalar[];
    expect((await evaluated!.data())[0]).toBeCloseTo(epochs[5]!['val_loss']!, 5);
    expect((await accuracy!.data())[0]).toBeGreaterThan(0.9);
    const probabilities = model.predict(x, { batchSize: 7 }) as tf.Tensor;
    expect(probabilities.shape).toEqual([48, 3]);
    for (const sum of await tf.sum(probabilities, 1).data()) expect(sum).toBeCloseTo(1, 5);
    model.dispose();
  });

  it('gives the same weights as tfjs-cpu, whatever the optimiser', async () => {
    const optimizers: Record<string, () => tf.Optimizer> = {
      sgd: () => tf.train.sgd(0.05),
      momentum: () => tf.train.momentum(0.05, 0.9, true),
      adagrad: () => tf.train.adagrad(0.05),
      adadelta: () => tf.train.adadelta(0.5),
      adam: () => tf.train.adam(0.01),
      adamax: () => tf.train.adamax(0.01),
      rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.5),
    };
    for (const [name, make] of Object.entries(optimizers)) {
      const train = () => {
        const [weights, input] = tensors(11, [4, 3], [6, 4]);
        const target = tf.softmax(tf.matMul(input!, tf.ones([4, 3])));
        const variable = tf.variable(weights!);
        const optimizer = make();
        for (let step = 0; step < 5; step++) {
          optimizer.minimize(
            () => tf.losses.softmaxCrossEntropy(target, tf.matMul(input!, variable)) as tf.Scalar,
            false,
            [variable],
          );
        }
        optimizer.dispose();
        return [tf.clone(variable)];
      };
      const [expected] = await computeOn('cpu', train);
      const [actual] = await computeOn('onnxruntime', train);
      actual!.values.forEach((value, i) => {
        expect(value, name).toBeCloseTo(expected!.values[i]!, 5);
      });
    }
  });

  it('keeps memory flat over 200 steps', async () => {
    const model = network();
    const optimizer = tf.train.momentum(0.01, 0.9);
    const { x, y } = examples(16);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const step = async () => {
      const cost = optimizer.minimize(
        () =>
          tf.mean(
            tfl.metrics.categoricalCrossentropy(y, model.apply(x, { training: true }) as tf.Tensor),
          ) as tf.Scalar,
        true,
        variables,
      )!;
      const [value] = await cost.data();
      cost.dispose();
      return value!;
    };
    for (let i = 0; i < 20; i++) await step();
    const measure = () => {
      const { numTensors } = tf.memory();
      const { heldBytes, pooledBytes, sessions, pendingNodes } = backend().memory();
      return { numTensors, heldBytes, pooledBytes, sessions, pendingNodes };
    };
    const before = measure();
    let last = 0;
    for (let i = 0; i < 180; i++) last = await step();
    expect(measure()).toEqual(before);
    expect(last).toBeLessThan(0.5);
    model.dispose();
    optimizer.dispose();
  });

  it('needs no reading: the trace does not grow from step to step', () => {
    const weights = tf.variable(tf.ones([4]));
    const optimizer = tf.train.adam(0.1);
    const pending: number[] = [];
    weights.dataSync();
    const { runs } = backend().statistics;
    for (let step = 0; step < 50; step++) {
      optimizer.minimize(() => tf.sum(tf.square(weights)) as tf.Scalar);
      pending.push(backend().memory().pendingNodes);
    }
    expect(Math.max(...pending)).toBeLessThan(40);
    expect(backend().statistics.runs - runs).toBe(49);
    for (const value of weights.dataSync()) expect(Math.abs(value)).toBeLessThan(0.2);
    weights.dispose();
    optimizer.dispose();
  });

  it('by hand with variableGrads', async () => {
    const work = () => {
      const [filter, image] = tensors(3, [3, 3, 2, 4], [2, 6, 6, 2]);
      const weights = tf.variable(filter!, true, `filter-${tf.getBackend()}`);
      const { value, grads } = tf.variableGrads(
        () =>
          tf.mean(tf.relu(tf.conv2d(image as tf.Tensor4D, weights as tf.Tensor4D, 1, 'same'))) as tf.Scalar,
        [weights],
      );
      return [value, grads[weights.name]!];
    };
    const expected = await computeOn('cpu', work);
    const actual = await computeOn('onnxruntime', work);
    actual.forEach(({ values }, result) => {
      values.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[result]!.values[i]!, 5);
      });
    });
  });

  it('draws dropout anew in each step', () => {
    const x = tf.ones([1, 1000]);
    const layer = tfl.layers.dropout({ rate: 0.5 });
    const once = (layer.apply(x, { training: true }) as tf.Tensor).dataSync();
    const again = (layer.apply(x, { training: true }) as tf.Tensor).dataSync();
    expect(once).not.toEqual(again);
    const kept = once.filter((value) => value === 2).length;
    expect(kept + once.filter((value) => value === 0).length).toBe(1000);
    expect(kept).toBeGreaterThan(400);
    expect(kept).toBeLessThan(600);
  });

  it('ends with weights that can be saved and loaded', async () => {
    const model = network();
    const { x } = examples(4);
    let artifacts: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (saved) => {
        artifacts = saved;
        return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(saved) };
      }),
    );
    const loaded = await tfl.loadLayersModel(tf.io.fromMemory(artifacts!));
    const expected = await (model.predict(x) as tf.Tensor).data();
    expect(Array.from(await (loaded.predict(x) as tf.Tensor).data())).toEqual(Array.from(expected));
    model.dispose();
    loaded.dispose();
  });
});

describe('compiled graphs', () => {
  it('are used again, and the oldest goes first', async () => {
    configureOnnxRuntime({ sessionCacheSize: 4 });
    await tf.setBackend('onnxruntime');
    const sumOf = (length: number) => tf.tidy(() => tf.sum(tf.range(0, length)).dataSync()[0]);
    for (let length = 1; length <= 12; length++) {
      expect(sumOf(length)).toBe((length * (length - 1)) / 2);
    }
    const { statistics } = backend();
    expect(backend().memory().sessions).toBe(4);
    const { compilations } = statistics;
    expect(sumOf(12)).toBe(66);
    expect(sumOf(9)).toBe(36);
    expect(statistics.compilations).toBe(compilations);
    expect(sumOf(1)).toBe(0);
    expect(statistics.compilations).toBe(compilations + 1);
    expect(backend().memory().sessions).toBe(4);
  });
});
