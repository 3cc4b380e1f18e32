import '@tensorflow/tfjs-backend-cpu';
import * as fs from 'node:fs';
import * as onnx from '@lesion/onnx';
import { testReadme } from '@lesion/test-support';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-node';
import { afterEach, describe } from 'vitest';
import * as backend from '../src/index.js';

// Each block starts with the options as they are before anything is set.
afterEach(() => {
  backend.configureOnnxRuntime({});
});

const modules = {
  '@lesion/onnx': onnx,
  '@lesion/tfjs-backend-onnxruntime': backend,
  '@tensorflow/tfjs-backend-cpu': {},
  '@tensorflow/tfjs-core': tf,
  '@tensorflow/tfjs-layers': tfLayers,
  'node:fs': fs,
  'onnxruntime-node': ort,
};
const guide = new URL('../../../docs/guides/train-any-tfjs-model-in-node.md', import.meta.url);

describe('the README', () => testReadme(new URL('../README.md', import.meta.url), modules));
describe('the guide', () => testReadme(guide, modules));
