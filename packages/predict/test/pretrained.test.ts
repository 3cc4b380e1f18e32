// The trained models on tfjs's wasm backend, as in a browser, beside ONNX Runtime, as in Node.
import '@tensorflow/tfjs-backend-wasm';
import type { BinaryMask, RgbImage } from '@lesion/core';
import { DERMOSCOPIC_FEATURES, LESION_CLASSES } from '@lesion/core';
import { drawSyntheticLesion } from '@lesion/isic';
import { analyzeLesion } from '@lesion/licu';
import { confusionCounts, segmentationMetrics } from '@lesion/metrics';
import { readImage } from '@lesion/preprocess/node';
import { realData, realFile } from '@lesion/test-support';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Lfn, type Lin, lfnFromBundle, linFromBundle, type PredictionProgress } from '../src/index.js';
import { loadLfn, loadLin, readBundle } from '../src/node.js';
import { modelFolder } from './models.js';

const MINUTES = 60_000;

/** Both compute in float32 and add up in other orders; a softmax of 23 million weights' work agrees this well. */
const TOLERANCE = 1e-4;

const { image: synthetic } = drawSyntheticLesion({ size: { height: 120, width: 160 }, seed: 3 });

const countOf = (): number => tf.memory().numTensors;

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

it('runs on wasm', () => {
  expect(tf.getBackend()).toBe('wasm');
});

describe('a LIN', () => {
  let here: Lin;
  let inNode: Lin;
  let withoutNetworks: number;
  beforeAll(async () => {
    withoutNetworks = countOf();
    const bundle = await readBundle(modelFolder('lin'), 'lin');
    here = await linFromBundle(bundle);
    expect([...bundle.weights.keys()]).toEqual([]);
    inNode = await loadLin(modelFolder('lin'));
    expect(here.networks.map(({ network }) => network.form)).toEqual(['tfjs']);
    expect(inNode.networks.map(({ network }) => network.form)).toEqual(['exported']);
  }, 2 * MINUTES);
  afterAll(() => {
    here.dispose();
    inNode.dispose();
    expect(countOf()).toBe(withoutNetworks);
    expect(tf.memory().numBytes).toBe(0);
  });

  async function expectAlike(image: RgbImage, scales: readonly number[]): Promise<BinaryMask> {
    const before = countOf();
    const ours = await here.predict(image, { scales });
    const theirs = await inNode.predict(image, { scales });
    expect(countOf()).toBe(before);
    expect(ours.classMaps).toBeAllClose(theirs.classMaps, TOLERANCE * scales.length);
    for (const name of LESION_CLASSES) {
      expect(Math.abs(ours.indexes[name] - theirs.indexes[name]), name).toBeLessThan(TOLERANCE);
    }
    expect(theirs.emptyMask).toBe(false);
    expect(segmentationMetrics(confusionCounts(theirs.mask, ours.mask)).JA).toBeGreaterThanOrEqual(0.99);
    return ours.mask;
  }

  it(
    'finds in a drawn image what it finds in ONNX Runtime',
    () => expectAlike(synthetic, [160, 192]),
    MINUTES,
  );

  it.skipIf(!realData)(
    'finds in a photo what it finds in ONNX Runtime (needs the real data)',
    async () => {
      const photo = await readImage(realFile('isic2017', 'ISIC-2017_Training_Data', 'ISIC_0008528.jpg'));
      await expectAlike(photo, [320]);
    },
    3 * MINUTES,
  );

  it('tells how far it is, and stops between two passes', async () => {
    const before = countOf();
    const told: PredictionProgress[] = [];
    const onProgress = (progress: PredictionProgress): void => void told.push(progress);
    await here.predict(synthetic, { scales: [32, 64], onProgress });
    expect(told).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ]);
    const aborting = new AbortController();
    told.length = 0;
    // A click comes as a task of its own, which has to be let in between passes.
    const predicted = here.predict(synthetic, { scales: [32, 64, 96], onProgress, signal: aborting.signal });
    setTimeout(() => aborting.abort());
    await expect(predicted).rejects.toMatchObject({
      code: 'ABORTED',
      message: 'lin.predict: stopped on request',
    });
    expect(told).toEqual([{ done: 1, total: 3 }]);
    expect(countOf()).toBe(before);
  });

  it('calculates again from its class maps without a network', async () => {
    const classMaps = await here.classMaps(synthetic, [64]);
    const whole = await here.predict(synthetic, { scales: [64], licu: { threshold: 0.4 } });
    const again = here.analyze(classMaps, { scales: [64], licu: { threshold: 0.4 } });
    expect(again.mask).toEqual(whole.mask);
    expect(again.indexes).toEqual(whole.indexes);
    // The bundle's own rule of the mask counts where the options do not say otherwise.
    const rule = here.manifest.inference['licu'] as object | undefined;
    expect(again.mask).toEqual(analyzeLesion(classMaps, { ...rule, threshold: 0.4 }).mask);
    expect(again.probabilities).toBeUndefined();
    expect(here.analyze(classMaps).probabilities === undefined).toBe(!here.isCalibratedFor());
  });
});

