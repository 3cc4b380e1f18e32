import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle } from '@lesion/predict/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveBundle } from './bundle.js';

const manifest: Parameters<typeof saveBundle>[1] = {
  kind: 'lfn',
  networks: [
    { name: 'lfn', builder: 'lfn', architecture: { variant: 'narrow' }, weights: 'lfn.safetensors' },
  ],
  normalization: { channelOrder: 'rgb', mean: [1, 2, 3], scale: 0.5 },
  classes: ['background'],
  inference: { superpixels: { preset: 'isic2017' } },
  training: {
    seed: 3,
    engine: 'cpu',
    configuration: { epochs: 1 },
    history: { lfn: [{ epoch: 1, validationLoss: null }] },
  },
  data: { fingerprint: 'abc', counts: { training: 4 } },
  metrics: {},
};
const weights = new Map([['lfn', [{ name: 'w', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]]);

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'lesion-bundle-'));
  folder = join(parent, 'bundle');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('bundles', () => {
  it('come back as they were saved, from the bundle or its run', async () => {
    await saveBundle(folder, manifest, weights);
    for (const place of [folder, parent]) {
      const bundle = await readBundle(place, 'lfn');
      expect(bundle.manifest).toMatchObject(manifest);
      expect(bundle.weights.get('lfn')!.get('w')!.data).toEqual(Float32Array.of(1, 2, 3, 4));
    }
    await saveBundle(folder, manifest, weights);
    expect(await readdir(parent)).toEqual(['bundle']);
  });

  it('are refused when any byte of any file was changed', async () => {
    await saveBundle(folder, manifest, weights);
    for (const file of await readdir(folder)) {
      const path = join(folder, file);
      const whole = await readFile(path);
      const step = Math.max(1, Math.floor(whole.length / 60));
      for (let at = 0; at < whole.length; at += step) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1;
        await writeFile(path, changed);
        await expect(readBundle(folder), `${file}, byte ${at}`).rejects.toThrow(file);
      }
      await writeFile(path, whole);
    }
    const path = join(folder, 'lfn.safetensors');
    const bytes = await readFile(path);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(path, bytes);
    await expect(readBundle(folder)).rejects.toThrow(
      /lfn\.safetensors: the file is not the one that was saved; got sha256 .*; expected sha256 .*\. Copy the bundle again/,
    );
  });

  it('are refused by name when they are absent, incomplete or of another kind', async () => {
    await expect(readBundle(parent)).rejects.toThrow(
      'no bundle.json here. Give the folder of a model bundle',
    );
    await saveBundle(folder, manifest, weights);
    await expect(readBundle(folder, 'lin')).rejects.toThrow(
      'the bundle is of another kind; got lfn; expected lin',
    );
    await rm(join(folder, 'lfn.safetensors'));
    await expect(readBundle(folder)).rejects.toThrow('the file with the weights is missing');
  });
});
