/**
 * Gradients of tfjs that this backend has a better form of. tfjs knows one gradient for all backends, so
 * each of ours passes on to tfjs's own where another backend is active. tfjs registers its gradients with
 * tfjs-layers, which may be imported later than this package: hence they are put in place by the kernels.
 */
import {
  engine,
  type GradConfig,
  getGradient,
  type NamedAttrMap,
  registerGradient,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { activeOnnxRuntimeBackend, type OnnxRuntimeBackend } from './backend.js';

/** The gradients by input name, or undefined to leave it to tfjs. */
export type GradientRecorder = (
  backend: OnnxRuntimeBackend,
  dy: TensorInfo,
  saved: readonly TensorInfo[],
  attributes: NamedAttrMap,
) => Record<string, () => TensorInfo> | undefined;

const installed = new Map<string, GradConfig>();

/** Puts `record` in front of tfjs's gradient of a kernel, unless it is there already. */
export function overrideGradient(kernelName: string, record: GradientRecorder): void {
  const present = getGradient(kernelName);
  if (present === undefined || present === installed.get(kernelName)) return;
  const config: GradConfig = {
    ...present,
    gradFunc: (dy, saved, attributes) => {
      const backend = activeOnnxRuntimeBackend();
      const gradients =
        backend === undefined ? undefined : record(backend, dy as Tensor, saved as Tensor[], attributes);
      if (gradients === undefined) return present.gradFunc(dy, saved, attributes);
      return Object.fromEntries(
        Object.entries(gradients).map(([name, make]) => [
          name,
          () => engine().makeTensorFromTensorInfo(make()),
        ]),
      );
    },
  };
  installed.set(kernelName, config);
  registerGradient(config);
}
