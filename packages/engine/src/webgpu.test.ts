// The webgpu engine in Node, on SwiftShader where Debian's chromium and a Vulkan loader are installed: correct
// and very slow, so tiny shapes only.
import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectEngines, loadEngine } from './index.js';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const loader = ['x86_64', 'aarch64'].some((machine) =>
  existsSync(`/usr/lib/${machine}-linux-gnu/libvulkan.so.1`),
);
const before = process.env['VK_DRIVER_FILES'];

describe.skipIf(!existsSync(driver) || !loader)('webgpu on an emulated GPU', () => {
  beforeAll(() => {
    process.env['VK_DRIVER_FILES'] = driver;
  });
  afterAll(() => {
    if (before === undefined) delete process.env['VK_DRIVER_FILES'];
    else process.env['VK_DRIVER_FILES'] = before;
  });

  it('is found, and used for training only when asked for by name', async () => {
    const reports = await inspectEngines();
    expect(reports.find(({ name }) => name === 'webgpu')).toMatchObject({
      available: true,
      canTrain: true,
      reason: 'emulated on the CPU, so it is used only when asked for by name',
    });
    const automatic = await loadEngine({ purpose: 'train' });
    expect(automatic.name).not.toBe('webgpu');
    expect(automatic.refused.some(({ name }) => name === 'webgpu')).toBe(true);
  });

  it('computes gradients as the cpu does', async () => {
    const gradient = async (): Promise<number[]> => {
      const x = tf.tensor4d(
        Array.from({ length: 32 }, (_, i) => Math.sin(i)),
        [1, 4, 4, 2],
      );
      const filter = tf.tensor4d(
        Array.from({ length: 36 }, (_, i) => Math.cos(i)),
        [3, 3, 2, 2],
      );
      const loss = (w: tf.Tensor): tf.Tensor =>
        tf.sum(tf.square(tf.relu(tf.conv2d(x, w as tf.Tensor4D, 1, 'same'))));
      return [...(await tf.grad(loss)(filter).data())];
    };
    expect(await loadEngine({ name: 'webgpu', purpose: 'train' })).toMatchObject({
      name: 'webgpu',
      canTrain: true,
    });
    const onGpu = await gradient();
    await loadEngine({ name: 'cpu' });
    expect(onGpu).toBeAllClose(await gradient(), 1e-3);
  });
});
