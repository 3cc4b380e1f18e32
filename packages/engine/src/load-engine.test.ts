import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { inspectEngines, loadEngine } from './index.js';

const installed = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};

describe('loadEngine', () => {
  it('loads the engine that was asked for and computes on it', async () => {
    for (const name of ['onnxruntime', 'cpu', 'wasm'] as const) {
      const engine = await loadEngine({ name });
      expect(engine).toMatchObject({ name, refused: [] });
      expect(tf.getBackend()).toBe(name);
      const x = tf.ones([1, 8, 8, 3]);
      const y = tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 3, 2]), 1, 'valid');
      expect((await y.data())[0]).toBe(27);
    }
  });

  it('refuses wasm for training by name, with the kernel that it lacks', async () => {
    await loadEngine({ name: 'cpu' });
    await expect(loadEngine({ name: 'wasm', purpose: 'train' })).rejects.toThrow(
      'engine: the engine wasm cannot be used to train; got wasm: cannot train: it lacks the kernel Conv2DBackpropFilter. Choose another engine',
    );
    // A refusal leaves the engine in use as it was.
    expect(tf.getBackend()).toBe('cpu');
  });

  it('falls to the next engine and says why each faster one was passed over', async () => {
    const engine = await loadEngine({ purpose: 'train' });
    expect(engine.canTrain).toBe(true);
    for (const { name, reason } of engine.refused) {
      expect(['tensorflow', 'webgpu']).toContain(name);
      expect(reason.length).toBeGreaterThan(10);
      expect(reason).not.toContain('\n');
    }
    if (engine.name === 'onnxruntime') {
      expect(engine.refused.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu']);
    }
  });

  it.skipIf(installed('@tensorflow/tfjs-node') || installed('@tensorflow/tfjs-node-gpu'))(
    'names the package that a missing engine needs',
    async () => {
      await expect(loadEngine({ name: 'tensorflow' })).rejects.toThrow(
        'tensorflow: @tensorflow/tfjs-node-gpu is not installed, tensorflow: @tensorflow/tfjs-node is not installed',
      );
    },
  );

  it('refuses unknown names and options', async () => {
    await expect(loadEngine({ name: 'cuda' as 'cpu' })).rejects.toThrow('engine: unknown choice; got "cuda"');
    await expect(loadEngine({ engine: 'cpu' } as never)).rejects.toThrow('unknown option; got engine');
  });
});

describe('inspectEngines', () => {
  it('reports every engine and leaves the active one active', async () => {
    await loadEngine({ name: 'cpu' });
    const reports = await inspectEngines();
    expect(reports.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'onnxruntime', 'wasm', 'cpu']);
    expect(reports.find(({ name }) => name === 'wasm')).toMatchObject({ available: true, canTrain: false });
    expect(reports.find(({ name }) => name === 'cpu')).toMatchObject({ available: true, canTrain: true });
    for (const report of reports) expect(report.available || report.reason).toBeTruthy();
    expect(tf.getBackend()).toBe('cpu');
  });

  it('measures a convolution on each engine that loads', async () => {
    const reports = await inspectEngines({ measure: true });
    const speed = Object.fromEntries(reports.map(({ name, gigaflops }) => [name, gigaflops]));
    for (const { available, gigaflops } of reports) expect(gigaflops !== undefined).toBe(available);
    // Plain JavaScript is slower than native code by two orders of magnitude.
    expect(speed['onnxruntime']!).toBeGreaterThan(5 * speed['cpu']!);
  });
});
