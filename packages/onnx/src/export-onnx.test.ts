// Whole models: how they are wired, what the file says of itself, and the same numbers in every runtime at hand.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLfn, LFN_VARIANTS } from '@lesion/lfn';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import {
  expectSameInOnnx,
  largestDifference,
  openSession,
  randomizeWeights,
  randomTensor,
  run,
  runInOnnx,
  TOLERANCE,
} from '../test/support.js';
import { exportOnnx, ONNX_OPSETS, registerOnnxLayer } from './index.js';

const apply = (layer: { apply(x: never): unknown }, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor =>
  layer.apply(x as never) as SymbolicTensor;

/** A residual block of two branches with all that runtimes fuse: convolution, normalisation, sum, ReLU. */
function residualNetwork(shape: (number | null)[] = [null, null, 3]): LayersModel {
  const image = input({ shape, name: 'image' });
  const normalized = (x: SymbolicTensor, config: { filters: number; kernelSize: number; strides?: number }) =>
    apply(
      layers.batchNormalization(),
      apply(layers.conv2d({ ...config, padding: 'same', useBias: false }), x),
    );
  const relu = (x: SymbolicTensor) => apply(layers.activation({ activation: 'relu' }), x);
  const stem = relu(normalized(image, { filters: 8, kernelSize: 3, strides: 2 }));
  const branch = normalized(relu(normalized(stem, { filters: 4, kernelSize: 1 })), {
    filters: 8,
    kernelSize: 3,
  });
  const sum = relu(apply(layers.add(), [branch, stem]));
  const up = apply(layers.conv2dTranspose({ filters: 4, kernelSize: 4, strides: 2, padding: 'same' }), sum);
  return model({
    inputs: image,
    outputs: apply(layers.softmax({ axis: -1, name: 'classes' }), up),
    name: 'net',
  });
}

describe('how a model is wired', () => {
  it('sequential, with an inner sequential model first', async () => {
    const inner = sequential({ layers: [layers.dense({ units: 4, inputShape: [5], activation: 'tanh' })] });
    await expectSameInOnnx(sequential({ layers: [inner, layers.dense({ units: 2 })] }));
    await expectSameInOnnx(
      sequential({
        layers: [layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1] }), layers.flatten()],
      }),
    );
  });

  it('one inner model on two inputs, with shared weights stored once', async () => {
    const tower = sequential({
      layers: [
        layers.conv2d({
          filters: 16,
          kernelSize: 3,
          inputShape: [null, null, 3] as never,
          activation: 'relu',
        }),
        layers.conv2d({ filters: 64, kernelSize: 3 }),
        layers.globalAveragePooling2d({}),
      ],
    });
    const [left, right] = [input({ shape: [null, null, 3] }), input({ shape: [null, null, 3] })];
    const seen = [apply(tower, left), apply(tower, right)];
    const similarity = apply(layers.dot({ axes: -1, normalize: true }), seen);
    const siamese = model({ inputs: [left, right], outputs: similarity });
    const file = await expectSameInOnnx(siamese, {
      shapes: [
        [
          [2, 8, 9, 3],
          [2, 7, 6, 3],
        ],
      ],
    });
    const weights = siamese.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a! * b!, 4)!, 0);
    expect(file.length).toBeGreaterThan(weights);
    expect(file.length).toBeLessThan(weights + 8000);
  });

  it('several inputs and outputs, and an output that is an input', async () => {
    const [a, b] = [input({ shape: [4], name: 'a' }), input({ shape: [4], name: 'b' })];
    const sum = apply(layers.add({ name: 'sum' }), [a, b]);
    const inner = model({ inputs: [a, b], outputs: [sum, apply(layers.multiply(), [a, b])] });
    const [c, d] = [input({ shape: [4], name: 'c' }), input({ shape: [4], name: 'd' })];
    const [first, second] = inner.apply([c, d]) as SymbolicTensor[];
    const rescaled = apply(layers.rescaling({ scale: 2 }), second!);
    const network = model({ inputs: [c, d], outputs: [first!, rescaled, c] });
    const file = await expectSameInOnnx(network);
    const session = await openSession(file);
    expect(session.inputNames).toEqual(['c', 'd']);
    expect(session.outputNames[2]).toBe('c_1');
    expect(new Set(session.outputNames).size).toBe(3);
    await session.release();
  });

  it('a layer applied twice, to values of different sizes', async () => {
    const shared = layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' });
    const image = input({ shape: [null, null, 3] });
    const network = model({ inputs: image, outputs: apply(shared, apply(shared, image)) });
    await expectSameInOnnx(network, { shapes: [[[1, 9, 8, 3]], [[2, 7, 7, 3]]] });
  });

  it('layers of one’s own, and a built-in one replaced', async () => {
    class Negative extends layers.Layer {
      static readonly className = 'TestNegative';
      override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.neg([x].flat()[0] as tf.Tensor);
      }
    }
    const vector = input({ shape: [3], name: 'x' });
    const network = model({ inputs: vector, outputs: apply(new Negative({ name: 'minus' }), vector) });
    await expect(exportOnnx(network)).rejects.toThrow(
      'layer minus: the layer cannot be exported to ONNX: there is no writer for its class; got TestNegative. ' +
        "Write it yourself with registerOnnxLayer('TestNegative', …), or replace it in the model.",
    );
    registerOnnxLayer('TestNegative', (context, [x]) => context.elementwise('Neg', x!));
    await expectSameInOnnx(network);
  });
});

