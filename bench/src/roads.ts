/** The ways from a layers model to a processor: each loads its backend, or says why it cannot. */
import { loadEngine } from '@lesion/engine';
import type { ExecutionProvider } from '@lesion/tfjs-backend-onnxruntime';
import * as tf from '@tensorflow/tfjs-core';
import type { Road } from './work.js';

/** A backend that tfjs now runs on. */
export interface OpenRoad {
  /** Library, version and device. */
  name: string;
}

/** Imports by a name that no bundler looks into; such a package is here only if its user wants it. */
async function importOptional(name: string): Promise<Record<string, unknown>> {
  return (await import(name)) as Record<string, unknown>;
}

async function openOnnxRuntime(executionProvider: ExecutionProvider, threads: number): Promise<OpenRoad> {
  const { configureOnnxRuntime } = await import('@lesion/tfjs-backend-onnxruntime');
  configureOnnxRuntime({ executionProvider, threads });
  if (!(await tf.setBackend('onnxruntime'))) throw new Error('the onnxruntime backend does not start');
  return { name: executionProvider === 'cpu' ? 'onnxruntime' : `onnxruntime, ${executionProvider}` };
}

async function openTfjsWebgpu(): Promise<OpenRoad> {
  const { detail } = await loadEngine({ name: 'webgpu', purpose: 'train' });
  return { name: `tfjs webgpu on ${detail}` };
}

/** Not through the engine package, which also takes tfjs-node on the CPU. */
async function openTfjsNodeGpu(): Promise<OpenRoad> {
  const module = await importOptional('@tensorflow/tfjs-node-gpu');
  if (!(await tf.setBackend('tensorflow'))) throw new Error('the tensorflow backend does not start');
  const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
  if (!isUsingGpuDevice) throw new Error('@tensorflow/tfjs-node-gpu found no GPU that it can use');
  const version = (module['version'] as Record<string, string> | undefined)?.['tfjs-node'] ?? '';
  return { name: `tfjs-node-gpu ${version}`.trim() };
}

async function openEngine(name: 'wasm' | 'cpu'): Promise<OpenRoad> {
  const { detail } = await loadEngine({ name });
  return { name: detail };
}

/** Makes a road's backend tfjs's active one. @throws Error saying what is missing */
export async function openRoad(road: Road, threads: number): Promise<OpenRoad> {
  switch (road) {
    case 'onnxruntime':
      return openOnnxRuntime('cpu', threads);
    case 'onnxruntime-webgpu':
      return openOnnxRuntime('webgpu', threads);
    case 'onnxruntime-cuda':
      return openOnnxRuntime('cuda', threads);
    case 'tfjs-webgpu':
      return openTfjsWebgpu();
    case 'tfjs-node-gpu':
      return openTfjsNodeGpu();
    case 'wasm':
    case 'cpu':
      return openEngine(road);
  }
}
