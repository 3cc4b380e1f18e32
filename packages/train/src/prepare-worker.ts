/** The thread's side of preparing predictions. Leans on as little as can be: it is to be ready before the networks are. */
import { contiguousData, sizeOf } from '@lesion/core';
import { readImage } from '@lesion/preprocess/node';
import { extractPatches, superpixels } from '@lesion/superpixel';
import type { PrepareResult, PrepareTask } from './prepare-tasks.js';
import { replying } from './worker-reply.js';

async function prepare({ path, superpixels: options, patchSize }: PrepareTask): Promise<PrepareResult> {
  const image = await readImage(path);
  const { labels } = superpixels(image, options);
  const patches = extractPatches(image, labels, { size: patchSize });
  const pixels = contiguousData(image);
  return { ...sizeOf(image), pixels, labels: contiguousData(labels), patches };
}

export default replying(prepare, ({ pixels, labels, patches }) =>
  // An array that is part of a larger buffer, as some decoders give, is copied.
  [pixels, labels, patches.data, patches.labels].filter(
    (array) => array.length * array.BYTES_PER_ELEMENT === array.buffer.byteLength,
  ),
);
