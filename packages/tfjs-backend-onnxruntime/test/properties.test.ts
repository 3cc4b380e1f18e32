// Hundreds of random shapes: values and gradients equal to those of tfjs-cpu.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { configureOnnxRuntime } from '../src/index.js';
import { computeOn, expectSameAsCpu, tensors, withGradients } from './support.js';

// Thousands of tiny graphs: a second thread for each would only be waited for.
configureOnnxRuntime({ threads: 1 });
// Seconds by itself, minutes on a machine that is busy.
vi.setConfig({ testTimeout: 300_000 });

const size = (max: number) => fc.integer({ min: 1, max });
const seeds = fc.integer({ min: 0, max: 2 ** 30 });
/** Sizes that the blocked convolutions take (multiples of 16) and sizes that they do not. */
const channels = fc.constantFrom(1, 2, 3, 5, 16, 32);
const batches = fc.constantFrom(1, 2, 3, 16);

async function check<T extends unknown[]>(
  runs: number,
  arbitraries: { [Key in keyof T]: fc.Arbitrary<T[Key]> },
  property: (...values: T) => Promise<void>,
): Promise<void> {
  const all = fc.tuple(...(arbitraries as fc.Arbitrary<unknown>[])) as unknown as fc.Arbitrary<T>;
  await fc.assert(
    fc.asyncProperty(all, (values) => property(...values)),
    { numRuns: runs, seed: 20_170_717 },
  );
}

const asImage = (x: tf.Tensor) => x as tf.Tensor4D;

describe('convolutions', () => {
  const geometry = fc.record({
    window: fc.tuple(size(4), size(4)),
    strides: fc.tuple(size(3), size(3)),
    dilations: fc.tuple(size(2), size(2)),
    extra: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
    pad: fc.oneof(
      fc.constantFrom('same' as const, 'valid' as const),
      fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 4, maxLength: 4 }),
    ),
  });
  type Geometry = typeof geometry extends fc.Arbitrary<infer T> ? T : never;

  /** tfjs has either strides or dilations, and windows that fit. */
  function settle({ window, strides, dilations, extra, pad }: Geometry) {
    const steps = strides.some((step) => step > 1) ? [1, 1] : dilations;
    const extent = (axis: 0 | 1) => (window[axis] - 1) * steps[axis]! + 1 + extra[axis];
    const explicit = Array.isArray(pad)
      ? ([
          [0, 0],
          [pad[0], pad[1]],
          [pad[2], pad[3]],
          [0, 0],
        ] as [number, number][])
      : pad;
    return {
      height: extent(0),
      width: extent(1),
      dilations: steps as [number, number],
      pad: explicit as 'same',
    };
  }

  it('conv2d', () =>
    check<[Geometry, number, number, number, number]>(
      160,
      [geometry, batches, channels, channels, seeds],
      async (g, batch, inputs, outputs, seed) => {
        const { height, width, dilations, pad } = settle(g);
        const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
          tf.conv2d(asImage(x), filter as tf.Tensor4D, g.strides, pad, 'NHWC', dilations);
        const shapes = [
          [batch, height, width, inputs],
          [...g.window, inputs, outputs],
        ];
        // tfjs has no gradients of dilated convolutions.
        if (dilations.every((step) => step === 1)) {
          await expectSameAsCpu(withGradients(convolve, seed, ...shapes));
        } else {
          await expectSameAsCpu(() => {
            const [x, filter] = tensors(seed, ...shapes);
            return [convolve(x!, filter!)];
          });
        }
      },
    ));

  it('depthwiseConv2d', () =>
    check<[Geometry, number, number, number, number]>(
      80,
      [geometry, batches, channels, size(3), seeds],
      async (g, batch, inputs, multiplier, seed) => {
        const { height, width, dilations, pad } = settle(g);
        // tfjs takes strides of equal size alone here.
        const strides: [number, number] = [g.strides[0], g.strides[0]];
        const steps: [number, number] = strides[0] > 1 ? [1, 1] : dilations;
        const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
          tf.depthwiseConv2d(asImage(x), filter as tf.Tensor4D, strides, pad, 'NHWC', steps);
        const shapes = [
          [batch, height + g.window[0], width + g.window[1], inputs],
          [...g.window, inputs, multiplier],
        ];
        await expectSameAsCpu(
          steps.every((step) => step === 1)
            ? withGradients(convolve, seed, ...shapes)
            : () => {
                const [x, filter] = tensors(seed, ...shapes);
                return [convolve(x!, filter!)];
              },
        );
      },
    ));

  it('conv2dTranspose', () =>
    check<[Geometry, number, number, number, 'same' | 'valid', number]>(
      80,
      [geometry, batches, channels, channels, fc.constantFrom('same', 'valid'), seeds],
      async (g, batch, inputs, outputs, pad, seed) => {
        const [height, width] = [1 + g.extra[0], 1 + g.extra[1]];
        const grown = (extent: number, axis: 0 | 1) =>
          pad === 'same'
            ? extent * g.strides[axis]
            : (extent - 1) * g.strides[axis] + Math.max(g.window[axis], g.strides[axis]);
        const shape: [number, number, number, number] = [batch, grown(height, 0), grown(width, 1), outputs];
        await expectSameAsCpu(
          withGradients(
            (x, filter) => tf.conv2dTranspose(asImage(x), filter as tf.Tensor4D, shape, g.strides, pad),
            seed,
            [batch, height, width, inputs],
            [...g.window, outputs, inputs],
          ),
        );
      },
    ));

  it('conv3d', () =>
    check<[number, number, number, number, number, 'same' | 'valid', number]>(
      40,
      [size(2), size(3), size(3), size(3), size(2), fc.constantFrom('same', 'valid'), seeds],
      async (batch, inputs, outputs, window, stride, pad, seed) => {
        await expectSameAsCpu(
          withGradients(
            (x, filter) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, stride, pad),
            seed,
            [batch, 3 + window, 2 + window, 4, inputs],
            [window, window, Math.min(window, 2), inputs, outputs],
          ),
        );
      },
    ));
});

