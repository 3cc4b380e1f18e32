// Masks drawn as rows of characters, for tests.
import { type BinaryMask, createBinaryMask } from '@lesion/core';

/** A mask from rows of `1` and `.`. */
export function draw(rows: string[]): BinaryMask {
  const data = Uint8Array.from(rows.join(''), (character) => (character === '1' ? 1 : 0));
  return createBinaryMask({ height: rows.length, width: rows[0]!.length }, data);
}
