// Which form a network takes where ONNX Runtime is absent, and which engine is left behind.
import { activeBackend } from '@lesion/engine';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('./onnx-runtime.js');
  vi.resetModules();
});

const model = () =>
  sequential({
    layers: [layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [null, null, 3] as never })],
  });

async function withoutRuntime() {
  vi.doMock('./onnx-runtime.js', () => ({
    defaultThreads: () => 1,
    importOnnxRuntime: () => Promise.reject(new Error('onnxruntime-node is not installed')),
    inspectOnnxRuntime: async () => ({ available: false, reason: 'onnxruntime-node is not installed' }),
  }));
  return import('./exported-network.js');
}

it('holds weights on the plainest engine, but leaves the choice of another open', async () => {
  expect(activeBackend()).toBeUndefined();
  const { prepareNetworks } = await import('./exported-network.js');
  const exported = await (await prepareNetworks({}))(model);
  expect(exported.form).toBe('exported');
  expect(activeBackend()).toBe('cpu');
  const { shape } = await exported.predict(new Float32Array(2 * 3 * 3), [1, 2, 3, 3]);
  expect(shape).toEqual([1, 2, 3, 2]);
  exported.dispose();
  const tfjs = await (await prepareNetworks({ network: 'tfjs' }))(model);
  expect(tfjs.form).toBe('tfjs');
  expect(activeBackend()).not.toBe('cpu');
  tfjs.dispose();
});

it('is tfjs where ONNX Runtime is absent', async () => {
  const { prepareNetworks } = await withoutRuntime();
  const network = await (await prepareNetworks({ engine: 'current' }))(model);
  expect(network.form).toBe('tfjs');
  network.dispose();
});

it('says why there is no exported network where one was asked for', async () => {
  const { prepareNetworks } = await withoutRuntime();
  await expect(prepareNetworks({ network: 'exported' })).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message:
      'network: exported networks cannot run here; got onnxruntime-node is not installed. ' +
      "Install onnxruntime-node, or choose network: 'tfjs'.",
  });
});

it('describes the runtime', async () => {
  const { inspectOnnxRuntime } = await import('./onnx-runtime.js');
  expect(await inspectOnnxRuntime()).toEqual({
    available: true,
    detail: expect.stringMatching(/^ONNX Runtime \d+\.\d+\.\d+, \d+ threads?$/),
  });
});
