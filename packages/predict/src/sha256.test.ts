import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from './sha256.js';

afterEach(() => vi.unstubAllGlobals());

describe.each(['with the platform’s hashes', 'on a page that is not secure'])('sha256 %s', (place) => {
  it('is what Node says', async () => {
    if (place.startsWith('on')) vi.stubGlobal('crypto', {});
    // The second is a view into the middle of its memory, as a piece of a file is.
    for (const bytes of [
      new Uint8Array(),
      Uint8Array.from({ length: 1000 }, (_, i) => i).subarray(3, 900),
      new Uint8Array(200_000).fill(7),
    ]) {
      expect(await sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});
