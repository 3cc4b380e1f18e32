/**
 * `@lesion/onnx`: ONNX models, built node by node or exported from tfjs-layers models.
 */
export {
  type ExportOnnxOptions,
  exportOnnx,
  ONNX_LAYOUTS,
  ONNX_OPSETS,
  type OnnxLayout,
  type OnnxOpset,
} from './export-onnx.js';
export {
  GraphBuilder,
  type GraphBuilderOptions,
  type NodeOptions,
  ONNX_TYPE,
  type OnnxAttribute,
  type OnnxData,
  type OnnxDimension,
  type OnnxType,
} from './graph-builder.js';
export type { LayerContext, Weight } from './layer-context.js';
export { type OnnxLayerWriter, onnxLayerNames, registerOnnxLayer } from './layer-registry.js';
export type { OnnxValue } from './value.js';
