/** One small call of each kernel, by family: what the table of supported kernels tries. */
import * as tf from '@tensorflow/tfjs-core';

/** Makes a tensor of the type that is tried, with small numbers from 1 on. */
export type Make = (shape: number[]) => tf.Tensor;

/** What the kernel is called with. */
export interface Call {
  /** Lists are for kernels that take any number of tensors. */
  inputs: Record<string, tf.Tensor> | tf.Tensor[];
  attributes?: object;
  /** The operation that is differentiated where tfjs gives the gradient to it and not to the kernel. */
  operation?: () => tf.Tensor;
}

export type Samples = Record<string, (make: Make) => Call>;

/** The same call for several kernels. */
const each = (kernels: string, call: (make: Make) => Call): Samples =>
  Object.fromEntries(kernels.split(' ').map((kernel) => [kernel, call]));

const ints = (values: number[], shape: number[] = [values.length]) => tf.tensor(values, shape, 'int32');

const x = (make: Make): Call => ({ inputs: { x: make([2, 3]) } });
const two = (make: Make): Call => ({ inputs: { a: make([2, 3]), b: make([2, 3]) } });
const list =
  (attributes: object) =>
  (make: Make): Call => ({
    inputs: [make([2, 3]), make([2, 3])],
    attributes,
  });

const window = { strides: 1, pad: 'valid', dataFormat: 'NHWC', dilations: 1 };
const pool = { filterSize: 2, strides: 2, pad: 'valid' };
const pool3d = { ...pool, dataFormat: 'NDHWC' };
const window3d = { strides: [1, 1, 1], pad: 'valid', dataFormat: 'NDHWC', dilations: 1 };
const image = [1, 4, 4, 2];
const filter = [3, 3, 2, 2];
const volume = [1, 4, 4, 4, 2];
const filter3d = [3, 3, 3, 2, 2];
const fused = (
  operation: 'conv2d' | 'depthwiseConv2d',
  x: tf.Tensor,
  filter: tf.Tensor,
  bias: tf.Tensor,
): Call => ({
  inputs: { x, filter, bias },
  attributes: { ...window, activation: 'relu' },
  operation: () =>
    tf.fused[operation]({
      x: x as tf.Tensor4D,
      filter: filter as tf.Tensor4D,
      bias,
      strides: 1,
      pad: 'valid',
      activation: 'relu',
    }),
});
const boxes = () => tf.tensor2d([0, 0, 1, 1, 0, 0, 0.5, 0.5], [2, 4]);
const suppression = { maxOutputSize: 2, iouThreshold: 0.5, scoreThreshold: 0 };

