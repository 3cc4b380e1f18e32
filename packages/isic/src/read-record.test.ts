import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DERMOSCOPIC_FEATURES, type DermoscopicFeature } from '@lesion/core';
import { encodeLabels } from '@lesion/superpixel';
import { realData, realFile } from '@lesion/test-support';
import { describe, expect, it } from 'vitest';
import {
  completeFiles,
  type Files,
  featuresJson,
  folderOf,
  LABELS,
  labelsOf,
  MASK,
  maskOf,
} from '../test/fixture.js';
import { openDataset } from './dataset.js';
import {
  readAttributeFeatures,
  readRecordImage,
  readRecordLabels,
  readRecordMask,
  readSuperpixelFeatures,
} from './read-record.js';
import type { IsicRecord } from './types.js';

async function recordWith(files: Files): Promise<{ folder: string; record: IsicRecord }> {
  const folder = await folderOf({ ...completeFiles(), ...files });
  const { splits } = await openDataset(folder);
  return { folder, record: splits.training[0]! };
}

const IMAGE = 'ISIC-2017_Training_Data/A.png';
const SUPERPIXELS = 'ISIC-2017_Training_Data/A_superpixels.png';
const SEGMENTATION = 'ISIC-2017_Training_Part1_GroundTruth/A_segmentation.png';
const FEATURES = 'ISIC-2017_Training_Part2_GroundTruth/A_features.json';