describe('pooling', () => {
  it('maxPool', () =>
    check<[number, number, [number, number], [number, number], 'same' | 'valid', number]>(
      80,
      [
        batches,
        channels,
        fc.tuple(size(3), size(3)),
        fc.tuple(size(3), size(3)),
        fc.constantFrom('same', 'valid'),
        seeds,
      ],
      (batch, depth, window, strides, pad, seed) =>
        expectSameAsCpu(
          withGradients((x) => tf.maxPool(asImage(x), window, strides, pad), seed, [batch, 7, 6, depth]),
        ),
    ));

  it('avgPool', () =>
    check<[number, number, [number, number], [number, number], 'same' | 'valid', number]>(
      80,
      [
        batches,
        channels,
        fc.tuple(size(3), size(3)),
        fc.tuple(size(3), size(3)),
        fc.constantFrom('same', 'valid'),
        seeds,
      ],
      async (batch, depth, window, strides, pad, seed) => {
        const pool = (x: tf.Tensor) => tf.avgPool(asImage(x), window, strides, pad);
        const shape = [batch, 7, 6, depth];
        // With padding tfjs's gradient is not the derivative of its result; see float64.test.ts for ours.
        if (pad === 'valid') await expectSameAsCpu(withGradients(pool, seed, shape));
        else await expectSameAsCpu(() => tensors(seed, shape).map(pool));
      },
    ));

  it('of volumes', () =>
    check<[number, number, number, 'same' | 'valid', number]>(
      40,
      [size(3), size(3), size(3), fc.constantFrom('same', 'valid'), seeds],
      async (depth, window, stride, pad, seed) => {
        const shape = [2, 5, 4, 6, depth];
        await expectSameAsCpu(
          withGradients((x) => tf.maxPool3d(x as tf.Tensor5D, window, stride, pad), seed, shape),
        );
        const average = (x: tf.Tensor) => tf.avgPool3d(x as tf.Tensor5D, window, stride, pad);
        if (pad === 'valid') await expectSameAsCpu(withGradients(average, seed, shape));
        else await expectSameAsCpu(() => tensors(seed, shape).map(average));
      },
    ));
});

