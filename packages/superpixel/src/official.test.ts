// The challenge's own maps, on full-size images; golden/official.mjs shows all four with times.
import { readFile } from 'node:fs/promises';
import { contiguousData } from '@lesion/core';
import { readImage } from '@lesion/preprocess/node';
import { realData, realFile } from '@lesion/test-support';
import { describe, expect, it } from 'vitest';
import { decodeLabels, encodeLabels, purity, superpixels } from './index.js';

describe.skipIf(!realData)('the superpixels of ISIC 2017', () => {
  for (const id of ['ISIC_0014302', 'ISIC_0014428']) {
    it(`agree on ${id}`, { timeout: 180_000 }, async () => {
      const path = realFile('part2-official', `${id}_superpixels.png`);
      const official = decodeLabels(await readFile(path), { source: path });
      const { labels, count } = superpixels(await readImage(realFile('part2-official', `${id}.jpg`)));
      expect(purity(labels, official)).toBeGreaterThanOrEqual(0.985);
      const officialCount = new Set(contiguousData(official)).size;
      expect(Math.abs(count - officialCount)).toBeLessThanOrEqual(1);
    });
  }

  it('survive the codec', async () => {
    const path = realFile('part2-official', 'ISIC_0006815_superpixels.png');
    const official = decodeLabels(await readFile(path), { source: path });
    expect(official.shape).toEqual([2848, 4288]);
    const values = contiguousData(official);
    const again = contiguousData(decodeLabels(encodeLabels(official)));
    expect(again.every((label, i) => label === values[i])).toBe(true);
  });
});
