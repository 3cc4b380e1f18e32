/** Makes the backend known to tfjs under its name. */
import { Optimizer, registerBackend, registerKernel, removeBackend } from '@tensorflow/tfjs-core';
import { activeOnnxRuntimeBackend, BACKEND_NAME, OnnxRuntimeBackend } from './backend.js';
import { explainMissingKernels } from './missing-kernels.js';
import { KERNELS, SUPPORTED_KERNELS } from './ops/index.js';
import { type OnnxRuntimeOptions, resolveOnnxRuntimeOptions } from './options.js';

/** Before tfjs's own cpu backend (1), behind backends on a GPU (3). */
const PRIORITY = 2;

function register(options: OnnxRuntimeOptions): void {
  const resolved = resolveOnnxRuntimeOptions(options);
  registerBackend(BACKEND_NAME, () => new OnnxRuntimeBackend(resolved), PRIORITY);
}

/**
 * Sets the backend's options. Call it before `tf.setBackend('onnxruntime')`; tensors of a backend that is
 * in use already are lost, as with `tf.removeBackend`.
 *
 * @throws LesionError `INVALID_ARGUMENT` for an unknown option or a value out of its range
 * @example
 * ```ts
 * configureOnnxRuntime({ threads: 4 });
 * await tf.setBackend('onnxruntime');
 * ```
 */
export function configureOnnxRuntime(options: OnnxRuntimeOptions): void {
  resolveOnnxRuntimeOptions(options);
  removeBackend(BACKEND_NAME);
  register(options);
}

const patched = Symbol.for('@lesion/tfjs-backend-onnxruntime.minimize');

/**
 * `model.fit` reads nothing between steps, so a trace would go on from step to step. It is computed at the
 * start of the next step: at the end of a step all its intermediate results are still held.
 */
function computeBetweenSteps(): void {
  const prototype = Optimizer.prototype as Optimizer & { [patched]?: true };
  if (prototype[patched]) return;
  const { minimize } = prototype;
  prototype[patched] = true;
  prototype.minimize = function (this: Optimizer, ...parameters) {
    activeOnnxRuntimeBackend()?.computeIfPossible();
    return minimize.apply(this, parameters);
  };
}

let registered = false;

/** Registers backend and kernels; further calls do nothing. */
export function registerOnnxRuntime(): void {
  if (registered) return;
  registered = true;
  for (const kernel of KERNELS) registerKernel(kernel);
  computeBetweenSteps();
  explainMissingKernels(SUPPORTED_KERNELS);
  register({});
}
