import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBinaryMask, createLabelMap } from '@lesion/core';
import { writeMask } from '@lesion/preprocess/node';
import { encodeLabels } from '@lesion/superpixel';
import { realData, realFile } from '@lesion/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scoreSubmission, writeImageScores } from './index.js';
import type { ScoreProgress } from './types.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-score-'));
  for (const name of ['truth', 'prediction', 'superpixels']) await mkdir(join(folder, name));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (...parts: string[]): string => join(folder, ...parts);

/** Writes a mask of one row: `1` is lesion. */
async function writeRow(kind: 'truth' | 'prediction', id: string, row: string): Promise<void> {
  const mask = createBinaryMask({ height: 1, width: row.length }, Uint8Array.from(row, Number));
  await writeMask(at(kind, `${id}_segmentation.png`), mask);
}

async function writeFeatures(kind: 'truth' | 'prediction', id: string, streaks: number[]): Promise<void> {
  const none = streaks.map(() => 0);
  const features = { pigment_network: none, negative_network: none, milia_like_cyst: none, streaks };
  await writeFile(at(kind, `${id}_features.json`), JSON.stringify(features));
}

const masks = () => ({ task: 1 as const, truth: at('truth'), prediction: at('prediction') });
const features = () => ({ task: 2 as const, truth: at('truth'), prediction: at('prediction') });
const table = () => ({ task: 3 as const, truth: at('truth.csv'), prediction: at('prediction.csv') });

/** What a scoring is refused with, without the folder's name. */
const refusal = (scoring: Promise<unknown>): Promise<string> =>
  scoring.then(
    () => 'nothing was thrown',
    (error: Error) => error.message.replaceAll(folder, ''),
  );

