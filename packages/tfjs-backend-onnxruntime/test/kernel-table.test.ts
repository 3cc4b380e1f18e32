// The guide's table of supported kernels is what calling each of them gives. Where it is stale, write it anew:
// npx vitest run --project tfjs-backend-onnxruntime kernel-table --update
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
// Registers tfjs's gradients and chained operations.
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import '../src/index.js';
import { kernelsWithoutSample, kernelTable } from './kernel-table/table.js';

const guide = fileURLToPath(new URL('../../../docs/guides/train-any-tfjs-model-in-node.md', import.meta.url));
const TABLE = /(?<=<!-- kernels -->\n\n)[\s\S]*?(?=\n\n<!-- \/kernels -->)/;

it('has a sample of every kernel', () => {
  expect(kernelsWithoutSample()).toEqual([]);
});

it('says in the guide what every kernel takes', async () => {
  await tf.setBackend('onnxruntime');
  const table = await kernelTable();
  const text = await readFile(guide, 'utf8');
  expect(text).toMatch(TABLE);
  await expect(text.replace(TABLE, () => table)).toMatchFileSnapshot(guide);
}, 180_000);
