/**
 * The engines that tfjs can run on, best first, each with how to load it. Leans on tfjs-core; every
 * backend is imported only when it is tried.
 */
import * as tf from '@tensorflow/tfjs-core';
import { installFilterGradient } from './cpu-filter-gradient.js';

/** The names of the engines, which are also the names of their tfjs backends. */
export const ENGINE_NAMES = ['tensorflow', 'webgpu', 'onnxruntime', 'wasm', 'cpu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What a loaded backend says of itself. */
export interface LoadedBackend {
  /** Version and device, for people. */
  detail: string;
  /** Whether the device is emulated on the CPU: correct, but too slow to be chosen unasked. */
  emulated: boolean;
}

export interface EngineDefinition {
  name: EngineName;
  /** Loads and initialises the backend; throws with a one-line reason if it cannot. */
  load(): Promise<LoadedBackend>;
}

/** Kernels without which a network of these packages cannot take a training step. */
export const TRAINING_KERNELS = [
  'Conv2D',
  'Conv2DBackpropFilter',
  'Conv2DBackpropInput',
  'MaxPool',
  'MaxPoolGrad',
  'AvgPool',
  'AvgPoolGrad',
  'BatchMatMul',
  'FusedBatchNorm',
  'Step',
  'Sum',
] as const;

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.trim();
}

/** Imports an optional package by a computed name, so that bundlers and type checkers leave it alone. */
async function importOptional(name: string): Promise<Record<string, unknown>> {
  try {
    return (await import(/* @vite-ignore */ name)) as Record<string, unknown>;
  } catch (error) {
    // Node, bundlers and browsers each say it in their own words.
    const message = firstLine(error);
    if (
      message.includes(name) &&
      /cannot find (package|module)|(could not|failed to) resolve/i.test(message)
    ) {
      throw new Error(`${name} is not installed`);
    }
    throw new Error(`${name} is installed but does not load: ${firstLine(error)}`);
  }
}

async function activate(name: EngineName): Promise<void> {
  let activated: boolean;
  try {
    activated = await tf.setBackend(name);
  } catch (error) {
    throw new Error(`the ${name} backend does not start: ${firstLine(error)}`);
  }
  if (!activated) throw new Error(`the ${name} backend does not start`);
  await tf.ready();
}

async function loadTensorflow(name: string): Promise<LoadedBackend> {
  const module = await importOptional(name);
  await activate('tensorflow');
  const version = (module['version'] as Record<string, string> | undefined)?.['tfjs-node'];
  return { detail: `${name} ${version ?? ''}`.trim(), emulated: false };
}

interface AdapterInfo {
  vendor?: string;
  architecture?: string;
  device?: string;
  description?: string;
}

interface Gpu {
  requestAdapter(options?: { powerPreference?: string }): Promise<{ info?: AdapterInfo } | null>;
}

/** Dawn writes a complaint of its own to standard error where it finds no Vulkan, so that is looked for first. */
function assertVulkan(): void {
  if (globalThis.process?.platform !== 'linux') return;
  const library = 'libvulkan.so.1';
  try {
    process.dlopen({ exports: {} }, library);
  } catch (error) {
    // A library that is there is refused too, for not being an addon: in other words.
    if (/cannot open shared object/.test(firstLine(error))) {
      throw new Error(`no GPU adapter: the Vulkan loader ${library} is not installed`);
    }
  }
}

/** The platform's WebGPU, else Dawn from the npm package `webgpu`, put where tfjs looks for it. */
async function findGpu(): Promise<Gpu> {
  const scope = globalThis as unknown as { navigator?: { gpu?: Gpu } };
  if (scope.navigator?.gpu) return scope.navigator.gpu;
  const dawn = await importOptional('webgpu');
  assertVulkan();
  Object.assign(globalThis, dawn['globals']);
  const gpu = (dawn['create'] as (options: string[]) => Gpu)([]);
  if (scope.navigator === undefined) {
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  } else {
    Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  }
  return gpu;
}

async function loadWebgpu(): Promise<LoadedBackend> {
  const gpu = await findGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null)
    throw new Error('no GPU adapter: WebGPU found no driver for Vulkan, Metal or Direct3D 12');
  // The backend registers itself as it is imported, and only where it finds a GPU: so not earlier.
  await importOptional('@tensorflow/tfjs-backend-webgpu');
  const info = adapter.info ?? {};
  const device = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ');
  await activate('webgpu');
  return {
    detail: device || 'unnamed adapter',
    emulated: /swiftshader|llvmpipe|lavapipe|software|cpu/i.test(device),
  };
}

async function loadOnnxRuntime(): Promise<LoadedBackend> {
  // By a computed name: the package is for Node alone, and bundlers for browsers should not look into it.
  const module = await importOptional('@lesion/tfjs-backend-onnxruntime');
  await activate('onnxruntime');
  return { detail: (module['describeOnnxRuntime'] as () => string)(), emulated: false };
}

async function loadWasm(): Promise<LoadedBackend> {
  const module = await import('@tensorflow/tfjs-backend-wasm');
  await activate('wasm');
  return {
    detail: `tfjs wasm ${module.version_wasm}, ${module.getThreadsCount() > 1 ? 'threads' : 'one thread'}`,
    emulated: false,
  };
}

async function loadCpu(): Promise<LoadedBackend> {
  const module = await import('@tensorflow/tfjs-backend-cpu');
  await activate('cpu');
  installFilterGradient();
  // The backend greets its first tensor with an advertisement for tfjs-node; here it was chosen knowingly.
  Object.assign(tf.backend(), { firstUse: false });
  return { detail: `tfjs cpu ${module.version_cpu}, plain JavaScript`, emulated: false };
}

/**
 * All ways to an engine, the fastest first: the order in which `auto` tries them. TensorFlow is fastest with
 * a GPU; without one, ONNX Runtime is.
 */
export const ENGINES: readonly EngineDefinition[] = [
  { name: 'tensorflow', load: () => loadTensorflow('@tensorflow/tfjs-node-gpu') },
  { name: 'webgpu', load: loadWebgpu },
  { name: 'onnxruntime', load: loadOnnxRuntime },
  { name: 'tensorflow', load: () => loadTensorflow('@tensorflow/tfjs-node') },
  { name: 'wasm', load: loadWasm },
  { name: 'cpu', load: loadCpu },
];

/** The kernels of {@link TRAINING_KERNELS} that a registered backend lacks. */
export function missingTrainingKernels(name: EngineName): string[] {
  const present = new Set(tf.getKernelsForBackend(name).map((kernel) => kernel.kernelName));
  return TRAINING_KERNELS.filter((kernel) => !present.has(kernel));
}