describe('scoreSubmission, task 1', () => {
  it('averages the metrics of the images', async () => {
    await writeRow('truth', 'A', '1100');
    await writeRow('prediction', 'A', '1000');
    await writeRow('truth', 'B', '1111');
    await writeRow('prediction', 'B', '1111');
    const score = await scoreSubmission(masks());
    expect(score).toMatchObject({
      task: 1,
      protocol: 'isic2017',
      count: 2,
      expected: 2,
      problems: [],
      perClass: {},
    });
    expect(score.metrics).toEqual({
      AC: 0.875,
      JA: 0.75,
      DI: (2 / 3 + 1) / 2,
      SE: 0.75,
      // B has no negatives, so its specificity is left out.
      SP: 1,
    });
    expect(score.perImage).toEqual([
      { id: 'A', values: { AC: 0.75, JA: 0.5, DI: 2 / 3, SE: 0.5, SP: 1 } },
      { id: 'B', values: { AC: 1, JA: 1, DI: 1, SE: 1, SP: Number.NaN } },
    ]);
  });

  it("follows 2018's rules when asked", async () => {
    await writeRow('truth', 'A', '1100');
    await writeRow('prediction', 'A', '1000');
    const score = await scoreSubmission({ ...masks(), protocol: 'isic2018' });
    expect(score.metrics).toMatchObject({ JA: 0, unthresholdedJA: 0.5 });
  });

  it('reports each bad file and scores the others', async () => {
    for (const id of ['A', 'B', 'C', 'D']) {
      await writeRow('truth', id, '1100');
      await writeRow('prediction', id, '1100');
    }
    await writeRow('prediction', 'B', '110');
    const whole = await readFile(at('prediction', 'C_segmentation.png'));
    await writeFile(at('prediction', 'C_segmentation.png'), whole.subarray(0, whole.length - 20));
    // The header of a PNG whose claim is far beyond its bytes.
    const huge = Buffer.from(whole);
    huge.writeUInt32BE(100_000, 16);
    huge.writeUInt32BE(100_000, 20);
    await writeFile(at('prediction', 'D_segmentation.png'), huge);
    const progress: ScoreProgress[] = [];
    const score = await scoreSubmission({ ...masks(), onProgress: (state) => progress.push(state) });
    expect(score).toMatchObject({ count: 1, expected: 4, metrics: { JA: 1 } });
    expect(score.perImage.map(({ id }) => id)).toEqual(['A']);
    expect(score.problems.map(({ id, code }) => [id, code])).toEqual([
      ['B', 'INVALID_FILE'],
      ['C', 'INVALID_FILE'],
      ['D', 'LIMIT_EXCEEDED'],
    ]);
    const messages = score.problems.map(({ message }) => message.replaceAll(folder, ''));
    expect(messages[0]).toBe(
      "/prediction/B_segmentation.png: the mask has another size than its truth; got 3x1; expected 4x1 (width x height), as /truth/B_segmentation.png. Predict at the image's own size, or resize the mask with the nearest rule.",
    );
    expect(messages[1]).toMatch(/^\/prediction\/C_segmentation\.png: .*truncated/);
    expect(messages[2]).toMatch(/^\/prediction\/D_segmentation\.png: .*100000x100000/);
    for (const message of messages) expect(message).not.toContain('\n');
    expect(progress.at(-1)).toEqual({ done: 4, total: 4, id: 'D' });
  });

  it('refuses if nothing at all can be scored', async () => {
    await writeRow('truth', 'A', '1100');
    await writeRow('prediction', 'A', '110');
    await writeRow('truth', 'B', '1100');
    await writeRow('prediction', 'B', '110');
    expect(await refusal(scoreSubmission(masks()))).toMatch(
      /^none of the images could be scored: \/prediction\/A_segmentation\.png: .*nearest rule\. And 1 more problem.$/,
    );
  });

  it('refuses missing predictions, naming some, unless they are allowed', async () => {
    for (const id of ['A', 'B', 'C', 'D', 'E', 'F', 'G']) await writeRow('truth', id, '1100');
    await writeRow('prediction', 'B', '1100');
    await writeRow('prediction', 'Z', '1100');
    expect(await refusal(scoreSubmission(masks()))).toBe(
      '/prediction: predictions are missing for 6 of 7 images: A, C, D, E, F and 1 more; expected ID_segmentation.png for each image of the truth. Add them, or score the others alone with allowMissing (--allow-missing).',
    );
    const score = await scoreSubmission({ ...masks(), allowMissing: true });
    expect(score).toMatchObject({
      count: 1,
      expected: 7,
      missing: ['A', 'C', 'D', 'E', 'F', 'G'],
      extra: ['Z'],
    });
  });

  it('refuses predictions of other images even so', async () => {
    await writeRow('truth', 'A', '1100');
    await writeRow('prediction', 'Z', '1100');
    expect(await refusal(scoreSubmission({ ...masks(), allowMissing: true }))).toContain(
      'Check that truth and predictions belong to the same images.',
    );
  });

  it('says what a folder lacks', async () => {
    expect(await refusal(scoreSubmission(masks()))).toBe(
      "/truth: holds no file to score; got an empty folder; expected files named ID_segmentation.png. Give the folder that holds them, or rename them to the challenge's names.",
    );
    await writeFile(at('truth.csv'), 'A,0,1');
    expect(await refusal(scoreSubmission({ ...masks(), truth: at('truth.csv') }))).toContain(
      '/truth.csv: not a folder',
    );
    expect(await refusal(scoreSubmission({ ...masks(), truth: at('none') }))).toContain(
      '/none: the folder does not exist',
    );
  });

  it('stops when asked', async () => {
    const controller = new AbortController();
    for (const id of ['A', 'B', 'C']) {
      await writeRow('truth', id, '10');
      await writeRow('prediction', id, '10');
    }
    let done = 0;
    const scoring = scoreSubmission({
      ...masks(),
      signal: controller.signal,
      onProgress: () => {
        done++;
        controller.abort();
      },
    });
    await expect(scoring).rejects.toMatchObject({ code: 'ABORTED' });
    expect(done).toBe(1);
  });
});

