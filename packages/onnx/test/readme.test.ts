import { testReadme } from '@lesion/test-support';
import * as backend from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-node';
import * as onnx from '../src/index.js';

await testReadme(new URL('../README.md', import.meta.url), {
  '@lesion/onnx': onnx,
  '@tensorflow/tfjs-backend-cpu': backend,
  '@tensorflow/tfjs-core': tf,
  '@tensorflow/tfjs-layers': tfLayers,
  'onnxruntime-node': ort,
});