describe('the file', () => {
  it('names open sizes, keeps known ones and says what it was told', async () => {
    const metadata = {
      classNames: ['a', 'b'],
      preprocessing: { mean: [1, 2, 3], scale: 0.5 },
      author: 'Ada',
    };
    const network = residualNetwork();
    const session = await openSession(await exportOnnx(network, { metadata }));
    expect(session.inputMetadata).toEqual([
      { name: 'image', isTensor: true, type: 'float32', shape: ['batch', 'height', 'width', 3] },
    ]);
    const [output] = session.outputMetadata as unknown as { name: string; shape: unknown[] }[];
    expect(output).toMatchObject({ name: 'classes' });
    expect(output!.shape[0]).toBe('batch');
    expect(output!.shape.at(-1)).toBe(4);
    await session.release();
    const text = Buffer.from(await exportOnnx(network, { metadata })).toString('latin1');
    expect(text).toContain('["a","b"]');
    expect(text).toContain('{"mean":[1,2,3],"scale":0.5}');
    expect(text).toContain('Ada');
    expect(text).not.toContain('"Ada"');
  });

  it('turns images once on their way in and once on their way out', async () => {
    const file = await exportOnnx(residualNetwork());
    const text = Buffer.from(file).toString('latin1');
    expect(text.split('/Transpose_v').length - 1).toBe(2);
  });

  it('takes and gives channels second where asked', async () => {
    const network = residualNetwork();
    randomizeWeights(network);
    const image = randomTensor([2, 8, 6, 3]);
    const expected = network.predict(image) as tf.Tensor;
    const turned = tf.transpose(image, [0, 3, 1, 2]);
    const [both] = await runInOnnx(await exportOnnx(network, { inputLayout: 'nchw' }), [turned]);
    expect(both!.dims).toEqual([2, 4, 8, 6]);
    const expectedFirst = tf.transpose(expected, [0, 3, 1, 2]).dataSync();
    expect(largestDifference(both!.data, expectedFirst)).toBeLessThan(TOLERANCE);
    const file = await exportOnnx(network, { inputLayout: 'nchw', outputLayout: 'nhwc' });
    const [mixed] = await runInOnnx(file, [turned]);
    expect(mixed!.dims).toEqual([2, 8, 6, 4]);
    expect(largestDifference(mixed!.data, expected.dataSync())).toBeLessThan(TOLERANCE);
  });

  it('can be written for every operator set offered', async () => {
    const image = input({ shape: [6, 6, 3] });
    const parts = [
      layers.upSampling2d({}),
      layers.zeroPadding2d({}),
      layers.layerNormalization({}),
      layers.activation({ activation: 'mish' }),
      layers.maxPooling2d({ poolSize: 2 }),
    ].reduce((x, layer) => apply(layer, x), image);
    const network = model({ inputs: image, outputs: parts });
    for (const opset of ONNX_OPSETS) await expectSameInOnnx(network, { opset });
  });

  it('has the names that were given', async () => {
    const network = residualNetwork();
    const session = await openSession(await exportOnnx(network, { inputNames: ['v0'], outputNames: ['c1'] }));
    expect([session.inputNames, session.outputNames]).toEqual([['v0'], ['c1']]);
    await run(session, [randomTensor([1, 4, 4, 3])]);
    await session.release();
    await expect(exportOnnx(network, { outputNames: ['a', 'b'] })).rejects.toThrow(
      'outputNames: not one name of its own for each of the model; got a, b; expected 1 different names',
    );
    await expect(exportOnnx(network, { outputNames: ['image'] })).rejects.toThrow(
      'outputNames: an output has the name of an input; got image',
    );
  });

  it('refuses what it cannot write, by name', async () => {
    const network = residualNetwork();
    await expect(exportOnnx(network, { opset: 16 as 17 })).rejects.toThrow(/opset: unknown choice; got 16/);
    await expect(exportOnnx(network, { layout: 'nchw' } as never)).rejects.toThrow(
      /unknown option; got layout/,
    );
    await expect(exportOnnx({} as LayersModel)).rejects.toThrow(/model: not a tfjs-layers model/);
    await expect(exportOnnx(sequential())).rejects.toThrow(/Give a sequential model an input shape/);
    const sequence = sequential({
      layers: [layers.lstm({ units: 2, inputShape: [3, 4], name: 'memory', recurrentInitializer: 'zeros' })],
    });
    await expect(exportOnnx(sequence)).rejects.toThrow(
      /layer memory: .*there is no writer for its class; got LSTM/,
    );
    const odd = sequential({ layers: [layers.dense({ units: 1, inputShape: [1], name: 'odd' })] });
    (odd.layers[0] as unknown as { getConfig(): object }).getConfig = () => ({ activation: 'sinus' });
    await expect(exportOnnx(odd)).rejects.toThrow(
      /layer odd: .*the activation sinus is not known; got Dense. Known are linear, relu,/,
    );
    const [x] = [input({ shape: [3] })];
    const training = layers
      .dropout({ rate: 0.5, name: 'drop' })
      .apply(x!, { training: true }) as SymbolicTensor;
    await expect(exportOnnx(model({ inputs: x!, outputs: training }))).rejects.toThrow(
      /layer drop: .*it is applied as in training; got Dropout. Apply it without/,
    );
  });

  it('leaves the model and its tensors as they are', async () => {
    const network = residualNetwork();
    const before = tf.memory().numTensors;
    await exportOnnx(network);
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });
});

