import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRun } from './run-folder.js';

const KEPT = [
  'run.json',
  'history.json',
  'dr/checkpoint.safetensors',
  'bundle/bundle.json',
  'bundle/dr.safetensors',
  'cache/training-0123456789ab.patches',
  'cache/training-0123456789ab.patches.json',
  'cache/superpixels/ISIC_0000000_0123456789abcdef_superpixels.png',
  'notes-2.part',
  'notes.2017',
];
const LEFT = [
  'run.json.1234567890',
  'history.json.987654321',
  'dr/checkpoint.safetensors.2718281828',
  'bundle/bundle.json.31415926',
  'cache/training-0123456789ab.patches.4321.part',
  'cache/training-0123456789ab.patches.json.4242424242',
  'cache/superpixels/ISIC_0000000_0123456789abcdef_superpixels.png.1111111111',
  '.bundle.4321.part/dr.safetensors',
  '.bundle.4321.part.old/bundle.json',
];

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-leftovers-'));
  for (const name of [...KEPT, ...LEFT]) {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), name.startsWith('run.json') ? '{\n  "seed": 1\n}\n' : name);
  }
});
afterEach(() => rm(folder, { recursive: true }));

const present = (names: readonly string[]): string[] => names.filter((name) => existsSync(at(name)));

it('go when a run is resumed, and nothing else', async () => {
  await openRun(folder, { seed: 1 }, true);
  expect(present(LEFT)).toEqual([]);
  expect(present(KEPT)).toEqual(KEPT);
  expect(existsSync(at('.bundle.4321.part'))).toBe(false);
});

it('stay while nobody resumes the run', async () => {
  await expect(openRun(folder, { seed: 1 }, false)).rejects.toThrow('already holds a training run');
  await expect(openRun(folder, { seed: 2 }, true)).rejects.toThrow('the run was started with another seed');
  expect(present(LEFT)).toEqual(LEFT);
});

it('go too where the kill came before the run was recorded', async () => {
  await rm(at('run.json'));
  await openRun(folder, { seed: 3 }, true);
  expect(present(LEFT)).toEqual([]);
});
