// Copies memory or multiplies matrices, to find out how fast this machine can. Called with a CapacityProbe as JSON.
import * as tf from '@tensorflow/tfjs-core';
import type { CapacityProbe } from './capacity.js';
import { openRoad } from './roads.js';
import { serve, type Work } from './serve.js';

function copying(bytes: number): Work {
  const length = bytes / Float64Array.BYTES_PER_ELEMENT;
  const source = new Float64Array(length).fill(1);
  const target = new Float64Array(length).fill(2);
  return {
    facts: { name: 'memory' },
    step() {
      target.set(source);
      return target[length - 1]!;
    },
  };
}

async function multiplying(size: number, threads: number): Promise<Work> {
  const { name } = await openRoad('onnxruntime', threads);
  const matrix = tf.fill([size, size], 1 / size) as tf.Tensor2D;
  return {
    facts: { name },
    async step() {
      const product = tf.matMul(matrix, matrix);
      const [first] = await product.data();
      product.dispose();
      return first!;
    },
  };
}

await serve<CapacityProbe>(async (probe) =>
  probe.probe === 'copy' ? copying(probe.bytes) : multiplying(probe.size, probe.threads),
);
