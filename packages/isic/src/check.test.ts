import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LESION_CLASSES } from '@lesion/core';
import { encodeLabels } from '@lesion/superpixel';
import { realData, realFile } from '@lesion/test-support';
import { describe, expect, it } from 'vitest';
import {
  completeFiles,
  type Files,
  featuresJson,
  folderOf,
  labelsOf,
  MASK,
  maskOf,
} from '../test/fixture.js';
import { type CheckDatasetOptions, checkDataset } from './check.js';
import { formatDatasetReport } from './format-report.js';
import type { DatasetIssueKind, DatasetReport } from './report.js';

const DATA = 'ISIC-2017_Training_Data';
const PART1 = 'ISIC-2017_Training_Part1_GroundTruth';
const PART2 = 'ISIC-2017_Training_Part2_GroundTruth';
const TRUTH = 'ISIC-2017_Training_Part3_GroundTruth.csv';

async function check(files: Files, options?: CheckDatasetOptions) {
  const folder = await folderOf({ ...completeFiles(), ...files });
  return { folder, report: await checkDataset(folder, options) };
}

/** Issues but the infos, as `severity kind`, and the one of a kind. */
const kinds = (report: DatasetReport): string[] =>
  report.issues
    .filter(({ severity }) => severity !== 'info')
    .map(({ severity, kind }) => `${severity} ${kind}`);
const issue = (report: DatasetReport, kind: DatasetIssueKind) =>
  report.issues.find((entry) => entry.kind === kind)!;

