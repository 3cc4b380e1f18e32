/**
 * `@lesion/tfjs-backend-onnxruntime`: a tfjs backend on ONNX Runtime. Importing it registers the backend
 * `onnxruntime`.
 */
import { registerOnnxRuntime } from './register.js';

export {
  activeOnnxRuntimeBackend,
  BACKEND_NAME,
  describeOnnxRuntime,
  OnnxRuntimeBackend,
  type OnnxRuntimeMemory,
  type OnnxRuntimeStatistics,
} from './backend.js';
export { type CompileStepOptions, compileStep } from './compile-step.js';
export { SUPPORTED_KERNELS } from './ops/index.js';
export { EXECUTION_PROVIDERS, type ExecutionProvider, type OnnxRuntimeOptions } from './options.js';
export { configureOnnxRuntime } from './register.js';

registerOnnxRuntime();
