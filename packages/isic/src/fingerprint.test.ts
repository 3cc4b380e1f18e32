import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeFiles, emptyFolder, folderOf } from '../test/fixture.js';
import { openDataset } from './dataset.js';
import { datasetFingerprint } from './fingerprint.js';

const fingerprint = async (folder: string) => datasetFingerprint(await openDataset(folder));

describe('datasetFingerprint', () => {
  it('is the same in another folder and another after any change', async () => {
    const folder = await folderOf(completeFiles());
    const first = await fingerprint(folder);
    expect(first).toMatch(/^[0-9a-f]{64}$/);

    const copy = await emptyFolder();
    await cp(folder, copy, { recursive: true });
    expect(await fingerprint(copy)).toBe(first);

    const seen = new Set([first]);
    const changes = [
      () => writeFile(join(copy, 'ISIC-2017_Validation_Part3_GroundTruth.csv'), 'D,1,0\n'),
      () => writeFile(join(copy, 'ISIC-2017_Training_sources.csv'), 'image_id\nA\n'),
      () => writeFile(join(copy, 'ISIC-2017_Training_Data/A.png'), 'another length'),
      () => rm(join(copy, 'ISIC-2017_Training_Part1_GroundTruth/B_segmentation.png')),
      () => rm(join(copy, 'ISIC-2017_Training_Data/C.png')),
    ];
    for (const change of changes) {
      await change();
      seen.add(await fingerprint(copy));
    }
    expect(seen.size).toBe(changes.length + 1);
  });

  it('says which file went away after opening', async () => {
    const folder = await folderOf(completeFiles());
    const dataset = await openDataset(folder);
    const path = join(folder, 'ISIC-2017_Training_Data/A.png');
    await rm(path);
    await expect(datasetFingerprint(dataset)).rejects.toThrow(
      `${path}: there is no such file. Check the path.`,
    );
  });
});
