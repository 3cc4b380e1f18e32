import { DERMOSCOPIC_FEATURES } from '@lesion/core';
import { describe, expect, it } from 'vitest';
import {
  checkDataset,
  openDataset,
  PatchInventory,
  patchTargets,
  planPatches,
  readRecordImage,
  readRecordLabels,
  readRecordMask,
  readSuperpixelFeatures,
  writeSyntheticDataset,
} from '../src/index.js';
import { emptyFolder } from './fixture.js';

describe('a synthetic data set', () => {
  it('is read, checked and planned like a real one', async () => {
    const folder = await emptyFolder();
    await writeSyntheticDataset(folder, { training: 8, validation: 2, test: 1, shortSide: 96, seed: 3 });
    const report = await checkDataset(folder, { deep: true });
    expect(report.issues).toEqual([]);

    const { splits } = await openDataset(folder);
    expect([splits.training.length, splits.validation.length, splits.test.length]).toEqual([8, 2, 1]);
    const inventory = new PatchInventory();
    let superpixels = 0;
    let labels = 0;
    for (const record of splits.training) {
      const image = await readRecordImage(record);
      const mask = await readRecordMask(record);
      expect(mask.shape).toEqual(image.shape.slice(0, 2));
      const features = await readSuperpixelFeatures(record, await readRecordLabels(record));
      inventory.add(record.id, features!);
      superpixels += features!.streaks.length;
      for (const name of DERMOSCOPIC_FEATURES) labels += features![name].filter((flag) => flag === 1).length;
    }
    const { background, ...carried } = inventory.counts;
    expect(Object.values(carried).reduce((sum, count) => sum + count, 0)).toBe(labels);
    expect(background).toBeLessThan(superpixels);
    expect(planPatches(inventory).counts).toEqual(patchTargets(inventory.counts));
  });
});