describe('scoreSubmission, where', () => {
  beforeEach(async () => {
    for (const [id, row] of [
      ['A', '1100'],
      ['B', '1000'],
      ['C', '0001'],
    ] as const) {
      await writeRow('truth', id, '1100');
      await writeRow('prediction', id, row);
    }
    await writeFile(at('Set_sources.csv'), 'image_id,image_source\nA,crop512\nB,enlarged256\nC,crop512\n');
    await writeFile(at('Set_Data_metadata.csv'), 'image_id,age_approximate,sex\nA,55,female\nB,30,male\n');
  });

  it('scores the images with the value, from whichever CSV has the column', async () => {
    const crop = await scoreSubmission({ ...masks(), where: { column: 'image_source', value: 'crop512' } });
    expect(crop.perImage.map(({ id }) => id)).toEqual(['A', 'C']);
    expect(crop).toMatchObject({ count: 2, expected: 2, extra: [] });
    const male = await scoreSubmission({ ...masks(), where: { column: 'sex', value: 'male' } });
    expect(male.perImage.map(({ id }) => id)).toEqual(['B']);
  });

  it('names the columns and values that there are', async () => {
    expect(await refusal(scoreSubmission({ ...masks(), where: { column: 'colour', value: 'red' } }))).toBe(
      'where: unknown column; got "colour"; expected one of age_approximate, sex, image_source',
    );
    expect(await refusal(scoreSubmission({ ...masks(), where: { column: 'sex', value: 'F' } }))).toBe(
      'where: no image of the truth has this value of sex; got "F"; expected one of female, male',
    );
  });

  it('says where the CSV should lie', async () => {
    await rm(at('Set_sources.csv'));
    await rm(at('Set_Data_metadata.csv'));
    expect(await refusal(scoreSubmission({ ...masks(), where: { column: 'sex', value: 'male' } }))).toContain(
      'no CSV with columns to choose by lies beside the truth; expected a file *_sources.csv or *_metadata.csv',
    );
  });
});

describe('scoreSubmission, task 2', () => {
  it('pools the superpixels of all images', async () => {
    await writeFeatures('truth', 'A', [0, 0, 1]);
    await writeFeatures('prediction', 'A', [0.1, 0.4, 0.35]);
    await writeFeatures('truth', 'B', [1]);
    await writeFeatures('prediction', 'B', [0.8]);
    const score = await scoreSubmission(features());
    // scikit-learn's example: AUC 0.75 over the four pooled superpixels.
    expect(score.perClass['streaks']).toMatchObject({ AUC: 0.75 });
    expect(score).toMatchObject({ count: 2, metrics: { AUC: 0.75 }, problems: [] });
    // Without positives there is no AUC to average.
    expect(score.perClass['pigment_network']).toMatchObject({ AUC: Number.NaN });
  });

  it('reports a prediction of another length, naming both files', async () => {
    await writeFeatures('truth', 'A', [0, 0, 1]);
    await writeFeatures('prediction', 'A', [0, 1]);
    await writeFeatures('truth', 'B', [0, 1]);
    await writeFeatures('prediction', 'B', [0, 1]);
    const { problems, count } = await scoreSubmission(features());
    expect(count).toBe(1);
    expect(problems.map(({ message }) => message.replaceAll(folder, ''))).toEqual([
      "/prediction/A_features.json: the prediction has another number of superpixels than its truth; got 2; expected 3, as /truth/A_features.json. Predict for the challenge's own superpixels, in the order of their numbers.",
    ]);
  });

  it('compares the truth with the superpixels when they are given', async () => {
    const labels = createLabelMap({ height: 1, width: 4 }, Int32Array.of(0, 1, 1, 2));
    await writeFile(at('superpixels', 'A_superpixels.png'), encodeLabels(labels));
    for (const id of ['A', 'B', 'C']) {
      await writeFeatures('truth', id, [0, 1]);
      await writeFeatures('prediction', id, [0, 1]);
    }
    const two = createLabelMap({ height: 1, width: 4 }, Int32Array.of(0, 0, 1, 1));
    await writeFile(at('superpixels', 'B_superpixels.png'), encodeLabels(two));
    const { problems, count } = await scoreSubmission({ ...features(), superpixels: at('superpixels') });
    expect(count).toBe(1);
    expect(problems.map(({ message }) => message.replaceAll(folder, ''))).toEqual([
      '/truth/A_features.json: the truth has another number of values than the image has superpixels; got 2; expected 3, as in /superpixels/A_superpixels.png. Take both files from the same version of the data set.',
      '/superpixels: there are no superpixels for C; expected C_superpixels.png. Add the file, or score without looking at superpixels.',
    ]);
  });
});