describe('normalisation', () => {
  it('batchNorm with the statistics of the batch and with given ones', () =>
    check<[number, number, number, boolean, number]>(
      50,
      [batches, size(6), channels, fc.boolean(), seeds],
      (batch, extent, depth, ofBatch, seed) =>
        expectSameAsCpu(
          withGradients(
            (x, scale, offset, mean, deviation) => {
              const { mean: own, variance } = tf.moments(x, [0, 1, 2]);
              const [center, spread] = ofBatch
                ? [own, variance]
                : [mean!, tf.add(tf.square(deviation!), 0.5)];
              const result = tf.batchNorm(
                asImage(x),
                center as tf.Tensor1D,
                spread as tf.Tensor1D,
                offset as tf.Tensor1D,
                scale as tf.Tensor1D,
                1e-3,
              );
              return tf.add(result, ofBatch ? tf.mul(mean!, deviation!) : 0);
            },
            seed,
            [batch + 1, extent + 1, extent + 2, depth],
            [depth],
            [depth],
            [depth],
            [depth],
          ),
          // Statistics of few values are divided by their deviation, which may be small.
          2e-3,
        ),
    ));

  it('localResponseNormalization', () =>
    check<[number, number, number, number]>(
      30,
      [channels, size(4), fc.constantFrom(0.5, 0.75, 1), seeds],
      (depth, radius, beta, seed) =>
        expectSameAsCpu(
          withGradients((x) => tf.localResponseNormalization(asImage(x), radius, 1, 0.3, beta), seed, [
            2,
            3,
            4,
            depth,
          ]),
        ),
    ));
});

describe('products of matrices', () => {
  it('matMul', () =>
    check<[number[], number, number, number, boolean, boolean, number]>(
      80,
      [fc.array(size(3), { maxLength: 3 }), size(20), size(20), size(20), fc.boolean(), fc.boolean(), seeds],
      (batch, rows, inner, columns, transposeA, transposeB, seed) =>
        expectSameAsCpu(
          withGradients(
            (a, b) => tf.matMul(a, b, transposeA, transposeB),
            seed,
            [...batch, ...(transposeA ? [inner, rows] : [rows, inner])],
            [...batch, ...(transposeB ? [columns, inner] : [inner, columns])],
          ),
        ),
    ));

  it('matMul where one batch is broadcast', () =>
    check<[number, number, boolean, number]>(
      30,
      [size(4), size(6), fc.boolean(), seeds],
      (batch, inner, isLeft, seed) =>
        expectSameAsCpu(() => {
          const [a, b] = tensors(seed, [isLeft ? 1 : batch, 3, inner], [isLeft ? batch : 1, inner, 2]);
          return [tf.matMul(a!, b!)];
        }),
    ));
});

