/**
 * Kernels whose result depends on values in a way that no graph of fixed shapes can tell, and those that
 * prepare data rather than train: they compute what is pending, read it, and go on in TypeScript.
 */
import { invalidArgument, SeededRandom } from '@lesion/core';
import {
  backend_util,
  type DataType,
  type KernelConfig,
  kernel_impls,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend.js';
import { sizeOf } from '../layout.js';
import type { Elements } from '../trace.js';
import { kernel } from './define.js';

/** The elements of a tensor in tfjs's order, computed first if need be. */
function read(backend: OnnxRuntimeBackend, x: TensorInfo): Elements {
  // Refuses strings.
  backend.node(x);
  return backend.readSync(x.dataId) as Elements;
}

function tensorOf(
  backend: OnnxRuntimeBackend,
  values: ArrayLike<number>,
  shape: number[],
  dtype: DataType,
): TensorInfo {
  return { dataId: backend.write(values as Float32Array, shape, dtype), shape, dtype };
}

// ---- distinct elements

/** The distinct slices along an axis in the order in which they come, and which one each slice is. */
function distinct(elements: Elements, shape: readonly number[], axis: number) {
  const outer = sizeOf(shape.slice(0, axis));
  const extent = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const known = new Map<string, number>();
  const kept: number[] = [];
  const indices = Int32Array.from({ length: extent }, (_, i) => {
    const parts: number[] = [];
    for (let o = 0; o < outer; o++) {
      const start = (o * extent + i) * inner;
      for (let j = 0; j < inner; j++) parts.push(elements[start + j]!);
    }
    const key = parts.join();
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, kept.length);
    return kept.push(i) - 1;
  });
  const values = new Float32Array(outer * kept.length * inner);
  for (let o = 0; o < outer; o++) {
    kept.forEach((position, i) => {
      const start = (o * extent + position) * inner;
      values.set(elements.subarray(start, start + inner), (o * kept.length + i) * inner);
    });
  }
  const resultShape = shape.map((size, i) => (i === axis ? kept.length : size));
  return { values, indices, resultShape };
}

// ---- counting

function assertNotNegative(values: Elements): void {
  const negative = values.find((value) => value < 0);
  if (negative === undefined) return;
  throw invalidArgument({
    what: 'Input x must be non-negative!',
    where: 'bincount',
    got: String(negative),
    expected: 'numbers from 0 on',
  });
}

function count(rows: number, x: Elements, weights: Elements, size: number, isBinary: boolean): Float32Array {
  assertNotNegative(x);
  const counts = new Float32Array(rows * size);
  const columns = x.length / rows;
  x.forEach((value, i) => {
    if (value >= size) return;
    const at = Math.floor(i / columns) * size + value;
    if (isBinary) counts[at] = 1;
    else counts[at]! += weights.length > 0 ? weights[i]! : 1;
  });
  return counts;
}

/** The first position where `value` can be put into a rising sequence, before its equals or after them. */
function insertionPoint(sequence: Elements, value: number, side: 'left' | 'right'): number {
  let low = 0;
  let high = sequence.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const before = side === 'left' ? sequence[middle]! < value : sequence[middle]! <= value;
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}

// ---- drawing

/** `[batch, samples]` classes drawn with the probabilities in each row. */
function draw(probabilities: Elements, classes: number, samples: number, seed: number | string): Int32Array {
  const random = new SeededRandom(typeof seed === 'number' && !Number.isInteger(seed) ? String(seed) : seed);
  const batch = probabilities.length / classes;
  const drawn = new Int32Array(batch * samples);
  for (let row = 0; row < batch; row++) {
    for (let i = 0; i < samples; i++) {
      let rest = random.next();
      let chosen = 0;
      // What rounding leaves over belongs to the last class.
      while (chosen < classes - 1) {
        rest -= probabilities[row * classes + chosen]!;
        if (rest < 0) break;
        chosen++;
      }
      drawn[row * samples + i] = chosen;
    }
  }
  return drawn;
}

