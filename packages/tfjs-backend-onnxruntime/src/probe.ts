/**
 * Finds out how ONNX Runtime's blocked convolutions work on this machine. They are internal to it: a
 * wrong block size gives wrong numbers without an error, so each size is tried against the plain operator.
 */
import { GraphBuilder } from '@lesion/onnx';
import { BLOCKED } from './domains.js';
import { createSessionNow, ortTensor, type TensorMap } from './runtime.js';

const EXTENT = 5;

/** Distinct small numbers without a pattern that a wrong order could keep. */
function ramp(length: number, step: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => ((i * step) % 97) / 97 - 0.5);
}

/** Both results of one convolution with `block` channels, or undefined if the runtime refuses. */
function compare(block: number): boolean {
  const image = [1, 2 * block, EXTENT, EXTENT];
  const filter = [2 * block, 2 * block, 3, 3];
  const attributes = { kernel_shape: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] };
  const graph = new GraphBuilder({ name: 'probe' });
  const x = graph.input('x', 'float32', image);
  const w = graph.input('w', 'float32', filter);
  graph.output('plain', graph.node('Conv', [x, w], attributes), 'float32', image);
  const split = graph.node('Reshape', [w, graph.int64([2, block, 2, block, 3, 3])]);
  const packed = graph.node('Reshape', [
    graph.node('Transpose', [split], { perm: [0, 2, 4, 5, 3, 1] }),
    graph.int64(filter),
  ]);
  const blocked = graph.node(
    'Conv',
    [graph.node('ReorderInput', [x], {}, BLOCKED), packed],
    attributes,
    BLOCKED,
  );
  const restored = graph.node('ReorderOutput', [blocked], { channels: 2 * block }, BLOCKED);
  graph.output('blocked', restored, 'float32', image);

  const size = 2 * block * EXTENT * EXTENT;
  const results = { plain: new Float32Array(size), blocked: new Float32Array(size) };
  const fetches: TensorMap = {};
  for (const [name, data] of Object.entries(results)) fetches[name] = ortTensor('float32', data, image);
  const session = createSessionNow(graph.encode(), { executionProvider: 'cpu', threads: 1 });
  try {
    session.runNow!(
      {
        x: ortTensor('float32', ramp(size, 31), image),
        w: ortTensor('float32', ramp(4 * block * block * 9, 29), filter),
      },
      fetches,
    );
  } finally {
    session.release();
  }
  return results.plain.every((value, i) => Math.abs(value - results.blocked[i]!) < 1e-4);
}

/** Channels in a block of this machine's blocked convolutions; 0 if they are not there or compute otherwise. */
export function probeBlockSize(): number {
  for (const block of [16, 8]) {
    try {
      if (compare(block)) return block;
    } catch {
      // The runtime does not know the operator or refuses the shape: then it is not used.
    }
  }
  return 0;
}