describe('elements', () => {
  const BINARY: readonly ((a: tf.Tensor, b: tf.Tensor) => tf.Tensor)[] = [
    tf.add,
    tf.sub,
    tf.mul,
    (a, b) => tf.div(a, tf.add(tf.abs(b), 0.5)),
    tf.maximum,
    tf.minimum,
    tf.squaredDifference,
    (a, b) => tf.pow(tf.add(tf.abs(a), 0.5), b),
    (a, b) => tf.atan2(a, tf.add(b, 2)),
    tf.prelu,
  ];

  const UNREDUCED = new Set<unknown>([tf.maximum, tf.minimum, tf.squaredDifference]);

  /** Two shapes that broadcast: dimensions of one element, and missing ones. */
  const broadcast = fc
    .tuple(fc.array(size(4), { maxLength: 5 }), fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }))
    .chain(([shape, ones]) =>
      fc.tuple(fc.integer({ min: 0, max: shape.length }), fc.boolean()).map(([missing, swapped]) => {
        const a = shape.map((extent, i) => (ones[i] ? 1 : extent));
        const b = shape.map((extent, i) => (ones[5 + i] ? 1 : extent)).slice(missing);
        return swapped ? [b, a] : [a, b];
      }),
    );

  it('binary operations, with broadcasting in every rank', () =>
    check<[number[][], number, number]>(
      150,
      [broadcast as fc.Arbitrary<number[][]>, fc.nat(BINARY.length - 1), seeds],
      async (shapes, which, seed) => {
        const [a, b] = shapes as [number[], number[]];
        const operation = BINARY[which]!;
        // The slopes of prelu have to fit into x.
        const fits = a.length >= b.length && tf.util.sizeFromShape(a) >= tf.util.sizeFromShape(b);
        if (operation === tf.prelu && !fits) return;
        // tfjs's gradients of these three forget that an operand was broadcast.
        const isDerived = !UNREDUCED.has(operation) || String(a) === String(b);
        await expectSameAsCpu(
          isDerived
            ? withGradients((x, y) => operation(x, y), seed, a, b)
            : () => {
                const [x, y] = tensors(seed, a, b);
                return [operation(x!, y!)];
              },
        );
      },
    ));

  it('integers, comparisons and booleans', () =>
    check<[number[][], number]>(60, [broadcast as fc.Arbitrary<number[][]>, seeds], (shapes, seed) =>
      expectSameAsCpu(() => {
        const [a, b] = tensors(seed, ...shapes).map((x) => tf.cast(tf.mul(x, 9), 'int32'));
        const positive = tf.add(tf.abs(b!), tf.scalar(1, 'int32'));
        return [
          tf.add(a!, b!),
          tf.mul(a!, b!),
          tf.floorDiv(a!, positive),
          tf.mod(a!, positive),
          tf.maximum(a!, b!),
          tf.equal(a!, b!),
          tf.less(a!, b!),
          tf.logicalXor(tf.greater(a!, b!), tf.notEqual(a!, positive)),
          tf.logicalOr(tf.greaterEqual(a!, b!), tf.lessEqual(a!, positive)),
          tf.where(tf.greater(a!, b!), a!, b!),
          tf.add(a!, tf.scalar(0.5)),
        ];
      }, 0),
    ));

  it('functions of one element', () =>
    check<[number[], number]>(25, [fc.array(size(5), { maxLength: 4 }), seeds], (shape, seed) =>
      expectSameAsCpu(
        withGradients(
          (x) => {
            const y = tf.add(tf.abs(x), 0.25);
            const terms = [
              tf.exp(x),
              tf.log(y),
              tf.sqrt(y),
              tf.rsqrt(y),
              tf.sigmoid(x),
              tf.tanh(x),
              tf.elu(x),
              tf.selu(x),
              tf.softplus(x),
              tf.relu6(tf.mul(x, 10)),
              tf.leakyRelu(x, 0.1),
              tf.erf(x),
              tf.sin(x),
              tf.atan(x),
              tf.log1p(y),
              tf.expm1(x),
              tf.clipByValue(x, -0.5, 0.5),
              tf.reciprocal(y),
              tf.square(x),
            ];
            return tf.addN(terms);
          },
          seed,
          shape,
        ),
      ),
    ));
});

