import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { realData, realFile } from '@lesion/test-support';
import { describe, expect, it } from 'vitest';
import { completeFiles, emptyFolder, type Files, folderOf, MASK, writeFiles } from '../test/fixture.js';
import { openDataset, selectRecords } from './dataset.js';

const TRUTH = 'ISIC-2017_Training_Part3_GroundTruth.csv';
const HEADER = 'image_id,melanoma,seborrheic_keratosis\n';

async function openWith(files: Files) {
  const folder = await folderOf({ ...completeFiles(), ...files });
  return { folder, opened: openDataset(folder) };
}

describe('openDataset', () => {
  it('reads records with paths, labels and columns', async () => {
    const folder = await folderOf(completeFiles());
    const { splits } = await openDataset(folder);
    expect(splits.test).toEqual([]);
    expect(splits.training.map(({ id, diagnosis, age, sex }) => [id, diagnosis, age, sex])).toEqual([
      ['A', 'melanoma', 55, 'female'],
      ['B', 'seborrheic_keratosis', undefined, 'male'],
      ['C', 'nevus', 30, undefined],
    ]);
    expect(splits.training[1]).toEqual({
      id: 'B',
      split: 'training',
      imagePath: join(folder, 'ISIC-2017_Training_Data/B.png'),
      superpixelsPath: join(folder, 'ISIC-2017_Training_Data/B_superpixels.png'),
      maskPath: join(folder, 'ISIC-2017_Training_Part1_GroundTruth/B_segmentation.png'),
      featuresPath: join(folder, 'ISIC-2017_Training_Part2_GroundTruth/B_features.json'),
      attributePaths: {},
      attributesAnnotated: false,
      diagnosis: 'seborrheic_keratosis',
      age: undefined,
      sex: 'male',
      columns: { age_approximate: 'unknown', sex: 'male', camera: 'y', width: '6', height: '4' },
    });
    // Its ground truth has no header line.
    expect(splits.validation.map(({ id, diagnosis }) => [id, diagnosis])).toEqual([
      ['D', 'seborrheic_keratosis'],
    ]);
  });

  it('keeps records that a table lists but that have no image', async () => {
    const { opened } = await openWith({ [TRUTH]: `${HEADER}A,1,0\nB,0,1\nC,0,0\nZ,1,0\n` });
    const last = (await opened).splits.training.at(-1)!;
    expect(last).toMatchObject({ id: 'Z', diagnosis: 'melanoma' });
    expect(last.imagePath).toBeUndefined();
  });

  it('copes with parts that are absent', async () => {
    const onlyMasks = await openDataset(
      await folderOf({ 'ISIC-2017_Test_v2_Part1_GroundTruth/X_segmentation.png': MASK }),
    );
    expect(onlyMasks.splits.test).toMatchObject([{ id: 'X', split: 'test' }]);
    const files = completeFiles();
    delete files[TRUTH];
    const { splits } = await openDataset(await folderOf(files));
    expect(splits.training.map(({ diagnosis }) => diagnosis)).toEqual([undefined, undefined, undefined]);
  });

  it('finds doubled folders, names in another case, and prefers the second test set', async () => {
    const folder = await emptyFolder();
    await writeFiles(folder, {
      'isic-2017_training_data/isic-2017_training_data/A.JPG': 'x',
      'isic-2017_training_data/isic-2017_training_data/._A.JPG': 'x',
      'ISIC-2017_Test_Data/OLD.jpg': 'x',
      'ISIC-2017_Test_v2_Data/NEW.jpg': 'x',
    });
    const { splits } = await openDataset(folder);
    expect(splits.training.map(({ id }) => id)).toEqual(['A']);
    expect(splits.test.map(({ id }) => id)).toEqual(['NEW']);
  });

  it('says what folder it wants', async () => {
    const folder = await emptyFolder();
    await expect(openDataset(folder)).rejects.toThrow(
      `${folder}: no part of the ISIC 2017 layout is in this folder; got an empty folder; expected folders such as ISIC-2017_Training_Data. Unpack the archives of the challenge side by side into one folder and give that one.`,
    );
    const inside = join(folder, 'ISIC-2017_Training_Data');
    await mkdir(inside);
    await expect(openDataset(inside)).rejects.toThrow('Give the folder that holds this one.');
    await expect(openDataset(join(folder, 'absent'))).rejects.toThrow('the folder does not exist');
    await writeFiles(folder, { file: 'x' });
    await expect(openDataset(join(folder, 'file'))).rejects.toThrow('a file, not a folder');
  });

  it.each([
    [
      'a missing column',
      TRUTH,
      'image_id,melanoma\nA,1\n',
      ':1: a column is missing; got image_id, melanoma; expected seborrheic_keratosis.',
    ],
    [
      'two diagnoses',
      TRUTH,
      `${HEADER}A,1,0\nB,1,1\n`,
      ':3: B is both melanoma and seborrheic keratosis; got 1 in both columns; expected 1 in one column at most; nevus is 0 in both. Correct one of the two cells.',
    ],
    [
      'a diagnosis in between',
      TRUTH,
      `${HEADER}A,0.5,0\n`,
      ':2: melanoma of A is not usable; got "0.5"; expected 0 or 1.',
    ],
    [
      'an unknown id',
      'ISIC-2017_Training_sources.csv',
      'image_id,camera\nA,x\nQ,x\n',
      ':3: unknown image id; got Q; expected an id of ',
    ],
    [
      'an age out of range',
      'ISIC-2017_Training_Data/ISIC-2017_Training_Data_metadata.csv',
      'image_id,age_approximate,sex\nA,550,female\n',
      ':2: the age of A is not usable; got "550"; expected years from 0 to 130, or unknown.',
    ],
  ])('names file and line of %s', async (_, name, content, message) => {
    const { folder, opened } = await openWith({ [name]: content });
    await expect(opened).rejects.toMatchObject({ code: 'INVALID_FILE' });
    await expect(opened).rejects.toThrow(`${join(folder, name)}${message}`);
  });

  it('refuses two images of one id', async () => {
    const { opened } = await openWith({ 'ISIC-2017_Training_Data/A.jpg': 'x' });
    await expect(opened).rejects.toThrow('A.png: two images have the same id; got A; expected one file, as ');
  });
});

