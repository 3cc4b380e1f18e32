/** Grey levels to masks: what is done to each pixel of each mask that is read. */
import { loadKernels } from '@lesion/core';
import { binary } from './kernels/binary.js';

/** Compiled from `assembly/threshold.ts`, which describes the function. */
interface ThresholdKernels {
  binarise(bytes: number, length: number, threshold: number): void;
}

const VECTOR_BYTES = 16;

/** Bytes that are in WebAssembly's memory at a time, so that they stay in the cache. */
const TILE_BYTES = 2048 * VECTOR_BYTES;

/** Below it, the plain path is as fast. */
const FEW_BYTES = 4096;

/** The plain path. Masks are black or white nearly everywhere, so four equal pixels are mostly done at once. */
function binarisePlainly(values: Uint8Array, threshold: number): void {
  const [white, ones] = [-1, 0x01010101];
  const quads =
    values.byteOffset % 4 === 0
      ? new Int32Array(values.buffer, values.byteOffset, values.length >> 2)
      : new Int32Array();
  for (let quad = 0; quad < quads.length; quad++) {
    const word = quads[quad]!;
    if (word === 0) continue;
    if (word === white) {
      quads[quad] = ones;
      continue;
    }
    for (let i = 4 * quad; i < 4 * quad + 4; i++) values[i] = values[i]! > threshold ? 1 : 0;
  }
  for (let i = 4 * quads.length; i < values.length; i++) values[i] = values[i]! > threshold ? 1 : 0;
}

/** Sets values above `threshold`, which is below 255, to 1 and the others to 0, in place. */
export function binarise(values: Uint8Array, threshold: number): void {
  const kernels =
    values.length < FEW_BYTES ? undefined : loadKernels<ThresholdKernels>(binary, TILE_BYTES, 1);
  if (kernels === undefined) {
    binarisePlainly(values, threshold);
    return;
  }
  try {
    const tile = kernels.array(Uint8Array, TILE_BYTES);
    const limit = Math.floor(threshold);
    for (let start = 0; start < values.length; start += TILE_BYTES) {
      const part = values.subarray(start, start + TILE_BYTES);
      tile.set(part);
      kernels.functions.binarise(tile.byteOffset, part.length, limit);
      part.set(part.length === TILE_BYTES ? tile : tile.subarray(0, part.length));
    }
  } finally {
    kernels.release();
  }
}