describe('scoreSubmission, task 3', () => {
  it('scores melanoma and seborrheic keratosis against the rest', async () => {
    await writeFile(at('truth.csv'), 'image_id,melanoma,seborrheic_keratosis\nA,0,1\nB,0,0\nC,1,0\nD,1,0\n');
    await writeFile(at('prediction.csv'), 'D,0.8,0\nC,0.35,0\nB,0.4,0\nA,0.1,1\n');
    const score = await scoreSubmission(table());
    expect(score.perClass).toMatchObject({ melanoma: { AUC: 0.75 }, seborrheic_keratosis: { AUC: 1 } });
    expect(score).toMatchObject({ count: 4, metrics: { AUC: 0.875 } });
    expect(score.perImage).toContainEqual({
      id: 'B',
      className: 'melanoma',
      values: { truth: 0, score: 0.4 },
    });
  });

  it("works out the nevus for 2018's rules", async () => {
    await writeFile(at('truth.csv'), 'A,0,1\nB,0,0\nC,1,0\n');
    await writeFile(at('prediction.csv'), 'A,0.1,0.7\nB,0.1,0.2\nC,0.2,0.1\n');
    const score = await scoreSubmission({ ...table(), protocol: 'isic2018' });
    expect(score.perClass).toMatchObject({ nevus: { BACC: 1 }, melanoma: { BACC: 0 } });
    expect(score.metrics['BACC']).toBeCloseTo(2 / 3, 12);
  });

  it('reports bad lines and unknown ids with their line, and scores the others', async () => {
    await writeFile(at('truth.csv'), 'A,0,1\nB,1,0\nC,1,0\nD,0,0\n');
    await writeFile(at('prediction.csv'), 'A,0.2,1\nB,NaN,0\nC,0.9,0\nX,0.5,0.5\nD,0,0\n');
    const score = await scoreSubmission(table());
    expect(score).toMatchObject({ count: 3, expected: 4, metrics: { AUC: 1 } });
    expect(score.problems.map(({ id, message }) => [id, message.replaceAll(folder, '')])).toEqual([
      [
        'B',
        '/prediction.csv:2: melanoma of B is not usable; got "NaN"; expected a number from 0 to 1. Write the probability of the diagnosis as a decimal number.',
      ],
      [
        'X',
        '/prediction.csv:4: unknown image id; got "X"; expected an id of /truth.csv. Remove the line, or give the truth of the same images.',
      ],
    ]);
  });

  it('refuses a truth with a bad line, and missing predictions', async () => {
    await writeFile(at('truth.csv'), 'A,0,1\nB,2,0\n');
    await writeFile(at('prediction.csv'), 'A,0.2,1\n');
    expect(await refusal(scoreSubmission(table()))).toContain(
      '/truth.csv:2: melanoma of B is not usable; got "2"',
    );
    await writeFile(at('truth.csv'), 'A,0,1\nB,1,0\n');
    expect(await refusal(scoreSubmission(table()))).toContain('predictions are missing for 1 of 2 images: B');
  });

  it('does not mind bad lines of images that where leaves out', async () => {
    await writeFile(at('truth.csv'), 'A,0,1\nB,1,0\nC,1,0\n');
    await writeFile(at('prediction.csv'), 'A,0.2,1\nB,NaN,0\nC,0.9,0\n');
    await writeFile(at('Set_sources.csv'), 'image_id,image_source\nA,crop512\nB,enlarged256\nC,crop512\n');
    const score = await scoreSubmission({ ...table(), where: { column: 'image_source', value: 'crop512' } });
    expect(score).toMatchObject({ count: 2, expected: 2, problems: [] });
  });

  it('gives intervals that hold the metric and repeat with the seed', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => i);
    await writeFile(at('truth.csv'), ids.map((i) => `I${i},${i % 2},${i % 5 === 0 ? 1 : 0}`).join('\n'));
    await writeFile(
      at('prediction.csv'),
      ids.map((i) => `I${i},${((i * 7) % 40) / 40},${((i * 3) % 40) / 40}`).join('\n'),
    );
    const score = await scoreSubmission({ ...table(), bootstrap: 200, seed: 3 });
    const again = await scoreSubmission({ ...table(), bootstrap: 200, seed: 3 });
    const { lower, upper, estimate } = score.intervals!.metrics['AUC']!;
    expect(estimate).toBe(score.metrics['AUC']);
    expect(lower).toBeLessThan(estimate);
    expect(upper).toBeGreaterThan(estimate);
    expect(again.intervals).toEqual(score.intervals);
  });
});

