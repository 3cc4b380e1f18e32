// Calibration through the built package: on the images that a training held out, and in what comes of it.
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createClassMaps,
  LESION_CLASSES,
  type LesionClass,
  type RgbImage,
  SeededRandom,
  sizeOf,
} from '@lesion/core';
import {
  datasetFingerprint,
  type IsicRecord,
  openDataset,
  readRecordImage,
  readRecordMask,
  splitByImage,
  writeSyntheticDataset,
} from '@lesion/isic';
import { analyzeLesion } from '@lesion/licu';
import { applyLogisticCalibration, expectedCalibrationError, fitLogisticCalibration } from '@lesion/metrics';
import {
  calibrateLin,
  evaluateSplit,
  fitLesionMask,
  type Lin,
  type LinPrediction,
  loadLin,
  PredictionFolder,
  readBundle,
  trainLin,
} from '@lesion/train';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const SEED = 4;
const SHARE = 0.6;

let work: string;
let held: IsicRecord[];
const at = (name: string): string => join(work, name);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lesion-calibrate-'));
  await writeSyntheticDataset(at('data'), { training: 40, validation: 4, test: 1, shortSide: 64, seed: 5 });
  await trainLin({
    data: at('data'),
    out: at('run'),
    profile: 'quick',
    engine: 'onnxruntime',
    dataSets: ['DR'],
    architecture: { depth: 50, width: 1 / 32 },
    size: 64,
    scales: [64],
    schedule: { epochs: 1, stepsPerEpoch: 6, batchSize: 4, microBatchSize: 4, settlingBatches: 6 },
    trainingShare: SHARE,
    seed: SEED,
  });
  const { splits } = await openDataset(at('data'));
  held = splitByImage(splits.training, { seed: SEED, fraction: SHARE }).validation;
});
afterAll(() => rm(work, { recursive: true, force: true }));

const digest = (image: RgbImage): string => createHash('sha256').update(image.data).digest('hex');

/** Makes a LIN say what a test wants, image by image, and notes which images it was shown. */
async function pretend(
  lin: Lin,
  indexesOf: (record: IsicRecord) => Record<LesionClass, number>,
): Promise<string[]> {
  const { splits } = await openDataset(at('data'));
  const byDigest = new Map<string, IsicRecord>();
  for (const record of splits.training) byDigest.set(digest(await readRecordImage(record)), record);
  expect(byDigest.size).toBe(splits.training.length);
  const shown: string[] = [];
  vi.spyOn(lin, 'predict').mockImplementation(async (image) => {
    const record = byDigest.get(digest(image))!;
    shown.push(record.id);
    return { indexes: indexesOf(record) } as LinPrediction;
  });
  return shown;
}

/** Indexes that lean towards the truth, and are far too sure of themselves. */
function overconfident(record: IsicRecord): Record<LesionClass, number> {
  const random = new SeededRandom(record.id);
  const raw = LESION_CLASSES.map((name) =>
    Math.exp(4 * random.normal() + (name === record.diagnosis ? 2 : 0)),
  );
  const sum = raw.reduce((a, b) => a + b);
  return Object.fromEntries(LESION_CLASSES.map((name, i) => [name, raw[i]! / sum])) as Record<
    LesionClass,
    number
  >;
}

