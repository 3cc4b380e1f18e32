/** `@lesion/predict/node`: bundles from folders, and networks in ONNX Runtime. */
export { useEngine } from './engine-in-use.js';
export {
  exportedNetwork,
  NETWORK_FORMS,
  type NetworkOptions,
  prepareNetworks,
} from './exported-network.js';
export { type LoadLfnOptions, type LoadLinOptions, loadLfn, loadLin } from './load.js';
export { inspectOnnxRuntime, type OnnxRuntimeReport } from './onnx-runtime.js';
export { readBundle } from './read-bundle.js';