describe('layouts', () => {
  type Step = (x: tf.Tensor4D, choice: number) => tf.Tensor4D;

  /** What may happen to an image between two convolutions; each has to respect where channels lie. */
  const STEPS: readonly Step[] = [
    (x) => tf.relu(x),
    (x, choice) => tf.concat([x, tf.mul(x, 0.5) as tf.Tensor4D], choice % 4),
    (x, choice) => {
      const axis = choice % 4;
      const extents = x.shape.map((extent, i) => (i === axis ? Math.ceil(extent / 2) : extent));
      return tf.slice(x, x.shape.map((extent, i) => extent - extents[i]!) as never, extents as never);
    },
    (x, choice) => tf.pad(x, [0, 1, 2, 3].map((i) => (i === choice % 4 ? [1, 2] : [0, 0])) as never),
    (x, choice) =>
      tf.mirrorPad(x, [0, 1, 2, 3].map((i) => (i === choice % 4 ? [1, 1] : [0, 0])) as never, 'symmetric'),
    (x, choice) =>
      tf.transpose(
        x,
        [
          [0, 2, 1, 3],
          [1, 0, 2, 3],
          [0, 3, 1, 2],
          [3, 2, 1, 0],
        ][choice % 4]!,
      ),
    (x) => tf.reshape(tf.reshape(x, [-1]), [x.shape[0], x.shape[2], x.shape[1], x.shape[3]]),
    (x) => tf.mul(x, tf.linspace(0.5, 1.5, x.shape[3])),
    (x) => tf.add(x, tf.mean(x, [1, 2], true)),
    (x, choice) => tf.sub(x, tf.max(x, choice % 4, true)),
    (x) => tf.mul(x, tf.reshape(tf.linspace(0.5, 1.5, x.shape[1]), [x.shape[1], 1, 1])),
    (x, choice) => tf.reverse(x, [choice % 4]),
    (x) => tf.softmax(x),
    (x, choice) =>
      tf.tile(
        x,
        [0, 1, 2, 3].map((i) => (i === choice % 4 ? 2 : 1)),
      ),
    (x) => tf.avgPool(x, 2, 1, 'valid'),
    (x) => tf.stack([tf.unstack(x, 3)[0]!, tf.sum(x, 3)], 3) as tf.Tensor4D,
    (x, choice) => tf.gather(x, tf.tensor1d([0, x.shape[choice % 4]! - 1], 'int32'), choice % 4),
    (x) => tf.cumsum(x, 3),
  ];

  it('survive any order of operations around convolutions', () =>
    check<[[number, number][], number]>(
      150,
      [fc.array(fc.tuple(fc.nat(STEPS.length - 1), fc.nat(11)), { minLength: 1, maxLength: 5 }), seeds],
      (steps, seed) =>
        expectSameAsCpu(
          withGradients(
            (x, filter) => {
              let image = tf.conv2d(asImage(x), filter as tf.Tensor4D, 1, 'same');
              for (const [which, choice] of steps) {
                const enough = image.shape[1] > 1 && image.shape[2] > 1;
                if (image.size > 4000 || !enough) break;
                image = STEPS[which]!(image, choice);
              }
              return image;
            },
            seed,
            [2, 4, 5, 3],
            [3, 3, 3, 4],
          ),
          // Sums of sums: some results are small differences of large ones.
          5e-4,
        ),
    ));

  it('reductions along any axes', () =>
    check<[number[], number]>(
      50,
      [fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }), seeds],
      (axes, seed) =>
        expectSameAsCpu(() => {
          const [x, filter] = tensors(seed, [2, 4, 3, 3], [2, 2, 3, 4]);
          const image = tf.conv2d(asImage(x!), filter as tf.Tensor4D, 1, 'same');
          const [axis = 0] = axes;
          return [
            tf.sum(image, axes),
            tf.mean(image, axes, true),
            tf.max(image, axes),
            tf.min(image, axes, true),
            tf.prod(image, axes),
            tf.argMax(image, axis),
            tf.argMin(image, axis),
            tf.any(tf.greater(image, 1), axes),
            tf.all(tf.greater(image, -1), axes),
            tf.logSumExp(image, axes),
            tf.cumsum(image, axis, true, true),
            tf.cumprod(image, axis),
          ];
        }),
    ));
});

