/** What happens where tfjs asks for a kernel that the backend has not: an error that says what to do. */
import { LesionError } from '@lesion/core';
import { engine, getKernel, type NamedAttrMap, type NamedTensorInfoMap } from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from './backend.js';

type RunKernel = (kernelName: string, inputs: NamedTensorInfoMap, attrs?: NamedAttrMap) => unknown;

const patched = Symbol.for('@lesion/tfjs-backend-onnxruntime.runKernel');

/**
 * Puts a check in front of the engine's own. A kernel that throws would do as well, but would count as
 * there for all who ask tfjs what a backend can do.
 */
export function explainMissingKernels(supported: readonly string[]): void {
  const prototype = Object.getPrototypeOf(engine()) as { runKernel: RunKernel; [patched]?: true };
  if (prototype[patched]) return;
  prototype[patched] = true;
  const known = new Set(supported);
  const { runKernel } = prototype;
  prototype.runKernel = function (this: { backendName: string }, kernelName, inputs, attrs) {
    // A set is asked first: a kernel that somebody else registered is the exception.
    if (
      this.backendName === BACKEND_NAME &&
      !known.has(kernelName) &&
      getKernel(kernelName, BACKEND_NAME) === undefined
    ) {
      throw new LesionError('ENGINE_UNAVAILABLE', {
        what: `the kernel ${kernelName} is not on the ${BACKEND_NAME} backend`,
        where: kernelName,
        mend:
          "Compute this part on another backend: tf.setBackend('cpu') before it and " +
          `tf.setBackend('${BACKEND_NAME}') after it; tensors move by themselves.`,
      });
    }
    return runKernel.call(this, kernelName, inputs, attrs);
  };
}
