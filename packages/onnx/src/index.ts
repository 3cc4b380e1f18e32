/**
 * `@lesion/onnx`: ONNX models, built node by node or exported from tfjs-layers models.
 */
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
