/** Networks in Node: as ONNX graphs in ONNX Runtime where it loads, else as layers on an engine of tfjs. */
import { assertNumber, assertOneOf, invalidArgument, LesionError } from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import { registerFcrnOnnxLayers } from '@lesion/fcrn';
import { exportOnnx } from '@lesion/onnx';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { useEngine } from './engine-in-use.js';
import { defaultThreads, importOnnxRuntime, inspectOnnxRuntime } from './onnx-runtime.js';
import {
  disposedOf,
  type NetworkForm,
  type PredictionNetwork,
  type ToNetwork,
  tfjsNetwork,
} from './prediction-network.js';

/** What can compute a network's predictions here. */
export const NETWORK_FORMS = ['exported', 'tfjs'] as const satisfies readonly NetworkForm[];

/** How the networks of a bundle are computed. */
export interface NetworkOptions {
  /**
   * `exported`: as ONNX graphs in ONNX Runtime on the CPU, several times faster than tfjs there; needs the package
   * `onnxruntime-node`. `tfjs`: as tfjs layers on `engine`.
   * @default 'tfjs' if an engine is named, else 'exported' where ONNX Runtime loads
   */
  network?: NetworkForm | undefined;
  /** tfjs's engine; `current` keeps the active one if there is one. @default 'current' */
  engine?: EngineName | 'auto' | 'current' | undefined;
  /** Threads of ONNX Runtime. @default as many as the machine runs at once */
  threads?: number | undefined;
}

/**
 * A tfjs-layers model as a graph in ONNX Runtime. The model is disposed of at once: its weights live on in the
 * runtime alone.
 *
 * @param model takes one image tensor `[count, height, width, 3]`, gives one tensor
 * @throws LesionError `ENGINE_UNAVAILABLE` if ONNX Runtime does not load; `INVALID_ARGUMENT` as `exportOnnx`
 */
export async function exportedNetwork(
  model: LayersModel,
  { threads = defaultThreads() }: { threads?: number | undefined } = {},
): Promise<PredictionNetwork> {
  assertNumber(threads, 'threads', { integer: true, min: 1 });
  registerFcrnOnnxLayers();
  // The model itself must not be held by what is returned.
  const { name } = model;
  let file: Uint8Array;
  try {
    file = await exportOnnx(model);
  } finally {
    model.dispose();
  }
  const { InferenceSession, Tensor } = await onnxRuntime();
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // It plans memory for each size of image that it meets, and keeps the plans.
    enableMemPattern: false,
    logSeverityLevel: 3,
  });
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
  let isDisposed = false;
  return {
    form: 'exported',
    async predict(pixels, shape) {
      if (isDisposed) throw disposedOf(name);
      const results = await session.run({ [input]: new Tensor('float32', pixels, shape) }, [output]);
      const { data, dims } = results[output]!;
      return { data: data as Float32Array, shape: dims };
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      void session.release();
    },
  };
}

async function onnxRuntime(): ReturnType<typeof importOnnxRuntime> {
  try {
    return await importOnnxRuntime();
  } catch (error) {
    throw new LesionError('ENGINE_UNAVAILABLE', {
      what: 'exported networks cannot run here',
      where: 'network',
      got: (error as Error).message,
      mend: "Install onnxruntime-node, or choose network: 'tfjs'.",
      cause: error,
    });
  }
}

/**
 * Decides what computes, has `build` make each model, and turns it into a network.
 *
 * @returns makes one network from one model; call it for one after the other, so that no two are held twice
 * @throws LesionError `ENGINE_UNAVAILABLE`, `INVALID_ARGUMENT`
 */
export async function prepareNetworks({
  network,
  engine = 'current',
  threads,
}: NetworkOptions): Promise<ToNetwork> {
  if (network !== undefined) assertOneOf(network, NETWORK_FORMS, 'network');
  const isNamed = engine !== 'auto' && engine !== 'current';
  if (network === 'exported' && isNamed) {
    throw invalidArgument({
      what: 'an exported network does not run on an engine of tfjs',
      where: 'network',
      got: `network: 'exported' with engine: '${engine}'`,
      mend: 'Leave one of them out.',
    });
  }
  if (network === 'exported') await onnxRuntime();
  const isExported =
    network === 'exported' || (network === undefined && !isNamed && (await inspectOnnxRuntime()).available);
  if (!isExported) {
    await useEngine(engine);
    return async (build) => tfjsNetwork(build());
  }
  await useEngine('for building');
  return (build) => exportedNetwork(build(), { threads });
}