function softmaxRows(logits: Elements, classes: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    let largest = Number.NEGATIVE_INFINITY;
    for (const logit of row) largest = Math.max(largest, logit);
    let total = 0;
    row.forEach((logit, i) => {
      result[start + i] = Math.exp(logit - largest);
      total += result[start + i]!;
    });
    for (let i = start; i < start + classes; i++) result[i]! /= total;
  }
  return result;
}

// ---- sampling of images at positions that are data

interface ImageSize {
  height: number;
  width: number;
  channels: number;
}

/** Adds to `result` the image at a position between pixels; `outside` gives a pixel beyond the border. */
function sample(
  result: Float32Array,
  offset: number,
  image: Elements,
  start: number,
  { height, width, channels }: ImageSize,
  y: number,
  x: number,
  isBilinear: boolean,
  outside: (channel: number) => number,
): void {
  const pixel = (row: number, column: number, channel: number): number =>
    row < 0 || row >= height || column < 0 || column >= width
      ? outside(channel)
      : image[start + (row * width + column) * channels + channel]!;
  for (let channel = 0; channel < channels; channel++) {
    if (!isBilinear) {
      result[offset + channel] = pixel(Math.round(y), Math.round(x), channel);
      continue;
    }
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const [down, right] = [y - top, x - left];
    const upper = (1 - right) * pixel(top, left, channel) + right * pixel(top, left + 1, channel);
    const lower = (1 - right) * pixel(top + 1, left, channel) + right * pixel(top + 1, left + 1, channel);
    result[offset + channel] = (1 - down) * upper + down * lower;
  }
}

interface CropSettings {
  method: 'bilinear' | 'nearest';
  extrapolationValue: number;
  cropSize: [number, number];
}

/** Boxes `[top, left, bottom, right]` between 0 and 1, each resized to one size. */
function crop(
  images: Elements,
  [batch, height, width, channels]: [number, number, number, number],
  boxes: Elements,
  imageOfBox: Elements,
  { method, extrapolationValue, cropSize: [tall, wide] }: CropSettings,
): Float32Array {
  const size = { height, width, channels };
  const crops = new Float32Array(imageOfBox.length * tall * wide * channels).fill(extrapolationValue);
  imageOfBox.forEach((image, box) => {
    if (image >= batch) return;
    const [top, left, bottom, right] = boxes.subarray(box * 4, box * 4 + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const along = (i: number, count: number, from: number, to: number, extent: number): number =>
      count > 1
        ? from * (extent - 1) + (i * (to - from) * (extent - 1)) / (count - 1)
        : 0.5 * (from + to) * (extent - 1);
    for (let row = 0; row < tall; row++) {
      const y = along(row, tall, top, bottom, height);
      if (y < 0 || y > height - 1) continue;
      for (let column = 0; column < wide; column++) {
        const x = along(column, wide, left, right, width);
        if (x < 0 || x > width - 1) continue;
        const offset = ((box * tall + row) * wide + column) * channels;
        const start = image * height * width * channels;
        // Beyond the last pixel the weight is 0, so any value will do.
        sample(crops, offset, images, start, size, y, x, method === 'bilinear', () => 0);
      }
    }
  });
  return crops;
}

const remainder = (value: number, divisor: number): number => value - divisor * Math.floor(value / divisor);

/** A position beyond the border mapped into the image, as the fill mode has it. */
function wrapPosition(position: number, extent: number, mode: string): number {
  switch (mode) {
    case 'nearest':
      return Math.max(0, Math.min(extent - 1, position));
    case 'wrap': {
      if (position >= 0 && position <= extent - 1) return position;
      if (extent === 1) return 0;
      // TensorFlow counts the turns in steps of the last position and moves by whole extents.
      const turns = Math.trunc(Math.abs(position) / (extent - 1));
      const inside = position < 0 ? position + extent * (turns + 1) : position - extent * turns;
      return Math.max(0, Math.min(extent - 1, inside));
    }
    case 'reflect': {
      const inside = remainder(position, 2 * extent);
      const folded = inside < extent ? inside : 2 * extent - 1 - inside;
      return Math.max(0, Math.min(extent - 1, folded));
    }
    default:
      return position;
  }
}

interface TransformSettings {
  interpolation: 'nearest' | 'bilinear';
  fillMode: 'constant' | 'reflect' | 'wrap' | 'nearest';
  fillValue: number;
  outputShape: [number, number] | null | undefined;
}

/** Projective transforms of 8 numbers each, from positions of the result to positions of the image. */
function transform(
  images: Elements,
  [batch, height, width, channels]: [number, number, number, number],
  transforms: Elements,
  settings: TransformSettings,
): { values: Float32Array; shape: number[] } {
  const { interpolation, fillMode, fillValue } = settings;
  const [tall, wide] = settings.outputShape ?? [height, width];
  const values = new Float32Array(batch * tall * wide * channels).fill(fillValue);
  const size = { height, width, channels };
  for (let image = 0; image < batch; image++) {
    const own = transforms.length === 8 ? transforms : transforms.subarray(image * 8, image * 8 + 8);
    const [a, b, c, d, e, f, g, h] = own as unknown as number[] as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let row = 0; row < tall; row++) {
      for (let column = 0; column < wide; column++) {
        const scale = g * column + h * row + 1;
        if (scale === 0) continue;
        const x = wrapPosition((a * column + b * row + c) / scale, width, fillMode);
        const y = wrapPosition((d * column + e * row + f) / scale, height, fillMode);
        const offset = ((image * tall + row) * wide + column) * channels;
        const start = image * height * width * channels;
        const isBilinear = interpolation === 'bilinear';
        sample(values, offset, images, start, size, y, x, isBilinear, () => fillValue);
      }
    }
  }
  return { values, shape: [batch, tall, wide, channels] };
}

