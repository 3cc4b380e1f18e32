import { testReadme } from '@lesion/test-support';
import * as backend from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as fcrn from '../src/index.js';

await testReadme(new URL('../README.md', import.meta.url), {
  '@tensorflow/tfjs-backend-cpu': backend,
  '@tensorflow/tfjs-core': tf,
  '@lesion/fcrn': fcrn,
});