describe('attribute masks', () => {
  const TABLE = 'image_id,split,globules,milia_like_cyst,negative_network,pigment_network,streaks\n';
  const folderName = 'ISIC-2017_Training_attributes';
  const annotated = async (files: Files) => {
    const { splits } = await (await openWith(files)).opened;
    return splits.training.map(({ id, attributesAnnotated, attributePaths }) => [
      id,
      attributesAnnotated,
      Object.keys(attributePaths),
    ]);
  };

  it('are annotated where the table lists the image', async () => {
    expect(
      await annotated({
        'attributes.csv': `${TABLE}A,Training,1,0,0,0,1\nC,Training,0,0,0,0,0\nD,Validation,0,0,0,0,0\n`,
        [`${folderName}/A_attribute_streaks.png`]: MASK,
        [`${folderName}/A_attribute_globules.png`]: MASK,
      }),
    ).toEqual([
      ['A', true, ['streaks']],
      ['B', false, []],
      ['C', true, []],
    ]);
  });

  it('leave the image unknown where a promised one is lost', async () => {
    expect(
      await annotated({
        'attributes.csv': `${TABLE}A,Training,0,0,0,1,1\nB,Training,0,0,0,0,0\n`,
        [`${folderName}/A_attribute_streaks.png`]: MASK,
      }),
    ).toEqual([
      ['A', false, ['streaks']],
      ['B', true, []],
      ['C', false, []],
    ]);
  });

  it('speak for themselves without a table', async () => {
    expect(
      await annotated({
        [`${folderName}/A_attribute_streaks.png`]: MASK,
        [`${folderName}/B_attribute_globules.png`]: MASK,
      }),
    ).toEqual([
      ['A', true, ['streaks']],
      ['B', true, []],
      ['C', false, []],
    ]);
  });

  it('count as unknown where the folder was left out', async () => {
    const all = await annotated({ 'attributes.csv': `${TABLE}A,Training,0,0,0,0,0\n` });
    expect(all.map(([, known]) => known)).toEqual([false, false, false]);
  });

  it('refuse a table with an unknown id or a cell out of range', async () => {
    const mask = { [`${folderName}/A_attribute_streaks.png`]: MASK };
    const unknown = await openWith({ ...mask, 'attributes.csv': `${TABLE}Q,Training,0,0,0,0,1\n` });
    await expect(unknown.opened).rejects.toThrow(':2: unknown image id; got Q');
    const cell = await openWith({ ...mask, 'attributes.csv': `${TABLE}A,Training,0,0,0,0,yes\n` });
    await expect(cell.opened).rejects.toThrow(':2: streaks of A is not usable; got "yes"; expected 0 or 1.');
  });
});

describe('selectRecords', () => {
  it('keeps the records whose column holds the value', async () => {
    const { splits } = await (await openWith({})).opened;
    expect(selectRecords(splits.training, { column: 'camera', value: 'x' }).map(({ id }) => id)).toEqual([
      'A',
      'C',
    ]);
    expect(() => selectRecords(splits.training, { column: 'lens', value: 'x' })).toThrow(
      'where: unknown column; got "lens"; expected one of age_approximate, sex, camera, width, height',
    );
    expect(() => selectRecords(splits.training, { column: 'camera', value: 'z' })).toThrow(
      'where: no record has this value of camera; got "z"; expected one of x, y',
    );
  });
});

describe.skipIf(!realData)('the real data set', () => {
  it('is read with the counts of its CSVs', async () => {
    const { splits } = await openDataset(realFile('isic2017'));
    const count = (split: 'training' | 'validation', diagnosis: string) =>
      splits[split].filter((record) => record.diagnosis === diagnosis).length;
    expect([splits.training.length, splits.validation.length, splits.test.length]).toEqual([2000, 150, 0]);
    expect(['melanoma', 'seborrheic_keratosis', 'nevus'].map((name) => count('training', name))).toEqual([
      374, 254, 1372,
    ]);
    expect(['melanoma', 'seborrheic_keratosis', 'nevus'].map((name) => count('validation', name))).toEqual([
      30, 42, 78,
    ]);
    expect(splits.training.filter(({ imagePath }) => imagePath).length).toBe(1992);
    expect(splits.training.filter(({ attributesAnnotated }) => attributesAnnotated).length).toBe(1794);
    expect(splits.validation.filter(({ attributesAnnotated }) => attributesAnnotated).length).toBe(119);
    expect(selectRecords(splits.training, { column: 'image_source', value: 'enlarged256' }).length).toBe(179);
    expect(splits.training[0]).toMatchObject({
      id: 'ISIC_0000000',
      age: 55,
      sex: 'female',
      diagnosis: 'nevus',
    });
  });
});