describe('images', () => {
  it('resizing', () =>
    check<[[number, number], [number, number], boolean, boolean, number]>(
      80,
      [fc.tuple(size(6), size(6)), fc.tuple(size(9), size(9)), fc.boolean(), fc.boolean(), seeds],
      async (from, to, alignCorners, isBilinear, seed) => {
        const shape = [2, ...from, 3];
        const resize = isBilinear ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
        for (const [corners, halfPixels] of [
          [alignCorners, false],
          [false, true],
        ]) {
          const resized = (x: tf.Tensor): tf.Tensor => resize(asImage(x), to, corners, halfPixels);
          await expectSameAsCpu(() => tensors(seed, shape).map(resized));
          // tfjs-cpu's gradients are wrong for several images, for images that are not square and for half
          // pixels. Resizing is linear, so its gradient is known by its products: <dy, A x> = <A^T dy, x>.
          const [forward, backward] = await computeOn('onnxruntime', () => {
            const [x, dy] = tensors(seed, shape, [2, ...to, 3]);
            const { value, grads } = tf.valueAndGrads((image: tf.Tensor) => resized(image))([x!], dy);
            return [tf.sum(tf.mul(value, dy!)), tf.sum(tf.mul(grads[0]!, x!))];
          });
          expect(backward!.values[0]).toBeCloseTo(forward!.values[0]!, 4);
        }
      },
    ));

  it('spaceToBatch, batchToSpace, depthToSpace', () =>
    check<[number, number, number]>(30, [fc.constantFrom(2, 3), size(3), seeds], (block, depth, seed) =>
      expectSameAsCpu(() => {
        const [x, y] = tensors(seed, [2, 2 * block, 3 * block, depth], [2, 3, 2, depth * block * block]);
        const blocks = tf.spaceToBatchND(
          x!,
          [block, block],
          [
            [0, block],
            [block, 0],
          ],
        );
        return [
          blocks,
          tf.batchToSpaceND(
            blocks,
            [block, block],
            [
              [0, block],
              [block, 0],
            ],
          ),
          tf.depthToSpace(asImage(y!), block),
        ];
      }),
    ));

  it('rotating, cropping and mapping', () =>
    check<[number, number, number]>(
      25,
      [fc.double({ min: -3, max: 3, noNaN: true }), size(4), seeds],
      (angle, depth, seed) =>
        expectSameAsCpu(() => {
          const [x, box] = tensors(seed, [2, 6, 7, depth], [3, 4]);
          const image = asImage(x!);
          // tfjs-cpu leaves all images but the first out.
          const first = tf.slice(image, 0, 1);
          const inside = tf.add(tf.mul(box!, 0.3), [[0.3, 0.3, 0.7, 0.7]]) as tf.Tensor2D;
          const which = tf.tensor1d([0, 1, 0], 'int32');
          const matrix = tf.tensor2d([[Math.cos(angle), -0.4, 1, 0.3, Math.cos(angle), -1, 0, 0]]);
          return [
            tf.image.rotateWithOffset(image, angle, 0.5),
            tf.image.cropAndResize(image, inside, which, [4, 5], 'bilinear', 0.25),
            tf.image.cropAndResize(image, inside, which, [1, 3], 'nearest'),
            ...(['constant', 'reflect', 'nearest', 'wrap'] as const).map((mode) =>
              tf.image.transform(first, matrix, 'bilinear', mode, 0.1),
            ),
          ];
        }),
    ));
});

describe('choosing and placing', () => {
  it('gather, oneHot, scatter, topk and their like', () =>
    check<[number, number, number]>(40, [size(6), size(5), seeds], (rows, columns, seed) =>
      expectSameAsCpu(() => {
        const [x, raw] = tensors(seed, [rows, columns, 2], [4]);
        const indices = tf.cast(tf.floor(tf.mul(tf.abs(raw!), rows - 0.001)), 'int32') as tf.Tensor1D;
        const pairs = tf.stack([indices, tf.zerosLike(indices)], 1) as tf.Tensor2D;
        const { values, indices: places } = tf.topk(tf.transpose(x!, [0, 2, 1]), Math.min(3, columns));
        return [
          tf.gather(x!, indices),
          tf.gather(tf.transpose(x!, [2, 0, 1]), tf.stack([indices, indices]) as tf.Tensor2D, 1, 1),
          tf.gatherND(x!, pairs),
          tf.oneHot(indices, rows + 1),
          tf.scatterND(tf.reshape(indices, [4, 1]), tf.ones([4, 2]), [rows, 2]),
          tf.unsortedSegmentSum(tf.ones([4, 3]), indices, Math.max(1, rows - 1)),
          tf.einsum('abc,abd->acd', x!, tf.mul(x!, 2)),
          tf.diag(indices),
          values,
          places,
          tf.logSoftmax(x!),
          tf.broadcastTo(tf.reshape(indices, [4, 1]), [2, 4, 3]),
        ];
      }),
    ));

  it('gradients of gather, slice, concat and pad', () =>
    check<[number, number]>(30, [size(6), seeds], (rows, seed) =>
      expectSameAsCpu(
        withGradients(
          (x) => {
            const picked = tf.gather(x, tf.tensor1d([rows - 1, 0, rows - 1], 'int32'));
            const cut = tf.slice(picked, [1, 0], [2, 3]);
            return tf.concat(
              [
                tf.pad(cut, [
                  [0, 1],
                  [1, 0],
                ]),
                picked,
              ],
              1,
            );
          },
          seed,
          [rows, 4],
        ),
      ),
    ));
});
