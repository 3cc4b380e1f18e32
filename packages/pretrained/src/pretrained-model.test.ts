import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelIn, pretrainedModel } from './pretrained-model.js';

let models: string;
beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'lesion-pretrained-'));
});
afterEach(() => rm(models, { recursive: true }));

describe('modelIn', () => {
  it('gives the folder and the card of a model', async () => {
    await mkdir(join(models, 'lfn'));
    await writeFile(join(models, 'lfn', 'bundle.json'), '{}');
    await writeFile(join(models, 'lfn', 'README.md'), '# LFN\n');
    expect(modelIn(models, 'lfn')).toEqual({
      name: 'lfn',
      folder: join(models, 'lfn'),
      card: join(models, 'lfn', 'README.md'),
    });
  });

  it('names the file that is missing, and what to do', async () => {
    expect(() => modelIn(models, 'lin')).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message:
          `${join(models, 'lin', 'bundle.json')}: the pretrained model lin is not whole; got nothing; ` +
          'expected a file. Install @lesion/pretrained again, or give a model of your own.',
      }),
    );
    await mkdir(join(models, 'lin'));
    await writeFile(join(models, 'lin', 'bundle.json'), '{}');
    expect(() => modelIn(models, 'lin')).toThrow(join(models, 'lin', 'README.md'));
  });
});

it('refuses other names', () => {
  expect(() => pretrainedModel('unet' as never)).toThrow(
    'name: unknown choice; got "unet"; expected "lin" or "lfn"',
  );
});
