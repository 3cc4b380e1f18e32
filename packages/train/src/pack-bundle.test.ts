// Bundles of small networks with the weights that they start with, packed and used.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLabelMap, createRgbImage, PATCH_CLASSES, SeededRandom } from '@lesion/core';
import { loadEngine } from '@lesion/engine';
import { buildFcrn } from '@lesion/fcrn';
import { buildLfn } from '@lesion/lfn';
import { type BundleManifest, namedVariables, readArrays } from '@lesion/predict';
import { loadLfn, loadLin, readBundle } from '@lesion/predict/node';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveBundle } from './bundle.js';
import { rewriteInference } from './bundle-inference.js';
import { type PackBundleOptions, packBundle } from './pack-bundle.js';

const FCRN = { depth: 50, width: 1 / 8 } as const;
/** Takes the statistics of one batch as they are. */
const SETTLING = { batchNormMomentum: 0 } as const;

const about = {
  normalization: {
    channelOrder: 'rgb' as const,
    mean: [128, 128, 128] as [number, number, number],
    scale: 1 / 64,
  },
  training: { seed: 0, engine: 'cpu', configuration: {}, history: {} },
  data: { fingerprint: 'none', counts: {} },
  metrics: {},
};

let work: string;
const at = (...parts: string[]): string => join(work, ...parts);

/** Weights as a network starts with them, and the moving statistics of noise that looks like images. */
async function settledWeights(model: LayersModel, size: number) {
  tf.tidy(() => {
    model.apply(tf.randomNormal([4, size, size, 3], 0, 1, 'float32', 7), { training: true });
  });
  const arrays = await readArrays(namedVariables(model));
  model.dispose();
  return arrays;
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lesion-pack-'));
  await loadEngine({ name: 'cpu', purpose: 'predict' });
  await saveBundle(
    at('lin', 'bundle'),
    {
      ...about,
      kind: 'lin',
      networks: ['dr', 'dm'].map((name) => ({
        name,
        builder: 'fcrn',
        architecture: FCRN,
        weights: `${name}.safetensors`,
      })),
      classes: ['background', 'melanoma', 'seborrheic_keratosis', 'nevus'],
      inference: { scales: [64] },
    },
    new Map([
      ['dr', await settledWeights(buildFcrn({ ...FCRN, ...SETTLING, seed: 1 }), 64)],
      ['dm', await settledWeights(buildFcrn({ ...FCRN, ...SETTLING, seed: 2 }), 64)],
    ]),
  );
  await saveBundle(
    at('lfn'),
    {
      ...about,
      kind: 'lfn',
      networks: [
        { name: 'lfn', builder: 'lfn', architecture: { variant: 'narrow' }, weights: 'w.safetensors' },
      ],
      classes: [...PATCH_CLASSES],
      inference: { superpixels: { preset: 'isic2017' } },
    },
    new Map([['lfn', await settledWeights(buildLfn({ variant: 'narrow', ...SETTLING, seed: 3 }), 56)]]),
    { card: '# A card\n' },
  );
});
afterAll(() => rm(work, { recursive: true }));

const random = new SeededRandom(5);
const image = createRgbImage(
  { height: 48, width: 64 },
  Uint8Array.from({ length: 48 * 64 * 3 }, () => random.integer(256)),
);
const halves = createLabelMap(
  { height: 48, width: 64 },
  Int32Array.from({ length: 48 * 64 }, (_, i) => (i % 64 < 32 ? 0 : 1)),
);

async function classMaps(folder: string): Promise<Float32Array> {
  const lin = await loadLin(folder, { engine: 'cpu' });
  const prediction = await lin.predict(image);
  lin.dispose();
  return prediction.classMaps.data;
}

async function features(folder: string): Promise<number[]> {
  const lfn = await loadLfn(folder, { engine: 'cpu' });
  const prediction = await lfn.predict(image, halves);
  lfn.dispose();
  return Object.values(prediction.features).flatMap((values) => [...values]);
}

