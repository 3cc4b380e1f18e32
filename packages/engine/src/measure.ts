/** How fast the active engine convolves, as a figure to compare engines by. Leans on tfjs-core. */
import * as tf from '@tensorflow/tfjs-core';

interface Problem {
  extent: number;
  channels: number;
}

/** 19 million and 604 million operations: the second only where the first one is over at once. */
const SMALL: Problem = { extent: 32, channels: 32 };
const LARGE: Problem = { extent: 64, channels: 96 };
/** Milliseconds within which the small problem shows an engine fit for the large one. */
const SOON = 20;
/** Milliseconds to repeat for, and the most repetitions. */
const LONG_ENOUGH = 200;
const REPETITIONS = 20;

const TAPS = 9;

function operations({ extent, channels }: Problem): number {
  return 2 * TAPS * extent * extent * channels * channels;
}

/** Milliseconds of the fastest repetition; the first one, in which engines compile, does not count. */
async function fastest({ extent, channels }: Problem): Promise<number> {
  const image = tf.ones([1, extent, extent, channels]) as tf.Tensor4D;
  const filter = tf.ones([3, 3, channels, channels]) as tf.Tensor4D;
  const once = async (): Promise<number> => {
    const start = performance.now();
    // The sum keeps the transfer of the result out of the time.
    const result = tf.tidy(() => tf.sum(tf.conv2d(image, filter, 1, 'same')));
    await result.data();
    result.dispose();
    return performance.now() - start;
  };
  try {
    await once();
    const start = performance.now();
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPETITIONS && performance.now() - start < LONG_ENOUGH; i++) {
      best = Math.min(best, await once());
    }
    return best;
  } finally {
    tf.dispose([image, filter]);
  }
}

/** Billions of operations a second that the active engine reaches in a 3x3 convolution. */
export async function measureConvolution(): Promise<number> {
  const small = await fastest(SMALL);
  const problem = small < SOON ? LARGE : SMALL;
  const milliseconds = problem === SMALL ? small : await fastest(LARGE);
  return operations(problem) / milliseconds / 1e6;
}
