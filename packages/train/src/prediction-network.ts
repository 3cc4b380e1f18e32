/**
 * A network that predicts, whatever computes it: an ONNX graph exported from its layers, or the layers themselves on
 * a tfjs engine. Both give the same numbers but for rounding.
 */
import { assertNumber, assertOneOf, invalidArgument, LesionError } from '@lesion/core';
import type { EngineName } from '@lesion/engine';
import { exportOnnx } from '@lesion/onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { useEngine } from './engine-in-use.js';
import { defaultThreads, importOnnxRuntime, inspectOnnxRuntime } from './onnx-runtime.js';

/** What can compute a network's predictions. */
export const NETWORK_FORMS = ['exported', 'tfjs'] as const;
export type NetworkForm = (typeof NETWORK_FORMS)[number];

/** A network's answer, row by row. */
export interface NetworkOutput {
  data: Float32Array;
  shape: readonly number[];
}

/** A network that is ready to predict. `dispose()` it when it is no longer needed. */
export interface PredictionNetwork {
  readonly form: NetworkForm;
  /**
   * @param pixels normalised pixels, row by row
   * @param shape `[count, height, width, 3]`
   */
  predict(pixels: Float32Array, shape: [number, number, number, number]): Promise<NetworkOutput>;
  /** Frees the weights. */
  dispose(): void;
}

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

/** A tfjs-layers model on the engine that is active; the model is disposed of with the network. */
export function tfjsNetwork(model: LayersModel): PredictionNetwork {
  return {
    form: 'tfjs',
    async predict(pixels, shape) {
      const output = tf.tidy(() => model.predict(tf.tensor4d(pixels, shape)) as tf.Tensor);
      const data = await output.data<'float32'>();
      output.dispose();
      return { data, shape: output.shape };
    },
    dispose() {
      model.dispose();
    },
  };
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
      if (isDisposed) {
        throw invalidArgument({
          what: 'the network was disposed of',
          where: name,
          mend: 'Load it again.',
        });
      }
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
}: NetworkOptions): Promise<(build: () => LayersModel) => Promise<PredictionNetwork>> {
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