/** Of a fourth channel, in images of bytes. */
const OPAQUE = 255;

/** Images turned by `radians` around a centre given as fractions of width and height. */
function rotate(
  images: Elements,
  [batch, height, width, channels]: [number, number, number, number],
  radians: number,
  fillValue: number | [number, number, number],
  center: number | [number, number],
): Float32Array {
  const [centerX, centerY] = backend_util.getImageCenter(center, height, width);
  const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
  const fillOf = (channel: number): number => {
    if (typeof fillValue === 'number') return fillValue;
    return channel < 3 ? fillValue[channel]! : OPAQUE;
  };
  const values = new Float32Array(images.length);
  for (let image = 0; image < batch; image++) {
    const start = image * height * width * channels;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [right, down] = [column - centerX, row - centerY];
        const x = Math.round(right * cosine - down * sine + centerX);
        const y = Math.round(right * sine + down * cosine + centerY);
        const inside = x >= 0 && x < width && y >= 0 && y < height;
        const offset = start + (row * width + column) * channels;
        for (let channel = 0; channel < channels; channel++) {
          values[offset + channel] = inside
            ? images[start + (y * width + x) * channels + channel]!
            : fillOf(channel);
        }
      }
    }
  }
  return values;
}

type Four = [number, number, number, number];

export const dataDependentKernels: KernelConfig[] = [
  kernel('Unique', ({ x }, { axis }, backend) => {
    const at = axis < 0 ? axis + x!.shape.length : (axis ?? 0);
    const { values, indices, resultShape } = distinct(read(backend, x!), x!.shape, at);
    return [
      tensorOf(backend, values, resultShape, x!.dtype),
      tensorOf(backend, indices, [indices.length], 'int32'),
    ];
  }),
  kernel('Bincount', ({ x, weights }, { size }, backend) => {
    const counts = count(1, read(backend, x!), read(backend, weights!), size, false);
    return tensorOf(backend, counts, [size], weights!.dtype);
  }),
  kernel('DenseBincount', ({ x, weights }, { size, binaryOutput }, backend) => {
    const rows = x!.shape.length === 1 ? 1 : x!.shape[0]!;
    const counts = count(rows, read(backend, x!), read(backend, weights!), size, binaryOutput);
    return tensorOf(backend, counts, x!.shape.length === 1 ? [size] : [rows, size], weights!.dtype);
  }),
  kernel('SearchSorted', ({ sortedSequence, values }, { side }, backend) => {
    const [batch, length] = sortedSequence!.shape as [number, number];
    const sequence = read(backend, sortedSequence!);
    const wanted = read(backend, values!);
    const each = wanted.length / batch;
    const found = Int32Array.from(wanted, (value, i) => {
      const start = Math.floor(i / each) * length;
      return insertionPoint(sequence.subarray(start, start + length), value, side);
    });
    return tensorOf(backend, found, values!.shape, 'int32');
  }),
  kernel('Multinomial', ({ logits }, { numSamples, seed, normalized }, backend) => {
    const [batch, classes] = logits!.shape as [number, number];
    const elements = read(backend, logits!);
    const probabilities = normalized ? elements : softmaxRows(elements, classes);
    return tensorOf(backend, draw(probabilities, classes, numSamples, seed), [batch, numSamples], 'int32');
  }),
  kernel('BroadcastArgs', ({ s0, s1 }, _attributes, backend) => {
    const shapes = [s0!, s1!].map((x) => Array.from(read(backend, x)));
    const shape = backend_util.assertAndGetBroadcastShape(shapes[0]!, shapes[1]!);
    return tensorOf(backend, shape, [shape.length], 'int32');
  }),
  kernel('NonMaxSuppressionV3', ({ boxes, scores }, settings, backend) => {
    const { maxOutputSize, iouThreshold, scoreThreshold } = settings;
    const { selectedIndices } = kernel_impls.nonMaxSuppressionV3Impl(
      read(backend, boxes!) as Float32Array,
      read(backend, scores!) as Float32Array,
      maxOutputSize,
      iouThreshold,
      scoreThreshold,
    );
    return tensorOf(backend, selectedIndices, [selectedIndices.length], 'int32');
  }),
  kernel('NonMaxSuppressionV4', ({ boxes, scores }, settings, backend) => {
    const { maxOutputSize, iouThreshold, scoreThreshold, padToMaxOutputSize } = settings;
    const { selectedIndices, validOutputs } = kernel_impls.nonMaxSuppressionV4Impl(
      read(backend, boxes!) as Float32Array,
      read(backend, scores!) as Float32Array,
      maxOutputSize,
      iouThreshold,
      scoreThreshold,
      padToMaxOutputSize,
    );
    return [
      tensorOf(backend, selectedIndices, [selectedIndices.length], 'int32'),
      tensorOf(backend, [validOutputs!], [], 'int32'),
    ];
  }),
  kernel('NonMaxSuppressionV5', ({ boxes, scores }, settings, backend) => {
    const { maxOutputSize, iouThreshold, scoreThreshold, softNmsSigma } = settings;
    const { selectedIndices, selectedScores } = kernel_impls.nonMaxSuppressionV5Impl(
      read(backend, boxes!) as Float32Array,
      read(backend, scores!) as Float32Array,
      maxOutputSize,
      iouThreshold,
      scoreThreshold,
      softNmsSigma,
    );
    return [
      tensorOf(backend, selectedIndices, [selectedIndices.length], 'int32'),
      tensorOf(backend, selectedScores!, [selectedScores!.length], 'float32'),
    ];
  }),
  kernel('CropAndResize', ({ image, boxes, boxInd }, settings, backend) => {
    const shape = image!.shape as Four;
    const crops = crop(
      read(backend, image!),
      shape,
      read(backend, boxes!),
      read(backend, boxInd!),
      settings as CropSettings,
    );
    const [tall, wide] = settings.cropSize;
    return tensorOf(backend, crops, [boxInd!.shape[0]!, tall, wide, shape[3]], 'float32');
  }),
  kernel('Transform', ({ image, transforms }, settings, backend) => {
    const { values, shape } = transform(
      read(backend, image!),
      image!.shape as Four,
      read(backend, transforms!),
      settings as TransformSettings,
    );
    return tensorOf(backend, values, shape, 'float32');
  }),
  kernel('RotateWithOffset', ({ image }, { radians, fillValue, center }, backend) => {
    const turned = rotate(read(backend, image!), image!.shape as Four, radians, fillValue, center);
    return tensorOf(backend, turned, image!.shape, image!.dtype);
  }),
];