describe('packBundle', () => {
  it.each([
    { precision: 'float16', share: 0.55, largest: 2 ** -11, rootMeanSquare: 3e-4, moved: 0.01 },
    { precision: 'int8', share: 0.35, largest: 0.5 / 127, rootMeanSquare: 0.01, moved: 0.05 },
  ] as const)('makes $precision of kernels, which predict nearly as before', async (expected) => {
    const { precision } = expected;
    const packed = [
      ...(await packBundle(at('lin'), at(`lin-${precision}`), { precision })),
      ...(await packBundle(at('lfn'), at(`lfn-${precision}`), { precision })),
    ];
    expect(packed.map(({ name }) => name)).toEqual(['dr', 'dm', 'lfn']);
    for (const network of packed) {
      expect(network.precision).toBe(precision);
      expect(network.bytesAfter / network.bytesBefore).toBeLessThan(expected.share);
      expect(network.largestError).toBeGreaterThan(0);
      expect(network.largestError).toBeLessThanOrEqual(expected.largest * (1 + 1e-4));
      expect(network.rootMeanSquareError).toBeGreaterThan(0);
      expect(network.rootMeanSquareError).toBeLessThan(expected.rootMeanSquare);
    }
    const { manifest } = await readBundle(at(`lin-${precision}`), 'lin');
    const { files: _, networks, ...rest } = (await readBundle(at('lin'))).manifest;
    expect(manifest).toMatchObject(rest);
    expect(manifest.networks).toEqual(networks.map((network) => ({ ...network, precision })));
    const file = (await readFile(at(`lfn-${precision}`, 'w.safetensors'))).length;
    expect(file).toBe(packed[2]!.bytesAfter);

    const maps = await classMaps(at('lin', 'bundle'));
    // Two networks at one scale: what they say sums to 2.
    expect(Math.max(...maps)).toBeGreaterThan(0.6);
    expect(await classMaps(at(`lin-${precision}`))).toBeAllClose(maps, 2 * expected.moved);
    const found = await features(at('lfn'));
    expect(await features(at(`lfn-${precision}`))).toBeAllClose(found, expected.moved);
  });

  it.each(['float16', 'int8'] as const)('makes %s of nothing but the larger kernels', async (precision) => {
    await packBundle(at('lin'), at('kept'), { precision });
    const before = (await readBundle(at('lin'))).weights.get('dr')!;
    const after = (await readBundle(at('kept'))).weights.get('dr')!;
    expect([...after.keys()]).toEqual([...before.keys()]);
    const isKernel = (name: string): boolean => name.endsWith('/kernel');
    const isSame = (name: string): boolean =>
      Buffer.from(after.get(name)!.data.buffer).equals(Buffer.from(before.get(name)!.data.buffer));
    const names = [...before.keys()];
    expect(names.filter((name) => !isKernel(name)).filter((name) => !isSame(name))).toEqual([]);
    // A new network's scores of the finer maps are zeros, which stay what they are too.
    const isZero = (name: string): boolean => before.get(name)!.data.every((value) => value === 0);
    expect(names.filter((name) => isKernel(name) && isSame(name) && !isZero(name)).sort()).toEqual([
      'conv1/kernel',
      'deconvolution3/kernel',
      'deconvolution4/kernel',
      'deconvolution5/kernel',
    ]);
  });

  it('changes nothing when it packs again', async () => {
    await packBundle(at('lin'), at('one'), { precision: 'int8' });
    const again = await packBundle(at('one'), at('two'), { precision: 'int8' });
    for (const network of again) expect(network).toMatchObject({ largestError: 0, rootMeanSquareError: 0 });
    expect(await readFile(at('two', 'dm.safetensors'))).toEqual(await readFile(at('one', 'dm.safetensors')));
  });

  it('keeps the networks that are named, and leaves out what was fitted to the sum of all', async () => {
    await cp(at('lin'), at('fitted'), { recursive: true });
    const licu = { threshold: 0.4, componentWeight: 'centrality' };
    await rewriteInference(at('fitted'), (inference) => ({ ...inference, licu, licuMeasured: {} }));
    await packBundle(at('fitted'), at('whole'), { precision: 'float16' });
    expect((await readBundle(at('whole'))).manifest.inference).toEqual({
      scales: [64],
      licu,
      licuMeasured: {},
    });
    const packed = await packBundle(at('fitted'), at('dm'), { precision: 'float16', networks: ['dm'] });
    expect(packed.map(({ name }) => name)).toEqual(['dm']);
    expect((await readdir(at('dm'))).sort()).toEqual(['bundle.json', 'dm.safetensors']);
    const { manifest } = await readBundle(at('dm'), 'lin');
    expect(manifest.networks.map(({ name }) => name)).toEqual(['dm']);
    expect(manifest.inference).toEqual({ scales: [64] });
    const maps = await classMaps(at('dm'));
    // One network at one scale: what it says sums to 1.
    expect(maps[0]! + maps[1]! + maps[2]! + maps[3]!).toBeCloseTo(1, 5);
  });

  it('keeps the card or writes another, and its hash', async () => {
    await packBundle(at('lfn'), at('card'), { precision: 'int8' });
    expect((await readBundle(at('card'))).card).toBe('# A card\n');
    await packBundle(at('lfn'), at('card'), { precision: 'int8', card: '# Another card: naïve\n' });
    expect(await readFile(at('card', 'README.md'), 'utf8')).toBe('# Another card: naïve\n');
    expect((await readBundle(at('card'))).card).toBe('# Another card: naïve\n');
    await writeFile(at('card', 'README.md'), '# Another card: naive\n');
    await expect(readBundle(at('card'))).rejects.toThrow('README.md: the file is not the one that was saved');
    await rm(at('card', 'README.md'));
    await expect(readBundle(at('card'))).rejects.toThrow('README.md: the model card is missing');
  });

  it('refuses what it cannot do and leaves no trace', async () => {
    await mkdir(at('notes'));
    await writeFile(at('notes', 'a.txt'), '');
    const refuse = (destination: string, options: PackBundleOptions, source = 'lin') =>
      expect(packBundle(at(source), destination, options)).rejects;
    const int8: PackBundleOptions = { precision: 'int8' };
    const before = await readdir(work);
    await refuse(at('notes'), int8).toThrow(
      'notes: the folder holds something else than a bundle; got a.txt; expected a new or empty folder, or a bundle to replace',
    );
    await refuse(at('lin', 'bundle'), int8).toThrow('a bundle cannot be packed into its own place');
    await refuse(at('lin'), int8).toThrow('a bundle cannot be packed into its own place');
    await refuse(at('x'), { ...int8, networks: ['dx'] }).toThrow(
      'networks: unknown choice; got "dx"; expected "dr" or "dm"',
    );
    await refuse(at('x'), { ...int8, networks: [] }).toThrow(
      'networks: no network to keep; got []; expected some of dr, dm',
    );
    await refuse(at('x'), { precision: 'int4' as never }).toThrow(
      'precision: unknown choice; got "int4"; expected "float16" or "int8"',
    );
    await refuse(at('x'), int8, 'notes').toThrow('no bundle.json here');
    expect(await readdir(work)).toEqual(before);
  });

  it.each([
    [Number.NaN, 'int8', 'holds a value that is not finite; got NaN'],
    [1e5, 'float16', 'too large for half precision; got 100000'],
  ] as const)(
    'refuses a weight of %d for %s and leaves nothing behind',
    async (value, precision, message) => {
      const { manifest, weights } = await readBundle(at('lfn'));
      const { files: _, ...rest }: BundleManifest = manifest;
      weights.get('lfn')!.get('fc5/kernel')!.data[7] = value;
      await saveBundle(at('bad'), rest, new Map([['lfn', [...weights.get('lfn')!.values()]]]));
      const before = await readdir(work);
      await expect(packBundle(at('bad'), at('packed'), { precision })).rejects.toThrow(
        `fc5/kernel: ${message} at index 7`,
      );
      expect(await readdir(work)).toEqual(before);
    },
  );
});