describe('calibrateLin', () => {
  it('fits each class on exactly the images that the training held out', async () => {
    await cp(at('run'), at('pretended'), { recursive: true });
    const lin = await loadLin(at('pretended'));
    const shown = await pretend(lin, overconfident);
    const result = await calibrateLin({ bundle: at('pretended'), data: at('data'), lin });
    lin.dispose();
    expect(shown).toEqual(held.map(({ id }) => id));
    expect(result.images).toBe((await readBundle(at('run'))).manifest.data.counts['validation']);
    expect(result.reversed).toEqual([]);

    for (const name of LESION_CLASSES) {
      const labels = held.map(({ diagnosis }) => (diagnosis === name ? 1 : 0));
      const scores = held.map((record) => overconfident(record)[name]);
      const calibration = fitLogisticCalibration(labels, scores);
      expect(result.calibration[name]).toEqual(calibration);
      const { positives, before, after } = result.expectedCalibrationError[name];
      expect(positives).toBe(labels.filter((label) => label === 1).length);
      expect(before).toBe(expectedCalibrationError(labels, scores));
      // Measured on images that the curve was not fitted on, which is not what fitting on all of them gives.
      const flattering = expectedCalibrationError(labels, applyLogisticCalibration(scores, calibration));
      expect(after).not.toBeCloseTo(flattering, 6);
    }
    const { manifest } = await readBundle(at('pretended'), 'lin');
    const { calibration, images, folds, expectedCalibrationError: gains } = result;
    expect(manifest.inference).toEqual({
      scales: [64],
      calibration,
      calibrationMeasured: { images, folds, expectedCalibrationError: gains },
    });
  });

  it('names classes whose higher indexes belong to fewer lesions, and keeps their slope', async () => {
    await cp(at('run'), at('reversed'), { recursive: true });
    const lin = await loadLin(at('reversed'));
    await pretend(lin, (record) => {
      const { melanoma, ...others } = overconfident(record);
      return { melanoma: (record.diagnosis === 'melanoma' ? 0.1 : 0.8) + 0.1 * melanoma, ...others };
    });
    const { reversed, calibration } = await calibrateLin({ bundle: at('reversed'), data: at('data'), lin });
    lin.dispose();
    expect(reversed).toEqual(['melanoma']);
    expect(calibration.melanoma.slope).toBeLessThan(0);
  });

  it('gives the bundle probabilities and leaves all else as it was', async () => {
    await cp(at('run'), at('calibrated'), { recursive: true });
    const image = await readRecordImage(held[0]!);
    const before = await loadLin(at('calibrated'));
    const raw = await before.predict(image);
    expect(raw).not.toHaveProperty('probabilities');
    before.dispose();

    const phases: string[] = [];
    const { calibration } = await calibrateLin({
      bundle: at('calibrated'),
      data: at('data'),
      onProgress: ({ phase, done, total }) => phases.push(`${phase} ${done}/${total}`),
    });
    expect(phases.at(-1)).toBe(`calibrate ${held.length}/${held.length}`);
    const lin = await loadLin(at('calibrated'));
    const { indexes, probabilities } = await lin.predict(image);
    expect(indexes).toEqual(raw.indexes);
    for (const name of LESION_CLASSES) {
      expect(probabilities![name]).toBe(applyLogisticCalibration([indexes[name]], calibration[name])[0]);
    }
    // A calibration holds for indexes that come about as those did that it was fitted on.
    const asCalibrated = { scales: [64], licu: { weighting: 'distance', levels: undefined } } as const;
    expect((await lin.predict(image, asCalibrated)).probabilities).toEqual(probabilities);
    expect(await lin.predict(image, { scales: [96] })).not.toHaveProperty('probabilities');
    expect(await lin.predict(image, { licu: { weighting: 'uniform' } })).not.toHaveProperty('probabilities');
    lin.dispose();

    const weights = 'bundle/dr.safetensors';
    expect(await readFile(at(`calibrated/${weights}`))).toEqual(await readFile(at(`run/${weights}`)));
    const { inference: _, ...was } = (await readBundle(at('run'))).manifest;
    const { inference: __, ...is } = (await readBundle(at('calibrated'))).manifest;
    expect(is).toEqual(was);

    const once = await readFile(at('calibrated/bundle/bundle.json'), 'utf8');
    await calibrateLin({ bundle: at('calibrated/bundle'), data: at('data') });
    expect(await readFile(at('calibrated/bundle/bundle.json'), 'utf8')).toBe(once);
  });

  it('scores by probabilities or by indexes, and says by which', async () => {
    const lin = await loadLin(at('calibrated'));
    const bare = await loadLin(at('run'));
    const evaluate = async (name: string, scores?: 'calibrated' | 'indexes') => {
      const folder = await PredictionFolder.open(at(name), { scores });
      const seen: LinPrediction[] = [];
      const result = await evaluateSplit({
        data: at('data'),
        lin,
        scores,
        onImage: async (image) => {
          seen.push(image.lin!);
          await folder.add(image);
        },
      });
      const lines = (await readFile(at(`${name}/predictions.csv`), 'utf8')).trim().split('\n').slice(1);
      return { ...result, seen, melanoma: lines.map((line) => Number(line.split(',')[1])) };
    };
    const calibrated = await evaluate('by-default');
    expect(calibrated.scores).toBe('calibrated');
    expect(calibrated.melanoma).toEqual(calibrated.seen.map(({ probabilities }) => probabilities!.melanoma));
    const indexes = await evaluate('by-indexes', 'indexes');
    expect(indexes.scores).toBe('indexes');
    expect(indexes.melanoma).toEqual(indexes.seen.map((prediction) => prediction.indexes.melanoma));
    expect(indexes.melanoma).not.toEqual(calibrated.melanoma);

    const other = await evaluateSplit({ data: at('data'), lin, linOptions: { scales: [96] }, limit: 1 });
    expect(other.scores).toBe('indexes');
    await expect(evaluateSplit({ data: at('data'), lin: bare, scores: 'calibrated' })).rejects.toThrow(
      'scores: no calibrated probabilities',
    );
    lin.dispose();
    bare.dispose();
  });

  it('refuses other data, too few images, and leaves the bundle alone when it is stopped', async () => {
    await cp(at('run'), at('untouched'), { recursive: true });
    const bundle = at('untouched');
    const was = await readFile(join(bundle, 'bundle/bundle.json'), 'utf8');
    const lin = await loadLin(bundle);
    await writeSyntheticDataset(at('other'), {
      training: 40,
      validation: 4,
      test: 1,
      shortSide: 64,
      seed: 6,
    });
    const fingerprint = await datasetFingerprint(await openDataset(at('other')));
    await expect(calibrateLin({ bundle, data: at('other'), lin })).rejects.toThrow(
      `${at('other')}: not the data that the LIN was trained on, so that held-out images cannot be told from the others; got fingerprint ${fingerprint}; expected fingerprint ${lin.manifest.data.fingerprint}`,
    );
    await expect(calibrateLin({ bundle, data: at('data'), lin, limit: 3 })).rejects.toThrow(
      /^calibrateLin: too few held-out images to calibrate melanoma; got [01] of it and \d of other classes; expected at least 2 of each/,
    );
    await expect(calibrateLin({ bundle, data: at('data'), lin, folds: 1 })).rejects.toThrow(
      'folds: out of range',
    );
    const controller = new AbortController();
    const stopped = calibrateLin({
      bundle,
      data: at('data'),
      lin,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 2) controller.abort();
      },
    });
    await expect(stopped).rejects.toThrow('stopped on request');
    lin.dispose();
    expect(await readFile(join(bundle, 'bundle/bundle.json'), 'utf8')).toBe(was);
  });
});