describe('the same numbers as tfjs', () => {
  it.each(LFN_VARIANTS)('from the %s LFN', async (variant) => {
    const network = buildLfn({ variant });
    await expectSameInOnnx(network, { shapes: [[[1, 56, 56, 3]], [[3, 56, 56, 3]]] });
    network.dispose();
  });

  it('from the LFN without batch normalisation, with logits', async () => {
    const network = buildLfn({ variant: 'narrow', batchNorm: false, activation: 'linear', size: 24 });
    await expectSameInOnnx(network, { shapes: [[[2, 24, 24, 3]]] });
    network.dispose();
  });

  it('from any small stack of layers, at any size', async () => {
    const padding = fc.constantFrom('same' as const, 'valid' as const);
    const small = fc.integer({ min: 1, max: 3 });
    const block = fc.oneof(
      fc.record({
        kind: fc.constant('conv' as const),
        filters: fc.integer({ min: 1, max: 5 }),
        kernelSize: fc.tuple(small, small),
        strides: small,
        padding,
        useBias: fc.boolean(),
      }),
      fc.record({ kind: fc.constant('depthwise' as const), kernelSize: small, strides: small, padding }),
      fc.record({
        kind: fc.constant('transpose' as const),
        filters: fc.integer({ min: 1, max: 4 }),
        kernelSize: small,
        strides: small,
        padding,
      }),
      fc.record({ kind: fc.constant('max' as const), poolSize: small, strides: small, padding }),
      fc.record({ kind: fc.constant('average' as const), poolSize: small, strides: small, padding }),
      fc.record({ kind: fc.constant('zeros' as const), padding: fc.integer({ min: 0, max: 2 }) }),
      fc.constant({ kind: 'norm' as const }),
      fc.record({
        kind: fc.constant('activation' as const),
        activation: fc.constantFrom('relu' as const, 'tanh' as const, 'softmax' as const),
      }),
      fc.constant({ kind: 'residual' as const }),
      fc.record({ kind: fc.constant('dense' as const), units: fc.integer({ min: 1, max: 4 }) }),
    );
    type Block = typeof block extends fc.Arbitrary<infer B> ? B : never;
    const layerOf = (made: Exclude<Block, { kind: 'residual' }>): { apply(x: never): unknown } => {
      const { kind: _, ...config } = made;
      switch (made.kind) {
        case 'conv':
          return layers.conv2d(config as never);
        case 'depthwise':
          return layers.depthwiseConv2d(config as never);
        case 'transpose':
          return layers.conv2dTranspose(config as never);
        case 'max':
          return layers.maxPooling2d(config as never);
        case 'average':
          return layers.averagePooling2d(config as never);
        case 'zeros':
          return layers.zeroPadding2d(config as never);
        case 'norm':
          return layers.batchNormalization();
        case 'activation':
          return layers.activation(config as never);
        case 'dense':
          return layers.dense(config as never);
      }
    };
    const size = fc.integer({ min: 20, max: 26 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(block, { minLength: 1, maxLength: 5 }),
        fc.array(fc.tuple(size, size), { minLength: 2, maxLength: 2 }),
        async (blocks, sizes) => {
          const image = input({ shape: [null, null, 2] });
          const output = blocks.reduce(
            (x, made) => (made.kind === 'residual' ? apply(layers.add(), [x, x]) : apply(layerOf(made), x)),
            image,
          );
          const network = model({ inputs: image, outputs: output });
          // Strides up to 3 in five layers can leave nothing of the smallest image; tfjs refuses that too.
          const extents = blocks.reduce((extent, made) => {
            if (!('padding' in made) || typeof made.padding !== 'string') return extent;
            const span = ['kernelSize' in made ? made.kernelSize : made.poolSize].flat();
            if (made.kind === 'transpose') return extent;
            return made.padding === 'same'
              ? Math.ceil(extent / made.strides)
              : Math.floor((extent - Math.max(...span)) / made.strides) + 1;
          }, 20);
          fc.pre(extents >= 1);
          await expectSameInOnnx(network, {
            shapes: sizes.map(([height, width]) => [[2, height, width, 2]]),
          });
          network.dispose();
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('other runtimes', () => {
  const image = () => randomTensor([2, 9, 7, 3]);

  it('gives the same in onnxruntime-web', async () => {
    web.env.wasm.numThreads = 1;
    const network = residualNetwork();
    randomizeWeights(network);
    // The deconvolution makes an even size; the input of 9 x 7 is one that is not.
    const expected = network.predict(image()) as tf.Tensor;
    const session = await web.InferenceSession.create(await exportOnnx(network), {
      executionProviders: ['wasm'],
    });
    const feed = new web.Tensor('float32', image().dataSync() as Float32Array, [2, 9, 7, 3]);
    const { classes } = await session.run({ image: feed });
    expect(classes!.dims).toEqual(expected.shape);
    expect(largestDifference(classes!.data as Float32Array, expected.dataSync())).toBeLessThan(TOLERANCE);
    await session.release();
  });

  const python = '/usr/bin/python3';
  const has = (module: string): boolean => {
    try {
      execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  async function inPython(file: Uint8Array, code: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'lesion-onnx-'));
    try {
      const path = join(folder, 'model.onnx');
      await writeFile(path, file);
      return execFileSync(python, ['-c', code, path], { encoding: 'utf8' }).trim();
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it.skipIf(!has('onnx'))(
    'satisfies the checker of Python’s onnx (skipped where that is not installed)',
    async () => {
      const code = `
import onnx, sys
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
print(model.ir_version, model.opset_import[0].version, {p.key: p.value for p in model.metadata_props}["unit"])`;
      // 17 is the newest operator set that all versions of onnx since 1.12 know.
      for (const network of [residualNetwork(), buildLfn({ variant: 'narrow' })]) {
        const file = await exportOnnx(network, { opset: 17, metadata: { unit: 'µm' } });
        expect(await inPython(file, code)).toBe('8 17 µm');
      }
    },
  );

  it.skipIf(!has('onnxruntime'))(
    'gives the same in Python’s onnxruntime (skipped where that is not installed)',
    async () => {
      const network = residualNetwork();
      randomizeWeights(network);
      const code = `
import json, numpy, onnxruntime, sys
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
image = numpy.arange(2 * 9 * 7 * 3, dtype=numpy.float32).reshape(2, 9, 7, 3) / 100
print(json.dumps(session.run(None, {"image": image})[0].ravel().tolist()))`;
      const ramp = tf.tensor(
        Float32Array.from({ length: 378 }, (_, i) => i / 100),
        [2, 9, 7, 3],
      );
      const expected = (network.predict(ramp) as tf.Tensor).dataSync();
      const got = JSON.parse(await inPython(await exportOnnx(network), code)) as number[];
      expect(largestDifference(got, expected)).toBeLessThan(TOLERANCE);
    },
  );
});