describe('scoreSubmission, options', () => {
  it('refuses what it does not know', async () => {
    expect(await refusal(scoreSubmission({ ...table(), task: 4 as 3 }))).toBe(
      'task: unknown choice; got 4; expected 1 or 2 or 3',
    );
    expect(await refusal(scoreSubmission({ ...table(), pred: 'x' } as never))).toContain(
      'unknown option; got pred',
    );
    expect(await refusal(scoreSubmission({ ...table(), truth: '' }))).toContain('truth: not a path; got ""');
    expect(await refusal(scoreSubmission({ ...table(), superpixels: 'x' }))).toContain(
      'only task 2 has superpixels',
    );
  });
});

describe('writeImageScores', () => {
  it('writes a line a row, with empty cells for undefined figures', async () => {
    await writeImageScores(at('scores.csv'), [
      { id: 'A', values: { JA: 0.5, SP: Number.NaN } },
      { id: 'B, C', values: { JA: 1, SP: 0 } },
    ]);
    expect(await readFile(at('scores.csv'), 'utf8')).toBe('image_id,JA,SP\nA,0.5,\n"B, C",1,0\n');
  });

  it('has a column for the class where rows have one', async () => {
    await writeImageScores(at('scores.csv'), [{ id: 'A', className: 'streaks', values: { SE: 1 } }]);
    expect(await readFile(at('scores.csv'), 'utf8')).toBe('image_id,class,SE\nA,streaks,1\n');
  });

  it('names a file that cannot be written', async () => {
    await expect(writeImageScores(at('none', 'scores.csv'), [])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(writeImageScores(at('truth'), [])).rejects.toThrow('the file cannot be written');
  });
});

describe.skipIf(!realData)('scoreSubmission on real data', () => {
  const truth = () => realFile('isic2017', 'ISIC-2017_Validation_Part3_GroundTruth.csv');
  const prediction = () => realFile('predictions', 'recod_titans_val_predictions.csv');

  it("reproduces a participant's published AUC", async () => {
    const score = await scoreSubmission({ task: 3, truth: truth(), prediction: prediction() });
    expect(score).toMatchObject({ count: 150, expected: 150, problems: [] });
    expect(score.perClass['melanoma']!['AUC']).toBeCloseTo(0.907778, 6);
    expect(score.perClass['seborrheic_keratosis']!['AUC']).toBeCloseTo(0.994929, 6);
  });

  it('scores the rows of one image source', async () => {
    const where = { column: 'image_source', value: 'crop512' };
    const score = await scoreSubmission({ task: 3, truth: truth(), prediction: prediction(), where });
    expect(score.count).toBeGreaterThan(0);
    expect(score.count).toBeLessThan(150);
    expect(score.problems).toEqual([]);
  });
});