describe('reading the pieces of a record', () => {
  it('gives image, mask, superpixels and features', async () => {
    const { record } = await recordWith({ [IMAGE]: { image: 7 } });
    const image = await readRecordImage(record);
    expect([image.shape, image.get(3, 5, 2)]).toEqual([[4, 6, 3], 7]);
    expect(await readRecordMask(record)).toMatchMask(['......', '..11..', '..11..', '......']);
    const labels = await readRecordLabels(record);
    expect(labels).toMatchMask(['...111', '...111', '222333', '222333']);
    const features = await readSuperpixelFeatures(record, labels);
    expect([...features!.streaks]).toEqual([0, 1, 0, 0]);
    expect(features!.pigment_network).toBeInstanceOf(Uint8Array);
  });

  it('says which piece of which image is not there', async () => {
    const none: IsicRecord = {
      id: 'Z',
      split: 'training',
      attributePaths: {},
      attributesAnnotated: false,
      columns: {},
    };
    const mend = 'Leave out records without one, or see with checkDataset what is missing.';
    await expect(readRecordImage(none)).rejects.toThrow(`Z: the data set has no image with this id. ${mend}`);
    await expect(readRecordMask(none)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(readRecordLabels(none)).rejects.toThrow('Z: the data set has no superpixels with this id.');
    expect(await readSuperpixelFeatures(none, LABELS)).toBeUndefined();
  });

  it('names both files where sizes differ', async () => {
    const small = await recordWith({ [SEGMENTATION]: maskOf(['11', '..']) });
    await expect(readRecordMask(small.record)).rejects.toThrow(
      `${join(small.folder, SEGMENTATION)}: has another size than its image; got 2x2; expected 6x4 (width x height) as ${join(small.folder, IMAGE)}. Take the file that belongs to this image, or write it again at the size of the image.`,
    );
    const labels = await recordWith({ [SUPERPIXELS]: encodeLabels(labelsOf(['01', '23'])) });
    await expect(readRecordLabels(labels.record)).rejects.toThrow(
      `${join(labels.folder, SUPERPIXELS)}: has another size`,
    );
  });

  it('names both files where a features JSON has another length than there are superpixels', async () => {
    const { folder, record } = await recordWith({ [FEATURES]: featuresJson([0, 1, 0]) });
    const reading = readSuperpixelFeatures(record, await readRecordLabels(record));
    await expect(reading).rejects.toMatchObject({ code: 'INVALID_FILE' });
    await expect(reading).rejects.toThrow(
      `${join(folder, FEATURES)}: has another number of values than there are superpixels; got 3 values a feature; expected 4, as ${join(folder, SUPERPIXELS)} has superpixels. The features belong to the superpixels published with them: use those.`,
    );
  });

  it('refuses files that are not what their name says', async () => {
    const { folder, record } = await recordWith({});
    await writeFile(join(folder, FEATURES), '{"streaks": [0, 2');
    await expect(readSuperpixelFeatures(record, LABELS)).rejects.toThrow(
      `${join(folder, FEATURES)}: not JSON`,
    );
    await writeFile(join(folder, SUPERPIXELS), 'no picture');
    await expect(readRecordLabels(record)).rejects.toMatchObject({ code: 'INVALID_FILE' });
    await expect(readRecordLabels(record)).rejects.toThrow(join(folder, SUPERPIXELS));
  });
});

describe('attribute masks', () => {
  const withMasks = async (masks: Partial<Record<DermoscopicFeature, Files[string]>>) => {
    const files = completeFiles();
    delete files[FEATURES];
    files['attributes.csv'] = `image_id,milia_like_cyst,negative_network,pigment_network,streaks\nA,${[
      'milia_like_cyst',
      'negative_network',
      'pigment_network',
      'streaks',
    ]
      .map((name) => (name in masks ? 1 : 0))
      .join()}\n`;
    files['ISIC-2017_Training_attributes/B_attribute_globules.png'] = MASK;
    for (const [name, mask] of Object.entries(masks)) {
      files[`ISIC-2017_Training_attributes/A_attribute_${name}.png`] = mask;
    }
    const folder = await folderOf(files);
    return { folder, record: (await openDataset(folder)).splits.training[0]! };
  };

  it('become features of superpixels, absent ones all zero', async () => {
    const { record } = await withMasks({ streaks: maskOf(['.1', '..']) });
    const derived = await readAttributeFeatures(record, LABELS);
    expect([...derived!.features.streaks]).toEqual([0, 1, 0, 0]);
    expect([...derived!.features.milia_like_cyst]).toEqual([0, 0, 0, 0]);
    expect(await readSuperpixelFeatures(record, LABELS)).toEqual(derived!.features);
  });

  it('of an annotated image without any feature are all zero', async () => {
    const { record } = await withMasks({});
    const features = await readSuperpixelFeatures(record, LABELS);
    expect(DERMOSCOPIC_FEATURES.map((name) => [...features![name]])).toEqual(new Array(4).fill([0, 0, 0, 0]));
  });

  it('of another shape than the superpixels are refused by name', async () => {
    const { folder, record } = await withMasks({ streaks: maskOf(['.1', '.1', '..', '..']) });
    await expect(readSuperpixelFeatures(record, LABELS)).rejects.toThrow(
      `${join(folder, 'ISIC-2017_Training_attributes/A_attribute_streaks.png')}: the attribute mask has another shape than the superpixels of its image; got 2x4; expected 6x4 at any scale (width x height).`,
    );
  });
});

describe.skipIf(!realData)('the ten official superpixel maps', () => {
  const ids = realData
    ? readdirSync(realFile('part2-official')).filter((name) => name.endsWith('.json'))
    : [];

  it.each(ids.map((name) => name.slice(0, 12)))(
    '%s: masks give the features back, none in doubt',
    async (id) => {
      const { splits } = await openDataset(realFile('isic2017'));
      const record = {
        ...splits.validation.find((candidate) => candidate.id === id)!,
        imagePath: undefined,
        superpixelsPath: realFile('part2-official', `${id}_superpixels.png`),
      };
      const derived = await readAttributeFeatures(record, await readRecordLabels(record));
      const expected = JSON.parse(
        readFileSync(realFile('part2-official', `${id}_features.derived.json`), 'utf8'),
      );
      for (const name of DERMOSCOPIC_FEATURES) {
        expect([...derived!.features[name]]).toEqual(expected[name]);
        expect(derived!.doubtful[name]).toEqual([]);
      }
    },
  );
});
