// Counts of two binary masks, 16 bytes at a time.
import { addBytes, total } from '../../../tools/wasm/lanes';

/** As many vectors as counters of 8 bits can add up. */
const VECTORS: i32 = 255;

/**
 * Counts the ones of two arrays of 0 and 1.
 *
 * @param truth Its bytes.
 * @param prediction As many.
 * @param length How many; a multiple of 16.
 * @param counts Receives three numbers of 32 bits: ones of the truth, of the prediction, of both.
 * @returns 1 if all bytes are 0 or 1, else 0 and the counts mean nothing.
 */
export function countPairs(truth: usize, prediction: usize, length: i32, counts: usize): i32 {
  let positives = i32x4.splat(0);
  let predicted = i32x4.splat(0);
  let both = i32x4.splat(0);
  let seen = i32x4.splat(0);
  const end = truth + length;
  while (truth < end) {
    let fewPositives = i8x16.splat(0);
    let fewPredicted = i8x16.splat(0);
    let fewBoth = i8x16.splat(0);
    const pause = min(truth + (<usize>VECTORS << 4), end);
    for (; truth < pause; truth += 16, prediction += 16) {
      const here = v128.load(truth);
      const there = v128.load(prediction);
      seen = v128.or(seen, v128.or(here, there));
      fewPositives = i8x16.add(fewPositives, here);
      fewPredicted = i8x16.add(fewPredicted, there);
      fewBoth = i8x16.add(fewBoth, v128.and(here, there));
    }
    positives = addBytes(positives, fewPositives);
    predicted = addBytes(predicted, fewPredicted);
    both = addBytes(both, fewBoth);
  }
  store<i32>(counts, total(positives));
  store<i32>(counts + 4, total(predicted));
  store<i32>(counts + 8, total(both));
  return v128.any_true(i8x16.gt_u(seen, i8x16.splat(1))) ? 0 : 1;
}
