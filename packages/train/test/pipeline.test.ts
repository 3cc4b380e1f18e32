// The whole way on synthetic data, through the built package with its worker threads: train, interrupt, resume,
// load, predict, evaluate.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DERMOSCOPIC_FEATURES, LESION_CLASSES, sizeOf } from '@lesion/core';
import { loadEngine } from '@lesion/engine';
import { openDataset, writeSyntheticDataset } from '@lesion/isic';
import { readImage, readMask } from '@lesion/preprocess/node';
import { regionProperties } from '@lesion/superpixel';
import {
  type EvaluatedImage,
  evaluateSplit,
  exportBundle,
  loadLfn,
  loadLin,
  PredictionFolder,
  type Progress,
  predictImages,
  readBundle,
  type TrainLfnOptions,
  type TrainLinOptions,
  trainLfn,
  trainLin,
} from '@lesion/train';
import { memory } from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let work: string;
let data: string;
const at = (name: string): string => join(work, name);

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lesion-train-'));
  data = at('data');
  await writeSyntheticDataset(data, { training: 14, validation: 4, test: 3, shortSide: 96, seed: 5 });
  await loadEngine({ name: 'cpu' });
});
afterAll(() => rm(work, { recursive: true, force: true }));

/** Small, but with the builder, loop and files of the real one. */
const linOptions = (out: string): TrainLinOptions => ({
  data,
  out,
  profile: 'quick',
  engine: 'onnxruntime',
  architecture: { depth: 50, width: 1 / 32 },
  size: 64,
  scales: [64, 96],
  schedule: { epochs: 2, stepsPerEpoch: 3, batchSize: 4, microBatchSize: 4, settlingBatches: 3 },
  seed: 3,
});

const lfnOptions = (out: string): TrainLfnOptions => ({
  data,
  out,
  profile: 'quick',
  engine: 'onnxruntime',
  architecture: { variant: 'narrow' },
  patches: 48,
  schedule: { epochs: 2, stepsPerEpoch: 2, batchSize: 4, microBatchSize: 4, settlingBatches: 2 },
  seed: 3,
});

async function weightsOf(bundle: string): Promise<Record<string, number[]>> {
  const { weights } = await readBundle(bundle);
  const out: Record<string, number[]> = {};
  for (const [network, arrays] of weights) {
    for (const [name, { data: values }] of arrays) out[`${network}:${name}`] = [...values];
  }
  return out;
}

describe('the LIN', () => {
  it('trains two networks whose loss falls, and bundles all that is needed to use them', async () => {
    const said: Progress[] = [];
    const result = await trainLin({
      ...linOptions(at('lin')),
      onProgress: (progress) => said.push(progress),
    });
    expect(result.images).toEqual({ training: 11, validation: 3, unusable: 0 });
    for (const network of ['dr', 'dm']) {
      const { epochs, stepLosses } = result.history[network]!;
      expect(stepLosses).toHaveLength(6);
      expect(epochs[1]!.trainingLoss).toBeLessThan(epochs[0]!.trainingLoss);
      expect(said.some(({ phase, loss }) => phase === `training ${network}` && loss !== undefined)).toBe(
        true,
      );
    }
    const { manifest } = await readBundle(at('lin'), 'lin');
    expect(manifest.networks.map(({ name }) => name)).toEqual(['dr', 'dm']);
    expect(manifest.classes).toEqual(['background', ...LESION_CLASSES]);
    expect(manifest.data.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(manifest.files).sort()).toEqual(['dm.safetensors', 'dr.safetensors']);
    const weights = await weightsOf(at('lin'));
    expect(weights['dr:conv1/kernel']).not.toEqual(weights['dm:conv1/kernel']);
  });

  it('refuses to overwrite a run, and to resume it with other options', async () => {
    await expect(trainLin(linOptions(at('lin')))).rejects.toThrow('the folder already holds a training run');
    await expect(trainLin({ ...linOptions(at('lin')), seed: 4, resume: true })).rejects.toThrow(
      'the run was started with another seed; got 4; expected 3',
    );
  });

  it('predicts mask and indexes at the size of the image, the same each time', async () => {
    const lin = await loadLin(at('lin'), { engine: 'wasm' });
    const { splits } = await openDataset(data);
    const image = await readImage(splits.validation[0]!.imagePath!);
    const first = await lin.predict(image);
    expect(sizeOf(first.mask)).toEqual(sizeOf(image));
    expect(first.classMaps.shape).toEqual([...image.shape.slice(0, 2), 4]);
    // Two networks at two scales, softmax each: the four channels of a pixel sum to 4.
    const sum = [0, 1, 2, 3].reduce((total, channel) => total + first.classMaps.get(40, 50, channel), 0);
    expect(sum).toBeCloseTo(4, 4);
    const values = LESION_CLASSES.map((name) => first.indexes[name]);
    expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    const again = await lin.predict(image);
    expect(again.indexes).toEqual(first.indexes);
    const oneScale = await lin.predict(image, { scales: [96] });
    expect(oneScale.indexes).not.toEqual(first.indexes);
    await expect(lin.predict(image, { scale: [64] } as never)).rejects.toThrow(
      'lin.predict: unknown option; got scale',
    );
    lin.dispose();
  });
});

