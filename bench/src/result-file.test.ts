import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeEnvironment } from './environment.js';
import { prepareResultFile, writeResult } from './result-file.js';
import { timeRow } from './rows.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lesion-bench-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const side = (name: string, time: number) => ({ name, rounds: [[time]], peak: 1 });

it('writes rows and machine, and leaves nothing else behind', async () => {
  const path = join(folder, 'new', 'results.json');
  await prepareResultFile(path);
  const environment = describeEnvironment(2, ['train-lfn'], { torch: '1.13.0' });
  const rows = [timeRow('step', side('ours', 10), side('peer', 15))];
  await writeResult(path, { rows: [], environment, complete: false });
  await writeResult(path, { rows, environment, complete: true });
  expect(await readdir(join(folder, 'new'))).toEqual(['results.json']);
  const written = JSON.parse(await readFile(path, 'utf8'));
  expect(written.rows).toMatchObject([
    { name: 'step', ours: 10, peer: 15, peerName: 'peer', unit: 'ms', ratio: 1.5 },
  ]);
  expect(written).toMatchObject({
    complete: true,
    environment: {
      threads: 2,
      arguments: ['train-lfn'],
      versions: { node: process.versions.node, torch: '1.13.0' },
    },
  });
  expect(written.environment.versions['@tensorflow/tfjs-core']).toMatch(/^4\./);
});

it('finds out early that a folder cannot be made', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(prepareResultFile(join(folder, 'file', 'results.json'))).rejects.toThrow(/EEXIST|ENOTDIR/);
});
