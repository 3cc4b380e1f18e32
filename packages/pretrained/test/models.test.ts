// The models of the package themselves: whichever of them lie in models/.
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DERMOSCOPIC_FEATURES, LESION_CLASSES } from '@lesion/core';
import { drawSyntheticLesion } from '@lesion/isic';
import { loadLfn, loadLin, readBundle } from '@lesion/predict/node';
import { describe, expect, it } from 'vitest';
import { PRETRAINED_MODELS, pretrainedModel } from '../src/index.js';

const MINUTES = 60_000;
const MEGABYTE = 1e6;

/** The command depends on this package: whoever installs it downloads the models. */
const LARGEST_PACKAGE = 90 * MEGABYTE;

const CARD_SECTIONS = ['Data', 'Recipe', 'Figures', 'Limits', 'Intended use'];

const folder = fileURLToPath(new URL('../models/', import.meta.url));
const held = PRETRAINED_MODELS.filter((name) => existsSync(join(folder, name)));

const { image } = drawSyntheticLesion({ size: { height: 96, width: 128 }, seed: 1 });

it('holds at least one model', () => {
  expect(held.length).toBeGreaterThan(0);
});

it('is no larger than 90 MB', async () => {
  let bytes = 0;
  for (const name of existsSync(folder) ? await readdir(folder, { recursive: true }) : []) {
    bytes += (await stat(join(folder, name))).size;
  }
  expect(bytes).toBeLessThanOrEqual(LARGEST_PACKAGE);
});

describe.each(held)('%s', (name) => {
  it('lies where the package says, whole, with a card for people', async () => {
    const model = pretrainedModel(name);
    expect(isAbsolute(model.folder)).toBe(true);
    const { card, manifest } = await readBundle(model.folder, name);
    expect(card).toBe(await readFile(model.card, 'utf8'));
    // Nothing lies beside the files whose hashes are recorded.
    expect((await readdir(model.folder)).sort()).toEqual(
      ['bundle.json', ...Object.keys(manifest.files)].sort(),
    );
  });

  it('has a card with all sections, none of them empty', async () => {
    const card = await readFile(pretrainedModel(name).card, 'utf8');
    const sections = new Map(
      card
        .split(/^## /m)
        .slice(1)
        .map((section) => {
          const [title, ...lines] = section.split('\n');
          return [title!.trim(), lines.join('\n').trim()] as const;
        }),
    );
    for (const title of CARD_SECTIONS) {
      expect([...sections.keys()]).toContain(title);
      expect(sections.get(title), title).not.toBe('');
    }
  });
});

describe.runIf(held.includes('lin'))('the LIN', () => {
  it(
    'loads and predicts a synthetic image',
    async () => {
      const lin = await loadLin(pretrainedModel('lin').folder);
      const { mask, indexes } = await lin.predict(image);
      lin.dispose();
      expect(mask.shape).toEqual([96, 128]);
      expect(Object.keys(indexes)).toEqual([...LESION_CLASSES]);
      const sum = Object.values(indexes).reduce((total, index) => total + index, 0);
      expect(sum).toBeCloseTo(1, 3);
    },
    5 * MINUTES,
  );
});

describe.runIf(held.includes('lfn'))('the LFN', () => {
  it(
    'loads and predicts a synthetic image',
    async () => {
      const lfn = await loadLfn(pretrainedModel('lfn').folder);
      const { features, count } = await lfn.predict(image);
      lfn.dispose();
      expect(Object.keys(features)).toEqual([...DERMOSCOPIC_FEATURES]);
      for (const probabilities of Object.values(features)) {
        expect(probabilities).toHaveLength(count);
        expect(probabilities.every((value) => value >= 0 && value <= 1)).toBe(true);
        // Not one answer for everything.
        expect(Math.max(...probabilities)).toBeGreaterThan(Math.min(...probabilities));
      }
    },
    5 * MINUTES,
  );
});
