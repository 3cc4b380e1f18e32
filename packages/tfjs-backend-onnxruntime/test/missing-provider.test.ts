// An execution provider that this machine has not: ONNX Runtime's npm package brings no CUDA.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import { configureOnnxRuntime } from '../src/index.js';

const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
const library = join(runtime, `bin/napi-v6/linux/${process.arch}/libonnxruntime_providers_cuda.so`);

it.skipIf(existsSync(library))('says how to go on where a provider is missing', async () => {
  configureOnnxRuntime({ executionProvider: 'cuda' });
  await tf.setBackend('onnxruntime');
  const sum = tf.add(tf.tensor1d([1]), tf.tensor1d([2]));
  await expect(sum.data()).rejects.toThrow(/cuda cannot start here: call configureOnnxRuntime\(\{/);
  configureOnnxRuntime({});
  await tf.setBackend('onnxruntime');
  expect([...(await tf.add(tf.tensor1d([1]), tf.tensor1d([2])).data())]).toEqual([3]);
});
