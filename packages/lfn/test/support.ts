// What the tests of this package share: the engine and toy patches.
import '@tensorflow/tfjs-backend-cpu';
import { SeededRandom } from '@lesion/core';
import { setBackend, type Tensor1D, type Tensor4D, tensor1d, tensor4d } from '@tensorflow/tfjs-core';

await setBackend('cpu');

/** Patches `[count, size, size, 3]`, each class (0 to 4) with stripes of its own period, and the classes. */
export function stripedPatches(
  count: number,
  size: number,
  seed = 1,
): { patches: Tensor4D; labels: Tensor1D } {
  const random = new SeededRandom(seed);
  const labels = Int32Array.from({ length: count }, (_, index) => index % 5);
  const values = new Float32Array(count * size * size * 3);
  for (let i = 0; i < values.length; i++) {
    const column = Math.floor(i / 3) % size;
    const label = labels[Math.floor(i / (size * size * 3))]!;
    values[i] = Math.cos((2 * Math.PI * column) / (2 + 2 * label)) + random.uniform(-0.3, 0.3);
  }
  return { patches: tensor4d(values, [count, size, size, 3]), labels: tensor1d(labels, 'int32') };
}
