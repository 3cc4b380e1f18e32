/** How well two superpixel maps agree. Leans on `dense` and `@lesion/core`. */
import { assertLabelMap, assertSameSize, type LabelMap } from '@lesion/core';
import { denseLabels } from './dense.js';

/**
 * The share of pixels that lie in the reference superpixel in which most of their own superpixel lies. 1 if
 * every superpixel lies within one of the reference. Not symmetric: a finer map is purer, so compare the
 * counts too.
 *
 * @param labels The map to judge, `[height, width]`; views too.
 * @param reference The map to judge it by, of the same size.
 * @returns A share above 0 and at most 1.
 * @throws LesionError `INVALID_ARGUMENT` if one is not a label map or their sizes differ.
 * @example
 * ```ts
 * purity(superpixels(image).labels, decodeLabels(official)); // about 0.99
 * ```
 */
export function purity(labels: LabelMap, reference: LabelMap): number {
  assertLabelMap(labels);
  assertLabelMap(reference, 'reference');
  assertSameSize(labels, reference, ['labels', 'reference']);
  const own = denseLabels(labels);
  const other = denseLabels(reference);
  const pixels = own.indexes.length;
  const starts = new Int32Array(own.values.length + 1);
  for (let i = 0; i < pixels; i++) starts[own.indexes[i]! + 1]!++;
  for (let k = 0; k < own.values.length; k++) starts[k + 1]! += starts[k]!;
  // The reference labels of each superpixel side by side, so that one small table serves all in turn.
  const cursor = starts.slice();
  const grouped = new Int32Array(pixels);
  for (let i = 0; i < pixels; i++) grouped[cursor[own.indexes[i]!]!++] = other.indexes[i]!;
  const counts = new Int32Array(other.values.length);
  let agreeing = 0;
  for (let k = 0; k < own.values.length; k++) {
    let most = 0;
    for (let i = starts[k]!; i < starts[k + 1]!; i++) {
      const count = ++counts[grouped[i]!]!;
      if (count > most) most = count;
    }
    for (let i = starts[k]!; i < starts[k + 1]!; i++) counts[grouped[i]!] = 0;
    agreeing += most;
  }
  return agreeing / pixels;
}