describe('checkDataset', () => {
  it.each([false, true])('counts a sound data set and finds nothing (deep: %s)', async (deep) => {
    const { folder, report } = await check({}, { deep });
    expect(kinds(report)).toEqual([]);
    expect(report).toMatchObject({ folder, deep, valid: true });
    expect(report.splits.training).toEqual({
      parts: ['images', 'masks', 'features', 'diagnoses', 'metadata', 'sources'],
      records: 3,
      images: 3,
      masks: 3,
      superpixels: 3,
      features: 3,
      diagnoses: {
        melanoma: { listed: 1, images: 1 },
        seborrheic_keratosis: { listed: 1, images: 1 },
        nevus: { listed: 1, images: 1 },
      },
      undiagnosed: 0,
      annotated: 0,
      attributes: { pigment_network: 0, negative_network: 0, milia_like_cyst: 0, streaks: 0 },
    });
    expect(report.issues.map(({ message }) => message)).toEqual([
      `${folder}: the validation split is without ISIC-2017_Validation_Data_metadata.csv.`,
      `${folder}: no test split (nothing begins with ISIC-2017_Test_v2).`,
    ]);
  });

  it('names images that tables list but that are not there, and the other way round', async () => {
    const { folder, report } = await check({
      [TRUTH]: 'image_id,melanoma,seborrheic_keratosis\nA,1,0\nC,0,0\nY,0,0\nZ,0,1\n',
      [`${PART1}/Z_segmentation.png`]: MASK,
    });
    expect(kinds(report)).toEqual([
      'warning image-missing',
      'warning image-without-row',
      'warning file-without-image',
    ]);
    expect(issue(report, 'image-missing')).toEqual({
      severity: 'warning',
      kind: 'image-missing',
      where: join(folder, TRUTH),
      message: `${join(folder, TRUTH)}: 2 images that it lists have no file in ${DATA}: Y, Z. They are left out of training and scores; add the files, or count the images, not the lines.`,
      ids: ['Y', 'Z'],
    });
    expect(issue(report, 'image-without-row').ids).toEqual(['B']);
    expect(issue(report, 'file-without-image').ids).toEqual(['Z']);
    expect(report.splits.training).toMatchObject({ records: 5, images: 3, undiagnosed: 1 });
    expect(report.splits.training.diagnoses.seborrheic_keratosis).toEqual({ listed: 1, images: 0 });
  });

  it('goes on after each bad file and names them all', async () => {
    const { folder, report } = await check(
      {
        [`${DATA}/A.png`]: 'no picture',
        [`${PART1}/B_segmentation.png`]: maskOf(['11', '..']),
        [`${DATA}/B_superpixels.png`]: encodeLabels(labelsOf(['01', '23'])),
        [`${PART2}/B_features.json`]: '{',
        [`${PART1}/C_segmentation.png`]: 'no picture',
      },
      { deep: true },
    );
    expect(report.valid).toBe(false);
    expect(
      report.issues.slice(0, 5).map(({ kind, where }) => `${kind} ${where.slice(folder.length + 1)}`),
    ).toEqual([
      `unreadable ${DATA}/A.png`,
      `size-mismatch ${PART1}/B_segmentation.png`,
      `size-mismatch ${DATA}/B_superpixels.png`,
      `unreadable ${PART2}/B_features.json`,
      `unreadable ${PART1}/C_segmentation.png`,
    ]);
    expect(kinds(report)).toHaveLength(5);
    for (const { message } of report.issues) expect(message).not.toContain('\n');
  });

  it('collects what is wrong in tables', async () => {
    const { folder, report } = await check({
      [TRUTH]: 'image_id,melanoma,seborrheic_keratosis\nA,1,1\nB,0,maybe\nC,0,0\n',
      'ISIC-2017_Training_sources.csv': 'image_id,camera\nQ,x\nA,x\n',
      'ISIC-2017_Validation_Part3_GroundTruth.csv': 'image_id,melanoma\nD,1\n',
    });
    expect(kinds(report)).toEqual(new Array(4).fill('error bad-table'));
    expect(report.issues.slice(0, 4).map(({ where }) => where.slice(folder.length + 1))).toEqual([
      `${TRUTH}:2`,
      `${TRUTH}:3`,
      'ISIC-2017_Training_sources.csv:2',
      'ISIC-2017_Validation_Part3_GroundTruth.csv:1',
    ]);
    expect(report.splits.training.undiagnosed).toBe(2);
  });

  it('sees truncated images, empty and full masks and wrong feature counts only when deep', async () => {
    const folder = await folderOf({
      ...completeFiles(),
      [`${PART1}/A_segmentation.png`]: maskOf(['......', '......', '......', '......']),
      [`${PART1}/B_segmentation.png`]: maskOf(['111111', '111111', '111111', '111111']),
      [`${PART2}/C_features.json`]: featuresJson([0, 1, 0]),
    });
    const path = join(folder, DATA, 'C.png');
    await writeFile(path, (await readFile(path)).subarray(0, 50));
    expect(kinds(await checkDataset(folder))).toEqual([]);
    const report = await checkDataset(folder, { deep: true });
    expect(kinds(report).sort()).toEqual([
      'error feature-count',
      'error unreadable',
      'warning empty-mask',
      'warning full-mask',
    ]);
    expect(issue(report, 'empty-mask').message).toBe(
      `${join(folder, PART1, 'A_segmentation.png')}: the lesion mask is empty; no pixel is above 128. Look at the image, and correct or leave out the mask.`,
    );
    expect(issue(report, 'feature-count').message).toContain('got 3 values a feature; expected 4, as ');
  });

  it('names what some images lack and others have', async () => {
    const folder = await folderOf(completeFiles());
    await rm(join(folder, PART1, 'B_segmentation.png'));
    await rm(join(folder, DATA, 'A_superpixels.png'));
    await rm(join(folder, PART2, 'A_features.json'));
    const report = await checkDataset(folder);
    const found = report.issues.filter(({ kind }) => kind === 'file-missing');
    expect(found.map(({ ids }) => ids)).toEqual([['B'], ['A'], ['A']]);
    expect(found[0]!.message).toBe(
      `${join(folder, PART1)}: 1 image without a lesion mask: B. They are left out where one is needed.`,
    );
  });

  it('finds the same image in two splits, by id and by content', async () => {
    const { report } = await check({
      'ISIC-2017_Validation_Data/A.png': { image: 0 },
      'ISIC-2017_Validation_Data/E.png': { image: 20 },
      [`${DATA}/F.png`]: { image: 30 },
    });
    const duplicates = report.issues.filter(({ kind }) => kind.startsWith('duplicate'));
    expect(duplicates.map(({ severity, kind, ids }) => [severity, kind, ids])).toEqual([
      ['error', 'duplicate-id', ['A']],
      ['error', 'duplicate-image', ['A', 'A']],
      ['error', 'duplicate-image', ['C', 'E']],
      ['error', 'duplicate-image', ['F', 'D']],
    ]);
    expect(duplicates[0]!.message).toBe(
      'A is in the splits training and validation: what is trained on would be tested on. Remove it from one of them.',
    );
  });

  it('finds the same image twice in a split, worse where the diagnoses differ', async () => {
    const same = await check({
      [`${DATA}/E.png`]: { image: 20 },
      [TRUTH]: 'image_id,melanoma,seborrheic_keratosis\nA,1,0\nB,0,1\nC,0,0\nE,0,0\n',
    });
    expect(issue(same.report, 'duplicate-image')).toMatchObject({ severity: 'warning', ids: ['C', 'E'] });
    const differing = await check({ [`${DATA}/B.png`]: { image: 0 } });
    expect(issue(differing.report, 'duplicate-image').message).toBe(
      `${join(differing.folder, DATA, 'A.png')}: the same bytes as B.png, but the diagnoses are melanoma and seborrheic_keratosis. Remove the one that is wrong.`,
    );
  });

  it('compares attribute masks with their table and their image', async () => {
    const folderName = 'ISIC-2017_Training_attributes';
    const { folder, report } = await check({
      'attributes.csv':
        'image_id,milia_like_cyst,negative_network,pigment_network,streaks\nA,0,0,0,1\nB,0,0,0,0\nC,1,0,0,0\n',
      [`${folderName}/B_attribute_streaks.png`]: maskOf(['.1', '..']),
      [`${folderName}/C_attribute_milia_like_cyst.png`]: maskOf(['.1', '..', '..', '..']),
    });
    expect(kinds(report)).toEqual([
      'error attribute-conflict',
      'error size-mismatch',
      'warning attribute-conflict',
    ]);
    expect(issue(report, 'attribute-conflict').message).toBe(
      `${join(folder, 'attributes.csv')}: 1 mask that it promises not in ${folderName}: A streaks. The features of these images count as unknown; add the masks.`,
    );
    expect(issue(report, 'size-mismatch').message).toContain(
      'got 2x4; expected 6x4 at any scale (width x height) as A'.replace(' as A', ' as C.png'),
    );
    expect(report.splits.training).toMatchObject({
      annotated: 2,
      attributes: { streaks: 1, milia_like_cyst: 1 },
    });
  });

  it('warns of a column that tells the class, of one that contradicts it and of one with wrong sizes', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({ id: `N${i}`, keratosis: i < 40 }));
    const { folder, report } = await check({
      [TRUTH]: [
        'image_id,melanoma,seborrheic_keratosis',
        'A,1,0',
        'B,0,1',
        'C,0,0',
        ...rows.map(({ id, keratosis }) => `${id},0,${keratosis ? 1 : 0}`),
      ].join('\n'),
      'ISIC-2017_Training_sources.csv': [
        'image_id,label,made_by,width,height',
        'A,NV,one,6,4',
        'B,SK,one,600,400',
        ...rows.map(
          ({ id, keratosis }, i) =>
            `${id},${keratosis ? 'SK' : 'NV'},${keratosis || i > 110 ? 'two' : 'one'},6,4`,
        ),
      ].join('\n'),
    });
    const sources = join(folder, 'ISIC-2017_Training_sources.csv');
    expect(issue(report, 'column-predicts-class').message).toBe(
      `${sources}: column made_by predicts the class: 82% of the 49 images with made_by=two are seborrheic_keratosis, against 34% of all 122 (Cramér's V 0.83, p < 1e-12). A network may learn this trace in place of the lesion: train with an augmentation that hides it, the same for every class (for resolution: reduce and enlarge at random), and report also on the images with made_by=one alone.`,
    );
    expect(report.issues.filter(({ kind }) => kind === 'column-predicts-class')).toHaveLength(1);
    expect(issue(report, 'label-conflict')).toMatchObject({ severity: 'error', ids: ['A'] });
    expect(issue(report, 'size-mismatch')).toMatchObject({ severity: 'warning', where: sources, ids: ['B'] });
  });

  it('tells how far it is, and stops on request', async () => {
    const folder = await folderOf({ ...completeFiles(), [`${DATA}/E.png`]: { image: 20 } });
    const seen: string[] = [];
    await checkDataset(folder, {
      onProgress: ({ stage, done, total, id }) => seen.push(`${stage} ${done}/${total} ${id}`),
    });
    expect(seen.slice(0, 5)).toEqual(['A', 'B', 'C', 'E', 'D'].map((id, i) => `files ${i + 1}/5 ${id}`));
    expect(seen.slice(5).every((line) => line.startsWith('duplicates '))).toBe(true);
    const controller = new AbortController();
    const stopped = checkDataset(folder, {
      signal: controller.signal,
      onProgress: ({ done }) => done === 2 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(checkDataset(folder, { signal: AbortSignal.abort() })).rejects.toThrow('stopped on request');
    await expect(checkDataset(folder, { concurrency: 0 })).rejects.toThrow(
      'concurrency: out of range; got 0',
    );
    await expect(checkDataset(join(folder, 'absent'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('gives the same report whatever the concurrency', async () => {
    const folder = await folderOf({ ...completeFiles(), [`${DATA}/A.png`]: 'x', [`${DATA}/C.png`]: 'y' });
    const one = await checkDataset(folder, { deep: true, concurrency: 1 });
    expect(await checkDataset(folder, { deep: true, concurrency: 9 })).toEqual(one);
  });
});

describe('formatDatasetReport', () => {
  it('writes counts, issues and a sum', async () => {
    const { folder, report } = await check({ [`${DATA}/A.png`]: 'x', [`${DATA}/B.png`]: 'y' });
    const lines = formatDatasetReport(report, { maxIssues: 1 }).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      folder,
      'training: 3 images, 3 masks, 3 superpixel maps, 3 features JSONs',
      '  diagnoses: melanoma 1, seborrheic_keratosis 1, nevus 1',
      'validation: 1 image, 1 mask, 1 superpixel map, 1 features JSON',
    ]);
    expect(lines.filter((line) => line.startsWith('error: '))).toHaveLength(2);
    expect(lines).toContain('error: 1 more');
    expect(lines.at(-1)).toBe('not usable as it is: 2 errors, 0 warnings (headers read, files not decoded)');
  });
});

describe.skipIf(!realData)('the real data set', () => {
  it('has both traps of its description, and no error', async () => {
    const report = await checkDataset(realFile('isic2017'));
    expect(report.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(report.splits.training).toMatchObject({
      records: 2000,
      images: 1992,
      masks: 1992,
      annotated: 1794,
    });
    expect(LESION_CLASSES.map((name) => report.splits.training.diagnoses[name])).toEqual([
      { listed: 374, images: 373 },
      { listed: 254, images: 253 },
      { listed: 1372, images: 1366 },
    ]);
    const missing = report.issues.filter(({ kind }) => kind === 'image-missing');
    expect(missing.map(({ ids }) => ids?.length)).toEqual([8, 2]);
    const traps = report.issues
      .filter(({ kind }) => kind === 'column-predicts-class')
      .map(({ message }) => message);
    const training = traps.find((message) => message.includes('Training_sources.csv: column image_source'));
    expect(training).toContain(
      '62% of the 179 images with image_source=enlarged256 are seborrheic_keratosis, against 13% of all',
    );
    expect(training).toContain('report also on the images with image_source=crop512 alone.');
    expect(traps.every((message) => !message.includes('column diagnosis'))).toBe(true);
  });
});
