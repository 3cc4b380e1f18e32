/** Trains a small network on tfjs-cpu and on both providers, and writes what came out to a file. */
import '@tensorflow/tfjs-backend-cpu';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SeededRandom } from '@lesion/core';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { activeOnnxRuntimeBackend, compileStep, configureOnnxRuntime } from '../../src/index.js';
import type { Results, Training } from './results.js';

const STEPS = 3;
const BATCH = 3;
const SIZE = 16;
const CLASSES = 4;

/** Both kinds of max-pooling: windows side by side, and windows that overlap. */
function buildNetwork(): LayersModel {
  let seed = 0;
  const kernelInitializer = () => initializers.glorotUniform({ seed: ++seed });
  return sequential({
    layers: [
      layers.conv2d({
        inputShape: [SIZE, SIZE, 3],
        filters: 8,
        kernelSize: 3,
        padding: 'same',
        kernelInitializer: kernelInitializer(),
      }),
      layers.batchNormalization({}),
      layers.activation({ activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.conv2d({ filters: 16, kernelSize: 3, strides: 1, kernelInitializer: kernelInitializer() }),
      layers.batchNormalization({}),
      layers.activation({ activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      layers.conv2d({ filters: 16, kernelSize: 1, strides: 1, kernelInitializer: kernelInitializer() }),
      layers.averagePooling2d({ poolSize: 2, strides: 1 }),
      layers.flatten({}),
      layers.dense({ units: CLASSES, kernelInitializer: kernelInitializer() }),
    ],
  });
}

function makeBatch(): { images: tf.Tensor4D; labels: tf.Tensor2D } {
  const random = new SeededRandom(7);
  const pixels = Float32Array.from({ length: BATCH * SIZE * SIZE * 3 }, () => random.uniform(-1, 1));
  return {
    images: tf.tensor4d(pixels, [BATCH, SIZE, SIZE, 3]),
    labels: tf.tensor2d(
      Array.from({ length: BATCH * CLASSES }, (_, i) => (i % (CLASSES + 1) === 0 ? 1 : 0)),
      [BATCH, CLASSES],
    ),
  };
}

async function train(isCompiled = false): Promise<Training> {
  const model = buildNetwork();
  const optimizer = tf.train.momentum(0.05, 0.9);
  const { images, labels } = makeBatch();
  const once = (x: tf.Tensor4D, y: tf.Tensor2D): tf.Scalar =>
    optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor2D) as tf.Scalar,
      true,
    )!;
  const step = isCompiled ? compileStep(once) : once;
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) losses.push((await step(images, labels).data())[0]!);
  const weights: number[][] = [];
  for (const weight of model.getWeights()) weights.push([...(await weight.data())]);
  return { losses, weights };
}

const predict = async (): Promise<number[]> => [
  ...(await (buildNetwork().predict(makeBatch().images) as tf.Tensor).data()),
];

const ramp = (shape: [number, number, number, number]): tf.Tensor4D =>
  tf.tensor4d(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i)),
    shape,
  );

/** What the provider computes wrongly if it is written as for the CPU. */
const TRAPS: Record<string, () => tf.Tensor> = {
  'padding behind an image as large as the window': () =>
    tf.conv2d(ramp([2, 2, 2, 3]), ramp([2, 2, 3, 4]), 1, 'same'),
  'its gradient': () =>
    tf.grad((x) => tf.conv2d(x as tf.Tensor4D, ramp([2, 2, 3, 4]), 1, 'same'))(
      ramp([2, 2, 2, 3]),
      ramp([2, 2, 2, 4]),
    ),
  'the gradient of a depthwise convolution with strides': () =>
    tf.grad((x) => tf.depthwiseConv2d(x as tf.Tensor4D, ramp([3, 3, 3, 2]), 2, 'same'))(
      ramp([2, 6, 7, 3]),
      ramp([2, 3, 4, 6]),
    ),
  'a slice that goes backwards': () =>
    tf.stridedSlice(ramp([1, 2, 5, 4]), [0, 0, 3, -1], [1, 2, 0, 0], [1, 1, -1, -2]),
  'all in reverse order': () => tf.reverse(ramp([2, 3, 4, 2]), [1, 3]),
};

async function meetTraps(): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const [name, work] of Object.entries(TRAPS)) found[name] = [...(await work().data())];
  return found;
}

/** ONNX operators by provider, from the profiles that ONNX Runtime wrote. */
function operatorsOf(prefix: string): Record<string, string[]> {
  const found: Record<string, Set<string>> = {};
  for (const file of readdirSync(dirname(prefix)).filter((name) => name.startsWith(basename(prefix)))) {
    const events = JSON.parse(readFileSync(join(dirname(prefix), file), 'utf8')) as {
      args?: { provider?: string; op_name?: string };
    }[];
    for (const { args } of events) {
      if (args?.provider === undefined || args.op_name === undefined) continue;
      found[args.provider] ??= new Set();
      found[args.provider]!.add(args.op_name);
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([provider, operators]) => [provider, [...operators].sort()]),
  );
}

const resultFile = process.argv[2]!;
await tf.setBackend('cpu');
const tfjsCpu = await train();
const tfjsCpuPrediction = await predict();
const tfjsCpuTraps = await meetTraps();
configureOnnxRuntime({ threads: 1 });
await tf.setBackend('onnxruntime');
const onCpu = await train();

configureOnnxRuntime({ executionProvider: 'webgpu', threads: 1 });
await tf.setBackend('onnxruntime');
const backend = activeOnnxRuntimeBackend()!;
const prediction = await predict();
const traps = await meetTraps();
const before = { ...backend.statistics };
const compiled = await train(true);
const compiledRuns = {
  runs: backend.statistics.runs - before.runs,
  compilations: backend.statistics.compilations - before.compilations,
};
backend.releaseSessions();
const prefix = `${resultFile}.profile`;
backend.profileTo(prefix);
const onGpu = await train();
backend.releaseSessions();

const results: Results = {
  trainings: { 'tfjs-cpu': tfjsCpu, cpu: onCpu, webgpu: onGpu, 'webgpu compiled': compiled },
  predictions: { 'tfjs-cpu': tfjsCpuPrediction, webgpu: prediction },
  traps: { 'tfjs-cpu': tfjsCpuTraps, webgpu: traps },
  compiledRuns,
  operators: operatorsOf(prefix),
};
writeFileSync(resultFile, JSON.stringify(results));