describe('a LFN', () => {
  let here: Lfn;
  let inNode: Lfn;
  beforeAll(async () => {
    here = await lfnFromBundle(await readBundle(modelFolder('lfn'), 'lfn'));
    inNode = await loadLfn(modelFolder('lfn'));
    expect(here.network.form).toBe('tfjs');
    expect(inNode.network.form).toBe('exported');
  });
  afterAll(() => {
    here.dispose();
    inNode.dispose();
    expect(tf.memory().numBytes).toBe(0);
  });

  it(
    'finds in a drawn image what it finds in ONNX Runtime',
    async () => {
      const before = countOf();
      const told: PredictionProgress[] = [];
      const ours = await here.predict(synthetic, undefined, {
        superpixels: { count: 150 },
        onProgress: (progress) => told.push(progress),
      });
      const theirs = await inNode.predict(synthetic, ours.labels);
      expect(ours.count).toBe(theirs.count);
      for (const name of DERMOSCOPIC_FEATURES) {
        expect(ours.features[name]).toBeAllClose(theirs.features[name], TOLERANCE);
      }
      const total = Math.ceil(ours.count / 64);
      expect(told).toEqual(Array.from({ length: total }, (_, i) => ({ done: i + 1, total })));
      expect(countOf()).toBe(before);
    },
    MINUTES,
  );

  it('stops between two passes', async () => {
    const before = countOf();
    const aborting = new AbortController();
    let done = 0;
    const predicted = here.predict(synthetic, undefined, {
      superpixels: { count: 60 },
      batchSize: 10,
      signal: aborting.signal,
      onProgress(progress) {
        done = progress.done;
        if (done === 2) aborting.abort();
      },
    });
    await expect(predicted).rejects.toMatchObject({
      code: 'ABORTED',
      message: 'lfn.predict: stopped on request',
    });
    expect(done).toBe(2);
    expect(countOf()).toBe(before);
  });
});

describe('a bundle', () => {
  afterEach(() => expect(tf.memory().numBytes).toBe(0));

  it('of another kind is refused', async () => {
    const bundle = await readBundle(modelFolder('lfn'));
    await expect(linFromBundle(bundle)).rejects.toThrow(
      /lfn\/: the bundle is of another kind; got lfn; expected lin$/,
    );
    await expect(linFromBundle(bundle, { speed: 'fast' } as never)).rejects.toThrow('speed');
  });

  it('gives its weights away once', async () => {
    const bundle = await readBundle(modelFolder('lfn'));
    const lfn = await lfnFromBundle(bundle);
    lfn.dispose();
    lfn.dispose();
    await expect(lfn.predict(synthetic)).rejects.toThrow('the network was disposed of. Load it again.');
    await expect(lfnFromBundle(bundle)).rejects.toThrow(
      /lfn\/, network lfn: the weights were given away\. A bundle makes its networks once/,
    );
  });

  it('with a weight that does not fit leaves nothing behind', async () => {
    const bundle = await readBundle(modelFolder('lfn'));
    const arrays = bundle.weights.get('lfn')!;
    const [name, array] = [...arrays].at(-1)!;
    arrays.set(name, { ...array, shape: [1, ...array.shape] });
    await expect(lfnFromBundle(bundle)).rejects.toThrow(`the weight ${name} does not fit the network`);
  });

  it('is computed by whatever network it is given', async () => {
    const lfn = await lfnFromBundle(await readBundle(modelFolder('lfn')), {
      network: (build) => {
        const model = build();
        model.dispose();
        return {
          form: 'exported',
          predict: async (_, [count]) => ({ data: new Float32Array(count * 5).fill(0.2), shape: [count, 5] }),
          dispose() {},
        };
      },
    });
    const { features } = await lfn.predict(synthetic, undefined, { superpixels: { count: 20 } });
    expect(new Set(features.streaks)).toEqual(new Set([Math.fround(0.2)]));
  });
});
