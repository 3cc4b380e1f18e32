// What the tests of this package share: engines, a network of few layers, toy images, reference values.
import '@tensorflow/tfjs-backend-cpu';
import { SeededRandom } from '@lesion/core';
import { setBackend, type Tensor3D, type Tensor4D, tensor3d, tensor4d } from '@tensorflow/tfjs-core';
import type { FcrnStages } from '../src/index.js';

await setBackend('cpu');

/** Both kinds of block, with and without projection, in as few layers as that takes; meant for width 1/16. */
export const SMALL_STAGES: FcrnStages = [
  { block: 'residual-in-residual', count: 1, width: 64 },
  { block: 'residual-in-residual', count: 2, width: 64 },
  { block: 'bottleneck', count: 1, width: 96 },
  { block: 'bottleneck', count: 2, width: 96 },
];

/** Normal random numbers in a tensor `[n, height, width, 3]`. */
export function randomImages(shape: [number, number, number, number], seed = 1): Tensor4D {
  const random = new SeededRandom(seed);
  const length = shape.reduce((product, extent) => product * extent, 1);
  return tensor4d(
    Float32Array.from({ length }, () => random.normal()),
    shape,
  );
}

/** Images with one disc each, whose colour tells its class (1 to 3), on a bright ground (class 0). */
export function discImages(count: number, size: number, seed = 1): { images: Tensor4D; labels: Tensor3D } {
  const random = new SeededRandom(seed);
  const images = new Float32Array(count * size * size * 3);
  const labels = new Int32Array(count * size * size);
  for (let image = 0; image < count; image++) {
    const label = 1 + (image % 3);
    const [row, column] = [random.uniform(0.3, 0.7) * size, random.uniform(0.3, 0.7) * size];
    const radius = random.uniform(0.15, 0.3) * size;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const at = (image * size + y) * size + x;
        const inside = Math.hypot(y - row, x - column) < radius;
        labels[at] = inside ? label : 0;
        for (let channel = 0; channel < 3; channel++) {
          const value = inside ? (channel === label - 1 ? -1.5 : -0.5) : 0.8;
          images[at * 3 + channel] = value + random.uniform(-0.2, 0.2);
        }
      }
    }
  }
  return {
    images: tensor4d(images, [count, size, size, 3]),
    labels: tensor3d(labels, [count, size, size], 'int32'),
  };
}
