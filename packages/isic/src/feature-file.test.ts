import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFeatureFile } from './feature-file.js';

let path: string;
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'lesion-features-')), 'A_features.json');
});
afterAll(() => rm(join(path, '..'), { recursive: true }));

const good = { pigment_network: [0, 1], negative_network: [0, 0], milia_like_cyst: [1, 0], streaks: [0, 0] };

async function refusal(content: unknown, kind: 'truth' | 'prediction' = 'prediction'): Promise<string> {
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readFeatureFile(path, kind).then(
    () => 'nothing was thrown',
    (error: Error) => error.message.slice(error.message.indexOf('A_features')),
  );
}

describe('readFeatureFile', () => {
  it('reads the four features and leaves other keys aside', async () => {
    await writeFile(path, JSON.stringify({ globules: [7], ...good, streaks: [0.25, 1] }));
    const features = await readFeatureFile(path, 'prediction');
    expect(Object.keys(features)).toEqual([
      'pigment_network',
      'negative_network',
      'milia_like_cyst',
      'streaks',
    ]);
    expect([...features.streaks]).toEqual([0.25, 1]);
  });

  it.each([
    ['{"pigment_network": [0, 1', 'A_features.json: not JSON; got '],
    [
      '[]',
      'A_features.json: not a features JSON; expected an object with pigment_network, negative_network, milia_like_cyst, streaks',
    ],
    [
      { ...good, streaks: undefined },
      'A_features.json: the feature streaks is missing; got the keys pigment_network, negative_network, milia_like_cyst',
    ],
    [{ ...good, streaks: 3 }, 'A_features.json: streaks is not an array'],
    [
      { ...good, streaks: [0, 1.5] },
      'A_features.json: streaks of superpixel 1 is not usable; got 1.5; expected a number from 0 to 1',
    ],
    [{ ...good, streaks: [null, 0] }, 'A_features.json: streaks of superpixel 0 is not usable; got null'],
    [
      { ...good, streaks: [0] },
      'A_features.json: the features have different lengths; got 1 values for streaks; expected 2, as for pigment_network',
    ],
  ])('refuses %j', async (content, message) => {
    expect(await refusal(content)).toContain(message);
  });

  it('wants 0 or 1 as truth', async () => {
    expect(await refusal({ ...good, streaks: [0, 0.5] }, 'truth')).toContain('got 0.5; expected 0 or 1');
  });

  it('says that a file is missing', async () => {
    await expect(readFeatureFile(join(path, '..', 'none.json'), 'truth')).rejects.toThrow(
      'none.json: there is no such file. Check the path.',
    );
  });
});
