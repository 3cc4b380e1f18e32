// A network's weights as one text to compare, for any tfjs model; knows tfjs's shape and does not load it.
import { createHash } from 'node:crypto';

interface Weighted {
  readonly weights: readonly {
    readonly originalName: string;
    read(): { dataSync(): Float32Array | Int32Array | Uint8Array };
  }[];
}

/** A hash over the names and the bytes of all weights. */
export function weightsHash(model: Weighted): string {
  const hash = createHash('sha256');
  for (const weight of model.weights) {
    const values = weight.read().dataSync();
    hash
      .update(weight.originalName)
      .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
