import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contiguousData, DERMOSCOPIC_FEATURES, LESION_CLASSES, sizeOf } from '@lesion/core';
import { readImage, readMask } from '@lesion/preprocess/node';
import { decodeLabels } from '@lesion/superpixel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../dataset.js';
import { type SyntheticDataset, type SyntheticProgress, writeSyntheticDataset } from './write-dataset.js';

const options = { training: 5, validation: 3, test: 3, shortSide: 72, seed: 11 };
let root: string;
let folder: string;
let written: SyntheticDataset;
const progress: SyntheticProgress[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lesion-synthetic-'));
  folder = join(root, 'new', 'data');
  written = await writeSyntheticDataset(folder, { ...options, onProgress: (step) => progress.push(step) });
});
afterAll(() => rm(root, { recursive: true }));

const splitNames = { training: 'Training', validation: 'Validation', test: 'Test_v2' } as const;

describe('writeSyntheticDataset', () => {
  it("writes the challenge's layout and nothing else", async () => {
    const found = (await readdir(folder, { recursive: true })).filter((name) => /\.\w+$/.test(name)).sort();
    const expected = ['synthetic.json'];
    for (const [split, name] of Object.entries(splitNames)) {
      const prefix = `ISIC-2017_${name}`;
      expected.push(`${prefix}_Part3_GroundTruth.csv`, `${prefix}_Data_metadata.csv`);
      for (const { id } of written.images.filter((image) => image.split === split)) {
        expected.push(join(`${prefix}_Data`, `${id}.jpg`), join(`${prefix}_Data`, `${id}_superpixels.png`));
        expected.push(join(`${prefix}_Part1_GroundTruth`, `${id}_segmentation.png`));
        expected.push(join(`${prefix}_Part2_GroundTruth`, `${id}_features.json`));
      }
    }
    expect(found).toEqual(expected.sort());
    expect(written.images.map(({ id }) => id)).toEqual([
      ...['ISIC_9000000', 'ISIC_9000001', 'ISIC_9000002', 'ISIC_9000003', 'ISIC_9000004'],
      ...['ISIC_9100000', 'ISIC_9100001', 'ISIC_9100002', 'ISIC_9200000', 'ISIC_9200001', 'ISIC_9200002'],
    ]);
  });

  it('writes files of one size that fit each other', async () => {
    for (const { id, split, superpixels, carriers, description } of written.images) {
      const prefix = join(folder, `ISIC-2017_${splitNames[split]}`);
      const image = await readImage(join(`${prefix}_Data`, `${id}.jpg`));
      const mask = await readMask(join(`${prefix}_Part1_GroundTruth`, `${id}_segmentation.png`));
      const labels = decodeLabels(await readFile(join(`${prefix}_Data`, `${id}_superpixels.png`)));
      for (const array of [image, mask, labels]) expect(sizeOf(array)).toEqual({ height: 72, width: 96 });
      const inside = contiguousData(mask).reduce((sum, value) => sum + value, 0);
      expect(inside).toBeGreaterThan(200);
      expect(inside).toBeLessThan(72 * 96 - 1000);
      expect(new Set(contiguousData(labels)).size).toBe(superpixels);
      const features = JSON.parse(
        await readFile(join(`${prefix}_Part2_GroundTruth`, `${id}_features.json`), 'utf8'),
      ) as Record<string, number[]>;
      expect(Object.keys(features)).toEqual([...DERMOSCOPIC_FEATURES]);
      for (const feature of DERMOSCOPIC_FEATURES) {
        expect(features[feature]).toHaveLength(superpixels);
        expect(features[feature]!.reduce((sum, value) => sum + value, 0)).toBe(carriers[feature]);
        expect(carriers[feature] > 0).toBe(description.features.includes(feature));
      }
    }
  });

  it('writes tables with every diagnosis in every split', async () => {
    for (const [split, name] of Object.entries(splitNames)) {
      const prefix = join(folder, `ISIC-2017_${name}`);
      const images = written.images.filter((image) => image.split === split);
      expect(new Set(images.map(({ diagnosis }) => diagnosis))).toEqual(new Set(LESION_CLASSES));
      const diagnoses = await readFile(`${prefix}_Part3_GroundTruth.csv`, 'utf8');
      const rows = images.map(
        ({ id, diagnosis }) =>
          `${id},${diagnosis === 'melanoma' ? '1.0' : '0.0'},${diagnosis === 'seborrheic_keratosis' ? '1.0' : '0.0'}`,
      );
      expect(diagnoses).toBe(`${['image_id,melanoma,seborrheic_keratosis', ...rows].join('\n')}\n`);
      const metadata = (await readFile(`${prefix}_Data_metadata.csv`, 'utf8')).trimEnd().split('\n');
      expect(metadata[0]).toBe('image_id,age_approximate,sex');
      expect(metadata).toHaveLength(images.length + 1);
      for (const row of metadata.slice(1))
        expect(row).toMatch(/^ISIC_9\d{6},(\d?[05]|unknown),(female|male|unknown)$/);
    }
  });

  it('is read back by openDataset', async () => {
    const dataset = await openDataset(folder);
    const records = Object.values(dataset.splits).flat();
    expect(records.map(({ id, diagnosis, age, sex }) => ({ id, diagnosis, age, sex }))).toEqual(
      written.images.map(({ id, diagnosis, patient }) => ({ id, diagnosis, ...patient })),
    );
    for (const record of records) {
      expect(record.imagePath).toBeDefined();
      expect(record.superpixelsPath).toBeDefined();
      expect(record.maskPath).toBeDefined();
      expect(record.featuresPath).toBeDefined();
    }
  });

  it('reports each image', () => {
    expect(progress).toHaveLength(11);
    expect(progress[5]).toEqual({ done: 6, total: 11, split: 'validation', id: 'ISIC_9100000' });
  });

  it('draws image k the same whatever the counts, and other images for another seed', async () => {
    const fewer = join(root, 'fewer');
    await writeSyntheticDataset(fewer, { ...options, training: 2, validation: 1, test: 0 });
    expect(await readdir(fewer)).not.toContain('ISIC-2017_Test_v2_Data');
    const files = (await readdir(fewer, { recursive: true })).filter((name) => /ISIC_9\d+/.test(name));
    expect(files).toHaveLength(12);
    for (const file of files)
      expect(await readFile(join(fewer, file))).toEqual(await readFile(join(folder, file)));
    const other = join(root, 'other');
    await writeSyntheticDataset(other, { ...options, training: 1, validation: 0, test: 0, seed: 12 });
    const image = join('ISIC-2017_Training_Data', 'ISIC_9000000.jpg');
    expect(await readFile(join(other, image))).not.toEqual(await readFile(join(folder, image)));
  });

  it('records how it was made', async () => {
    const recipe = JSON.parse(await readFile(join(folder, 'synthetic.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(recipe).toMatchObject({ complete: true, seed: 11, size: { height: 72, width: 96 } });
    expect(recipe['images']).toEqual(JSON.parse(JSON.stringify(written.images)));
  });

  it('overwrites an earlier synthetic data set only when told to, and nothing else', async () => {
    const target = join(root, 'again');
    await writeSyntheticDataset(target, { ...options, training: 2, validation: 1, test: 0 });
    await writeFile(join(target, 'ISIC-2017_Training_Data', 'notes.txt'), 'mine');
    const small = { ...options, training: 1, validation: 0, test: 0 };
    await expect(writeSyntheticDataset(target, small)).rejects.toThrow(
      `${target}: the folder is not empty; got 11 files and folders. Choose a new folder, or set overwrite`,
    );
    await writeSyntheticDataset(target, { ...small, overwrite: true });
    const left = (await readdir(target, { recursive: true })).filter((name) => /\.\w+$/.test(name));
    expect(left.filter((name) => /ISIC_9/.test(name))).toHaveLength(4);
    expect(left).toContain(join('ISIC-2017_Training_Data', 'notes.txt'));
    expect(left).not.toContain('ISIC-2017_Validation_Part3_GroundTruth.csv');
  });

  it('never writes into a data set that is not synthetic', async () => {
    const real = join(root, 'real');
    await mkdir(join(real, 'ISIC-2017_Training_Data'), { recursive: true });
    await expect(writeSyntheticDataset(real, { ...options, overwrite: true })).rejects.toThrow(
      `${real}: the folder holds a data set that is not synthetic; got ISIC-2017_Training_Data; expected only data sets with synthetic.json are overwritten. Choose another folder.`,
    );
    expect(await readdir(real)).toEqual(['ISIC-2017_Training_Data']);
    const file = join(root, 'file');
    await writeFile(file, '');
    await expect(writeSyntheticDataset(file, options)).rejects.toThrow(
      `${file}: a file is where the folder is to be. Choose another folder.`,
    );
  });

  it('stops when asked to, and can then be run again', async () => {
    const target = join(root, 'stopped');
    const controller = new AbortController();
    const small = { ...options, training: 3, validation: 0, test: 0 };
    await expect(
      writeSyntheticDataset(target, {
        ...small,
        signal: controller.signal,
        onProgress: ({ done }) => {
          if (done === 2) controller.abort();
        },
      }),
    ).rejects.toMatchObject({
      code: 'ABORTED',
      message: `${target}: stopped before all images were written; got 2 of 3 images. Run it again with overwrite.`,
    });
    const { images } = await writeSyntheticDataset(target, { ...small, overwrite: true });
    expect(images).toHaveLength(3);
  });

  it('refuses options out of range, in one line', async () => {
    const target = join(root, 'refused');
    await expect(writeSyntheticDataset(target, { training: -1 })).rejects.toThrow(
      'training: out of range; got -1',
    );
    await expect(writeSyntheticDataset(target, { shortSide: 20 })).rejects.toThrow(
      'shortSide: out of range; got 20; expected a whole number of at least 48',
    );
    await expect(writeSyntheticDataset(target, { training: 0, validation: 0, test: 0 })).rejects.toThrow(
      'writeSyntheticDataset: no image is asked for. Give training, validation or test a number above 0.',
    );
    await expect(writeSyntheticDataset(target, { images: 5 } as never)).rejects.toThrow(
      'unknown option; got images',
    );
    expect(await readdir(root)).not.toContain('refused');
  });
});