describe('fitLesionMask', () => {
  it('finds the rule under which masks agree with the truth, and the LIN uses it from then on', async () => {
    await cp(at('run'), at('masked'), { recursive: true });
    const lin = await loadLin(at('masked'));
    const { splits } = await openDataset(at('data'));
    const byDigest = new Map<string, IsicRecord>();
    for (const record of splits.training) byDigest.set(digest(await readRecordImage(record)), record);
    // Lesions are seen with a share of 0.42, and a large smudge along the upper edge with 0.9.
    vi.spyOn(lin, 'classMaps').mockImplementation(async (image) => {
      const truth = await readRecordMask(byDigest.get(digest(image))!);
      const size = sizeOf(image);
      const maps = createClassMaps(size, 4);
      for (let y = 0; y < size.height; y++) {
        for (let x = 0; x < size.width; x++) {
          const share = truth.get(y, x) === 1 ? 0.42 : y < size.height / 3 - 14 ? 0.9 : 0.1;
          maps.set(y, x, 0, 1 - share);
          maps.set(y, x, 3, share);
        }
      }
      return maps;
    });
    const { rule, tried, images } = await fitLesionMask({ bundle: at('masked'), data: at('data'), lin });
    expect(images).toBe(held.length);
    expect(rule.componentWeight).toBe('centrality');
    expect(rule.threshold).toBeLessThan(0.42);
    expect(tried[0]!.ja).toBeGreaterThan(0.9);
    const plain = tried.find(
      ({ threshold, componentWeight }) => threshold === 0.5 && componentWeight === 'area',
    )!;
    expect(plain.ja).toBeLessThan(0.2);
    const { manifest } = await readBundle(at('masked'), 'lin');
    expect(manifest.inference['licu']).toEqual(rule);
    lin.dispose();

    const fitted = await loadLin(at('masked'));
    const unfitted = await loadLin(at('run'));
    const image = await readRecordImage(held[0]!);
    const classMaps = await fitted.classMaps(image);
    const { mask } = await fitted.predict(image);
    expect([...mask.data]).toEqual([...analyzeLesion(classMaps, rule).mask.data]);
    const asked = await fitted.predict(image, { licu: { threshold: 0.5, componentWeight: 'area' } });
    expect([...asked.mask.data]).toEqual([...(await unfitted.predict(image)).mask.data]);
    fitted.dispose();
    unfitted.dispose();
  });

  it('takes out a calibration, which belongs to other masks; a new one belongs to these', async () => {
    await cp(at('masked'), at('both'), { recursive: true });
    await calibrateLin({ bundle: at('both'), data: at('data') });
    const lin = await loadLin(at('both'));
    expect(lin.isCalibratedFor({})).toBe(true);
    expect(lin.isCalibratedFor({ licu: { threshold: 0.5, componentWeight: 'area' } })).toBe(false);
    lin.dispose();
    await fitLesionMask({ bundle: at('both'), data: at('data'), limit: 6 });
    const { inference } = (await readBundle(at('both'))).manifest;
    expect(Object.keys(inference).sort()).toEqual(['licu', 'licuMeasured', 'scales']);
  });

  it('fits masks at other scales, which the LIN looks at from then on', async () => {
    await cp(at('run'), at('scaled'), { recursive: true });
    const scales = [48, 96];
    await fitLesionMask({ bundle: at('scaled'), data: at('data'), scales, limit: 6 });
    expect((await readBundle(at('scaled'))).manifest.inference['scales']).toEqual(scales);
    const image = await readRecordImage(held[0]!);
    const fitted = await loadLin(at('scaled'));
    const unfitted = await loadLin(at('run'));
    const expected = await unfitted.classMaps(image, scales);
    expect([...(await fitted.classMaps(image)).data]).toEqual([...expected.data]);
    expect([...(await unfitted.classMaps(image)).data]).not.toEqual([...expected.data]);
    fitted.dispose();
    unfitted.dispose();
    await expect(fitLesionMask({ bundle: at('scaled'), data: at('data'), scales: [] })).rejects.toThrow(
      'scales: no scale to look at',
    );
  });
});