describe('the LFN', () => {
  it('trains on patches cut once, and trains again from the kept ones', async () => {
    const phases = new Set<string>();
    const result = await trainLfn({ ...lfnOptions(at('lfn')), onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).toEqual(
      expect.arrayContaining(['superpixels training', 'patches training', 'training lfn']),
    );
    expect(result.history['lfn']!.epochs).toHaveLength(2);
    const { manifest } = await readBundle(at('lfn'), 'lfn');
    expect(manifest.data.counts['patches']).toBeLessThanOrEqual(49);
    expect(manifest.data.counts['background']).toBeGreaterThan(0);

    phases.clear();
    await trainLfn({
      ...lfnOptions(at('lfn-again')),
      cache: at('lfn/cache'),
      onProgress: ({ phase }) => phases.add(phase),
    });
    expect(phases).not.toContain('superpixels training');
    expect(await weightsOf(at('lfn-again'))).toEqual(await weightsOf(at('lfn')));
  });

  it('stops on request and resumes to the same weights', async () => {
    const controller = new AbortController();
    const stopped = trainLfn({
      ...lfnOptions(at('lfn-stopped')),
      signal: controller.signal,
      onProgress: ({ phase, done }) => {
        if (phase === 'training lfn' && done === 2) controller.abort();
      },
    });
    await expect(stopped).rejects.toThrow('stopped on request');
    await trainLfn({ ...lfnOptions(at('lfn-stopped')), resume: true });
    expect(await weightsOf(at('lfn-stopped'))).toEqual(await weightsOf(at('lfn')));
  });

  it('gives a probability for each feature and superpixel, found or given', async () => {
    const lfn = await loadLfn(at('lfn'), { engine: 'wasm' });
    const { splits } = await openDataset(data);
    const image = await readImage(splits.validation[1]!.imagePath!);
    const found = await lfn.predict(image);
    expect(found.count).toBe(regionProperties(found.labels).length);
    for (const values of Object.values(found.features)) {
      expect(values).toHaveLength(found.count);
      for (const value of values) expect(value >= 0 && value <= 1).toBe(true);
    }
    const given = await lfn.predict(image, found.labels);
    expect(given.features).toEqual(found.features);
    await expect(lfn.predict(image, found.labels.hi(10, 10))).rejects.toThrow(
      'labels has another size than image',
    );
    lfn.dispose();
  });
});

describe('networks as exported graphs', () => {
  const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    expect(a.length).toBe(b.length);
    return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((x, y) => Math.max(x, y), 0);
  };

  it('give a LIN the class maps that tfjs gives, within 1e-4', async () => {
    const exported = await loadLin(at('lin'), { threads: 2 });
    const tfjs = await loadLin(at('lin'), { engine: 'wasm' });
    expect(exported.networks.map(({ network }) => network.form)).toEqual(['exported', 'exported']);
    expect(tfjs.networks.map(({ network }) => network.form)).toEqual(['tfjs', 'tfjs']);
    const { splits } = await openDataset(data);
    const image = await readImage(splits.validation[0]!.imagePath!);
    for (const scales of [[64], [96], [75]]) {
      const [a, b] = [await exported.classMaps(image, scales), await tfjs.classMaps(image, scales)];
      expect(difference(a.data, b.data)).toBeLessThan(1e-4);
    }
    const [a, b] = [await exported.predict(image), await tfjs.predict(image)];
    for (const name of LESION_CLASSES) expect(Math.abs(a.indexes[name] - b.indexes[name])).toBeLessThan(1e-4);
    tfjs.dispose();
    exported.dispose();
    exported.dispose();
    await expect(exported.predict(image)).rejects.toThrow(
      'fcrn50: the network was disposed of. Load it again.',
    );
  });

  it('give a LFN the probabilities that tfjs gives, within 1e-4', async () => {
    const exported = await loadLfn(at('lfn'));
    const tfjs = await loadLfn(at('lfn'), { network: 'tfjs', engine: 'wasm' });
    expect([exported.network.form, tfjs.network.form]).toEqual(['exported', 'tfjs']);
    const { splits } = await openDataset(data);
    const image = await readImage(splits.validation[0]!.imagePath!);
    const a = await exported.predict(image, undefined, { batchSize: 50 });
    const b = await tfjs.predict(image);
    for (const feature of DERMOSCOPIC_FEATURES) {
      expect(difference(a.features[feature], b.features[feature])).toBeLessThan(1e-4);
    }
    exported.dispose();
    tfjs.dispose();
  });

  it('keep nothing in tfjs', async () => {
    const before = memory().numTensors;
    const lin = await loadLin(at('lin'), { network: 'exported' });
    expect(memory().numTensors).toBe(before);
    lin.dispose();
  });

  it('do not go with an engine of tfjs, nor with half a thread', async () => {
    await expect(loadLin(at('lin'), { network: 'exported', engine: 'wasm' })).rejects.toThrow(
      "network: an exported network does not run on an engine of tfjs; got network: 'exported' with engine: 'wasm'",
    );
    await expect(loadLfn(at('lfn'), { threads: 0.5 })).rejects.toThrow(/^threads: out of range/);
    await expect(loadLfn(at('lfn'), { network: 'onnx' as 'tfjs' })).rejects.toThrow(
      /^network: unknown choice/,
    );
  });

  it('can be had as files that say what they are', async () => {
    const lin = await loadLin(at('lin'));
    const pixels = Float32Array.from({ length: 40 * 50 * 3 }, (_, i) => Math.sin(i));
    const names: string[] = [];
    for await (const { network, file, classes, preprocessing } of exportBundle(at('lin'))) {
      names.push(network);
      expect(classes).toEqual(['background', ...LESION_CLASSES]);
      expect(preprocessing).toMatchObject({ channelOrder: 'rgb', scale: 1 / 64, layout: 'nhwc' });
      const text = Buffer.from(file).toString('latin1');
      for (const part of [
        JSON.stringify(classes),
        JSON.stringify(preprocessing),
        '{"scales":[64,96]}',
        `"network":"${network}"`,
        '"dataFingerprint":"',
      ]) {
        expect(text).toContain(part);
      }
      const session = await InferenceSession.create(file);
      const { probabilities } = await session.run({ image: new Tensor('float32', pixels, [1, 40, 50, 3]) });
      const own = lin.networks.find(({ name }) => name === network)!.network;
      const expected = await own.predict(pixels, [1, 40, 50, 3]);
      expect(difference(probabilities!.data as Float32Array, expected.data)).toBeLessThan(1e-5);
      await session.release();
    }
    lin.dispose();
    expect(names).toEqual(['dr', 'dm']);
    const patches = await exportBundle(at('lfn'), { layout: 'nchw', opset: 17 }).next();
    const session = await InferenceSession.create(patches.value!.file);
    expect(session.inputMetadata[0]).toMatchObject({ shape: ['batch', 3, 56, 56] });
    await session.release();
    await expect(exportBundle(at('lin'), { network: 'lfn' }).next()).rejects.toThrow(
      'network: unknown choice; got "lfn"; expected "dr" or "dm"',
    );
  });
});