export const FAMILIES: Record<string, Samples> = {
  Convolutions: {
    Conv2D: (make) => ({ inputs: { x: make(image), filter: make(filter) }, attributes: window }),
    FusedConv2D: (make) => fused('conv2d', make(image), make(filter), make([2])),
    Conv2DBackpropInput: (make) => ({
      inputs: { dy: make([1, 2, 2, 2]), filter: make(filter) },
      attributes: { ...window, inputShape: image },
    }),
    Conv2DBackpropFilter: (make) => ({
      inputs: { x: make(image), dy: make([1, 2, 2, 2]) },
      attributes: { ...window, filterShape: filter },
    }),
    DepthwiseConv2dNative: (make) => ({
      inputs: { x: make(image), filter: make(filter) },
      attributes: window,
    }),
    FusedDepthwiseConv2D: (make) => fused('depthwiseConv2d', make(image), make(filter), make([4])),
    DepthwiseConv2dNativeBackpropInput: (make) => ({
      inputs: { dy: make([1, 2, 2, 4]), filter: make(filter) },
      attributes: { ...window, inputShape: image },
    }),
    DepthwiseConv2dNativeBackpropFilter: (make) => ({
      inputs: { x: make(image), dy: make([1, 2, 2, 4]) },
      attributes: { ...window, filterShape: filter },
    }),
    Conv3D: (make) => ({ inputs: { x: make(volume), filter: make(filter3d) }, attributes: window3d }),
    Conv3DBackpropInputV2: (make) => ({
      inputs: { dy: make([1, 2, 2, 2, 2]), filter: make(filter3d) },
      attributes: { ...window3d, inputShape: volume },
    }),
    Conv3DBackpropFilterV2: (make) => ({
      inputs: { x: make(volume), dy: make([1, 2, 2, 2, 2]) },
      attributes: { ...window3d, filterShape: filter3d },
    }),
  },
  Poolings: {
    ...each('MaxPool AvgPool', (make) => ({ inputs: { x: make(image) }, attributes: pool })),
    MaxPoolWithArgmax: (make) => ({
      inputs: { x: make(image) },
      attributes: { ...pool, includeBatchInIndex: false },
    }),
    MaxPoolGrad: (make) => ({
      inputs: { dy: make([1, 2, 2, 2]), input: make(image), output: make([1, 2, 2, 2]) },
      attributes: pool,
    }),
    AvgPoolGrad: (make) => ({
      inputs: { dy: make([1, 2, 2, 2]), input: make(image) },
      attributes: pool,
    }),
    ...each('MaxPool3D AvgPool3D', (make) => ({ inputs: { x: make(volume) }, attributes: pool3d })),
    MaxPool3DGrad: (make) => ({
      inputs: { dy: make([1, 2, 2, 2, 2]), input: make(volume), output: make([1, 2, 2, 2, 2]) },
      attributes: pool3d,
    }),
    AvgPool3DGrad: (make) => ({
      inputs: { dy: make([1, 2, 2, 2, 2]), input: make(volume) },
      attributes: pool3d,
    }),
  },
  Normalisations: {
    FusedBatchNorm: (make) => ({
      inputs: {
        x: make(image),
        mean: make([2]),
        variance: make([2]),
        scale: make([2]),
        offset: make([2]),
      },
      attributes: { varianceEpsilon: 1e-3 },
    }),
    LRN: (make) => ({
      inputs: { x: make(image) },
      attributes: { depthRadius: 1, bias: 1, alpha: 1, beta: 0.5 },
    }),
    LRNGrad: (make) => ({
      inputs: { x: make(image), y: make(image), dy: make(image) },
      attributes: { depthRadius: 1, bias: 1, alpha: 1, beta: 0.5 },
    }),
  },
  'Matrix products': {
    BatchMatMul: (make) => ({
      inputs: { a: make([1, 2, 3]), b: make([1, 3, 2]) },
      attributes: { transposeA: false, transposeB: false },
    }),
    _FusedMatMul: (make) => {
      const [a, b, bias] = [make([1, 2, 3]), make([1, 3, 2]), make([2])] as const;
      return {
        inputs: { a, b, bias },
        attributes: { transposeA: false, transposeB: false, activation: 'relu' },
        operation: () => tf.fused.matMul({ a, b, bias, activation: 'relu' }),
      };
    },
    Einsum: (make) => ({
      inputs: [make([2, 3]), make([3, 2])],
      attributes: { equation: 'ij,jk->ik' },
    }),
  },
  Activations: {
    ...each('Relu Relu6 Elu Selu Sigmoid Softplus Tanh', x),
    LeakyRelu: (make) => ({ ...x(make), attributes: { alpha: 0.5 } }),
    Prelu: (make) => ({ inputs: { x: make([2, 3]), alpha: make([2, 3]) } }),
    Step: (make) => ({ ...x(make), attributes: { alpha: 0 } }),
    EluGrad: (make) => ({ inputs: { dy: make([2, 3]), y: make([2, 3]) } }),
    Softmax: (make) => ({ inputs: { logits: make([2, 3]) }, attributes: { dim: 1 } }),
    LogSoftmax: (make) => ({ inputs: { logits: make([2, 3]) }, attributes: { axis: 1 } }),
  },
  Arithmetic: {
    ...each('Add Sub Multiply RealDiv FloorDiv Mod Pow Maximum Minimum SquaredDifference Atan2', two),
    AddN: list({}),
    ...each('Abs Ceil Floor Round Sign Neg Square Sqrt Rsqrt Reciprocal Exp Expm1 Log Log1p Erf', x),
    ...each('Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh', x),
    ClipByValue: (make) => ({ ...x(make), attributes: { clipValueMin: 0, clipValueMax: 1 } }),
  },
  'Comparisons and logic': {
    ...each('Equal NotEqual Greater GreaterEqual Less LessEqual', two),
    ...each('LogicalAnd LogicalOr LogicalXor BitwiseAnd', two),
    LogicalNot: x,
    ...each('IsNan IsInf IsFinite', x),
    Select: (make) => ({
      inputs: { condition: tf.tensor1d([1, 0], 'bool'), t: make([2]), e: make([2]) },
    }),
  },
  'Reductions and sums along an axis': {
    ...each('Sum Mean Prod Max Min All Any', (make) => ({
      ...x(make),
      // tfjs's tf.max names its axes in another way.
      attributes: { axis: [1], reductionIndices: [1], keepDims: false },
    })),
    ...each('ArgMax ArgMin', (make) => ({ ...x(make), attributes: { axis: 1 } })),
    ...each('Cumsum Cumprod', (make) => ({
      ...x(make),
      attributes: { axis: 1, exclusive: false, reverse: false },
    })),
    UnsortedSegmentSum: (make) => ({
      inputs: { x: make([3]), segmentIds: ints([0, 1, 0]) },
      attributes: { numSegments: 2 },
    }),
    TopK: (make) => ({ ...x(make), attributes: { k: 2, sorted: true } }),
  },
  'Shapes and layout': {
    Identity: x,
    Reshape: (make) => ({ ...x(make), attributes: { shape: [3, 2] } }),
    ExpandDims: (make) => ({ inputs: { input: make([2, 3]) }, attributes: { dim: 0 } }),
    Transpose: (make) => ({ ...x(make), attributes: { perm: [1, 0] } }),
    Tile: (make) => ({ ...x(make), attributes: { reps: [2, 1] } }),
    BroadcastTo: (make) => ({
      inputs: { x: make([1, 3]) },
      attributes: { shape: [2, 3], inputShape: [1, 3] },
    }),
    BroadcastArgs: () => ({ inputs: { s0: ints([2, 1]), s1: ints([3]) } }),
    Concat: list({ axis: 0 }),
    Pack: list({ axis: 0 }),
    Unpack: (make) => ({ inputs: { value: make([2, 3]) }, attributes: { axis: 0 } }),
    SplitV: (make) => ({ ...x(make), attributes: { numOrSizeSplits: [1, 2], axis: 1 } }),
    Slice: (make) => ({ ...x(make), attributes: { begin: [0, 1], size: [2, 2] } }),
    StridedSlice: (make) => ({
      ...x(make),
      attributes: {
        begin: [0, 0],
        end: [2, 3],
        strides: [1, 2],
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      },
    }),
    PadV2: (make) => ({
      ...x(make),
      attributes: {
        paddings: [
          [1, 0],
          [0, 1],
        ],
        constantValue: 0,
      },
    }),
    MirrorPad: (make) => ({
      ...x(make),
      attributes: {
        paddings: [
          [1, 0],
          [0, 1],
        ],
        mode: 'reflect',
      },
    }),
    Reverse: (make) => ({ ...x(make), attributes: { dims: [1] } }),
    SpaceToBatchND: (make) => ({
      inputs: { x: make(image) },
      attributes: {
        blockShape: [2, 2],
        paddings: [
          [0, 0],
          [0, 0],
        ],
      },
    }),
    BatchToSpaceND: (make) => ({
      inputs: { x: make([4, 2, 2, 1]) },
      attributes: {
        blockShape: [2, 2],
        crops: [
          [0, 0],
          [0, 0],
        ],
      },
    }),
    DepthToSpace: (make) => ({
      inputs: { x: make([1, 2, 2, 4]) },
      attributes: { blockSize: 2, dataFormat: 'NHWC' },
    }),
    Cast: (make) => ({ ...x(make), attributes: { dtype: 'float32' } }),
  },
  'Gathering and scattering': {
    GatherV2: (make) => ({
      inputs: { x: make([2, 3]), indices: ints([1, 0]) },
      attributes: { axis: 0, batchDims: 0 },
    }),
    GatherNd: (make) => ({ inputs: { params: make([2, 3]), indices: ints([1, 0], [1, 2]) } }),
    ScatterNd: (make) => ({
      inputs: { indices: ints([1, 0], [2, 1]), updates: make([2]) },
      attributes: { shape: [3] },
    }),
    TensorScatterUpdate: (make) => ({
      inputs: { tensor: make([3]), indices: ints([1, 0], [2, 1]), updates: make([2]) },
    }),
    SparseToDense: (make) => ({
      inputs: { sparseIndices: ints([1, 0], [2, 1]), sparseValues: make([2]), defaultValue: make([]) },
      attributes: { outputShape: [3] },
    }),
    OneHot: () => ({
      inputs: { indices: ints([1, 0]) },
      attributes: { dtype: 'float32', depth: 3, onValue: 1, offValue: 0 },
    }),
    Diag: (make) => ({ inputs: { x: make([3]) } }),
    SearchSorted: (make) => ({
      inputs: { sortedSequence: make([1, 3]), values: make([1, 2]) },
      attributes: { side: 'left' },
    }),
    Unique: (make) => ({ inputs: { x: make([3]) }, attributes: { axis: 0 } }),
    Bincount: (make) => ({ inputs: { x: ints([1, 0]), weights: make([2]) }, attributes: { size: 2 } }),
    DenseBincount: (make) => ({
      inputs: { x: ints([1, 0]), weights: make([2]) },
      attributes: { size: 2, binaryOutput: false },
    }),
  },
  Images: {
    ...each('ResizeBilinear ResizeNearestNeighbor', (make) => ({
      inputs: { images: make(image) },
      attributes: { alignCorners: false, halfPixelCenters: false, size: [8, 8] },
    })),
    ...each('ResizeBilinearGrad ResizeNearestNeighborGrad', (make) => ({
      inputs: { images: make(image), dy: make([1, 8, 8, 2]) },
      attributes: { alignCorners: false, halfPixelCenters: false },
    })),
    CropAndResize: (make) => ({
      inputs: { image: make(image), boxes: boxes(), boxInd: ints([0, 0]) },
      attributes: { cropSize: [2, 2], method: 'bilinear', extrapolationValue: 0 },
    }),
    Transform: (make) => ({
      inputs: { image: make(image), transforms: tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0], [1, 8]) },
      attributes: { interpolation: 'nearest', fillMode: 'constant', fillValue: 0, outputShape: [4, 4] },
    }),
    RotateWithOffset: (make) => ({
      inputs: { image: make(image) },
      attributes: { radians: 1, fillValue: 0, center: 0.5 },
    }),
    FlipLeftRight: (make) => ({ inputs: { image: make(image) } }),
    NonMaxSuppressionV3: (make) => ({
      inputs: { boxes: boxes(), scores: make([2]) },
      attributes: suppression,
    }),
    NonMaxSuppressionV4: (make) => ({
      inputs: { boxes: boxes(), scores: make([2]) },
      attributes: { ...suppression, padToMaxOutputSize: false },
    }),
    NonMaxSuppressionV5: (make) => ({
      inputs: { boxes: boxes(), scores: make([2]) },
      attributes: { ...suppression, softNmsSigma: 0 },
    }),
  },
  'New tensors': {
    ...each('OnesLike ZerosLike', x),
    Fill: () => ({ inputs: {}, attributes: { shape: [2], value: 1, dtype: 'float32' } }),
    Range: () => ({ inputs: {}, attributes: { start: 0, stop: 3, step: 1, dtype: 'float32' } }),
    LinSpace: () => ({ inputs: {}, attributes: { start: 0, stop: 1, num: 3 } }),
    Multinomial: (make) => ({
      inputs: { logits: make([1, 3]) },
      attributes: { numSamples: 2, seed: 1, normalized: false },
    }),
  },
};