describe('predicting and evaluating', () => {
  it('writes what the challenge takes, and goes on after a bad file', async () => {
    const { splits } = await openDataset(data);
    const [first, second] = splits.test;
    const broken = at('broken.jpg');
    await writeFile(broken, (await readFile(first!.imagePath!)).subarray(0, 600));
    const lin = await loadLin(at('lin'));
    const lfn = await loadLfn(at('lfn'));
    const folder = await PredictionFolder.open(at('predictions'));
    const errors: string[] = [];
    for await (const file of predictImages([first!.imagePath!, broken, second!.imagePath!], { lin, lfn })) {
      if (file.error) errors.push(file.error.message);
      else await folder.add(file);
    }
    lin.dispose();
    lfn.dispose();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('broken.jpg');
    const ids = [first!.id, second!.id];
    expect((await readdir(at('predictions'))).sort()).toEqual(
      [
        ...ids.flatMap((id) =>
          ['features.json', 'segmentation.png', 'superpixels.png'].map((name) => `${id}_${name}`),
        ),
        'predictions.csv',
      ].sort(),
    );
    const mask = await readMask(join(at('predictions'), `${first!.id}_segmentation.png`));
    expect(sizeOf(mask)).toEqual(sizeOf(await readImage(first!.imagePath!)));
    const lines = (await readFile(at('predictions/predictions.csv'), 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('image_id,melanoma,seborrheic_keratosis');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(ids);
  });

  it('keeps the predictions of an earlier call', async () => {
    const { splits } = await openDataset(data);
    const lin = await loadLin(at('lin'), { engine: 'wasm' });
    const folder = await PredictionFolder.open(at('predictions'));
    for await (const file of predictImages([splits.test[2]!.imagePath!], { lin }))
      if (!file.error) await folder.add(file);
    lin.dispose();
    const lines = (await readFile(at('predictions/predictions.csv'), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(4);
  });

  it('scores all three tasks, and lists images that cannot be scored', async () => {
    const copy = at('copy');
    await cp(data, copy, { recursive: true });
    const [first] = (await openDataset(copy)).splits.validation;
    await cp(first!.imagePath!, `${first!.imagePath!}.whole`);
    await writeFile(first!.imagePath!, (await readFile(first!.imagePath!)).subarray(0, 500));
    const lin = await loadLin(at('lin'), { engine: 'wasm' });
    const lfn = await loadLfn(at('lfn'), { engine: 'wasm' });
    const images: EvaluatedImage[] = [];
    const result = await evaluateSplit({
      data: copy,
      split: 'validation',
      lin,
      lfn,
      bootstrap: 40,
      seed: 3,
      onImage: (image) => {
        images.push(image);
      },
    });
    lin.dispose();
    lfn.dispose();
    expect(result.tasks.map(({ task, count }) => [task, count])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(result.tasks[0]!.metrics['JA']).toBeGreaterThanOrEqual(0);
    for (const { metrics, perClass, intervals } of result.tasks) {
      for (const [name, value] of Object.entries(metrics)) {
        const { estimate, lower, upper } = intervals!.metrics[name]!;
        expect(estimate).toBe(value);
        if (Number.isNaN(lower)) continue;
        expect(lower).toBeLessThanOrEqual(upper);
      }
      expect(Object.keys(intervals!.perClass)).toEqual(Object.keys(perClass));
    }
    expect(result.failures).toHaveLength(1);
    expect(result.failures[0]!.id).toBe(first!.id);
    expect(images).toHaveLength(3);
  });
});
